//! The server's socket: a path that is short enough, and whether somebody answers there.

use std::{
    io,
    os::unix::{ffi::OsStrExt as _, fs::symlink},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::UnixStream,
    time::timeout,
};
use url::Url;

/// The kernel's limit is 108 bytes with the final zero.
const MAX_PATH_BYTES: usize = 107;

/// Longer than this a healthy server never takes for PING.
const ANSWER_WITHIN: Duration = Duration::from_millis(250);

/// A path to `redis.sock` in a folder, through a short link where the folder's own path is too long. The link goes
/// when this does; the socket itself is always in the folder, so that whoever comes later finds it.
#[derive(Debug)]
pub(super) struct SocketPath {
    path: PathBuf,
    link: Option<PathBuf>,
}

impl SocketPath {
    pub(super) fn inside(dir: &Path) -> io::Result<Self> {
        let path = dir.join("redis.sock");
        if path.as_os_str().as_bytes().len() <= MAX_PATH_BYTES {
            return Ok(Self { path, link: None });
        }
        let link = short_link(dir)?;
        Ok(Self {
            path: link.join("redis.sock"),
            link: Some(link),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Percent-encoded where the path has characters that a URL has not.
    pub(super) fn url(&self) -> String {
        let path = Url::from_file_path(&self.path).map(|url| url.path().to_owned());
        format!(
            "redis+unix://{}",
            path.unwrap_or_else(|()| self.path.display().to_string())
        )
    }
}

impl Drop for SocketPath {
    fn drop(&mut self) {
        if let Some(link) = &self.link {
            // A link that is left over leads nowhere and harms nobody.
            let _ = std::fs::remove_file(link);
        }
    }
}

/// Making a link fails where one is, so that nobody can lead us elsewhere by making it first.
fn short_link(dir: &Path) -> io::Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let link = PathBuf::from(format!("/tmp/switchboard-{}-{number}", std::process::id()));
        match symlink(dir, &link) {
            Ok(()) => return Ok(link),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 10_000 => {}
            Err(error) => return Err(error),
        }
    }
}

/// Who answers at the socket.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A server that can be used.
    Ready { pid: u32 },
    /// A server that loads its data, or is stopped or stuck.
    Busy { pid: u32 },
    /// No server.
    Nobody,
}

/// Says PING in the protocol's own bytes. The kernel tells whose socket it is, even if the server cannot.
pub(super) async fn ask(path: &Path) -> Answer {
    let Ok(Ok(mut stream)) = timeout(ANSWER_WITHIN, UnixStream::connect(path)).await else {
        return Answer::Nobody;
    };
    let peer = stream.peer_cred().ok().and_then(|peer| peer.pid());
    let Some(pid) = peer.and_then(|pid| u32::try_from(pid).ok()) else {
        return Answer::Nobody;
    };
    let exchange = async {
        stream.write_all(b"PING\r\n").await?;
        let mut answer = [0; 5];
        stream.read_exact(&mut answer).await?;
        io::Result::Ok(answer)
    };
    match timeout(ANSWER_WITHIN, exchange).await {
        Ok(Ok(answer)) if &answer == b"+PONG" => Answer::Ready { pid },
        Ok(Ok(_) | Err(_)) | Err(_) => Answer::Busy { pid },
    }
}
