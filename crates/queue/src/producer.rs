//! Pushing jobs on their own.

use crate::error::{Error, Result};
use crate::keys::Prefix;
use crate::line::Line;
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
    line: Line,
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
            line: Line::patient(redis_url)?,
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
        let answers: Vec<i64> = self.line.invoke(&invocation).await.map_err(Error::from_push)?;
        Ok(answers
            .into_iter()
            .map(|n| if n == 1 { Pushed::New } else { Pushed::Duplicate })
            .collect())
    }
}
