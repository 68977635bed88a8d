//! A Redis server of our own, on a socket inside a folder, for `switchboard up` and for tests.
//!
//! Two servers over one append-only file would destroy it, and Redis does not guard against that. So the server is
//! given a locked file as its standard input: the kernel keeps the lock exactly as long as the server lives, whoever
//! started it and however that process ended. Who gets the lock may start a server; who does not finds one running and
//! takes it over.

mod process;
mod socket;

use std::{
    fs::{File, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use self::{
    process::Process,
    socket::{Answer, SocketPath},
};
use crate::data_dir::{make_private, open_lock};

/// Between two looks at a server that is starting or ending. It starts in about 10 ms.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// How a private Redis is run.
#[derive(Clone, Debug)]
pub struct PrivateRedisOptions {
    /// The program; `None` for `redis-server` or else `valkey-server` of the PATH.
    pub program: Option<PathBuf>,
    /// Whether its data survives it. Tests are faster without.
    pub persist: bool,
    /// How long it may take until it answers, loading its data included.
    pub start_within: Duration,
    /// How long it may take to end by itself before it is killed.
    pub stop_within: Duration,
    /// Further arguments, such as `["--maxmemory", "64mb"]`.
    pub arguments: Vec<String>,
}

impl Default for PrivateRedisOptions {
    /// Persistent, 30 s to start (a large file has to be read), 10 s to stop.
    fn default() -> Self {
        Self {
            program: None,
            persist: true,
            start_within: Duration::from_secs(30),
            stop_within: Duration::from_secs(10),
            arguments: Vec::new(),
        }
    }
}

/// Why there is no private Redis.
#[derive(Debug, thiserror::Error)]
pub enum PrivateRedisError {
    /// No program to run.
    #[error(
        "no Redis server found: looked for {looked_for} on the PATH; install one \
         (on Debian: apt-get install redis-server) or set redis.url"
    )]
    NoProgram {
        /// The names tried.
        looked_for: String,
    },
    /// It ended at once.
    #[error("the Redis server in {} ended while starting; it said:\n{log}", dir.display())]
    Ended {
        /// Its folder.
        dir: PathBuf,
        /// The last lines of its log.
        log: String,
    },
    /// It, or one that was running there before, gives no answer.
    #[error("the Redis server in {}{} does not answer after {waited:?}", dir.display(), pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Silent {
        /// Its folder.
        dir: PathBuf,
        /// Its process, where known.
        pid: Option<u32>,
        /// How long was waited.
        waited: Duration,
    },
    /// The system refused something.
    #[error("the Redis server in {}: {what}", dir.display())]
    System {
        /// Its folder.
        dir: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        #[source]
        source: io::Error,
    },
}

/// A running Redis server that ends with this value. Its data stays in the folder unless `persist` is off.
#[derive(Debug)]
pub struct PrivateRedis {
    dir: PathBuf,
    options: PrivateRedisOptions,
    socket: SocketPath,
    url: String,
    process: Option<Process>,
}

impl PrivateRedis {
    /// Starts a server in the folder, or takes over the one that still runs there, and waits until it answers.
    ///
    /// # Errors
    /// When there is no program, it ends at once, does not answer in time, or the folder cannot be used.
    pub async fn start(dir: &Path, options: PrivateRedisOptions) -> Result<Self, PrivateRedisError> {
        let failed = |what| {
            move |source| PrivateRedisError::System {
                dir: dir.to_owned(),
                what,
                source,
            }
        };
        make_private(dir).map_err(failed("cannot make the folder"))?;
        let dir = dir.canonicalize().map_err(failed("cannot find the folder"))?;
        let socket = SocketPath::inside(&dir).map_err(failed("cannot make a path for its socket"))?;
        let url = socket.url();
        let mut redis = Self {
            dir,
            options,
            socket,
            url,
            process: None,
        };
        redis.run().await?;
        Ok(redis)
    }

    /// `redis+unix:///...`, the same for all its life.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The socket's path.
    pub fn socket(&self) -> &Path {
        self.socket.path()
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The server's process; `None` after it was ended.
    pub fn pid(&self) -> Option<u32> {
        self.process.as_ref().map(Process::pid)
    }

    /// Ends it as an operator would: it writes its data and leaves; killed if it takes too long.
    ///
    /// # Errors
    /// When the system does not let us signal it.
    pub async fn stop(&mut self) -> Result<(), PrivateRedisError> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        let failed = |source| self.system("cannot stop it", source);
        // A paused process sees no polite signal until it goes on.
        process
            .terminate()
            .and_then(|()| process.resume())
            .map_err(failed)?;
        let deadline = Instant::now() + self.options.stop_within;
        while process.is_running(&self.dir) {
            if Instant::now() >= deadline {
                process.kill(&self.dir).map_err(failed)?;
            }
            sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Ends it as the kernel's memory killer would, and waits for that.
    ///
    /// # Errors
    /// When the system does not let us signal it.
    pub fn kill9(&mut self) -> Result<(), PrivateRedisError> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        process
            .kill(&self.dir)
            .map_err(|source| self.system("cannot kill it", source))
    }

    /// Stops it in its tracks: it holds its connections and answers nothing.
    ///
    /// # Errors
    /// When it does not run, or the system does not let us signal it.
    pub fn pause(&self) -> Result<(), PrivateRedisError> {
        self.running()?
            .pause()
            .map_err(|source| self.system("cannot pause it", source))
    }

    /// Lets a paused one go on.
    ///
    /// # Errors
    /// When it does not run, or the system does not let us signal it.
    pub fn resume(&self) -> Result<(), PrivateRedisError> {
        self.running()?
            .resume()
            .map_err(|source| self.system("cannot resume it", source))
    }

    /// Ends it politely if it runs, and starts one over the same data and socket.
    ///
    /// # Errors
    /// As [`PrivateRedis::start`] and [`PrivateRedis::stop`].
    pub async fn restart(&mut self) -> Result<(), PrivateRedisError> {
        self.stop().await?;
        self.run().await
    }

    /// Starts it again whenever it ends by itself, until told to stop. Returns the first failure to do so.
    ///
    /// # Errors
    /// As [`PrivateRedis::start`].
    pub async fn keep_running(&mut self, stop: &CancellationToken) -> Result<(), PrivateRedisError> {
        while stop
            .run_until_cancelled(sleep(Duration::from_millis(100)))
            .await
            .is_some()
        {
            let dir = self.dir.clone();
            if self
                .process
                .as_mut()
                .is_none_or(|process| !process.is_running(&dir))
            {
                tracing::error!(redis.dir = %dir.display(), "the private redis server ended by itself; starting it again");
                self.process = None;
                self.run().await?;
            }
        }
        Ok(())
    }

    /// Starts or takes over, and waits for the first answer.
    async fn run(&mut self) -> Result<(), PrivateRedisError> {
        let begun = Instant::now();
        let waited = self.options.start_within;
        let mut seen = None;
        while begun.elapsed() < waited {
            if self.process.is_none() {
                self.process = self.try_spawn()?;
            }
            match socket::ask(self.socket.path()).await {
                Answer::Ready { pid } => {
                    match &self.process {
                        Some(process) if process.pid() == pid => return Ok(()),
                        // The socket of one that is just ending: the next look finds ours, or its lock free.
                        Some(_) => {}
                        None => {
                            tracing::info!(
                                redis.pid = pid,
                                "taking over the private redis server that still runs"
                            );
                            self.process = Some(Process::taken_over(pid));
                            return Ok(());
                        }
                    }
                }
                Answer::Busy { pid } => seen = Some(pid),
                Answer::Nobody => {}
            }
            let dir = self.dir.clone();
            if self
                .process
                .as_mut()
                .is_some_and(|process| !process.is_running(&dir))
            {
                self.process = None;
                return Err(PrivateRedisError::Ended {
                    log: process::log_tail(&dir),
                    dir,
                });
            }
            sleep(LOOK_EVERY).await;
        }
        let pid = self.pid().or(seen);
        Err(PrivateRedisError::Silent {
            dir: self.dir.clone(),
            pid,
            waited,
        })
    }

    /// A new server if none runs over this folder.
    fn try_spawn(&self) -> Result<Option<Process>, PrivateRedisError> {
        let lock =
            open_lock(&self.dir.join("redis.lock")).map_err(|e| self.system("cannot open its lock", e))?;
        match lock.try_lock() {
            Ok(()) => self.spawn(&lock).map(Some),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(self.system("cannot lock it", source)),
        }
    }

    fn spawn(&self, lock: &File) -> Result<Process, PrivateRedisError> {
        match std::fs::remove_file(self.socket.path()) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(self.system("cannot remove an old socket", error)),
        }
        Process::spawn(&self.dir, self.socket.path(), &self.options, lock)
    }

    fn running(&self) -> Result<&Process, PrivateRedisError> {
        let gone = || self.system("it does not run", io::ErrorKind::NotFound.into());
        self.process.as_ref().ok_or_else(gone)
    }

    fn system(&self, what: &'static str, source: io::Error) -> PrivateRedisError {
        PrivateRedisError::System {
            dir: self.dir.clone(),
            what,
            source,
        }
    }
}

impl Drop for PrivateRedis {
    fn drop(&mut self) {
        // What it has answered is with the kernel already: killing it loses nothing but its last words.
        if let Err(error) = self.kill9() {
            tracing::warn!(error = %error, "the private redis server could not be ended: {error}");
        }
    }
}
