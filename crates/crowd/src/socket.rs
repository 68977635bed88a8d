//! The client's side of an agents' websocket: the few lines of RFC 6455 that ours needs.

use anyhow::{Context as _, bail, ensure};
use prost::Message as _;
use switchboard_contracts::v1::{
    ClientFrame, Open, Position, ServerFrame, client_frame, server_frame::Frame,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::Url;

/// For the handshake.
const WITHIN: std::time::Duration = std::time::Duration::from_secs(5);
const FORM: &str = "switchboard.v1.proto";
/// Any sixteen bytes: what the server makes of them is for caches, of which there are none on the way.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
/// Masks are for proxies that take bytes for something else; without one any will do.
const MASK: [u8; 4] = [7, 77, 177, 250];
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8A;

/// An open socket.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: TcpStream,
    /// What has arrived; what stands before `read` was read.
    arrived: Vec<u8>,
    read: usize,
}

impl Socket {
    /// Connects and asks for what happened since the position, or for everything.
    pub(crate) async fn open(node: &Url, ticket: &str, position: Option<Position>) -> anyhow::Result<Self> {
        timeout(WITHIN, Self::connect(node, ticket, position))
            .await
            .context("no handshake in time")?
    }

    async fn connect(node: &Url, ticket: &str, position: Option<Position>) -> anyhow::Result<Self> {
        let host = node.host_str().context("no host")?;
        let port = node.port_or_known_default().context("no port")?;
        let mut stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        let request = format!(
            "GET /api/v1/socket HTTP/1.1\r\nhost: {host}:{port}\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
             sec-websocket-version: 13\r\nsec-websocket-key: {KEY}\r\n\
             sec-websocket-protocol: {FORM}, ticket.{ticket}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        let mut socket = Self {
            stream,
            arrived: Vec::new(),
            read: 0,
        };
        socket.read = loop {
            if let Some(end) = socket.arrived.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            ensure!(socket.more().await?, "it hung up");
        };
        ensure!(socket.arrived.starts_with(b"HTTP/1.1 101 "), "refused");
        let open = ClientFrame {
            frame: Some(client_frame::Frame::Open(Open { position })),
        };
        socket.say(BINARY, &open.encode_to_vec()).await?;
        Ok(socket)
    }

    /// The next frame; nothing when the server closed in order.
    pub(crate) async fn next(&mut self) -> anyhow::Result<Option<Frame>> {
        loop {
            let Some((kind, from, to)) = self.whole()? else {
                if !self.more().await? {
                    bail!("the line broke");
                }
                continue;
            };
            let payload = self.arrived.get(from..to).unwrap_or_default().to_vec();
            self.read = to;
            match kind {
                BINARY => {
                    if let Some(frame) = ServerFrame::decode(payload.as_slice())?.frame {
                        return Ok(Some(frame));
                    }
                }
                PING => self.say(PONG, &payload).await?,
                CLOSE => {
                    self.say(CLOSE, payload.get(..2).unwrap_or_default()).await?;
                    return Ok(None);
                }
                PONG => {}
                other => bail!("a frame that begins with {other:#x}"),
            }
        }
    }

    /// The first byte of a frame that has arrived whole, and where its payload is.
    fn whole(&self) -> anyhow::Result<Option<(u8, usize, usize)>> {
        let bytes = self.arrived.get(self.read..).unwrap_or_default();
        let [first, second, rest @ ..] = bytes else {
            return Ok(None);
        };
        let (length, header) = match *second {
            126 => match rest.first_chunk() {
                Some(length) => (usize::from(u16::from_be_bytes(*length)), 4),
                None => return Ok(None),
            },
            127 => match rest.first_chunk() {
                Some(length) => (usize::try_from(u64::from_be_bytes(*length))?, 10),
                None => return Ok(None),
            },
            short => (usize::from(short), 2),
        };
        let from = self.read + header;
        let to = from + length;
        Ok((self.arrived.len() >= to).then_some((*first, from, to)))
    }

    async fn more(&mut self) -> anyhow::Result<bool> {
        // Most frames are short and come in numbers: move what is left only when there is little of it.
        if self.read > 0 && self.read >= self.arrived.len() / 2 {
            self.arrived.drain(..self.read);
            self.read = 0;
        }
        Ok(self.stream.read_buf(&mut self.arrived).await? > 0)
    }

    async fn say(&mut self, kind: u8, payload: &[u8]) -> anyhow::Result<()> {
        let length = u8::try_from(payload.len())
            .ok()
            .filter(|length| *length < 126)
            .context("clients of ours say little")?;
        let masked = payload
            .iter()
            .zip(MASK.iter().cycle())
            .map(|(byte, mask)| byte ^ mask);
        let bytes: Vec<u8> = [kind, 0x80 | length]
            .into_iter()
            .chain(MASK)
            .chain(masked)
            .collect();
        Ok(self.stream.write_all(&bytes).await?)
    }
}
