//! A door with a clock: passes requests on, and notes when each came and when its answer left. One stands before
//! everything between the carrier and the system, so that only our own time is counted.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::rc::Rc;

use anyhow::{Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::time::now_ns;

/// A request that passed.
#[derive(Debug, Clone)]
pub(super) struct Passed {
    /// Method, path and body, as far as they are text.
    pub(super) text: String,
    pub(super) asked_ns: u64,
    pub(super) answered_ns: u64,
}

/// The door; its clones are the same one.
#[derive(Debug, Clone, Default)]
pub(super) struct Door(Rc<RefCell<Vec<Passed>>>);

impl Door {
    /// Takes a place on this machine, and the work that serves it for ever.
    pub(super) async fn open(
        to: SocketAddr,
    ) -> Result<(Self, SocketAddr, impl Future<Output = Result<()>> + use<>)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let door = Self::default();
        let inside = door.clone();
        let work = async move {
            let mut lines = tokio::task::JoinSet::new();
            loop {
                tokio::select! {
                    came = listener.accept() => {
                        let door = inside.clone();
                        let stream = came?.0;
                        lines.spawn_local(async move { door.pass(stream, to).await });
                    }
                    // However a line ended: who was on it notices by itself.
                    Some(_) = lines.join_next() => {}
                }
            }
        };
        Ok((door, address, work))
    }

    async fn pass(&self, mut from: TcpStream, to: SocketAddr) -> Result<()> {
        let mut onward = TcpStream::connect(to).await?;
        onward.set_nodelay(true)?;
        from.set_nodelay(true)?;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            if !message(&mut from, &mut buffer).await? {
                return Ok(());
            }
            let asked_ns = now_ns();
            onward.write_all(&buffer).await?;
            let text = telling(&buffer);
            buffer.clear();
            ensure!(message(&mut onward, &mut buffer).await?, "no answer");
            from.write_all(&buffer).await?;
            let answered_ns = now_ns();
            self.0.borrow_mut().push(Passed {
                text,
                asked_ns,
                answered_ns,
            });
        }
    }

    /// Everything since last asked.
    pub(super) fn take(&self) -> Vec<Passed> {
        std::mem::take(&mut *self.0.borrow_mut())
    }
}

/// Reads one message whole; false when the line ended between two.
async fn message(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<bool> {
    loop {
        if whole(buffer) {
            return Ok(true);
        }
        if stream.read_buf(buffer).await? == 0 {
            return Ok(false);
        }
    }
}

/// Whether head and body have come. Both sides say how long a body is.
fn whole(bytes: &[u8]) -> bool {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return false;
    };
    let head = String::from_utf8_lossy(&bytes[..end]);
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, length)| length.trim().parse::<usize>().ok())
        .unwrap_or_default();
    bytes.len() >= end + 4 + length
}

/// The first line and the body.
fn telling(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    format!("{} {body}", head.lines().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_message_is_whole_with_its_body() {
        let bytes = b"POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nb=c";
        assert!(super::whole(bytes));
        assert!((0..bytes.len()).all(|cut| !super::whole(&bytes[..cut])));
        assert_eq!(super::telling(bytes), "POST /a HTTP/1.1 b=c");
        assert!(super::whole(b"HTTP/1.1 204 No Content\r\n\r\n"));
    }
}
