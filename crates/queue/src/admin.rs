//! What operators, the harness and the simulator need beside pushing.

use redis::AsyncCommands;
use redis::aio::ConnectionManager;

use crate::error::Result;
use crate::keys::{Keys, Prefix};
use crate::producer::manager;
use crate::script;
use crate::stats::{DeadJob, Stats};

/// Looks into the queues and works on the dead letters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin {
    connection: ConnectionManager,
    prefix: Prefix,
}

impl Admin {
    /// Makes an admin; the connection is made at the first call. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::Error::Redis) for an unusable URL.
    pub fn connect(redis_url: &str, prefix: Prefix) -> Result<Self> {
        Ok(Self {
            connection: manager(redis_url)?,
            prefix,
        })
    }

    /// Counts the jobs of all queues at one moment.
    pub async fn stats(&self) -> Result<Stats> {
        let mut connection = self.connection.clone();
        Ok(script::STATS
            .key(self.prefix.as_str())
            .invoke_async(&mut connection)
            .await?)
    }

    /// The newest `limit` dead letters of a queue, newest first.
    pub async fn dead(&self, queue: &str, limit: u32) -> Result<Vec<DeadJob>> {
        let keys = Keys::new(&self.prefix, queue)?;
        let mut connection = self.connection.clone();
        if limit == 0 {
            return Ok(Vec::new());
        }
        let last = isize::try_from(limit).unwrap_or(isize::MAX) - 1;
        let ids: Vec<String> = connection.zrevrange(&keys.dead, 0, last).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let letters: Vec<Option<Vec<u8>>> = redis::cmd("HMGET")
            .arg(&keys.grave)
            .arg(&ids)
            .query_async(&mut connection)
            .await?;
        let found = ids.into_iter().zip(letters);
        Ok(found
            .filter_map(|(id, letter)| Some(DeadJob::parse(id, &letter?)))
            .collect())
    }

    /// Makes a dead job ready again, with all its attempts unused. False if there is no such letter, or
    /// its id is in use again.
    pub async fn requeue(&self, queue: &str, id: &str) -> Result<bool> {
        Keys::new(&self.prefix, queue)?;
        let mut connection = self.connection.clone();
        let mut call = script::REQUEUE.key(self.prefix.as_str());
        Ok(call.arg(queue).arg(id).invoke_async(&mut connection).await?)
    }

    /// Drops the dead letters of a queue that died before `before_ms` (virtual ms) and says how many.
    pub async fn purge(&self, queue: &str, before_ms: i64) -> Result<u64> {
        Keys::new(&self.prefix, queue)?;
        let mut connection = self.connection.clone();
        let mut call = script::PURGE.key(self.prefix.as_str());
        call.arg(queue).arg(before_ms);
        let mut dropped = 0;
        loop {
            let batch: u64 = call.invoke_async(&mut connection).await?;
            dropped += batch;
            if batch < 1000 {
                return Ok(dropped);
            }
        }
    }

    /// What virtual time is ahead of real time in ms, if anybody set it. A production process refuses
    /// to start when this is not `None`.
    pub async fn clock_offset(&self) -> Result<Option<i64>> {
        Ok(self.connection.clone().get(self.prefix.clock_offset()).await?)
    }

    /// Sets virtual time ahead of real time and wakes every worker at once. For tests and the simulator.
    pub async fn set_clock_offset(&self, offset_ms: i64) -> Result<()> {
        let mut pipe = redis::pipe();
        pipe.atomic().set(self.prefix.clock_offset(), offset_ms).ignore();
        pipe.publish(self.prefix.wake_channel(), "*").ignore();
        Ok(pipe.query_async(&mut self.connection.clone()).await?)
    }
}
