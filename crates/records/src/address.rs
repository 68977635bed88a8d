//! Where the database is.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::ConnectOptions;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use thiserror::Error;
use url::Url;

/// Which kind of database an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A file on this machine.
    Sqlite,
    /// A server.
    Postgres,
}

/// The address cannot be used. It is not repeated, because it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Neither of the two kinds.
    #[error("expected sqlite://PATH or postgres://USER:PASSWORD@HOST/DATABASE")]
    Scheme,
    /// A database that nobody else would ever see.
    #[error("expected the path of a file: what is only in memory is no record")]
    NoFile,
}

/// Where the database is, and how long it may take.
#[derive(Clone)]
pub struct RecordsConfig {
    place: Place,
    /// Connections that a process holds at most.
    pub pool_size: u32,
    /// How long one request may take, waiting for a connection included.
    pub budget: Duration,
}

#[derive(Clone)]
enum Place {
    File(PathBuf),
    Server { url: Url },
}

impl fmt::Debug for RecordsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordsConfig")
            .field("kind", &self.kind())
            .field("pool_size", &self.pool_size)
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}

impl RecordsConfig {
    /// Reads an address. Five connections, five seconds.
    ///
    /// # Errors
    /// When it leads to no database of a kind that is understood.
    pub fn parse(address: &str) -> Result<Self, AddressError> {
        if let Some(path) = address.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let path = path.split(['?', '#']).next().unwrap_or_default();
            if path.is_empty() || path == ":memory:" {
                return Err(AddressError::NoFile);
            }
            return Ok(Self::file(Path::new(path)));
        }
        let url = Url::parse(address).map_err(|_| AddressError::Scheme)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(AddressError::Scheme);
        }
        Ok(Self::new(Place::Server { url }))
    }

    /// `SQLite` in this file, which is made when it is not there.
    pub fn file(path: &Path) -> Self {
        Self::new(Place::File(path.to_owned()))
    }

    fn new(place: Place) -> Self {
        Self {
            place,
            pool_size: 5,
            budget: Duration::from_secs(5),
        }
    }

    /// Which kind of database it is.
    pub fn kind(&self) -> Kind {
        match self.place {
            Place::File(_) => Kind::Sqlite,
            Place::Server { .. } => Kind::Postgres,
        }
    }

    pub(crate) fn options(&self) -> ConnectOptions {
        let mut options = match &self.place {
            Place::File(path) => sqlite(path.clone(), self.budget),
            Place::Server { url } => postgres(url),
        };
        options
            .max_connections(self.pool_size.max(1))
            .acquire_timeout(self.budget)
            .connect_timeout(self.budget)
            .connect_lazy(true)
            .sqlx_logging(false);
        options
    }
}

fn sqlite(path: PathBuf, patience: Duration) -> ConnectOptions {
    // The path is given past the address, in which some characters of a path would mean something else.
    let mut options = ConnectOptions::new("sqlite://records");
    options.map_sqlx_sqlite_opts(move |sqlite| {
        sqlite
            .filename(&path)
            .create_if_missing(true)
            // Before the journal mode, which needs the file for itself for a moment.
            .busy_timeout(patience)
            .journal_mode(SqliteJournalMode::Wal)
            // With WAL a power cut may undo the last writes, never damage the file; their jobs are in Redis, whose
            // file is no safer.
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
    });
    options
}

fn postgres(url: &Url) -> ConnectOptions {
    let mut bare = url.clone();
    // The library tells its options at its most talkative level; a password must not be among them.
    let password = url.password().map(decoded);
    if password.is_some() && bare.set_password(None).is_err() {
        bare = url.clone();
    }
    let mut options = ConnectOptions::new(bare.to_string());
    options.map_sqlx_postgres_opts(move |postgres| {
        let postgres = postgres.application_name("switchboard");
        match &password {
            Some(password) => postgres.password(password),
            None => postgres,
        }
    });
    options
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (other, _) => {
                bytes.push(other);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{AddressError, Kind, RecordsConfig, decoded};

    #[test]
    fn an_address_says_which_kind_it_is_and_never_shows_its_password() {
        let kind = |text: &str| RecordsConfig::parse(text).map(|config| config.kind());
        assert_eq!(kind("sqlite:///var/lib/records.sqlite"), Ok(Kind::Sqlite));
        assert_eq!(kind("sqlite://records.sqlite?mode=rwc"), Ok(Kind::Sqlite));
        assert_eq!(kind("postgres://me:s%2Fcret@db/records"), Ok(Kind::Postgres));
        assert_eq!(kind("postgresql://db/records"), Ok(Kind::Postgres));
        assert_eq!(kind("mysql://db/records"), Err(AddressError::Scheme));
        assert_eq!(kind("records.sqlite"), Err(AddressError::Scheme));
        assert_eq!(kind("sqlite::memory:"), Err(AddressError::NoFile));
        assert_eq!(kind("sqlite:"), Err(AddressError::NoFile));

        let config = RecordsConfig::parse("postgres://me:s%2Fcret@db/records").unwrap();
        let shown = format!("{config:?} {:?}", config.options());
        assert!(!shown.contains("cret"), "{shown}");
        assert_eq!(decoded("s%2Fcret%"), "s/cret%");
    }
}
