//! Two ways to Redis: one shared connection for commits, on which small requests follow each other without
//! waiting for answers, and a pool for reads that are large or rare, so that they never stand before a commit.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use deadpool_redis::{Manager, Pool, PoolError, Runtime};
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, ScriptInvocation};
use switchboard_queue::Names;
use switchboard_queue::line::{Line, client, spoils_connection};
use tokio::time::{Instant, timeout_at};

use crate::clock::Anchor;
use crate::line::{connect_within, patience};
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
    /// How many entries the event stream keeps, or a few more: it is trimmed by whole blocks.
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
    client: Client,
    names: Names,
    /// At which of the name's addresses the next connection of its own is made.
    turn: AtomicUsize,
    commits: Line,
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
    /// Prepares the connections, within a tokio runtime. Redis need not be there yet: a gateway that starts while
    /// Redis is down still has to ring the office.
    ///
    /// # Errors
    /// When the URL cannot be used.
    pub fn new(config: StoreConfig) -> Result<Self, StoreError> {
        let client = client(&config.url).map_err(StoreError::Url)?;
        let names = Names::new();
        let commits = Line::new(client.clone(), names.clone(), patience(config.budget));
        let each = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(connect_within(config.budget)))
            .set_response_timeout(Some(config.budget))
            .set_dns_resolver(names.clone());
        let manager =
            Manager::new_with_config(client.get_connection_info().clone(), each).map_err(StoreError::Url)?;
        let reads = Pool::builder(manager)
            .max_size(config.pool_size.max(1))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Foreign {
                what: error.to_string(),
            })?;
        Ok(Self {
            inner: Arc::new(Inner {
                config,
                client,
                names,
                turn: AtomicUsize::new(0),
                commits,
                reads,
                scripts: Scripts::new(),
                anchor: Anchor::default(),
            }),
        })
    }

    /// A client for a connection of its own.
    pub(crate) async fn client(&self) -> Result<Client, RedisError> {
        let turn = self.inner.turn.fetch_add(1, Ordering::Relaxed);
        self.inner.names.direct(&self.inner.client, turn).await
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

    /// When whatever is asked now has to be done.
    pub(crate) fn deadline(&self) -> Instant {
        Instant::now() + self.inner.config.budget
    }

    /// Runs a script on the shared connection.
    pub(crate) async fn invoke<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
        deadline: Instant,
    ) -> Result<T, StoreError> {
        self.within(deadline, self.inner.commits.invoke(script)).await
    }

    /// Asks for something small on the shared connection, where many questions share a round trip. Must be a question that
    /// may be asked twice: that the connection was lost meanwhile is only noticed by asking, and then it is asked again on one
    /// of the pool.
    pub(crate) async fn ask<T: FromRedisValue>(
        &self,
        command: &redis::Cmd,
        deadline: Instant,
    ) -> Result<T, StoreError> {
        let work = async {
            match self.inner.commits.ask(command).await {
                Err(error) if error.is_io_error() || spoils_connection(&error) => {
                    let mut connection = self.inner.reads.get().await.map_err(of_pool)?;
                    command.query_async(&mut *connection).await
                }
                answer => answer,
            }
        };
        self.within(deadline, work).await
    }

    /// Asks on a connection of the pool.
    pub(crate) async fn read<T: FromRedisValue>(
        &self,
        command: &redis::Cmd,
        deadline: Instant,
    ) -> Result<T, StoreError> {
        let work = async {
            let mut connection = self.inner.reads.get().await.map_err(of_pool)?;
            command.query_async(&mut *connection).await
        };
        self.within(deadline, work).await
    }

    /// Runs several commands at once on a connection of the pool; what they answer does not matter.
    pub(crate) async fn pipe(&self, commands: &redis::Pipeline, deadline: Instant) -> Result<(), StoreError> {
        let work = async {
            let mut connection = self.inner.reads.get().await.map_err(of_pool)?;
            commands.query_async(&mut *connection).await
        };
        self.within(deadline, work).await
    }

    /// Runs a script on a connection of the pool.
    pub(crate) async fn read_script<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
        deadline: Instant,
    ) -> Result<T, StoreError> {
        let work = async {
            let mut connection = self.inner.reads.get().await.map_err(of_pool)?;
            script.invoke_async(&mut *connection).await
        };
        self.within(deadline, work).await
    }

    async fn within<T>(
        &self,
        deadline: Instant,
        work: impl Future<Output = Result<T, RedisError>>,
    ) -> Result<T, StoreError> {
        let budget_ms = self.inner.config.budget.as_millis();
        let late = || StoreError::Unavailable {
            budget_ms,
            source: None,
        };
        // A future is polled before its deadline is looked at: what is too late must not even be sent.
        if Instant::now() >= deadline {
            return Err(late());
        }
        match timeout_at(deadline, work).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(StoreError::of(error, budget_ms)),
            Err(_) => Err(late()),
        }
    }

    /// Whether Redis answers now, on the connection that commits use.
    ///
    /// # Errors
    /// When it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        // Not on the connection of commits, and no script: anybody may ask for a service's health.
        self.read::<String>(&redis::cmd("PING"), self.deadline())
            .await
            .map(|_| ())
    }

    /// Names this deployment's stream if nobody has yet. Called once by every service at start; `fresh` should be
    /// random. Also hands Redis the scripts and asks it for the time, so that the first call finds both there.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn name_epoch(&self, fresh: &str) -> Result<(), StoreError> {
        let deadline = self.deadline();
        let mut set = redis::cmd("SET");
        set.arg(keys::epoch(self.prefix())).arg(fresh).arg("NX");
        self.read::<Option<String>>(&set, deadline).await?;
        for text in Scripts::texts() {
            let mut load = redis::cmd("SCRIPT");
            load.arg("LOAD").arg(text);
            self.read::<String>(&load, deadline).await?;
        }
        self.clock().await.map(|_| ())
    }
}

/// The pool has no time-outs of its own, so what it fails with is the connection's.
fn of_pool(error: PoolError) -> RedisError {
    match error {
        PoolError::Backend(error) => error,
        PoolError::Timeout(_)
        | PoolError::Closed
        | PoolError::NoRuntimeSpecified
        | PoolError::PostCreateHook(_) => {
            RedisError::from((redis::ErrorKind::Client, "no connection in the pool"))
        }
    }
}
