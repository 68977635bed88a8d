//! The way to the database.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::migrations;
use crate::{RecordsConfig, RecordsError};

/// The records. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Records {
    inner: Arc<Inner>,
}

struct Inner {
    config: RecordsConfig,
    pool: DatabaseConnection,
    /// Set once the tables are as this version needs them.
    prepared: OnceCell<()>,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Records").field(&self.inner.config).finish()
    }
}

impl Records {
    /// Prepares the connections, within a tokio runtime. The database need not be there yet.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub async fn new(config: RecordsConfig) -> Result<Self, RecordsError> {
        let pool = Database::connect(config.options()).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                pool,
                prepared: OnceCell::new(),
            }),
        })
    }

    /// Brings the tables to what this version needs, once. Everything else here does so by itself.
    ///
    /// # Errors
    /// When the database is away, or its tables cannot be brought there.
    pub async fn prepare(&self) -> Result<(), RecordsError> {
        self.read(async |_| Ok(())).await
    }

    /// Whether the database answers, with its tables in place.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), RecordsError> {
        self.read(async |pool| pool.execute_unprepared("SELECT 1").await.map(drop))
            .await
    }

    /// Ends all connections, so that whoever owns the database can stop it.
    pub async fn close(&self) {
        // It ends by itself with the process; nobody waits for an error.
        let _ = self.inner.pool.close_by_ref().await;
    }

    async fn prepared(&self) -> Result<&DatabaseConnection, DbErr> {
        let pool = &self.inner.pool;
        let prepared = &self.inner.prepared;
        prepared.get_or_try_init(|| migrations::apply(pool)).await?;
        Ok(pool)
    }

    /// Asks something.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, DbErr>,
    ) -> Result<T, RecordsError> {
        self.within(async { work(self.prepared().await?).await }).await
    }

    /// Writes something, all of it or nothing.
    pub(crate) async fn write(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<(), DbErr>,
    ) -> Result<(), RecordsError> {
        let work = async {
            let transaction = begin(self.prepared().await?).await?;
            work(&transaction).await?;
            transaction.commit().await
        };
        self.within(work).await
    }

    /// A server that is stuck keeps its connections open and says nothing.
    async fn within<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, RecordsError> {
        let budget: Duration = self.inner.config.budget;
        match timeout(budget, work).await {
            Ok(done) => Ok(done?),
            Err(_) => Err(RecordsError::Late(budget)),
        }
    }
}

/// On `SQLite` the right to write is taken at the beginning: one that begins by reading is refused it later, without
/// any patience, when somebody else has written meanwhile.
pub(crate) async fn begin(pool: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    pool.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}
