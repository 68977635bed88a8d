//! One client: it connects, follows, is cut, comes back.

use std::rc::Rc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::frame::{self, Got, News};
use super::{Order, Shared};
use crate::fanout::publish::intended_ns;
use crate::time::now_ns;

/// A connection that takes longer is tried again.
const CONNECT_WITHIN: Duration = Duration::from_secs(20);
/// From a failure to the next try, at most.
const PAUSE_MS: u64 = 100;
/// Source addresses, each with 28,000 ports.
const SOURCES: u8 = 8;

/// Why a client stopped following.
enum End {
    /// It cut the line itself and means to be back then.
    Cut(Instant),
    /// The server ended it.
    Closed(u16),
}

struct Client {
    shared: Rc<Shared>,
    number: usize,
    /// The epoch, once one is known; the offset is shared with whoever counts.
    epoch: Option<String>,
    /// What has come of a frame that is not whole.
    partial: Vec<u8>,
    ticket: Option<String>,
    /// Where the server's stream ended when this connection began; `None` once that is reached.
    target: Option<u64>,
    connecting_ns: u64,
    back_ns: u64,
}

/// Lives until the process ends.
pub(super) async fn live(shared: Rc<Shared>, number: usize) {
    let mut orders = shared.orders.subscribe();
    let mut client = Client {
        number,
        epoch: None,
        partial: Vec::new(),
        ticket: None,
        target: None,
        connecting_ns: 0,
        back_ns: now_ns(),
        shared,
    };
    loop {
        let order = *orders.borrow_and_update();
        if matches!(order, Order::Away | Order::Stock) {
            if orders.changed().await.is_err() {
                return;
            }
            if let Order::Back { since_ns } = *orders.borrow() {
                client.back_ns = since_ns;
            }
            continue;
        }
        let Ok(stream) = client.connect().await else {
            client.shared.tally().counts.failed += 1;
            sleep(Duration::from_millis(client.shared.rng.below(PAUSE_MS))).await;
            continue;
        };
        let end = client.follow(stream, &mut orders).await;
        client.shared.set_current(number, false);
        match end {
            End::Cut(back) => {
                client.shared.tally().counts.cuts += 1;
                sleep_until(back).await;
                // As late as the timer is, we meant to be back then.
                let late = u64::try_from(back.elapsed().as_nanos()).unwrap_or_default();
                client.back_ns = now_ns() - late;
            }
            End::Closed(code) => {
                *client.shared.tally().counts.closed.entry(code).or_default() += 1;
                client.back_ns = now_ns();
            }
        }
    }
}

impl Client {
    /// Gets a ticket beforehand.
    async fn stock(&mut self) {
        while self.ticket.is_none() {
            match self.shared.ticket().await {
                Ok(ticket) => self.ticket = Some(ticket),
                Err(_) => sleep(Duration::from_millis(self.shared.rng.below(PAUSE_MS))).await,
            }
        }
        self.shared.stocked();
    }

    async fn connect(&mut self) -> Result<TcpStream> {
        let shared = Rc::clone(&self.shared);
        let _turn = shared.connecting.acquire().await?;
        if self.ticket.is_none() && !self.shared.bare {
            self.ticket = Some(self.shared.ticket().await?);
        }
        self.connecting_ns = now_ns();
        self.partial.clear();
        timeout(CONNECT_WITHIN, self.begin()).await?
    }

    async fn begin(&mut self) -> Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        let source = 2 + u8::try_from(self.number % usize::from(SOURCES))?;
        socket.bind(([127, 0, 0, source], 0).into())?;
        let mut stream = socket.connect(self.shared.address).await?;
        stream.set_nodelay(true)?;
        if self.shared.bare {
            self.shared.set_current(self.number, true);
            return Ok(stream);
        }
        let ticket = self.ticket.as_deref().context("no ticket")?;
        stream.write_all(frame::request(ticket).as_bytes()).await?;
        let mut answer = Vec::with_capacity(512);
        let end = loop {
            if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            ensure!(stream.read_buf(&mut answer).await? > 0, "no answer");
        };
        let accepted = answer.starts_with(b"HTTP/1.1 101 ");
        if accepted || answer.starts_with(b"HTTP/1.1 401 ") {
            // It is used up.
            self.ticket = None;
        }
        ensure!(accepted, "refused: {}", String::from_utf8_lossy(&answer));
        self.partial = answer.split_off(end);
        let position = self.epoch.as_deref().map(|epoch| (epoch, self.last()));
        stream.write_all(&frame::open(position)?).await?;
        Ok(stream)
    }

    fn last(&self) -> u64 {
        self.shared.last(self.number)
    }

    /// Reads until the line ends or is to be cut.
    async fn follow(&mut self, stream: TcpStream, orders: &mut tokio::sync::watch::Receiver<Order>) -> End {
        let mut cut = self.shared.cut(*orders.borrow_and_update());
        let shared = Rc::clone(&self.shared);
        let mut said = Vec::new();
        let end = loop {
            tokio::select! {
                biased;
                ready = stream.readable() => {
                    if ready.is_err() {
                        break End::Closed(1006);
                    }
                    let mut buffer = shared.buffer.borrow_mut();
                    match stream.try_read(&mut buffer) {
                        Ok(0) => break End::Closed(1006),
                        Ok(count) => match self.take(&buffer[..count], &mut said) {
                            Ok(None) => {}
                            Ok(Some(code)) => break End::Closed(code),
                            Err(_) => {
                                shared.tally().counts.broken += 1;
                                break End::Closed(1002);
                            }
                        },
                        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                        Err(_) => break End::Closed(1006),
                    }
                    // A pong of some bytes always fits; a lost one costs this connection only.
                    if !said.is_empty() {
                        let _ = stream.try_write(&said);
                        said.clear();
                    }
                }
                changed = orders.changed() => {
                    if changed.is_err() {
                        break End::Closed(1006);
                    }
                    let order = *orders.borrow_and_update();
                    cut = shared.cut(order);
                    if matches!(order, Order::Stock) {
                        self.stock().await;
                    }
                }
                () = until(cut) => {
                    let back = shared.back(*orders.borrow());
                    // As a line that breaks: nothing is said, and what was on its way is lost.
                    let _ = stream.set_zero_linger();
                    break End::Cut(back);
                }
            }
        };
        drop(stream);
        end
    }

    /// Takes what has arrived; answers with the code when the server ends it.
    fn take(&mut self, arrived: &[u8], said: &mut Vec<u8>) -> Result<Option<u16>> {
        let joined = (!self.partial.is_empty()).then(|| {
            let mut joined = std::mem::take(&mut self.partial);
            joined.extend_from_slice(arrived);
            joined
        });
        let mut rest = joined.as_deref().unwrap_or(arrived);
        while let Some((got, length)) = frame::first(rest)? {
            match got {
                Got::Text(text) => self.hear(serde_json::from_slice(text)?),
                Got::Ping(payload) => said.extend(frame::masked(0xA, payload)?),
                Got::Pong => {}
                Got::Close(code) => return Ok(Some(code)),
            }
            rest = &rest[length..];
        }
        if !rest.is_empty() {
            self.partial = rest.to_vec();
        }
        Ok(None)
    }

    fn hear(&mut self, news: News<'_>) {
        let shared = &self.shared;
        let mut tally = shared.tally();
        match news {
            News::Hello { position, resumed } => {
                tally.counts.resumed += u64::from(resumed);
                self.epoch = Some(position.epoch);
                self.target = Some(position.offset.0);
            }
            News::Snapshot(position) => {
                tally.counts.snapshots += 1;
                self.epoch = Some(position.epoch);
                shared.set_last(self.number, position.offset.0);
            }
            News::Reset(_) => tally.counts.resets += 1,
            News::Event { offset, event } => {
                if let Some(event) = event {
                    shared.sights.borrow_mut().note(offset.0, event.get());
                }
                let last = shared.last(self.number);
                // The floor's clients begin wherever they are.
                if offset.0 == last + 1 || (shared.bare && last == 0) {
                    tally.counts.events += 1;
                } else if offset.0 > last {
                    tally.counts.events += 1;
                    tally.counts.missing += offset.0 - last - 1;
                } else {
                    tally.counts.again += 1;
                }
                shared.set_last(self.number, last.max(offset.0));
                if self.target.is_none()
                    && let Some(at_ns) = event.and_then(|event| intended_ns(event.get()))
                {
                    tally.arrived(now_ns().saturating_sub(at_ns));
                }
            }
            News::Heartbeat { offset } => {
                tally.counts.ahead += u64::from(offset.0 > shared.last(self.number));
                return;
            }
            News::Office(_) => return,
        }
        if let Some(target) = self.target
            && shared.last(self.number) >= target
        {
            self.target = None;
            let now = now_ns();
            tally.caught_up(now - self.connecting_ns, now.saturating_sub(self.back_ns));
            drop(tally);
            shared.set_current(self.number, true);
        }
    }
}

async fn until(cut: Option<Instant>) {
    match cut {
        Some(cut) => sleep_until(cut).await,
        None => std::future::pending().await,
    }
}
