//! What operators, the harness and the simulator need beside pushing.

use crate::error::Result;
use crate::keys::{Keys, Prefix};
use crate::letter::DeadJob;
use crate::line::Line;
use crate::script;
use crate::stats::Stats;
use crate::view::{Finished, JobState, JobView, Shown};

/// The most jobs that one look shows.
const SHOWN: u32 = 1000;

/// Looks into the queues and works on what failed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin {
    line: Line,
    prefix: Prefix,
}

/// What became of dropping a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dropped {
    /// It is gone.
    Gone,
    /// There is none of that id.
    NoSuchJob,
    /// A worker has it; whatever it does cannot be undone by forgetting the job.
    Running,
}

impl Admin {
    /// Makes an admin; the connection is made at the first call. Needs a tokio runtime.
    ///
    /// # Errors
    ///
    /// [`Error::Redis`](crate::Error::Redis) for an unusable URL.
    pub fn connect(redis_url: &str, prefix: Prefix) -> Result<Self> {
        Ok(Self {
            line: Line::patient(redis_url)?,
            prefix,
        })
    }

    /// Counts the jobs of all queues at one moment.
    pub async fn stats(&self) -> Result<Stats> {
        Ok(self.line.invoke(&script::STATS.key(self.prefix.as_str())).await?)
    }

    /// At most `limit` jobs of a queue (1,000 however many are asked for): those that are next first, the newest
    /// dead first. Ready ones are those that a worker has made ready: what became due a moment ago may still
    /// count as due.
    pub async fn jobs(&self, queue: &str, state: JobState, limit: u32) -> Result<Vec<JobView>> {
        let limit = limit.min(SHOWN);
        let lists: &[&str] = match state {
            JobState::Ready => &["high", "ready"],
            JobState::Due => &["due"],
            JobState::Running => &["lease"],
            JobState::Dead => &["dead"],
        };
        let mut jobs = Vec::new();
        for list in lists {
            let left = limit - u32::try_from(jobs.len()).unwrap_or(limit);
            if left > 0 {
                jobs.extend(self.show(queue, list, &left.to_string()).await?);
            }
        }
        Ok(jobs)
    }

    /// One job of a queue, wherever it is.
    pub async fn job(&self, queue: &str, id: &str) -> Result<Option<JobView>> {
        Ok(self.show(queue, "id", id).await?.pop())
    }

    async fn show(&self, queue: &str, which: &str, arg: &str) -> Result<Vec<JobView>> {
        Keys::new(&self.prefix, queue)?;
        let mut call = script::SHOW.key(self.prefix.as_str());
        call.arg(queue).arg(which).arg(arg);
        let Shown(jobs) = self.line.invoke(&call).await?;
        Ok(jobs)
    }

    /// The newest of the last hundred jobs that ended well, newest first. Of a queue that ends thousands a
    /// second only some are noted.
    pub async fn recent(&self, queue: &str, limit: u32) -> Result<Vec<Finished>> {
        let keys = Keys::new(&self.prefix, queue)?;
        let mut pipe = redis::pipe();
        pipe.lrange(&keys.recent, 0, isize::try_from(limit).unwrap_or(isize::MAX) - 1);
        let (notes,): (Vec<Vec<u8>>,) = match limit {
            0 => Default::default(),
            _ => self.line.query(&pipe).await?,
        };
        Ok(notes.iter().filter_map(|note| Finished::parse(note)).collect())
    }

    /// The newest `limit` dead letters of a queue, newest first.
    pub async fn dead(&self, queue: &str, limit: u32) -> Result<Vec<DeadJob>> {
        let keys = Keys::new(&self.prefix, queue)?;
        if limit == 0 {
            return Ok(Vec::new());
        }
        let last = isize::try_from(limit).unwrap_or(isize::MAX) - 1;
        let mut pipe = redis::pipe();
        pipe.zrevrange(&keys.dead, 0, last);
        let (ids,): (Vec<String>,) = self.line.query(&pipe).await?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        pipe.cmd("HMGET").arg(&keys.grave).arg(&ids);
        let (letters,): (Vec<Option<Vec<u8>>>,) = self.line.query(&pipe).await?;
        let found = ids.into_iter().zip(letters);
        Ok(found
            .filter_map(|(id, letter)| Some(DeadJob::parse(id, &letter?)))
            .collect())
    }

    /// Lets a job that failed run now: a dead one with all its attempts unused, or one that waits to be tried
    /// again. False if there is no such job, or its id is in use again; a job that waits for a time of its own
    /// is none, because nothing may run early.
    pub async fn requeue(&self, queue: &str, id: &str) -> Result<bool> {
        Keys::new(&self.prefix, queue)?;
        let mut call = script::REQUEUE.key(self.prefix.as_str());
        Ok(self.line.invoke(call.arg(queue).arg(id)).await?)
    }

    /// Drops a job for good, waiting or dead.
    pub async fn drop(&self, queue: &str, id: &str) -> Result<Dropped> {
        Keys::new(&self.prefix, queue)?;
        let mut call = script::DROP.key(self.prefix.as_str());
        let answer: i64 = self.line.invoke(call.arg(queue).arg(id)).await?;
        Ok(match answer {
            1 => Dropped::Gone,
            0 => Dropped::NoSuchJob,
            _ => Dropped::Running,
        })
    }

    /// Drops the dead letters of a queue that died before `before_ms` (virtual ms) and says how many.
    pub async fn purge(&self, queue: &str, before_ms: i64) -> Result<u64> {
        Keys::new(&self.prefix, queue)?;
        let mut call = script::PURGE.key(self.prefix.as_str());
        call.arg(queue).arg(before_ms);
        let mut dropped = 0;
        loop {
            let batch: u64 = self.line.invoke(&call).await?;
            dropped += batch;
            if batch < 1000 {
                return Ok(dropped);
            }
        }
    }

    /// What virtual time is ahead of real time in ms, if anybody set it. A production process refuses
    /// to start when this is not `None`.
    pub async fn clock_offset(&self) -> Result<Option<i64>> {
        let mut pipe = redis::pipe();
        pipe.get(self.prefix.clock_offset());
        let (offset,) = self.line.query(&pipe).await?;
        Ok(offset)
    }

    /// Sets virtual time ahead of real time and wakes every worker at once. For tests and the simulator.
    pub async fn set_clock_offset(&self, offset_ms: i64) -> Result<()> {
        let mut pipe = redis::pipe();
        pipe.atomic().set(self.prefix.clock_offset(), offset_ms).ignore();
        pipe.publish(self.prefix.wake_channel(), "*").ignore();
        Ok(self.line.query(&pipe).await?)
    }
}
