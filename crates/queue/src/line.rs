//! Connections for calls that somebody waits for, and how TCP is set for all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use redis::aio::MultiplexedConnection;
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{
    AsyncConnectionConfig, Client, FromRedisValue, IntoConnectionInfo, RedisError, RedisResult,
    ScriptInvocation,
};
use tokio::task::JoinSet;

use crate::names::Names;

/// A client whose TCP is set for small requests that must not wait for each other, and for finding out within
/// seconds that the other side has gone without a word. Unix sockets ignore it.
///
/// # Errors
/// When the URL cannot be used.
pub fn client(url: &str) -> RedisResult<Client> {
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(5))
        .with_interval(Duration::from_secs(1))
        .with_retries(3);
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(Duration::from_secs(3));
    Client::open(url.into_connection_info()?.set_tcp_settings(tcp))
}

/// How patient a [`Line`] is.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long one attempt to connect may take.
    pub connect: Duration,
    /// How long an answer may take.
    pub answer: Duration,
    /// How often a failed attempt is repeated before whoever waits is told.
    pub retries: u32,
    /// What lies between two attempts.
    pub pause: Duration,
}

/// One shared connection, made at the first call and anew after every loss. It gives up soon: somebody waits for
/// it. Cheap to clone; needs a tokio runtime.
#[derive(Clone)]
pub struct Line(Arc<Inner>);

struct Inner {
    client: Client,
    config: AsyncConnectionConfig,
    patience: Patience,
    current: Mutex<Current>,
}

type Connecting = Shared<BoxFuture<'static, RedisResult<MultiplexedConnection>>>;

struct Current {
    generation: u64,
    connection: Connecting,
    /// Goes on connecting when nobody waits any more.
    drive: JoinSet<()>,
}

impl Line {
    /// Prepares it; nothing is connected yet.
    pub fn new(client: Client, names: Names, patience: Patience) -> Self {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(patience.connect))
            .set_response_timeout(Some(patience.answer))
            .set_dns_resolver(names);
        let current = Mutex::new(Current {
            generation: 0,
            connection: connect(client.clone(), config.clone(), patience),
            drive: JoinSet::new(),
        });
        Self(Arc::new(Inner {
            client,
            config,
            patience,
            current,
        }))
    }

    /// For whoever may wait for seconds.
    pub(crate) fn patient(url: &str) -> RedisResult<Self> {
        let patience = Patience {
            connect: Duration::from_secs(1),
            answer: Duration::from_secs(2),
            retries: 3,
            pause: Duration::from_millis(200),
        };
        Ok(Self::new(client(url)?, Names::new(), patience))
    }

    /// Runs a script once.
    ///
    /// # Errors
    /// What Redis says, or the connection.
    pub async fn invoke<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> RedisResult<T> {
        let (generation, connection) = self.current();
        let answer = async { call.invoke_async(&mut connection.await?).await };
        self.look_at(generation, answer.await)
    }

    /// Runs a command once.
    ///
    /// # Errors
    /// What Redis says, or the connection.
    pub async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> RedisResult<T> {
        let (generation, connection) = self.current();
        let answer = async { command.query_async(&mut connection.await?).await };
        self.look_at(generation, answer.await)
    }

    /// Runs commands once.
    ///
    /// # Errors
    /// What Redis says, or the connection.
    pub async fn query<T: FromRedisValue>(&self, pipe: &redis::Pipeline) -> RedisResult<T> {
        let (generation, connection) = self.current();
        let answer = async { pipe.query_async(&mut connection.await?).await };
        self.look_at(generation, answer.await)
    }

    fn current(&self) -> (u64, Connecting) {
        let mut current = self.lock();
        match current.connection.peek() {
            // It failed when nobody waited any more: that says nothing about now.
            Some(Err(_)) => self.replace(&mut current),
            // Whoever waits first may leave before it is there.
            None if current.drive.is_empty() => current.go_on(),
            Some(Ok(_)) | None => {}
        }
        (current.generation, current.connection.clone())
    }

    /// Replaces the connection after what spoils it, unless somebody has done so meanwhile.
    fn look_at<T>(&self, generation: u64, answer: RedisResult<T>) -> RedisResult<T> {
        if let Err(error) = &answer {
            let mut current = self.lock();
            let unmade = matches!(current.connection.peek(), Some(Err(_)));
            if current.generation == generation && (unmade || spoils_connection(error)) {
                self.replace(&mut current);
            }
        }
        answer
    }

    fn replace(&self, current: &mut Current) {
        let inner = &self.0;
        current.generation += 1;
        current.connection = connect(inner.client.clone(), inner.config.clone(), inner.patience);
        current.go_on();
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Current {
    fn go_on(&mut self) {
        let connection = self.connection.clone();
        self.drive = JoinSet::new();
        self.drive.spawn(async move {
            let _ = connection.await;
        });
    }
}

fn connect(client: Client, config: AsyncConnectionConfig, patience: Patience) -> Connecting {
    let attempts = async move {
        let mut failures = 0;
        loop {
            match client.get_multiplexed_async_connection_with_config(&config).await {
                Err(_) if failures < patience.retries => failures += 1,
                made => return made,
            }
            tokio::time::sleep(patience.pause).await;
        }
    };
    attempts.boxed().shared()
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

/// Whether an open connection is of no more use: it broke, or leads to a server that is no use, such as a replica
/// after a failover. An answer that merely took too long does not spoil it: what hangs for good, TCP ends.
pub fn spoils_connection(error: &RedisError) -> bool {
    let fine = [
        "OOM",
        "MISCONF",
        "NOREPLICAS",
        "WRONGTYPE",
        "REFUSED",
        "FOREIGN",
        "NOSCRIPT",
    ];
    let refused = error.code().is_some_and(|code| fine.contains(&code));
    error.is_unrecoverable_error() || (!error.is_io_error() && !refused)
}
