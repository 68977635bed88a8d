//! The shared connection: many requests at once on one socket, made anew when it breaks.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::io::tcp::{TcpSettings, socket2::TcpKeepalive};
use redis::{Client, ConnectionInfo, FromRedisValue, IntoConnectionInfo, RedisError, ScriptInvocation};

use crate::error::spoils_connection;

/// How long a connection may take to be made. Whoever waits for it waits no longer than their budget, but a slow
/// network must get there in the end.
pub(crate) fn connect_within(budget: Duration) -> Duration {
    budget.max(Duration::from_secs(1))
}

/// The address, with TCP set for small requests that must not wait for each other, and for finding out within
/// seconds that the other side has gone without a word. Unix sockets ignore it.
pub(crate) fn address(url: &str) -> Result<ConnectionInfo, RedisError> {
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(5))
        .with_interval(Duration::from_secs(1))
        .with_retries(3);
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(keepalive);
    #[cfg(target_os = "linux")]
    let tcp = tcp.set_user_timeout(Duration::from_secs(3));
    Ok(url.into_connection_info()?.set_tcp_settings(tcp))
}

pub(crate) struct Line {
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
    pub(crate) fn new(address: ConnectionInfo, budget: Duration) -> Result<Self, RedisError> {
        let client = Client::open(address)?;
        // A failed attempt is repeated once in the background; after that the next request tries again.
        let config = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(connect_within(budget)))
            .set_response_timeout(Some(budget))
            .set_number_of_retries(1)
            .set_min_delay(Duration::from_millis(20))
            .set_max_delay(Duration::from_millis(100));
        let manager = ConnectionManager::new_lazy_with_config(client.clone(), config.clone())?;
        let current = Mutex::new(Current {
            generation: 0,
            manager,
        });
        Ok(Self {
            client,
            config,
            current,
        })
    }

    /// Runs a script once.
    pub(crate) async fn invoke<T: FromRedisValue>(
        &self,
        script: &ScriptInvocation<'_>,
    ) -> Result<T, RedisError> {
        let (generation, mut manager) = self.take();
        self.looked_at(generation, script.invoke_async(&mut manager).await)
    }

    /// Asks once for something small.
    pub(crate) async fn ask<T: FromRedisValue>(&self, command: &redis::Cmd) -> Result<T, RedisError> {
        let (generation, mut manager) = self.take();
        self.looked_at(generation, command.query_async(&mut manager).await)
    }

    fn take(&self) -> (u64, ConnectionManager) {
        let current = self.lock();
        (current.generation, current.manager.clone())
    }

    /// Makes the connection anew if the answer says that it is worth nothing any more.
    fn looked_at<T>(&self, generation: u64, answer: Result<T, RedisError>) -> Result<T, RedisError> {
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
        if current.generation == generation
            && let Ok(manager) =
                ConnectionManager::new_lazy_with_config(self.client.clone(), self.config.clone())
        {
            *current = Current {
                generation: generation + 1,
                manager,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Current> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
