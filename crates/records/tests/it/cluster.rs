//! A `PostgreSQL` server of a test's own: in a temporary folder, on a socket in it, gone with the value.
//!
//! Debian's package is wanted for its programs only; its own server is neither used nor touched. `PostgreSQL` refuses to
//! run as root, so for root it runs as the user that the package made.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// How long a server may take to start or stop on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);
/// Who the server thinks that we are.
const USER: &str = "switchboard";

pub(crate) struct Cluster {
    server: Option<Child>,
    programs: PathBuf,
    user: Option<(u32, u32)>,
    folder: TempDir,
}

impl Cluster {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::with_prefix("pg").unwrap();
        let user = rustix::process::geteuid().is_root().then(unprivileged);
        if let Some((uid, gid)) = user {
            std::os::unix::fs::chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let mut cluster = Self {
            server: None,
            programs: programs(),
            user,
            folder,
        };
        let made = cluster
            .program("initdb")
            .args([
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
                "--username",
                USER,
            ])
            .arg(cluster.data())
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        cluster.restart().await;
        cluster
    }

    /// An address of a new and empty database.
    pub(crate) fn database(&self, name: &str) -> String {
        let made = self.client("createdb").arg(name).output().unwrap();
        assert!(
            made.status.success(),
            "createdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        // A host that begins with a slash is the folder of a socket.
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://{USER}@{folder}/{name}")
    }

    /// A program that talks to the server.
    fn client(&self, name: &str) -> Command {
        let mut client = self.program(name);
        client.arg("--host").arg(self.folder.path());
        client.args(["--username", USER]);
        client
    }

    fn answers(&self) -> bool {
        let asked = self.client("pg_isready").stdout(Stdio::null()).status();
        asked.is_ok_and(|status| status.success())
    }

    /// Ends the server from one moment to the next, as far as its clients can tell.
    pub(crate) fn stop(&mut self) {
        let Some(mut server) = self.server.take() else {
            return;
        };
        let pid = Pid::from_raw(i32::try_from(server.id()).unwrap()).unwrap();
        // "Immediate": no farewell to clients, and none of its processes is left.
        kill_process(pid, Signal::QUIT).unwrap();
        server.wait().unwrap();
    }

    /// Starts it again over the same data, and waits until it answers.
    pub(crate) async fn restart(&mut self) {
        let mut postgres = self.program("postgres");
        postgres
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path());
        // Nothing here has to survive the machine, but all of it the server.
        for setting in ["listen_addresses=", "fsync=off", "max_connections=30"] {
            postgres.args(["-c", setting]);
        }
        self.server = Some(
            postgres
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap(),
        );
        let answers = async {
            while !self.answers() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(LIMIT, answers)
            .await
            .unwrap_or_else(|_| panic!("the server does not answer within {LIMIT:?}"));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the package, as the user that may run it. It ends with the thread that starts it, so that a test
    /// that is killed leaves nothing behind.
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "QUIT"])
            .arg(self.programs.join(name));
        command
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .env_clear()
            .env("LC_ALL", "C.UTF-8");
        command.env("PATH", "/usr/local/bin:/usr/bin:/bin");
        if let Some((uid, gid)) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Where Debian puts them: under their version, and not on the path.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin"))
        .filter(|folder| folder.join("initdb").exists())
        .collect();
    found.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    found
        .pop()
        .or_else(on_path)
        .unwrap_or_else(|| panic!("no programs of PostgreSQL: apt-get install postgresql"))
}

/// The package's own user, else the one that everybody has.
fn unprivileged() -> (u32, u32) {
    let users = std::fs::read_to_string(Path::new("/etc/passwd")).unwrap();
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut ids = line.split(':').skip(2).map_while(|id| id.parse().ok());
        Some((ids.next()?, ids.next()?))
    };
    ids("postgres")
        .or_else(|| ids("nobody"))
        .unwrap_or_else(|| panic!("no user without rights"))
}
