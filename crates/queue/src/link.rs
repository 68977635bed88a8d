//! A connection that is always coming back.

use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, RedisError, ScriptInvocation};
use tracing::{debug, info, warn};

use crate::backoff::Backoff;
use crate::metric;
use crate::names::Names;

/// From a moment to a second: a Redis that restarts is back in about one, and nobody should have to
/// wait much longer than it needs.
pub(crate) const RECONNECT: Backoff = Backoff {
    base: Duration::from_millis(50),
    cap: Duration::from_secs(1),
};

/// Where Redis is, and how its name is looked up.
pub(crate) type Address = (Client, Names);

/// One connection of an engine. It reconnects before the next call after any error, whatever the error
/// was: after a failover an open connection may lead to a replica.
pub(crate) struct Link {
    client: Client,
    config: AsyncConnectionConfig,
    connection: Option<MultiplexedConnection>,
    failures: u32,
    rng: StdRng,
    queue: String,
    what: &'static str,
}

impl Link {
    pub(crate) fn new(
        (client, names): Address,
        queue: &str,
        what: &'static str,
        answer: Duration,
        seed: u64,
    ) -> Self {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(answer))
            .set_dns_resolver(names);
        let rng = StdRng::seed_from_u64(seed);
        Self {
            client,
            config,
            connection: None,
            failures: 0,
            rng,
            queue: queue.to_owned(),
            what,
        }
    }

    /// Runs a script once; waits first if the last call failed.
    pub(crate) async fn invoke<T: FromRedisValue>(
        &mut self,
        call: &ScriptInvocation<'_>,
    ) -> Result<T, RedisError> {
        let mut connection = self.connection().await?;
        let answer = call.invoke_async(&mut connection).await;
        self.note(answer)
    }

    /// Runs a command once; waits first if the last call failed.
    pub(crate) async fn query<T: FromRedisValue>(&mut self, call: &redis::Pipeline) -> Result<T, RedisError> {
        let mut connection = self.connection().await?;
        let answer = call.query_async(&mut connection).await;
        self.note(answer)
    }

    async fn connection(&mut self) -> Result<MultiplexedConnection, RedisError> {
        if let Some(connection) = &self.connection {
            return Ok(connection.clone());
        }
        if self.failures > 0 {
            tokio::time::sleep(RECONNECT.pause(self.failures, &mut self.rng)).await;
        }
        let made = self
            .client
            .get_multiplexed_async_connection_with_config(&self.config)
            .await;
        let connection = if made.is_ok() { made } else { self.note(made) }?;
        self.connection = Some(connection.clone());
        Ok(connection)
    }

    fn note<T>(&mut self, answer: Result<T, RedisError>) -> Result<T, RedisError> {
        let (queue, what) = (&self.queue, self.what);
        match &answer {
            Ok(_) if self.failures > 0 => {
                info!(
                    queue,
                    what,
                    failures = self.failures,
                    "redis answers again ({queue} {what})"
                );
                self.failures = 0;
            }
            Ok(_) => {}
            Err(error) => {
                self.connection = None;
                self.failures = self.failures.saturating_add(1);
                metric::redis_failed(queue, what);
                // One line an outage, not one a try.
                if self.failures == 1 {
                    warn!(queue, what, %error, "redis failed, trying again ({queue} {what})");
                } else {
                    debug!(queue, what, %error, failures = self.failures, "redis failed again");
                }
            }
        }
        answer
    }
}
