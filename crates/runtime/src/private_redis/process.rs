//! The server's process: our child, or one that an earlier process left running.

use std::{
    fs::{File, OpenOptions},
    io,
    os::unix::{fs::OpenOptionsExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Child, Command},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use super::{PrivateRedisError, PrivateRedisOptions};
use crate::data_dir::open_lock;

/// A log beyond this is begun anew: nobody reads the old one, and nobody else would ever shorten it.
const MAX_LOG_BYTES: u64 = 1024 * 1024;

#[derive(Debug)]
pub(super) enum Process {
    Child(Child),
    TakenOver(u32),
}

impl Process {
    pub(super) fn spawn(
        dir: &Path,
        socket: &Path,
        options: &PrivateRedisOptions,
        lock: &File,
    ) -> Result<Self, PrivateRedisError> {
        let failed = |what| {
            move |source| PrivateRedisError::System {
                dir: dir.to_owned(),
                what,
                source,
            }
        };
        let programs = match &options.program {
            Some(program) => vec![program.clone()],
            None => vec![PathBuf::from("redis-server"), PathBuf::from("valkey-server")],
        };
        for program in &programs {
            let log = open_log(dir).map_err(failed("cannot open its log"))?;
            let errors = log.try_clone().map_err(failed("cannot open its log"))?;
            let held = lock.try_clone().map_err(failed("cannot hand on its lock"))?;
            let mut command = Command::new(program);
            command.args([
                "--port",
                "0",
                "--daemonize",
                "no",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction",
            ]);
            command
                .args(["--unixsocketperm", "700", "--unixsocket"])
                .arg(socket)
                .arg("--dir")
                .arg(dir);
            command.args([
                "--appendonly",
                if options.persist { "yes" } else { "no" },
                "--appendfsync",
                "everysec",
            ]);
            command.args(&options.arguments);
            // Its own process group: Ctrl-C in a terminal goes to the whole group, and calls that are still being
            // finished need their Redis.
            command.process_group(0).stdin(held).stdout(log).stderr(errors);
            match command.spawn() {
                Ok(child) => return Ok(Self::Child(child)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed("cannot start it")(error)),
            }
        }
        let looked_for = programs
            .iter()
            .map(|program| program.display().to_string())
            .collect::<Vec<_>>()
            .join(", ");
        Err(PrivateRedisError::NoProgram { looked_for })
    }

    pub(super) fn taken_over(pid: u32) -> Self {
        Self::TakenOver(pid)
    }

    pub(super) fn pid(&self) -> u32 {
        match self {
            Self::Child(child) => child.id(),
            Self::TakenOver(pid) => *pid,
        }
    }

    /// Whether it still lives. Of one that is not our child only its lock can tell: its number may be another's.
    pub(super) fn is_running(&mut self, dir: &Path) -> bool {
        match self {
            Self::Child(child) => !matches!(child.try_wait(), Ok(Some(_))),
            Self::TakenOver(_) => {
                open_lock(&dir.join("redis.lock")).is_ok_and(|lock| lock.try_lock().is_err())
            }
        }
    }

    pub(super) fn terminate(&self) -> io::Result<()> {
        self.signal(Signal::TERM)
    }

    pub(super) fn pause(&self) -> io::Result<()> {
        self.signal(Signal::STOP)
    }

    pub(super) fn resume(&self) -> io::Result<()> {
        self.signal(Signal::CONT)
    }

    /// Kills it and waits until it is gone: a killed process is, within moments, unless the disk hangs.
    pub(super) fn kill(&mut self, dir: &Path) -> io::Result<()> {
        match self {
            Self::Child(child) => {
                child.kill()?;
                child.wait().map(drop)
            }
            Self::TakenOver(_) => {
                self.signal(Signal::KILL)?;
                for _ in 0..400 {
                    if !self.is_running(dir) {
                        return Ok(());
                    }
                    thread::sleep(Duration::from_millis(5));
                }
                Err(io::ErrorKind::TimedOut.into())
            }
        }
    }

    /// To one that is gone already it is as good as delivered.
    fn signal(&self, signal: Signal) -> io::Result<()> {
        let Some(pid) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw) else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        match kill_process(pid, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn log_path(dir: &Path) -> PathBuf {
    dir.join("redis.log")
}

fn open_log(dir: &Path) -> io::Result<File> {
    let log = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(log_path(dir))?;
    if log.metadata()?.len() > MAX_LOG_BYTES {
        log.set_len(0)?;
    }
    Ok(log)
}

/// The last lines, for an error message.
pub(super) fn log_tail(dir: &Path) -> String {
    let text = std::fs::read(log_path(dir)).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
