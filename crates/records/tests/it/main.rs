//! The records on both databases: every case runs on `SQLite` in a temporary folder and on a `PostgreSQL` of its own.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod cases;
mod cluster;
mod outage;
mod sqlite;

use std::path::Path;
use std::time::Duration;

use switchboard_records::{Records, RecordsConfig};
use tempfile::TempDir;

use crate::cluster::Cluster;

/// A database that holds nothing yet, wherever it is. Every call opens another way to the same one.
pub(crate) struct Fresh {
    config: RecordsConfig,
    address: String,
}

impl Fresh {
    pub(crate) async fn open(&self) -> Records {
        let records = Records::new(self.config.clone());
        records.prepare(|| ()).await.unwrap();
        records
    }

    /// As a process has it that has just started.
    pub(crate) fn unprepared(&self, budget: Duration) -> Records {
        let mut config = self.config.clone();
        config.budget = budget;
        Records::new(config)
    }

    /// For whoever looks behind the records' back.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// Every case on both kinds: on `SQLite` each as a test, on `PostgreSQL` all in one, because a server is dear to start.
macro_rules! cases {
    ($($case:ident),+ $(,)?) => {
        mod on_sqlite {
            $(
                #[tokio::test]
                async fn $case() {
                    let folder = tempfile::TempDir::with_prefix("records").unwrap();
                    crate::cases::$case(&crate::in_file(folder.path())).await;
                }
            )+
        }

        #[tokio::test]
        async fn on_postgres() {
            let cluster = Cluster::start().await;
            $(
                println!("case {}", stringify!($case));
                let address = cluster.database(stringify!($case));
                let config = RecordsConfig::parse(&address).unwrap();
                cases::$case(&Fresh { config, address }).await;
            )+
        }
    };
}

cases![
    an_override_is_kept_as_it_was_made,
    a_withdrawal_counts_once_and_whatever_comes_first,
    those_that_still_matter_are_found,
    the_audit_log_tells_each_deed_once_and_the_newest_first,
    the_audit_log_cannot_be_rewritten,
    a_feed_has_one_copy,
    several_start_at_once,
    many_write_at_once,
    a_newer_version_may_have_been_here,
    texts_of_any_kind_come_back,
    what_is_asked_before_the_tables_are_there_is_to_come_again,
    a_second_process_waits_for_the_first_and_says_so,
    addresses_of_an_older_version_become_digests,
];

fn in_file(folder: &Path) -> Fresh {
    Fresh {
        config: RecordsConfig::file(&folder.join("records.sqlite")),
        address: format!("sqlite://{}/records.sqlite", folder.display()),
    }
}

/// A folder for a database file, and the way to it.
pub(crate) fn file() -> (TempDir, RecordsConfig) {
    let folder = TempDir::with_prefix("records").unwrap();
    let config = RecordsConfig::file(&folder.path().join("records.sqlite"));
    (folder, config)
}
