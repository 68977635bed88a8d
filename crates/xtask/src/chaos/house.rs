//! Children of this program, and signals for them.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use anyhow::{Context as _, Result};
use rustix::process::{Pid, Signal, kill_process};
use rustix::time::{ClockId, clock_gettime};
use tokio::process::{Child, ChildStdin, Command};

/// Microseconds since the Unix epoch, on the clock that Redis uses as well.
pub(crate) fn wall_us() -> i64 {
    let now = clock_gettime(ClockId::Realtime);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1000
}

/// A child, killed when dropped. It ends by itself when we do, because its input ends.
#[derive(Debug)]
pub(crate) struct Part {
    process: Child,
    _stdin: ChildStdin,
    log: PathBuf,
}

impl Part {
    /// Starts this program in another part; what it logs goes to `log`.
    pub(crate) fn spawn(part: &str, arguments: &[&str], log: &Path) -> Result<Self> {
        let errors = std::fs::OpenOptions::new().create(true).append(true).open(log)?;
        let mut process = Command::new(std::env::current_exe()?)
            .arg(part)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {part}"))?;
        let stdin = process.stdin.take().context("no way to speak to it")?;
        Ok(Self {
            process,
            _stdin: stdin,
            log: log.to_owned(),
        })
    }

    /// How it ended, if it has.
    pub(crate) fn end(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// Ends it as kill -9 does, and waits for that.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    /// Stops it in its tracks.
    pub(crate) fn pause(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    pub(crate) fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// Asks it to end.
    pub(crate) fn terminate(&self) -> Result<()> {
        self.signal(Signal::TERM)
    }

    /// Waits for its end.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.process.wait().await?)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        let pid = self.process.id().and_then(|pid| i32::try_from(pid).ok());
        let pid = pid.and_then(Pid::from_raw).context("it has ended")?;
        Ok(kill_process(pid, signal)?)
    }

    /// The end of its log.
    pub(crate) fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let from = log.lines().count().saturating_sub(5);
        log.lines().skip(from).collect::<Vec<_>>().join("\n")
    }
}
