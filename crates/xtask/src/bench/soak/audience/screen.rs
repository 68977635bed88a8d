//! One screen: it connects, follows, and comes back where it was.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::Shared;
use super::events::{Glance, find, glance};
use crate::fanout::frame::{self, Got, News};

const CONNECT_WITHIN: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(200);
/// Source addresses, each with 28,000 ports.
const SOURCES: u8 = 3;

struct Screen {
    shared: Rc<Shared>,
    number: usize,
    agent: String,
    /// The agent's name as it stands in what is theirs; none on a screen that does not look.
    own: Option<Vec<u8>>,
    position: Option<(String, u64)>,
    /// What has come of a frame that is not whole.
    partial: Vec<u8>,
}

/// Lives until the process ends.
pub(super) async fn live(shared: Rc<Shared>, number: usize) {
    let agent = format!("desk_{}", number + 1);
    let mut screen = Screen {
        number,
        own: (number < shared.watching).then(|| format!("\"{agent}\"").into_bytes()),
        agent,
        position: None,
        partial: Vec::new(),
        shared,
    };
    loop {
        match screen.connect().await {
            Ok(stream) => {
                let code = screen.follow(stream).await.unwrap_or(1002);
                let mut seen = screen.shared.seen.borrow_mut();
                *seen.closed.entry(code).or_default() += 1;
            }
            Err(_) => screen.shared.seen.borrow_mut().failed += 1,
        }
        screen.shared.set_last(number, 0);
        sleep(PAUSE).await;
    }
}

impl Screen {
    async fn connect(&mut self) -> Result<TcpStream> {
        let shared = Rc::clone(&self.shared);
        let _turn = shared.connecting.acquire().await?;
        if self.position.is_none() {
            let known = shared.known.borrow();
            self.position = known.as_ref().map(|(epoch, last)| (epoch.clone(), last.get()));
        }
        let ticket = shared.ticket(&self.agent).await?;
        self.partial.clear();
        timeout(CONNECT_WITHIN, self.begin(&ticket)).await?
    }

    async fn begin(&mut self, ticket: &str) -> Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        let source = 1 + u8::try_from(self.number % usize::from(SOURCES))?;
        socket.bind(([127, 0, 0, source], 0).into())?;
        let mut stream = socket.connect(self.shared.address).await?;
        stream.set_nodelay(true)?;
        stream.write_all(frame::request(ticket).as_bytes()).await?;
        let mut answer = Vec::with_capacity(512);
        let end = loop {
            if let Some(end) = find(&answer, b"\r\n\r\n") {
                break end + 4;
            }
            ensure!(stream.read_buf(&mut answer).await? > 0, "no answer");
        };
        ensure!(answer.starts_with(b"HTTP/1.1 101 "), "refused");
        self.partial = answer.split_off(end);
        let position = self.position.as_ref();
        let open = frame::open(position.map(|(epoch, last)| (epoch.as_str(), *last)))?;
        stream.write_all(&open).await?;
        Ok(stream)
    }

    /// Reads until the line ends; answers with the code.
    async fn follow(&mut self, stream: TcpStream) -> Result<u16> {
        let shared = Rc::clone(&self.shared);
        loop {
            stream.readable().await?;
            let mut buffer = shared.buffer.borrow_mut();
            let count = match stream.try_read(&mut buffer) {
                Ok(0) => return Ok(1006),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
                Err(_) => return Ok(1006),
            };
            let arrived = buffer.get(..count).unwrap_or_default();
            if let Some(code) = self.take(arrived, &stream)? {
                return Ok(code);
            }
        }
    }

    fn take(&mut self, arrived: &[u8], stream: &TcpStream) -> Result<Option<u16>> {
        let joined = (!self.partial.is_empty()).then(|| {
            let mut joined = std::mem::take(&mut self.partial);
            joined.extend_from_slice(arrived);
            joined
        });
        let mut rest = joined.as_deref().unwrap_or(arrived);
        let now_ms = self
            .own
            .as_ref()
            .map(|_| self.shared.clock.now().timestamp_millis());
        let before = self.position.as_ref().map_or(0, |(_, last)| *last);
        while let Some((got, length)) = frame::first(rest)? {
            match got {
                Got::Text(text) => self.hear(text, now_ms)?,
                Got::Ping(payload) => {
                    // Some bytes always fit; a lost answer costs this connection only.
                    let _ = stream.try_write(&frame::masked(0xA, payload)?);
                }
                Got::Pong => {}
                Got::Close(code) => return Ok(Some(code)),
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        if !rest.is_empty() {
            self.partial = rest.to_vec();
        }
        let last = self.position.as_ref().map_or(0, |(_, last)| *last);
        self.shared.set_last(self.number, last);
        if let (0, Some((_, known))) = (self.number, self.shared.known.borrow().as_ref()) {
            known.set(last);
        }
        let mut seen = self.shared.seen.borrow_mut();
        seen.reads += u64::from(last > before);
        seen.bytes += arrived.len() as u64;
        Ok(None)
    }

    fn hear(&mut self, text: &[u8], now_ms: Option<i64>) -> Result<()> {
        match glance(text)? {
            Glance::Event { offset, at_ms } => self.event(offset, at_ms, text, now_ms),
            Glance::Beat(offset) => {
                let last = self.position.as_ref().map_or(u64::MAX, |(_, last)| *last);
                self.shared.seen.borrow_mut().misplaced += u64::from(offset > last);
                Ok(())
            }
            Glance::Other => {
                if let News::Snapshot(at) = serde_json::from_slice(text)? {
                    let mut known = self.shared.known.borrow_mut();
                    known.get_or_insert_with(|| (at.epoch.clone(), Rc::new(Cell::new(at.offset.0))));
                    self.position = Some((at.epoch, at.offset.0));
                }
                Ok(())
            }
        }
    }

    fn event(&mut self, offset: u64, at_ms: i64, text: &[u8], now_ms: Option<i64>) -> Result<()> {
        let (_, last) = self.position.as_mut().context("an event before a position")?;
        let mut seen = self.shared.seen.borrow_mut();
        if offset == *last + 1 {
            seen.events += 1;
        } else {
            seen.misplaced += 1;
        }
        *last = offset.max(*last);
        if let (Some(own), Some(now_ms)) = (&self.own, now_ms) {
            let late_us = u64::try_from(now_ms - at_ms).unwrap_or_default() * 1_000;
            let whose = match find(text, own) {
                Some(_) => &self.shared.own,
                None => &self.shared.lists,
            };
            whose.borrow_mut().saturating_record(late_us);
        }
        Ok(())
    }
}
