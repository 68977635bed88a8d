//! A real server, started, hurt and started again.

use std::{
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::Path,
    time::{Duration, Instant},
};

use switchboard_runtime::{DataDir, DataDirError, PrivateRedis, PrivateRedisError, PrivateRedisOptions};
use tempfile::TempDir;

/// One command over the socket, with a time limit, and the first bytes of its answer.
fn command(redis: &PrivateRedis, command: &str) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(redis.socket())?;
    stream.set_read_timeout(Some(Duration::from_millis(500)))?;
    stream.write_all(command.as_bytes())?;
    stream.write_all(b"\r\n")?;
    let mut answer = [0; 256];
    let len = stream.read(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer[..len]).into_owned())
}

fn lives(pid: u32) -> bool {
    // A zombie counts as dead, and so must it here: only the state tells.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.trim_start().starts_with('Z'))
    })
}

fn temp() -> TempDir {
    tempfile::Builder::new().prefix("sb").tempdir().unwrap()
}

async fn start(dir: &Path) -> PrivateRedis {
    PrivateRedis::start(dir, PrivateRedisOptions::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn it_answers_at_once_and_ends_with_its_value() {
    let dir = temp();
    let redis = start(dir.path()).await;
    let pid = redis.pid().unwrap();
    assert_eq!(
        redis.url(),
        format!("redis+unix://{}/redis.sock", redis.dir().display())
    );
    assert_eq!(command(&redis, "PING").unwrap(), "+PONG\r\n");
    assert!(
        command(&redis, "CONFIG GET maxmemory-policy")
            .unwrap()
            .contains("noeviction")
    );
    drop(redis);
    assert!(!lives(pid));
}

#[tokio::test]
async fn data_survives_a_polite_stop_and_a_kill() {
    let dir = temp();
    let mut redis = start(dir.path()).await;
    command(&redis, "SET one 1").unwrap();
    redis.restart().await.unwrap();
    assert_eq!(command(&redis, "GET one").unwrap(), "$1\r\n1\r\n");
    command(&redis, "SET two 2").unwrap();
    redis.kill9().unwrap();
    assert_eq!(redis.pid(), None);
    assert!(command(&redis, "PING").is_err());
    redis.restart().await.unwrap();
    assert_eq!(command(&redis, "GET two").unwrap(), "$1\r\n2\r\n");
    redis.stop().await.unwrap();
    redis.stop().await.unwrap();
    assert!(redis.pause().is_err());
}

#[tokio::test]
async fn without_persistence_nothing_is_written() {
    let dir = temp();
    let options = PrivateRedisOptions {
        persist: false,
        ..PrivateRedisOptions::default()
    };
    let mut redis = PrivateRedis::start(dir.path(), options).await.unwrap();
    command(&redis, "SET one 1").unwrap();
    redis.restart().await.unwrap();
    assert_eq!(command(&redis, "GET one").unwrap(), "$-1\r\n");
    assert!(!dir.path().join("appendonlydir").exists());
}

#[tokio::test]
async fn a_paused_server_is_silent_until_it_goes_on_and_can_be_stopped() {
    let dir = temp();
    let mut redis = start(dir.path()).await;
    redis.pause().unwrap();
    assert!(command(&redis, "PING").is_err());
    redis.resume().unwrap();
    assert_eq!(command(&redis, "PING").unwrap(), "+PONG\r\n");
    redis.pause().unwrap();
    let begun = Instant::now();
    redis.stop().await.unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "it ended by itself, not by the deadline"
    );
}

#[tokio::test]
async fn a_server_left_running_is_taken_over_and_never_doubled() {
    let dir = temp();
    let first = start(dir.path()).await;
    command(&first, "SET one 1").unwrap();
    let pid = first.pid().unwrap();
    let second = start(dir.path()).await;
    assert_eq!(second.pid(), Some(pid));
    assert_eq!(command(&second, "GET one").unwrap(), "$1\r\n1\r\n");
    // As if the first process had died: its server outlives it.
    std::mem::forget(first);
    drop(second);
    let mut third = start(dir.path()).await;
    assert_ne!(third.pid(), Some(pid));
    assert_eq!(command(&third, "GET one").unwrap(), "$1\r\n1\r\n");
    let mut fourth = start(dir.path()).await;
    fourth.restart().await.unwrap();
    assert_ne!(fourth.pid(), third.pid());
    third.kill9().unwrap();
    assert_eq!(command(&fourth, "GET one").unwrap(), "$1\r\n1\r\n");
}

#[tokio::test]
async fn a_stuck_server_is_named_and_not_joined_by_another() {
    let dir = temp();
    let redis = start(dir.path()).await;
    redis.pause().unwrap();
    let options = PrivateRedisOptions {
        start_within: Duration::from_millis(400),
        ..PrivateRedisOptions::default()
    };
    let error = PrivateRedis::start(dir.path(), options).await.unwrap_err();
    let told = format!("(process {}) does not answer", redis.pid().unwrap());
    assert!(error.to_string().contains(&told), "{error}");
}

#[tokio::test]
async fn one_that_ends_by_itself_is_started_again() {
    let dir = temp();
    let mut redis = start(dir.path()).await;
    let pid = redis.pid().unwrap();
    let socket = redis.socket().to_owned();
    let stop = tokio_util::sync::CancellationToken::new();
    let watch = async {
        UnixStream::connect(&socket)
            .unwrap()
            .write_all(b"SHUTDOWN NOSAVE\r\n")
            .unwrap();
        while lives(pid) || UnixStream::connect(&socket).is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stop.cancel();
    };
    let (kept, ()) = tokio::join!(redis.keep_running(&stop), watch);
    kept.unwrap();
    assert_ne!(redis.pid(), Some(pid));
    assert_eq!(command(&redis, "PING").unwrap(), "+PONG\r\n");
}

#[tokio::test]
async fn a_deep_folder_is_reached_through_a_short_link() {
    let dir = temp();
    let deep = dir.path().join("a folder with spaces".repeat(6)).join("redis");
    let redis = start(&deep).await;
    assert!(redis.socket().as_os_str().len() < 60);
    assert_eq!(command(&redis, "PING").unwrap(), "+PONG\r\n");
    assert!(deep.join("redis.sock").exists());
    let again = start(&deep).await;
    assert_eq!(again.pid(), redis.pid());
    let link = redis.socket().parent().unwrap().to_owned();
    drop(redis);
    assert!(!link.is_symlink());
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said() {
    let dir = temp();
    let with = |program: &str, arguments: &[&str]| PrivateRedisOptions {
        program: (!program.is_empty()).then(|| program.into()),
        arguments: arguments.iter().map(|&a| a.to_owned()).collect(),
        ..PrivateRedisOptions::default()
    };
    let error = PrivateRedis::start(dir.path(), with("/nowhere/redis-server", &[]))
        .await
        .unwrap_err();
    assert!(matches!(error, PrivateRedisError::NoProgram { .. }), "{error:?}");
    assert!(error.to_string().contains("/nowhere/redis-server"), "{error}");
    let error = PrivateRedis::start(dir.path(), with("", &["--no-such-thing", "1"]))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, PrivateRedisError::Ended { log, .. } if log.contains("no-such-thing")),
        "{error}"
    );
    // Neither attempt left a lock or a process behind.
    start(dir.path()).await;
}

#[tokio::test]
async fn a_data_folder_belongs_to_one_process() {
    let dir = temp();
    let path = dir.path().join("data");
    let first = DataDir::lock(&path).unwrap();
    let error = DataDir::lock(&path).unwrap_err();
    assert!(matches!(error, DataDirError::Taken { .. }));
    let told = format!(
        "used by another switchboard process (process {})",
        std::process::id()
    );
    assert!(error.to_string().contains(&told), "{error}");
    let redis = first.redis(PrivateRedisOptions::default()).await.unwrap();
    assert_eq!(redis.dir(), first.path().join("redis"));
    // The server must not keep the folder's own lock when the process has gone.
    drop(first);
    let second = DataDir::lock(&path).unwrap();
    let again = second.redis(PrivateRedisOptions::default()).await.unwrap();
    assert_eq!(again.pid(), redis.pid());
    std::fs::write(dir.path().join("file"), "").unwrap();
    assert!(matches!(
        DataDir::lock(&dir.path().join("file")),
        Err(DataDirError::Unusable { .. })
    ));
}

#[test]
fn a_data_folder_that_others_could_open_is_closed_to_them() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("data");
    std::fs::create_dir(&path).unwrap();
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    mode(0o755);
    drop(DataDir::lock(&path).unwrap());
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    // As /tmp.
    mode(0o1777);
    assert!(matches!(DataDir::lock(&path), Err(DataDirError::Unusable { .. })));
}
