//! How the tables come to be. One list for both databases, in the order in which they are applied.
//!
//! A migration only adds: while a deployment is being renewed, old processes go on with new tables, and an old version
//! that is put back finds what it knows.

mod m0001_overrides;
mod m0002_audit;
mod m0003_feeds;

use std::collections::HashSet;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::connection::begin;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_overrides::Migration),
            Box::new(m0002_audit::Migration),
            Box::new(m0003_feeds::Migration),
        ]
    }
}

/// A migration with a name that is written by hand: it stands in everybody's database.
macro_rules! named {
    ($name:literal) => {
        pub(super) struct Migration;

        impl sea_orm_migration::MigrationName for Migration {
            fn name(&self) -> &str {
                $name
            }
        }
    };
}
use named;

/// Applies what is missing, all of it or nothing.
pub(crate) async fn apply(pool: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = begin(pool).await?;
    if transaction.get_database_backend() == DbBackend::Postgres {
        // Several workers may start at once: the others wait here, and then find nothing to do. The number is ours,
        // "records" in ASCII, so that no other program waits for it by chance.
        let lock = "SELECT pg_advisory_xact_lock(32199625090950259)";
        transaction.execute_unprepared(lock).await?;
    }
    let applied = Migrator::get_migration_models(&transaction).await?;
    let applied: HashSet<&str> = applied.iter().map(|row| row.version.as_str()).collect();
    let missing = Migrator::migrations()
        .iter()
        .any(|migration| !applied.contains(migration.name()));
    // A newer version's tables hold more than ours, which is no fault.
    if missing {
        Migrator::up(&transaction, None).await?;
    }
    transaction.commit().await
}
