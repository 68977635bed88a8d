//! The product's own programs, as they are shipped, each in a process that ends with its owner.

use std::fs::File;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::http::Connection;
use crate::rig::PATIENCE;
use crate::time::now_ns;

/// One of them. It can be killed and started again at the same address.
#[derive(Debug)]
pub(crate) struct Service {
    program: PathBuf,
    arguments: Vec<String>,
    log: PathBuf,
    pub(crate) address: SocketAddr,
    process: Child,
    pub(crate) pid: u32,
}

impl Service {
    /// Starts a program with arguments that say its settings; `section` is the part of them that says where it listens.
    pub(crate) fn start(
        name: &str,
        section: &str,
        address: SocketAddr,
        settings: &[String],
        folder: &Path,
    ) -> Result<Self> {
        let program = std::env::current_exe()?.with_file_name(name);
        ensure!(
            program.exists(),
            "{} is not built: `cargo xtask bench` builds it",
            program.display()
        );
        let mut arguments = vec!["--demo".to_owned()];
        arguments.extend_from_slice(settings);
        arguments.extend(["--set".to_owned(), format!("{section}.listen={address}")]);
        let log = folder.join(format!("{name}.log"));
        let (process, pid) = spawn(&program, &arguments, &log)?;
        Ok(Self {
            program,
            arguments,
            log,
            address,
            process,
            pid,
        })
    }

    /// Waits until it says that it is ready.
    pub(crate) async fn ready(&mut self) -> Result<()> {
        let request = b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let begun = Instant::now();
        loop {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(answer) = connection.exchange(request).await
                && answer.status == 200
            {
                return Ok(());
            }
            self.alive(begun)?;
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits until it accepts connections, and tells since when, by [`now_ns`].
    pub(crate) async fn listens(&mut self) -> Result<u64> {
        let begun = Instant::now();
        loop {
            if TcpStream::connect(self.address).await.is_ok() {
                return Ok(now_ns());
            }
            self.alive(begun)?;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn alive(&mut self, since: Instant) -> Result<()> {
        let ended = self.process.try_wait()?;
        if ended.is_some() || since.elapsed() > PATIENCE {
            let log = std::fs::read_to_string(&self.log).unwrap_or_default();
            let from = log.lines().count().saturating_sub(5);
            let last: Vec<&str> = log.lines().skip(from).collect();
            bail!("{} is not ready: {}", self.program.display(), last.join("\n"));
        }
        Ok(())
    }

    /// Ends it as kill -9 does.
    pub(crate) async fn kill(&mut self) -> Result<()> {
        Ok(self.process.kill().await?)
    }

    /// Starts it again where it was.
    pub(crate) fn again(&mut self) -> Result<()> {
        (self.process, self.pid) = spawn(&self.program, &self.arguments, &self.log)?;
        Ok(())
    }

    /// Ends it as an operator would.
    pub(crate) async fn stop(mut self) -> Result<()> {
        signal(self.pid, Signal::TERM)?;
        let Ok(status) = tokio::time::timeout(PATIENCE, self.process.wait()).await else {
            bail!("{} does not end", self.program.display());
        };
        let status = status?;
        ensure!(status.success(), "{} ended with {status}", self.program.display());
        Ok(())
    }
}

fn spawn(program: &Path, arguments: &[String], log: &Path) -> Result<(Child, u32)> {
    let output = File::options().create(true).append(true).open(log)?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .kill_on_drop(true);
    // Only its own settings: none from the environment that the benchmark happens to run in.
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SWITCHBOARD__")) {
        command.env_remove(name);
    }
    let process = command
        .spawn()
        .with_context(|| format!("starting {}", program.display()))?;
    let pid = process.id().context("it ended at once")?;
    Ok((process, pid))
}

/// A port of this machine that is free at the moment.
pub(crate) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// Stops processes in their tracks while somebody else is measured, or lets them go on.
pub(crate) fn hold(pids: &[u32], still: bool) -> Result<()> {
    pids.iter()
        .try_for_each(|pid| signal(*pid, if still { Signal::STOP } else { Signal::CONT }))
}

fn signal(pid: u32, signal: Signal) -> Result<()> {
    let pid = i32::try_from(pid)
        .ok()
        .and_then(Pid::from_raw)
        .context("no process")?;
    Ok(kill_process(pid, signal)?)
}
