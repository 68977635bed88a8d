//! The way to the database.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sea_orm::{
    ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};
use tokio::sync::OnceCell;
use tokio::time::timeout;

use crate::migrations;
use crate::{RecordsConfig, RecordsError};

/// How often a request looks whether the tables are there.
const LOOK: Duration = Duration::from_millis(10);

/// The records. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Records {
    inner: Arc<Inner>,
}

struct Inner {
    config: RecordsConfig,
    /// There once the tables are as this version needs them.
    pool: OnceCell<DatabaseConnection>,
    /// Whether another process is about to bring them there.
    waits: AtomicBool,
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
                waits: AtomicBool::new(false),
            }),
        }
    }

    /// Brings the tables to where this version needs them, once; until then every request is refused. It takes as long
    /// as it takes: an index over years of records must not be begun again and again. Several processes may start at
    /// once: one does it, the others wait, which each tells by `waits`, once.
    ///
    /// # Errors
    /// When the database does not answer, or refuses; then nothing has been done, and it may be tried again.
    pub async fn prepare(&self, waits: impl Fn()) -> Result<(), RecordsError> {
        let made = self.inner.pool.get_or_try_init(|| async {
            let pool = Database::connect(self.inner.config.options()).await?;
            let told = || {
                if !self.inner.waits.swap(true, Ordering::AcqRel) {
                    waits();
                }
            };
            migrations::apply(&pool, told).await?;
            Ok::<_, DbErr>(pool)
        });
        // On the heap: what the library does in there is large.
        let made = Box::pin(made).await.map(drop);
        self.inner.waits.store(false, Ordering::Release);
        Ok(made?)
    }

    /// Whether the database answers, with its tables in place.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), RecordsError> {
        let pool = self.pool()?;
        let ping = async { pool.execute_unprepared("SELECT 1").await.map(drop) };
        self.within(ping).await
    }

    fn pool(&self) -> Result<&DatabaseConnection, RecordsError> {
        self.inner.pool.get().ok_or(RecordsError::NotPrepared {
            waits: self.inner.waits.load(Ordering::Acquire),
        })
    }

    /// At a start the tables are there in a moment, and a job that is refused before would come back much later.
    async fn prepared(&self) -> Result<&DatabaseConnection, RecordsError> {
        let there = async {
            while self.inner.pool.get().is_none() {
                tokio::time::sleep(LOOK).await;
            }
        };
        // Whether it was there in time is asked below.
        let _ = timeout(self.inner.config.budget, there).await;
        self.pool()
    }

    /// Asks something.
    pub(crate) async fn read<T>(
        &self,
        work: impl AsyncFnOnce(&DatabaseConnection) -> Result<T, DbErr>,
    ) -> Result<T, RecordsError> {
        let pool = self.prepared().await?;
        self.within(Box::pin(async { work(pool).await })).await
    }

    /// Writes something, all of it or nothing.
    pub(crate) async fn write(
        &self,
        work: impl AsyncFnOnce(&DatabaseTransaction) -> Result<(), DbErr>,
    ) -> Result<(), RecordsError> {
        let pool = self.prepared().await?;
        let work = Box::pin(async {
            let transaction = begin(pool).await?;
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
