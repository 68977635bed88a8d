//! Connections for calls that somebody waits for, and how TCP is set for all of them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, FromRedisValue, IntoConnectionInfo, RedisError, RedisResult, ScriptInvocation};

/// A client whose TCP is set for small requests that must not wait for each other, and for finding out within
/// seconds that the other side has gone without a word. Unix sockets ignore it.
pub(crate) fn client(url: &str) -> RedisResult<Client> {
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(5))
        .with_interval(Duration::from_secs(1))
        .with_retries(3);
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(Duration::from_secs(3));
    Client::open(url.into_connection_info()?.set_tcp_settings(tcp))
}

/// One shared connection, made at the first call and anew after every loss. It gives up soon: whoever pushes
/// waits for it. Cheap to clone; needs a tokio runtime.
#[derive(Clone)]
pub(crate) struct Line(Arc<Inner>);

struct Inner {
    client: Client,
    config: ConnectionManagerConfig,
    current: Mutex<Current>,
}

#[derive(Clone)]
struct Current {
    generation: u64,
    manager: ConnectionManager,
}

impl Line {
    pub(crate) fn new(url: &str) -> RedisResult<Self> {
        let client = client(url)?;
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(Duration::from_secs(2)))
            .set_number_of_retries(3)
            .set_max_delay(Duration::from_millis(500));
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config.clone())?;
        let current = Mutex::new(Current {
            generation: 0,
            manager,
        });
        Ok(Self(Arc::new(Inner {
            client,
            config,
            current,
        })))
    }

    /// Runs a script once.
    pub(crate) async fn invoke<T: FromRedisValue>(&self, call: &ScriptInvocation<'_>) -> RedisResult<T> {
        let mut current = self.current();
        let answer = call.invoke_async(&mut current.manager).await;
        self.look_at(current.generation, answer)
    }

    /// Runs commands once.
    pub(crate) async fn query<T: FromRedisValue>(&self, pipe: &redis::Pipeline) -> RedisResult<T> {
        let mut current = self.current();
        let answer = pipe.query_async(&mut current.manager).await;
        self.look_at(current.generation, answer)
    }

    fn current(&self) -> Current {
        self.lock().clone()
    }

    fn look_at<T>(&self, generation: u64, answer: RedisResult<T>) -> RedisResult<T> {
        if let Err(error) = &answer
            && spoils_connection(error)
        {
            self.renew(generation);
        }
        answer
    }

    /// Replaces the connection, unless somebody has done so meanwhile.
    fn renew(&self, generation: u64) {
        let mut current = self.lock();
        let inner = &self.0;
        if current.generation == generation
            && let Ok(manager) =
                ConnectionManager::new_lazy_with_config(inner.client.clone(), inner.config.clone())
        {
            *current = Current {
                generation: generation + 1,
                manager,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.0.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}

/// Whether an open connection is of no more use. I/O errors are not meant: the connection manager sees to them,
/// but it would keep for ever what any other error left it with, such as a handshake while the server had no
/// place for more clients. After a failover an open connection may lead to a replica.
fn spoils_connection(error: &RedisError) -> bool {
    let fine = ["OOM", "MISCONF", "NOREPLICAS", "WRONGTYPE", "REFUSED", "NOSCRIPT"];
    !error.is_io_error() && !error.code().is_some_and(|code| fine.contains(&code))
}
