//! What must outlive Redis, in SQL: overrides of opening hours, feeds, and who did what.
//!
//! Redis is where things take effect; here is the copy from which an emptied Redis is filled, and the history that
//! nobody deletes. `SQLite` or `PostgreSQL`, by the address: one code path, one set of migrations.
//!
//! | table | a row is | written |
//! | --- | --- | --- |
//! | `overrides` | an override of opening hours, one for every id there ever was | once, and once more when it is withdrawn |
//! | `audit` | something that somebody did: when, who, what, to what | once; the database refuses changes |
//! | `feeds` | the last good copy of a calendar | whenever it has changed |
//! | `seaql_migrations` | a migration that has been applied | at the start, by `Records::prepare` |
//!
//! Every write may be repeated, and may come late or out of order: what is there already stays as it is. Times are
//! milliseconds since 1970 on the deployment's clock, which is Redis'; the database's own clock decides nothing.
//!
//! A database that is away is no reason not to start: [`Records::prepare`] is tried until it is there, and whoever asks
//! before that is told to come again.
//!
//! It never decides what counts, is never asked while a caller waits, and holds no live state.

mod address;
mod audit;
mod connection;
mod error;
mod feeds;
mod migrations;
mod overrides;
mod tables;

pub use address::{AddressError, Kind, RecordsConfig};
pub use audit::{Audited, Deed};
pub use connection::Records;
pub use error::RecordsError;
pub use feeds::KeptFeed;
pub use overrides::{KeptOverride, Withdrawal};
