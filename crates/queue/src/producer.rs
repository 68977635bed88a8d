//! Pushing jobs on their own.

use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};

use crate::error::{Error, Result};
use crate::keys::Prefix;
use crate::push::Push;
use crate::script;

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The job is in the queue.
    New,
    /// The same id is in the queue already, or the idempotency key was used before.
    Duplicate,
}

/// Pushes jobs that are not part of somebody else's script. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Producer {
    connection: ConnectionManager,
    prefix: Prefix,
}

impl Producer {
    /// Makes a producer; the connection is made at the first push and after every loss. Needs a tokio
    /// runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`] for an unusable URL.
    pub fn connect(redis_url: &str, prefix: Prefix) -> Result<Self> {
        Ok(Self {
            connection: manager(redis_url)?,
            prefix,
        })
    }

    /// Pushes one job.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if nothing can be written that way, [`Error::Redis`] if Redis does not answer;
    /// then the push may have happened, and repeating it with an id or key is safe.
    pub async fn push(&self, push: &Push) -> Result<Pushed> {
        let pushed = self.push_many(std::slice::from_ref(push)).await?;
        Ok(pushed.first().copied().unwrap_or(Pushed::Duplicate))
    }

    /// Pushes jobs in one step, all or none. Keep it under some thousands: Redis does nothing else
    /// meanwhile.
    ///
    /// # Errors
    ///
    /// As [`Self::push`].
    pub async fn push_many(&self, pushes: &[Push]) -> Result<Vec<Pushed>> {
        let mut args = Vec::with_capacity(pushes.len() * Push::ARGS);
        for push in pushes {
            push.write_args(&mut args);
        }
        let mut invocation = script::PUSH_MANY.key(self.prefix.as_str());
        for arg in &args {
            invocation.arg(arg.as_slice());
        }
        let mut connection = self.connection.clone();
        let answers: Vec<i64> = invocation
            .invoke_async(&mut connection)
            .await
            .map_err(Error::from_push)?;
        Ok(answers
            .into_iter()
            .map(|n| if n == 1 { Pushed::New } else { Pushed::Duplicate })
            .collect())
    }
}

/// A connection for calls that somebody waits for: it gives up soon, and reconnects behind the scenes.
pub(crate) fn manager(redis_url: &str) -> Result<ConnectionManager> {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(Duration::from_secs(1)))
        .set_response_timeout(Some(Duration::from_secs(2)))
        .set_number_of_retries(3)
        .set_max_delay(Duration::from_millis(500));
    Ok(redis::Client::open(redis_url)?.get_connection_manager_lazy(config)?)
}
