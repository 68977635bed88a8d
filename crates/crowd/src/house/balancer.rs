//! What every deployment has before its gateways: requests go to a node that answers.
//!
//! A request that a dying node took and did not answer is sent to the next one. That is what an office should tell its own
//! balancer to do, too: a gateway takes the same request twice and does the same once. It looks at no byte: without
//! pipelining, what the client has said since the last answer is the request.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A node that does not take a connection for so long is passed over.
const TAKES: Duration = Duration::from_millis(500);
/// How often a request is passed on before its client is told that nobody answers.
const TRIES: usize = 4;

/// Passes requests on until it is stopped.
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
        let order: Vec<SocketAddr> = nodes
            .iter()
            .cycle()
            .skip(turn % nodes.len().max(1))
            .take(TRIES)
            .copied()
            .collect();
        lines.spawn(pass(client, order));
    }
}

/// One connection of a client, over as many of ours as it takes.
async fn pass(mut client: TcpStream, order: Vec<SocketAddr>) -> io::Result<()> {
    client.set_nodelay(true)?;
    // The request that nobody has begun to answer.
    let mut request = Vec::new();
    for node in order {
        let Ok(Ok(mut server)) = timeout(TAKES, TcpStream::connect(node)).await else {
            continue;
        };
        server.set_nodelay(true)?;
        if server.write_all(&request).await.is_ok()
            && until_lost(&mut client, &mut server, &mut request).await?
        {
            return Ok(());
        }
    }
    Ok(())
}

/// Passes bytes both ways; false when the node was lost with a request that it has not begun to answer.
async fn until_lost(
    client: &mut TcpStream,
    server: &mut TcpStream,
    request: &mut Vec<u8>,
) -> io::Result<bool> {
    let (mut said, mut answered) = (vec![0; 16 * 1024], vec![0; 16 * 1024]);
    loop {
        tokio::select! {
            read = client.read(&mut said) => {
                let bytes = said.get(..read?).unwrap_or_default();
                if bytes.is_empty() {
                    return Ok(true);
                }
                request.extend_from_slice(bytes);
                if server.write_all(bytes).await.is_err() {
                    return Ok(false);
                }
            }
            read = server.read(&mut answered) => {
                let bytes = answered.get(..read.unwrap_or(0)).unwrap_or_default();
                if bytes.is_empty() {
                    return Ok(request.is_empty());
                }
                request.clear();
                client.write_all(bytes).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_that_a_dying_node_took_is_answered_by_the_next() {
        let dying = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let living = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let front = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let at = front.local_addr().unwrap();
        // The first turn goes to the second in the list.
        let nodes = vec![living.local_addr().unwrap(), dying.local_addr().unwrap()];
        let mut tasks = JoinSet::new();
        let stop = CancellationToken::new();
        tasks.spawn(async move { balance(front, nodes, stop).await.unwrap() });
        tasks.spawn(async move {
            let (mut line, _) = dying.accept().await.unwrap();
            let mut heard = [0; 5];
            line.read_exact(&mut heard).await.unwrap();
            drop(line);
            // Nobody else may come here.
            std::future::pending::<()>().await;
        });
        tasks.spawn(async move {
            let (mut line, _) = living.accept().await.unwrap();
            let mut heard = [0; 5];
            line.read_exact(&mut heard).await.unwrap();
            assert_eq!(&heard, b"hello");
            line.write_all(b"hi").await.unwrap();
            std::future::pending::<()>().await;
        });
        let mut client = TcpStream::connect(at).await.unwrap();
        client.write_all(b"hello").await.unwrap();
        let mut answer = [0; 2];
        client.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"hi");
    }
}
