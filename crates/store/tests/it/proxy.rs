//! A TCP proxy before Redis that cuts a seeded share of its connections instead of passing an answer on: Redis
//! has done what it was asked, and the client does not know.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use switchboard_runtime::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::unix::OwnedReadHalf;
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinSet;

pub(crate) struct Proxy {
    address: SocketAddr,
    inner: Arc<Inner>,
    _tasks: JoinSet<()>,
}

struct Inner {
    rng: Rng,
    /// Of a thousand answers that hold `marker`, so many are swallowed.
    per_mille: AtomicU64,
    marker: &'static [u8],
    swallowed: AtomicU64,
}

impl Proxy {
    /// Swallows answers that hold `marker`, once told how many.
    pub(crate) async fn start(server: &Path, seed: u64, marker: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            rng: Rng::from_seed(seed),
            per_mille: AtomicU64::new(0),
            marker: marker.as_bytes(),
            swallowed: AtomicU64::new(0),
        });
        let mut tasks = JoinSet::new();
        let (server, shared) = (server.to_owned(), Arc::clone(&inner));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                let Ok(server) = UnixStream::connect(&server).await else {
                    continue;
                };
                let (mut client_in, client_out) = client.into_split();
                let (server_in, mut server_out) = server.into_split();
                let shared = Arc::clone(&shared);
                connections.spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy(&mut client_in, &mut server_out) => {}
                        () = shared.answers(server_in, client_out) => {}
                    }
                });
            }
        });
        Self {
            address,
            inner,
            _tasks: tasks,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    pub(crate) fn swallow(&self, per_mille: u64) {
        self.inner.per_mille.store(per_mille, Ordering::Relaxed);
    }

    pub(crate) fn swallowed(&self) -> u64 {
        self.inner.swallowed.load(Ordering::Relaxed)
    }
}

impl Inner {
    async fn answers(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut buffer = vec![0; 65536];
        while let Ok(n @ 1..) = from.read(&mut buffer).await {
            let answer = &buffer[..n];
            let meant = answer.windows(self.marker.len()).any(|part| part == self.marker);
            if meant && self.rng.below(1000) < self.per_mille.load(Ordering::Relaxed) {
                self.swallowed.fetch_add(1, Ordering::Relaxed);
                return;
            }
            if to.write_all(answer).await.is_err() {
                return;
            }
        }
    }
}
