//! Time for measuring: one axis for all processes of the machine, and waits exact to some microseconds.
//!
//! tokio's timer counts in whole milliseconds, which is more than most of what is measured here takes; a timer of
//! the kernel does not.

use std::io;
use std::os::fd::OwnedFd;

use anyhow::Result;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime,
    timerfd_create, timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// Nanoseconds in a second.
pub(crate) const SECOND: u64 = 1_000_000_000;
/// Nanoseconds in a millisecond.
pub(crate) const MILLISECOND: u64 = 1_000_000;

/// How much may be under way at once; what comes above it waits, and its waiting counts.
const IN_FLIGHT: usize = 2000;

/// Nanoseconds since the machine started: the same for every process on it.
pub(crate) fn now_ns() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    parts(now.tv_sec) * SECOND + parts(now.tv_nsec)
}

/// Microseconds since the Unix epoch, on the clock that Redis uses as well.
pub(crate) fn wall_us() -> i64 {
    let now = clock_gettime(ClockId::Realtime);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1000
}

fn parts(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}

/// Waits for moments.
#[derive(Debug)]
pub(crate) struct Pacer {
    timer: AsyncFd<OwnedFd>,
}

impl Pacer {
    pub(crate) fn new() -> io::Result<Self> {
        let flags = TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC;
        let timer = timerfd_create(TimerfdClockId::Monotonic, flags)?;
        #[expect(
            deprecated,
            reason = "the other way is unsafe for the sake of types that may lose their descriptor; OwnedFd keeps it"
        )]
        let timer = AsyncFd::new(timer)?;
        Ok(Self { timer })
    }

    /// Waits for a moment of [`now_ns`]; at once if it has passed. May be dropped and asked again.
    pub(crate) async fn until(&self, at_ns: u64) -> io::Result<()> {
        if at_ns <= now_ns() {
            return Ok(());
        }
        let timespec = |ns: u64| Timespec {
            tv_sec: i64::try_from(ns / SECOND).unwrap_or(i64::MAX),
            tv_nsec: i64::try_from(ns % SECOND).unwrap_or_default(),
        };
        let once = Itimerspec {
            it_interval: timespec(0),
            it_value: timespec(at_ns),
        };
        timerfd_settime(self.timer.get_ref(), TimerfdTimerFlags::ABSTIME, &once)?;
        // The readiness may be that of an earlier moment, so the clock decides.
        while now_ns() < at_ns {
            let mut ready = self.timer.readable().await?;
            let mut expirations = [0; 8];
            let _ = ready.try_io(|timer| Ok(rustix::io::read(timer.get_ref(), &mut expirations)?));
        }
        Ok(())
    }
}

/// A constant rate of arrivals, whatever becomes of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Arrivals {
    pub(crate) first_ns: u64,
    pub(crate) per_s: u64,
    pub(crate) count: u64,
}

impl Arrivals {
    /// From a moment on.
    pub(crate) fn soon(per_s: u64, count: u64) -> Self {
        Self {
            first_ns: now_ns() + 20 * MILLISECOND,
            per_s,
            count,
        }
    }

    fn at(&self, number: u64) -> u64 {
        self.first_ns + number * SECOND / self.per_s
    }

    /// Starts one piece of work an arrival, at its time, without waiting for the others: open loop. `start` gets
    /// the number and the intended time; whoever measures counts from that time, so that a stall is paid for by
    /// everybody who would have come during it.
    pub(crate) async fn each<F, Fut>(&self, mut start: F) -> Result<()>
    where
        F: FnMut(u64, u64) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        let pacer = Pacer::new()?;
        let mut running = FuturesUnordered::new();
        let mut next = 0;
        while next < self.count || !running.is_empty() {
            let at = self.at(next);
            tokio::select! {
                waited = pacer.until(at), if next < self.count && running.len() < IN_FLIGHT => {
                    waited?;
                    running.push(start(next, at));
                    next += 1;
                }
                Some(done) = running.next(), if !running.is_empty() => done?,
            }
        }
        Ok(())
    }
}
