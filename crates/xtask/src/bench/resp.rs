//! The least that can speak with Redis: what the floors use, so that they are floors.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};

/// What Redis says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    Text(Vec<u8>),
    Number(i64),
    Nothing,
    Many(Vec<Reply>),
    Refused(String),
}

impl Reply {
    /// The text of a reply that should be one.
    pub(crate) fn text(self) -> Result<Vec<u8>> {
        match self {
            Self::Text(text) => Ok(text),
            other @ (Self::Number(_) | Self::Nothing | Self::Many(_) | Self::Refused(_)) => {
                bail!("redis answered {other:?}")
            }
        }
    }
}

/// A command as it goes over the wire.
pub(crate) fn command(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", parts.len()).into_bytes();
    for part in parts {
        bytes.extend_from_slice(format!("${}\r\n", part.len()).as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// The first reply in the bytes and its length; `None` while it is incomplete.
fn parse(bytes: &[u8]) -> Result<Option<(Reply, usize)>> {
    let Some(end) = bytes.windows(2).position(|pair| pair == b"\r\n") else {
        return Ok(None);
    };
    let line = std::str::from_utf8(&bytes[1..end]).context("a reply that is no text")?;
    let after = end + 2;
    Ok(match bytes[0] {
        b'+' => Some((Reply::Text(line.as_bytes().to_vec()), after)),
        b'-' => Some((Reply::Refused(line.to_owned()), after)),
        b':' => Some((Reply::Number(line.parse()?), after)),
        b'$' => match usize::try_from(line.parse::<i64>()?) {
            Err(_) => Some((Reply::Nothing, after)),
            Ok(length) => bytes
                .get(after..after + length + 2)
                .map(|text| (Reply::Text(text[..length].to_vec()), after + length + 2)),
        },
        b'*' => match usize::try_from(line.parse::<i64>()?) {
            Err(_) => Some((Reply::Nothing, after)),
            Ok(count) => {
                let mut replies = Vec::with_capacity(count);
                let mut at = after;
                for _ in 0..count {
                    let Some((reply, length)) = parse(&bytes[at..])? else {
                        return Ok(None);
                    };
                    replies.push(reply);
                    at += length;
                }
                Some((Reply::Many(replies), at))
            }
        },
        other => bail!("a reply that begins with {other}"),
    })
}

#[derive(Debug)]
struct Replies<R> {
    from: R,
    buffer: Vec<u8>,
}

impl<R: tokio::io::AsyncRead + Unpin> Replies<R> {
    async fn next(&mut self) -> Result<Reply> {
        loop {
            if let Some((reply, length)) = parse(&self.buffer)? {
                self.buffer.drain(..length);
                return Ok(reply);
            }
            if self.from.read_buf(&mut self.buffer).await? == 0 {
                bail!("redis closed the connection");
            }
        }
    }
}

/// One connection, one question at a time.
#[derive(Debug)]
pub(crate) struct Link {
    replies: Replies<OwnedReadHalf>,
    to: OwnedWriteHalf,
}

impl Link {
    pub(crate) async fn open(socket: &Path) -> Result<Self> {
        let stream = UnixStream::connect(socket).await.context("connecting to redis")?;
        let (from, to) = stream.into_split();
        let buffer = Vec::new();
        Ok(Self {
            replies: Replies { from, buffer },
            to,
        })
    }

    /// Asks and waits for the answer.
    pub(crate) async fn ask(&mut self, parts: &[&[u8]]) -> Result<Reply> {
        self.to.write_all(&command(parts)).await?;
        self.replies.next().await
    }

    /// What comes next without being asked for, to whoever has subscribed.
    pub(crate) async fn told(&mut self) -> Result<Reply> {
        self.replies.next().await
    }

    /// Sends many commands at once, and waits until all are answered.
    pub(crate) async fn ask_all(&mut self, commands: &[u8], count: u64) -> Result<()> {
        self.to.write_all(commands).await?;
        for _ in 0..count {
            if let Reply::Refused(reason) = self.replies.next().await? {
                bail!("redis refused: {reason}");
            }
        }
        Ok(())
    }
}

type Question = (Vec<u8>, oneshot::Sender<Reply>);

/// One connection for many who ask at the same time: answers come in the order of the questions.
#[derive(Debug)]
pub(crate) struct Pipelined {
    questions: mpsc::UnboundedSender<Question>,
}

impl Pipelined {
    /// The asking side, and the work that carries it, which ends with the connection.
    pub(crate) async fn open(socket: &Path) -> Result<(Self, impl Future<Output = Result<()>> + use<>)> {
        let (questions, mut asked) = mpsc::unbounded_channel::<Question>();
        let Link { mut replies, mut to } = Link::open(socket).await?;
        let work = async move {
            let waiting = Mutex::new(VecDeque::new());
            let lock = || waiting.lock().unwrap_or_else(PoisonError::into_inner);
            let write = async {
                let mut batch = Vec::new();
                let mut bytes = Vec::new();
                while asked.recv_many(&mut batch, 64).await > 0 {
                    bytes.clear();
                    for (question, asker) in batch.drain(..) {
                        bytes.extend_from_slice(&question);
                        lock().push_back(asker);
                    }
                    to.write_all(&bytes).await?;
                }
                Ok::<(), anyhow::Error>(())
            };
            let read = async {
                loop {
                    let reply = replies.next().await?;
                    let first: Option<oneshot::Sender<Reply>> = lock().pop_front();
                    // Who asked may be gone.
                    let _ = first.context("an answer that nobody asked for")?.send(reply);
                }
            };
            tokio::select! {
                ended = write => ended,
                ended = read => ended,
            }
        };
        Ok((Self { questions }, work))
    }

    /// Asks and waits for the answer; `None` when the connection is gone.
    pub(crate) async fn ask(&self, parts: &[&[u8]]) -> Option<Reply> {
        let (asker, answer) = oneshot::channel();
        self.questions.send((command(parts), asker)).ok()?;
        answer.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_read_whole_or_not_at_all() {
        let bytes = b"*3\r\n$2\r\nab\r\n:-7\r\n$-1\r\n+OK\r\n";
        let whole = bytes.len() - 5;
        let many = Reply::Many(vec![
            Reply::Text(b"ab".to_vec()),
            Reply::Number(-7),
            Reply::Nothing,
        ]);
        assert_eq!(parse(bytes).unwrap(), Some((many, whole)));
        for cut in 0..whole {
            assert_eq!(parse(&bytes[..cut]).unwrap(), None, "{cut}");
        }
        assert!(parse(b"!\r\n").is_err());
    }

    #[test]
    fn a_command_names_its_lengths() {
        assert_eq!(command(&[b"GET", b"a"]), b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n");
    }
}
