//! A unix-socket proxy that can freeze, and can cut a connection instead of passing an answer on.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

pub(crate) struct Proxy {
    path: PathBuf,
    frozen: watch::Sender<bool>,
    swallow: Arc<Mutex<Option<&'static str>>>,
    _tasks: JoinSet<()>,
}

impl Proxy {
    pub(crate) fn start(path: PathBuf, server: &Path) -> Self {
        let listener = UnixListener::bind(&path).unwrap();
        let (frozen, ice) = watch::channel(false);
        let swallow = Arc::new(Mutex::new(None));
        let mut tasks = JoinSet::new();
        let (server, marker) = (server.to_owned(), Arc::clone(&swallow));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = UnixStream::connect(&server).await else {
                    continue;
                };
                let (client_in, client_out) = client.into_split();
                let (server_in, server_out) = server.into_split();
                let (ice, marker) = (ice.clone(), Arc::clone(&marker));
                connections.spawn(async move {
                    let never = Arc::default();
                    tokio::select! {
                        () = pass(client_in, server_out, ice.clone(), never) => {}
                        () = pass(server_in, client_out, ice, marker) => {}
                    }
                });
            }
        });
        Self {
            path,
            frozen,
            swallow,
            _tasks: tasks,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis+unix://{}", self.path.display())
    }

    pub(crate) fn freeze(&self, frozen: bool) {
        self.frozen.send_replace(frozen);
    }

    /// The next answer that contains `marker` is swallowed and its connection cut.
    pub(crate) fn swallow(&self, marker: &'static str) {
        *self.swallow.lock().unwrap() = Some(marker);
    }

    pub(crate) fn has_swallowed(&self) -> bool {
        self.swallow.lock().unwrap().is_none()
    }
}

async fn pass(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut ice: watch::Receiver<bool>,
    swallow: Arc<Mutex<Option<&'static str>>>,
) {
    let mut buffer = vec![0; 65536];
    while let Ok(n @ 1..) = from.read(&mut buffer).await {
        if ice.wait_for(|frozen| !frozen).await.is_err() {
            return;
        }
        let found = |marker: &mut &str| String::from_utf8_lossy(&buffer[..n]).contains(*marker);
        if swallow.lock().unwrap().take_if(found).is_some() || to.write_all(&buffer[..n]).await.is_err() {
            return;
        }
    }
}
