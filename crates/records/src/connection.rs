//! The way to the database.

use std::fmt;
use std::sync::Arc;

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
    /// Made when first needed, and only kept when the tables are as this version needs them.
    pool: OnceCell<DatabaseConnection>,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Records").field(&self.inner.config).finish()
    }
}

impl Records {
    /// Asks nobody yet: the database need not be there.
    pub fn new(config: RecordsConfig) -> Self {
        Self {
            inner: Arc::new(Inner {
                config,
                pool: OnceCell::new(),
            }),
        }
    }

    /// Whether the database answers, with its tables in place: they are brought there by the first request, this or
    /// any other.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), RecordsError> {
        self.read(async |pool| pool.execute_unprepared("SELECT 1").await.map(drop))
            .await
    }

    async fn pool(&self) -> Result<&DatabaseConnection, DbErr> {
        let made = self.inner.pool.get_or_try_init(|| async {
            let pool = Database::connect(self.inner.config.options()).await?;
            migrations::apply(&pool).await?;
            Ok(pool)
        });
        made.await
    }

    /// Asks something.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, DbErr>,
    ) -> Result<T, RecordsError> {
        // On the heap: what the library does in there is large.
        self.within(Box::pin(async { work(self.pool().await?).await }))
            .await
    }

    /// Writes something, all of it or nothing.
    pub(crate) async fn write(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<(), DbErr>,
    ) -> Result<(), RecordsError> {
        let work = Box::pin(async {
            let transaction = begin(self.pool().await?).await?;
            work(&transaction).await?;
            transaction.commit().await
        });
        self.within(work).await
    }

    /// A server that is stuck keeps its connections open and says nothing.
    async fn within<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, RecordsError> {
        let budget = self.inner.config.budget;
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
