//! Who runs where: what is measured on one processor, what measures it on another.

use anyhow::{Context, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The processors of a benchmark that keeps its parts apart.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cores {
    /// Of the system, the floor and Redis.
    pub(crate) served: usize,
    /// Of the clients.
    pub(crate) asking: usize,
}

impl Cores {
    /// The first two that we may use; the same one twice where there is no other.
    pub(crate) fn find() -> Result<Self> {
        let allowed = sched_getaffinity(None).context("asking for our processors")?;
        let mut ours = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        let served = ours.next().context("no processor is ours")?;
        let asking = ours.next().unwrap_or(served);
        Ok(Self { served, asking })
    }
}

/// While it lives, this thread keeps to one processor, and so does for ever whatever process it starts.
#[derive(Debug)]
pub(crate) struct Pinned(CpuSet);

impl Pinned {
    pub(crate) fn to(core: usize) -> Result<Self> {
        let before = sched_getaffinity(None).context("asking for our processors")?;
        let mut only = CpuSet::new();
        only.set(core);
        sched_setaffinity(None, &only).context("keeping to a processor")?;
        Ok(Self(before))
    }
}

impl Drop for Pinned {
    fn drop(&mut self) {
        // It was allowed before.
        let _ = sched_setaffinity(None, &self.0);
    }
}

#[cfg(test)]
mod tests {
    use rustix::thread::sched_getaffinity;

    use super::{Cores, Pinned};

    #[test]
    fn a_thread_is_free_again_afterwards() {
        let before = sched_getaffinity(None).unwrap();
        let cores = Cores::find().unwrap();
        let pinned = Pinned::to(cores.asking).unwrap();
        assert_eq!(sched_getaffinity(None).unwrap().count(), 1);
        drop(pinned);
        assert_eq!(sched_getaffinity(None).unwrap(), before);
    }
}
