//! A private Redis on a unix socket in a temporary folder.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

pub(crate) struct Redis {
    folder: TempDir,
    child: Child,
}

impl Redis {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("queue-it").tempdir().unwrap();
        let child = launch(&folder);
        let redis = Self { folder, child };
        redis.wait();
        redis
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.socket().display())
    }

    /// kill -9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Stops it in its tracks (SIGSTOP), or lets it go on.
    pub(crate) fn stall(&self, stalled: bool) {
        let signal = if stalled { "-STOP" } else { "-CONT" };
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    pub(crate) fn restart(&mut self) {
        self.child = launch(&self.folder);
        self.wait();
    }

    fn wait(&self) {
        let client = redis::Client::open(self.url()).unwrap();
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let pong = client
                .get_connection()
                .and_then(|mut c| redis::cmd("PING").query::<String>(&mut c));
            if pong.is_ok() {
                return;
            }
            assert!(Instant::now() < end, "redis did not start: {pong:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

fn launch(folder: &TempDir) -> Child {
    Command::new("redis-server")
        .current_dir(folder.path())
        .args(["--port", "0", "--unixsocket", "redis.sock", "--save", ""])
        .args([
            "--appendonly",
            "yes",
            "--appendfsync",
            "always",
            "--loglevel",
            "warning",
        ])
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server is installed")
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
