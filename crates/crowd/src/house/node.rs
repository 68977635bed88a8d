//! One process of a house.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

/// Longer than any service may take to stop.
const STOP: Duration = Duration::from_secs(45);

/// Which service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Answers the carrier.
    Gateway,
    /// Answers agents.
    Realtime,
    /// Asks who is calling.
    WorkerLookup,
    /// Keeps deadlines.
    WorkerCalls,
    /// Keeps for good.
    WorkerRecords,
}

impl Kind {
    pub(super) const ALL: [Self; 5] = [
        Self::Gateway,
        Self::Realtime,
        Self::WorkerLookup,
        Self::WorkerCalls,
        Self::WorkerRecords,
    ];

    /// How many of it there are, where there are `each` of those of which there may be any number.
    pub(super) fn number(self, each: usize) -> usize {
        match self {
            Self::Gateway | Self::Realtime | Self::WorkerLookup | Self::WorkerCalls => each,
            // Its records are a file here, which is for one process.
            Self::WorkerRecords => each.min(1),
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::Gateway => "switchboard-gateway",
            Self::Realtime => "switchboard-realtime",
            Self::WorkerLookup => "worker-lookup",
            Self::WorkerCalls => "worker-calls",
            Self::WorkerRecords => "worker-records",
        }
    }

    fn section(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Realtime => "realtime",
            Self::WorkerLookup => "worker_lookup",
            Self::WorkerCalls => "worker_calls",
            Self::WorkerRecords => "worker_records",
        }
    }
}

/// A process that can be ended and started again, at the same address.
#[derive(Debug)]
pub struct Node {
    pub(super) kind: Kind,
    number: usize,
    pub(super) address: SocketAddr,
    program: PathBuf,
    settings: PathBuf,
    log: PathBuf,
    child: Option<Child>,
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.program(), self.number)
    }
}

impl Node {
    pub(super) fn new(
        kind: Kind,
        number: usize,
        programs: &Path,
        settings: &Path,
        folder: &Path,
    ) -> anyhow::Result<Self> {
        let program = programs.join(kind.program());
        ensure!(program.exists(), "{} is not built", program.display());
        // Free now; the kernel gives it to nobody else for a while.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        Ok(Self {
            kind,
            number,
            address,
            program,
            settings: settings.to_owned(),
            log: folder.join(format!("{}-{number}.log", kind.program())),
            child: None,
        })
    }

    /// Starts it, if it does not run.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn start(&mut self) -> anyhow::Result<()> {
        if self.child.is_some() {
            return Ok(());
        }
        let mut command = Command::new(&self.program);
        command
            .args(["--demo", "--config"])
            .arg(&self.settings)
            .arg("--set")
            .arg(format!("{}.listen={}", self.kind.section(), self.address))
            .stdin(Stdio::null())
            .stdout(self.log()?)
            .stderr(self.log()?)
            .kill_on_drop(true);
        // Its own settings only: none from the environment it happens to run in.
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SWITCHBOARD")) {
            command.env_remove(name);
        }
        let child = command.spawn().with_context(|| format!("starting {self}"))?;
        self.child = Some(child);
        Ok(())
    }

    fn log(&self) -> anyhow::Result<File> {
        Ok(OpenOptions::new().create(true).append(true).open(&self.log)?)
    }

    /// Whether it was started and not ended.
    pub fn runs(&self) -> bool {
        self.child.is_some()
    }

    /// Its process.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref()?.id()
    }

    /// Ends it from one moment to the next.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        Ok(())
    }

    /// Stops it where it is, as a machine does that is out of memory.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn freeze(&self) -> anyhow::Result<()> {
        self.signal(Signal::STOP)
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn thaw(&self) -> anyhow::Result<()> {
        self.signal(Signal::CONT)
    }

    /// Asks it to stop, as an operator does.
    ///
    /// # Errors
    /// When there is no such process.
    pub fn terminate(&self) -> anyhow::Result<()> {
        self.signal(Signal::TERM)
    }

    /// Waits until it has stopped.
    ///
    /// # Errors
    /// When it does not, or says that something went wrong.
    pub async fn wait_ended(&mut self) -> anyhow::Result<()> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        let Ok(status) = tokio::time::timeout(STOP, child.wait()).await else {
            child.kill().await?;
            bail!("{self} does not stop: {}", self.last_words());
        };
        let status = status?;
        ensure!(
            status.success(),
            "{self} ended with {status}: {}",
            self.last_words()
        );
        Ok(())
    }

    fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let Some(pid) = self.pid() else { return Ok(()) };
        let pid = Pid::from_raw(i32::try_from(pid)?).context("no process")?;
        Ok(kill_process(pid, signal)?)
    }

    /// The end of what it wrote.
    pub fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let from = log.lines().count().saturating_sub(8);
        log.lines().skip(from).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn has_panicked(&self) -> bool {
        std::fs::read_to_string(&self.log).is_ok_and(|log| log.contains("panicked at"))
    }
}
