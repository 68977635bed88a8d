//! The connections through the gate.

use std::io;
use std::time::Duration;

use anyhow::Context;
use switchboard_queue::Names;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::Mode;

/// A server that was moved may still be known by its old address, from which nobody ever answers.
const CONNECT: Duration = Duration::from_secs(1);

type Watched = watch::Receiver<Mode>;

/// Listens at `listen` while the gate is not shut, and passes every connection on to the server at `to`.
pub(super) async fn keep(listen: &str, to: &str, mut mode: Watched) -> anyhow::Result<()> {
    let (host, port) = to
        .rsplit_once(':')
        .with_context(|| format!("{to}: expected HOST:PORT"))?;
    let server = Server {
        names: Names::new(),
        host: host.to_owned(),
        port: port.parse().with_context(|| format!("the port of {to}"))?,
    };
    loop {
        mode.wait_for(|mode| *mode != Mode::Shut).await?;
        // Bound anew each time: a dead server refuses, it does not accept and hang up.
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("cannot listen on {listen}"))?;
        let mut lines = JoinSet::new();
        let mut shut = mode.clone();
        let shut = shut.wait_for(|mode| *mode == Mode::Shut);
        tokio::pin!(shut);
        loop {
            tokio::select! {
                closed = &mut shut => { closed?; break; }
                Some(_) = lines.join_next() => {}
                accepted = listener.accept() => {
                    if let Ok((client, _)) = accepted {
                        lines.spawn(line(client, server.clone(), mode.clone()));
                    }
                }
            }
        }
    }
}

/// What is behind the gate.
#[derive(Clone)]
struct Server {
    names: Names,
    host: String,
    port: u16,
}

impl Server {
    async fn connect(&self) -> io::Result<TcpStream> {
        let found = self.names.find(&self.host, self.port).await?;
        TcpStream::connect(found.as_slice()).await
    }
}

async fn line(client: TcpStream, to: Server, mode: Watched) {
    let mut ready = mode.clone();
    if ready.wait_for(|mode| *mode != Mode::Stalled).await.is_err() {
        return;
    }
    let Ok(Ok(server)) = timeout(CONNECT, to.connect()).await else {
        return;
    };
    // Small requests wait for nobody.
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    tokio::select! {
        () = pass(client_in, server_out, mode.clone()) => {}
        () = pass(server_in, client_out, mode) => {}
    }
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut mode: Watched) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        if mode.wait_for(|mode| *mode != Mode::Stalled).await.is_err() {
            return;
        }
        let Some(bytes) = buffer.get(..read) else { return };
        if to.write_all(bytes).await.is_err() {
            return;
        }
    }
}
