//! Two ways to Redis: one shared connection for commits, on which small requests follow each other without
//! waiting for answers, and a pool for reads that are large or rare, so that they never stand before a commit.

use std::sync::Arc;
use std::time::Duration;

use deadpool_redis::{Pool, Runtime};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{FromRedisValue, RedisError, ScriptInvocation};

use crate::clock::Anchor;
use crate::script::Scripts;
use crate::{StoreError, keys};

/// Where Redis is and how long it may take.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `redis://…`, `rediss://…` or `redis+unix://…`.
    pub url: String,
    /// The deployment's key prefix, with one hash tag: `{sb}`.
    pub prefix: String,
    /// How long anything asked of Redis may take, tries included.
    pub budget: Duration,
    /// How many entries the event stream keeps.
    pub stream_cap: usize,
    /// How long an ended call is kept.
    pub ended_ttl: Duration,
    /// Connections for large reads.
    pub pool_size: usize,
}

impl StoreConfig {
    /// 300 ms, 10,000 entries, a day, 4 connections.
    pub fn new(url: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            prefix: prefix.into(),
            budget: Duration::from_millis(300),
            stream_cap: 10_000,
            ended_ttl: Duration::from_hours(24),
            pool_size: 4,
        }
    }
}

/// Live calls in Redis. Cheap to clone; all clones share their connections.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    config: StoreConfig,
    commits: ConnectionManager,
    reads: Pool,
    scripts: Scripts,
    anchor: Anchor,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("prefix", &self.inner.config.prefix)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Prepares the connections. Redis need not be there yet: a gateway that starts while Redis is down still
    /// has to ring the office.
    ///
    /// # Errors
    /// When the URL cannot be used.
    pub fn new(config: StoreConfig) -> Result<Self, StoreError> {
        let client = redis::Client::open(config.url.as_str()).map_err(StoreError::Url)?;
        // Reconnects are tried within the budget of whoever waits; the next request tries again.
        let manager = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(config.budget))
            .set_response_timeout(Some(config.budget))
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(20))
            .set_max_delay(Duration::from_millis(100));
        let commits = ConnectionManager::new_lazy_with_config(client, manager).map_err(StoreError::Url)?;
        let manager = deadpool_redis::Manager::new(config.url.as_str()).map_err(StoreError::Url)?;
        let budget = Some(config.budget);
        let reads = Pool::builder(manager)
            .max_size(config.pool_size)
            .wait_timeout(budget)
            .create_timeout(budget)
            .recycle_timeout(budget)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Foreign {
                what: error.to_string(),
            })?;
        let anchor = Anchor::default();
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                commits,
                reads,
                scripts: Scripts::new(),
                anchor,
            }),
        })
    }

    pub(crate) fn config(&self) -> &StoreConfig {
        &self.inner.config
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.inner.config.prefix
    }

    pub(crate) fn scripts(&self) -> &Scripts {
        &self.inner.scripts
    }

    pub(crate) fn anchor(&self) -> &Anchor {
        &self.inner.anchor
    }

    pub(crate) fn unavailable(&self, source: Option<RedisError>) -> StoreError {
        StoreError::Unavailable {
            budget_ms: self.inner.config.budget.as_millis(),
            source,
        }
    }

    /// Runs a script on the shared connection, within the budget.
    pub(crate) async fn invoke<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let mut connection = self.inner.commits.clone();
        match tokio::time::timeout(self.inner.config.budget, script.invoke_async(&mut connection)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.unavailable(Some(error))),
            Err(_) => Err(self.unavailable(None)),
        }
    }

    /// Asks on a connection of the pool, within the budget.
    pub(crate) async fn read<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, StoreError> {
        let work = async {
            let mut connection = self.inner.reads.get().await.map_err(|error| match error {
                deadpool_redis::PoolError::Backend(error) => self.unavailable(Some(error)),
                _ => self.unavailable(None),
            })?;
            command
                .query_async(&mut *connection)
                .await
                .map_err(|error| self.unavailable(Some(error)))
        };
        tokio::time::timeout(self.inner.config.budget, work)
            .await
            .unwrap_or_else(|_| Err(self.unavailable(None)))
    }

    /// Runs a script on a connection of the pool, within the budget.
    pub(crate) async fn read_script<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, StoreError> {
        let work = async {
            let mut connection = self.inner.reads.get().await.map_err(|_| self.unavailable(None))?;
            script
                .invoke_async(&mut *connection)
                .await
                .map_err(|error| self.unavailable(Some(error)))
        };
        tokio::time::timeout(self.inner.config.budget, work)
            .await
            .unwrap_or_else(|_| Err(self.unavailable(None)))
    }

    /// Whether Redis answers now.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read::<String>(&redis::cmd("PING")).await.map(|_| ())
    }

    /// Names this deployment's stream if nobody has yet. Called once by every service at start; `fresh` should be
    /// random.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn name_epoch(&self, fresh: &str) -> Result<(), StoreError> {
        let mut set = redis::cmd("SET");
        set.arg(keys::epoch(self.prefix())).arg(fresh).arg("NX");
        self.read::<Option<String>>(&set).await.map(|_| ())
    }
}
