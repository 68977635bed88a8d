//! Two of a service behind one address, as behind a load balancer that remembers nobody: what one of them keeps in its
//! memory about a call, the other does not know.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// No first line of a request is longer.
const LONGEST_LINE: usize = 16_384;
/// At this address calls begin.
const BEGINS: &[u8] = b"/voice/incoming";

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turns {
    /// Each request goes to the other one.
    Alternate,
    /// Calls begin at the first one, and everything after that is asked of the second.
    BeginAtFirst,
}

/// What stands before the two.
pub(super) struct Front {
    turns: Turns,
    instances: [SocketAddr; 2],
    next: AtomicUsize,
    /// What the carrier asked of each.
    asked: [AtomicUsize; 2],
}

impl Front {
    pub(super) fn new(turns: Turns, instances: [SocketAddr; 2]) -> Self {
        Self {
            turns,
            instances,
            next: AtomicUsize::new(0),
            asked: [AtomicUsize::new(0), AtomicUsize::new(0)],
        }
    }

    /// How often the carrier asked each of the two.
    pub(super) fn asked(&self) -> [usize; 2] {
        self.asked.each_ref().map(|asked| asked.load(Ordering::Relaxed))
    }

    /// Passes requests on until it is told to stop.
    pub(super) async fn serve(
        self: Arc<Self>,
        listener: std::net::TcpListener,
        stop: CancellationToken,
    ) -> io::Result<()> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        let mut requests = JoinSet::new();
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                accepted = listener.accept() => {
                    let (client, _) = accepted?;
                    requests.spawn(Arc::clone(&self).pass_on(client));
                }
                Some(_) = requests.join_next() => {}
            }
        }
    }

    /// One request, after which the connection ends: else whoever got the first one would get all that follow.
    async fn pass_on(self: Arc<Self>, mut client: TcpStream) -> io::Result<()> {
        let mut begin = Vec::new();
        let line = loop {
            if let Some(at) = begin.windows(2).position(|pair| pair == b"\r\n") {
                break at + 2;
            }
            if client.read_buf(&mut begin).await? == 0 || begin.len() > LONGEST_LINE {
                return Ok(());
            }
        };
        let (line, rest) = begin.split_at(line);
        let mut server = TcpStream::connect(self.whose(line)).await?;
        server.write_all(line).await?;
        server.write_all(b"connection: close\r\n").await?;
        server.write_all(rest).await?;
        copy_bidirectional(&mut client, &mut server).await.map(|_| ())
    }

    fn whose(&self, line: &[u8]) -> SocketAddr {
        let [first, second] = self.instances;
        let is_first = match self.turns {
            // Music is fetched after each document: counted too, every document would come from the same one.
            Turns::Alternate if line.starts_with(b"POST ") => {
                self.next.fetch_add(1, Ordering::Relaxed).is_multiple_of(2)
            }
            Turns::Alternate => self.next.load(Ordering::Relaxed).is_multiple_of(2),
            Turns::BeginAtFirst => line.windows(BEGINS.len()).any(|part| part == BEGINS),
        };
        if line.starts_with(b"POST ") {
            let [one, other] = &self.asked;
            let asked = if is_first { one } else { other };
            asked.fetch_add(1, Ordering::Relaxed);
        }
        if is_first { first } else { second }
    }
}
