//! What processes cost.

use anyhow::{Context, Result};

/// Microseconds of one tick of the kernel's accounts, which programs see at 100 a second on every Linux.
const TICK_US: u64 = 10_000;

/// The processor time that a process has used so far, all threads, in µs; exact to a tick.
pub(crate) fn used_us(pid: u32) -> Result<u64> {
    let text =
        std::fs::read_to_string(format!("/proc/{pid}/stat")).context("reading a process's accounts")?;
    ticks(&text).map(|ticks| ticks * TICK_US)
}

fn ticks(stat: &str) -> Result<u64> {
    // The name stands in parentheses and may hold anything; behind it user and system time are the 12th and 13th.
    let (_, fields) = stat
        .rsplit_once(") ")
        .context("no name in a process's accounts")?;
    let mut times = fields.split(' ').skip(11);
    let mut next = || -> Result<u64> { Ok(times.next().context("too few accounts")?.parse()?) };
    Ok(next()? + next()?)
}

/// The memory that a process has in use, in `KiB`.
pub(crate) fn resident_kb(pid: u32) -> Result<u64> {
    let text =
        std::fs::read_to_string(format!("/proc/{pid}/status")).context("reading a process's memory")?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next());
    Ok(kb.context("a process without memory")?.parse()?)
}

/// How busy the machine is, others included: processes that want to run, over the last minute.
pub(crate) fn load_average() -> f64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ')
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or(f64::NAN)
}

/// Processor time over a stretch of work, in µs.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// Of the program under test.
    pub(crate) own_us: u64,
    /// Of Redis.
    pub(crate) redis_us: u64,
}

/// Reads the meters at the beginning of a stretch.
#[derive(Debug)]
pub(crate) struct Meter {
    own: u32,
    redis: u32,
    before: Cost,
}

impl Meter {
    pub(crate) fn start(own: u32, redis: u32) -> Result<Self> {
        Ok(Self {
            own,
            redis,
            before: Cost {
                own_us: used_us(own)?,
                redis_us: used_us(redis)?,
            },
        })
    }

    /// What has been used since.
    pub(crate) fn read(&self) -> Result<Cost> {
        Ok(Cost {
            own_us: used_us(self.own)?.saturating_sub(self.before.own_us),
            redis_us: used_us(self.redis)?.saturating_sub(self.before.redis_us),
        })
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_with_spaces_and_parentheses_confuses_nobody() {
        let stat = "12 (a) b) c) S 1 12 12 0 -1 4194560 100 0 0 0 31 11 0 0 20 0 1 0 5 6 7";
        assert_eq!(super::ticks(stat).unwrap(), 42);
        assert!(super::ticks("12 (a) S 1").is_err());
    }
}
