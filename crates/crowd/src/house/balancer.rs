//! What every deployment has before its gateways: connections go to the next one that takes them.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A node that does not take a connection for so long is passed over.
const TAKES: Duration = Duration::from_millis(500);

/// Passes connections on until it is stopped.
pub(super) async fn balance(
    listener: std::net::TcpListener,
    nodes: Vec<SocketAddr>,
    stop: CancellationToken,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let mut lines = JoinSet::new();
    let mut turn = 0;
    loop {
        let client = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            Some(_) = lines.join_next() => continue,
            accepted = listener.accept() => accepted?.0,
        };
        turn += 1;
        let order: Vec<SocketAddr> = (0..nodes.len())
            .filter_map(|at| nodes.get((turn + at) % nodes.len()).copied())
            .collect();
        lines.spawn(pass(client, order));
    }
}

async fn pass(mut client: TcpStream, order: Vec<SocketAddr>) {
    for node in order {
        if let Ok(Ok(mut server)) = timeout(TAKES, TcpStream::connect(node)).await {
            // Small requests wait for nobody; a line that breaks is the two ends' matter.
            let _ = (client.set_nodelay(true), server.set_nodelay(true));
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
