//! How the tables come to be. One list for both databases, in the order in which they are applied.
//!
//! A migration only adds: while a deployment is being renewed, old processes go on with new tables, and an old version
//! that is put back finds what it knows.

mod m0001_overrides;
mod m0002_audit;
mod m0003_feeds;
mod m0004_feed_addresses;

use std::collections::HashSet;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr, Statement,
};
use sea_orm_migration::{MigrationTrait, MigratorTrait};

use crate::connection::begin;

struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_overrides::Migration),
            Box::new(m0002_audit::Migration),
            Box::new(m0003_feeds::Migration),
            Box::new(m0004_feed_addresses::Migration),
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

/// Between two tries for a file that another process writes to.
const AGAIN: Duration = Duration::from_millis(100);
/// Several workers may start at once. The number is ours, "records" in ASCII, so that no other program waits for it by
/// chance.
const LOCK: &str = "32199625090950259";

/// Applies what is missing, all of it or nothing. One process at a time; `waits` is told when this is not the one.
pub(crate) async fn apply(pool: &DatabaseConnection, waits: impl Fn()) -> Result<(), DbErr> {
    let transaction = locked(pool, waits).await?;
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

/// A transaction that no other process has at the same time: they wait here, and then find nothing to do.
async fn locked(pool: &DatabaseConnection, waits: impl Fn()) -> Result<DatabaseTransaction, DbErr> {
    if pool.get_database_backend() == DbBackend::Postgres {
        let transaction = begin(pool).await?;
        let free = format!("SELECT pg_try_advisory_xact_lock({LOCK})");
        let free = transaction
            .query_one_raw(Statement::from_string(DbBackend::Postgres, free))
            .await?;
        let free = free.map_or(Ok(false), |row| row.try_get_by_index::<bool>(0))?;
        if !free {
            waits();
            let lock = format!("SELECT pg_advisory_xact_lock({LOCK})");
            transaction.execute_unprepared(&lock).await?;
        }
        return Ok(transaction);
    }
    // To begin is to lock the file.
    loop {
        match begin(pool).await {
            Ok(transaction) => return Ok(transaction),
            Err(error) if is_busy(&error) => {
                waits();
                tokio::time::sleep(AGAIN).await;
            }
            Err(error) => return Err(error),
        }
    }
}

/// `SQLITE_BUSY`; the code may carry details in its higher bits.
fn is_busy(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    let code = cause
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.and_then(|code| code.parse::<u32>().ok())
        .is_some_and(|code| code & 0xff == 5)
}
