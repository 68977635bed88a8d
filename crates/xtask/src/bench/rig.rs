//! What a row runs on: a Redis of its own, and children of this program that end with it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use switchboard_runtime::{PrivateRedis, PrivateRedisOptions};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::resp::Link;

/// The longest anything waited for may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A fresh Redis with an append-only file, synced every second. It ends with this value, and so does its folder.
#[derive(Debug)]
pub(crate) struct Rig {
    pub(crate) redis: PrivateRedis,
    // Behind the server in the order of dropping, too.
    dir: TempDir,
}

impl Rig {
    pub(crate) async fn start() -> Result<Self> {
        let dir = TempDir::with_prefix("switchboard-bench-")?;
        let redis = PrivateRedis::start(&dir.path().join("redis"), PrivateRedisOptions::default()).await?;
        Ok(Self { redis, dir })
    }

    pub(crate) fn url(&self) -> &str {
        self.redis.url()
    }

    pub(crate) fn socket(&self) -> &Path {
        self.redis.socket()
    }

    pub(crate) fn redis_pid(&self) -> Result<u32> {
        self.redis.pid().context("redis has ended")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) async fn link(&self) -> Result<Link> {
        Link::open(self.socket()).await
    }

    /// Bytes that Redis uses.
    pub(crate) async fn memory(&self) -> Result<u64> {
        let info = self.link().await?.ask(&[b"INFO", b"memory"]).await?.text()?;
        let info = String::from_utf8_lossy(&info);
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
        Ok(used.context("redis does not tell its memory")?.trim().parse()?)
    }

    /// Starts this program again in another part. It says `ready` and something more when it is.
    pub(crate) async fn child(&self, part: &str, arguments: &[&str]) -> Result<(Part, String)> {
        Part::ready(part, arguments, self.dir.path()).await
    }

    /// The same without waiting for it.
    pub(crate) fn spawn(&self, part: &str, arguments: &[&str]) -> Result<Part> {
        Part::again(part, arguments, self.dir.path())
    }

    /// Starts any program as a part.
    pub(crate) fn run(&self, part: &str, command: Command) -> Result<Part> {
        Part::start(part, command, self.dir.path())
    }
}

/// A child of this program, killed when dropped. It ends by itself when we do, because its input ends.
#[derive(Debug)]
pub(crate) struct Part {
    process: Child,
    pub(crate) pid: u32,
    stdin: Option<ChildStdin>,
    lines: Lines<BufReader<ChildStdout>>,
    log: PathBuf,
}

impl Part {
    /// Starts this program again in another part, with its log in the folder. It says `ready` and something more when it
    /// is.
    pub(crate) async fn ready(part: &str, arguments: &[&str], folder: &Path) -> Result<(Self, String)> {
        let mut part = Self::again(part, arguments, folder)?;
        let line = part.line(PATIENCE).await?;
        match line.strip_prefix("ready") {
            Some(more) => Ok((part, more.trim().to_owned())),
            None => bail!("it said {line:?} instead of being ready"),
        }
    }

    fn again(part: &str, arguments: &[&str], folder: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(part).args(arguments);
        Self::start(part, command, folder)
    }

    fn start(part: &str, mut command: Command, folder: &Path) -> Result<Self> {
        let log = folder.join(format!("{part}.log"));
        let errors = std::fs::OpenOptions::new().create(true).append(true).open(&log)?;
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("starting {part}"))?;
        let pid = process.id().context("it ended at once")?;
        let stdin = process.stdin.take().context("no way to speak to it")?;
        let stdout = process.stdout.take().context("no way to hear it")?;
        Ok(Self {
            process,
            pid,
            stdin: Some(stdin),
            lines: BufReader::new(stdout).lines(),
            log,
        })
    }

    /// What it says next.
    pub(crate) async fn line(&mut self, within: Duration) -> Result<String> {
        match tokio::time::timeout(within, self.lines.next_line()).await {
            Ok(Ok(Some(line))) => Ok(line),
            Ok(Ok(None)) => bail!("a part of the benchmark ended: {}", self.last_words()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => bail!("a part of the benchmark is silent: {}", self.last_words()),
        }
    }

    /// Says a line to it and hears one.
    pub(crate) async fn ask(&mut self, question: &str) -> Result<String> {
        let stdin = self.stdin.as_mut().context("it was told to end")?;
        stdin.write_all(format!("{question}\n").as_bytes()).await?;
        self.line(PATIENCE).await
    }

    /// Ends it in order.
    pub(crate) async fn stop(mut self) -> Result<()> {
        self.stdin = None;
        let Ok(status) = tokio::time::timeout(PATIENCE, self.process.wait()).await else {
            bail!("a part of the benchmark does not end: {}", self.last_words());
        };
        let status = status?;
        if !status.success() {
            bail!(
                "a part of the benchmark ended with {status}: {}",
                self.last_words()
            );
        }
        Ok(())
    }

    /// Ends it as kill -9 does.
    pub(crate) async fn kill(mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    /// Waits for an end that it brings about itself.
    pub(crate) async fn ended(&mut self) -> Result<()> {
        tokio::time::timeout(PATIENCE, self.process.wait()).await??;
        Ok(())
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let from = log.lines().count().saturating_sub(5);
        log.lines().skip(from).collect::<Vec<_>>().join("\n")
    }
}
