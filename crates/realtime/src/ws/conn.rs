//! One client's socket: what is sent when it can be sent, what waits for a slow one, and what it says.
//!
//! The hub and the client's own task share it on one thread. The hub writes straight to the socket while nothing waits; the rest is
//! the task's, which is woken for it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::web::Bytes;
use switchboard_contracts::v1::ResetReason;
use switchboard_domain::AgentId;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::ws::close::Close;
use crate::ws::codec::{Op, Reader, Said, close_frame, frame};
use crate::ws::encode::Form;

/// What the hub wants of a connection's task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// What was told is worth nothing any more: tell everything.
    Reset(ResetReason),
    /// It is too far behind for the hub: catch up by itself.
    CatchUp,
    Close(Close),
}

/// What happened to a socket.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A message of the client, text or binary.
    Message(bool, Vec<u8>),
    /// The client says goodbye.
    Goodbye(Option<u16>),
    /// The client breaks the protocol.
    Broken(Close),
    /// The hub wants something.
    Ordered(Order),
    /// The connection is gone.
    Gone,
}

pub(crate) struct Conn {
    pub(crate) id: u64,
    pub(crate) agent: AgentId,
    pub(crate) form: Form,
    /// The last event that it was sent, or that its snapshot holds.
    pub(crate) last: Cell<u64>,
    /// Which generation of the board it was told of.
    pub(crate) generation: Cell<u64>,
    /// Which state of the office.
    pub(crate) office: Cell<u64>,
    /// Beats since it last gave a sign of life.
    quiet: Cell<u32>,
    /// Bytes that were handed to the system.
    pub(crate) written: Cell<u64>,
    stream: TcpStream,
    waiting: RefCell<Waiting>,
    reader: RefCell<Reader>,
    said: RefCell<VecDeque<Said>>,
    order: Cell<Option<Order>>,
    broken: Cell<bool>,
    /// What is put waits for more.
    corked: Cell<bool>,
    /// The farewell is on its way: nothing may follow it.
    leaving: Cell<bool>,
    waker: Cell<Option<Waker>>,
}

/// What a slow client has not taken yet.
#[derive(Default)]
struct Waiting {
    queue: VecDeque<Bytes>,
    bytes: usize,
    /// The first one is not whole any more.
    begun: bool,
}

impl Conn {
    pub(crate) fn new(id: u64, agent: AgentId, form: Form, stream: TcpStream) -> Self {
        Self {
            id,
            agent,
            form,
            last: Cell::new(0),
            generation: Cell::new(0),
            office: Cell::new(0),
            quiet: Cell::new(0),
            written: Cell::new(0),
            stream,
            waiting: RefCell::default(),
            reader: RefCell::default(),
            said: RefCell::default(),
            order: Cell::new(None),
            broken: Cell::new(false),
            corked: Cell::new(false),
            leaving: Cell::new(false),
            waker: Cell::new(None),
        }
    }

    /// Sends it now, or keeps it for later; a client for whom too much waits is closed.
    pub(crate) fn send(&self, bytes: &Bytes, backlog: usize) {
        if matches!(self.order.get(), Some(Order::Close(_))) {
            return;
        }
        self.put(bytes);
        let mut waiting = self.waiting.borrow_mut();
        if waiting.bytes > backlog {
            // A farewell cannot overtake what is waiting: only what has begun must be finished before it.
            let kept = usize::from(waiting.begun);
            waiting.queue.truncate(kept);
            waiting.bytes = waiting.queue.iter().map(Bytes::len).sum();
            drop(waiting);
            self.order(Order::Close(Close::TooSlow));
        }
    }

    /// The same without a limit, for whoever waits for it to be taken.
    pub(crate) fn put(&self, bytes: &Bytes) {
        if self.leaving.get() {
            return;
        }
        let mut waiting = self.waiting.borrow_mut();
        let mut rest = bytes.clone();
        if waiting.queue.is_empty() && !self.corked.get() {
            match self.write(bytes) {
                Ok(written) if written == bytes.len() => return,
                Ok(written) => {
                    rest = bytes.slice(written..);
                    waiting.begun = written > 0;
                }
                Err(_) => return self.wake(),
            }
        }
        waiting.bytes += rest.len();
        waiting.queue.push_back(rest);
        self.wake();
    }

    /// From now on what is put waits, so that a greeting and all that follows it become one write.
    pub(crate) fn cork(&self) {
        self.corked.set(true);
    }

    /// Sends what was put since then, in one piece.
    pub(crate) fn uncork(&self) {
        self.corked.set(false);
        let mut waiting = self.waiting.borrow_mut();
        if waiting.begun || waiting.queue.is_empty() {
            return;
        }
        let all: Vec<&[u8]> = waiting.queue.iter().map(Bytes::as_ref).collect();
        let all = Bytes::from(all.concat());
        *waiting = Waiting::default();
        drop(waiting);
        self.put(&all);
    }

    /// How much the system takes; 0 when it takes nothing now.
    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self.stream.try_write(bytes) {
            Ok(written) => {
                self.written.set(self.written.get() + written as u64);
                Ok(written)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(0),
            Err(error) => {
                self.broken.set(true);
                Err(error)
            }
        }
    }

    /// Counts a beat of the hub, which come every so often, and tells whether there was no sign of life for too
    /// long. Beats, not time: while this process stood still, nobody was asked for one.
    pub(crate) fn is_silent(&self, every: Duration, silence: Duration) -> bool {
        let quiet = self.quiet.get().saturating_add(1);
        self.quiet.set(quiet);
        every.saturating_mul(quiet) > silence
    }

    /// Tells the task what to do. A farewell is the last order.
    pub(crate) fn order(&self, order: Order) {
        if !matches!(self.order.get(), Some(Order::Close(_))) {
            self.order.set(Some(order));
        }
        self.wake();
    }

    fn wake(&self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Writes what waits, as far as the system takes it.
    fn flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut waiting = self.waiting.borrow_mut();
        while let Some(first) = waiting.queue.front().cloned() {
            std::task::ready!(self.stream.poll_write_ready(cx))?;
            let written = self.write(&first)?;
            waiting.bytes -= written;
            waiting.begun = written < first.len() && (waiting.begun || written > 0);
            if written == first.len() {
                waiting.queue.pop_front();
            } else if let Some(front) = waiting.queue.front_mut() {
                *front = first.slice(written..);
            }
        }
        // A client that was slow once need not hold memory for ever.
        waiting.queue = VecDeque::new();
        Poll::Ready(Ok(()))
    }

    /// Until the client has taken everything, or stops taking anything for so long.
    pub(crate) async fn flushed(&self, progress_within: Duration) -> bool {
        loop {
            let before = self.written.get();
            match timeout(progress_within, std::future::poll_fn(|cx| self.flush(cx))).await {
                Ok(done) => return done.is_ok() && !self.broken.get(),
                Err(_) if self.written.get() == before => return false,
                Err(_) => {}
            }
        }
    }

    /// What happens next, writing meanwhile what waits.
    pub(crate) async fn next(&self, scratch: &RefCell<Vec<u8>>, limit: usize) -> Heard {
        std::future::poll_fn(|cx| self.poll(cx, scratch, limit)).await
    }

    fn poll(&self, cx: &mut Context<'_>, scratch: &RefCell<Vec<u8>>, limit: usize) -> Poll<Heard> {
        self.waker.set(Some(cx.waker().clone()));
        if let Some(order) = self.order.take() {
            return Poll::Ready(Heard::Ordered(order));
        }
        if self.broken.get() || matches!(self.flush(cx), Poll::Ready(Err(_))) {
            return Poll::Ready(Heard::Gone);
        }
        loop {
            while let Some(said) = self.said.borrow_mut().pop_front() {
                match said {
                    // Not to one who does not read: its answers would pile up, and it has other things to read.
                    Said::Ping(payload) if self.waiting.borrow().queue.is_empty() => {
                        self.put(&frame(Op::Pong, &payload));
                    }
                    Said::Ping(_) | Said::Pong => {}
                    Said::Text(message) => return Poll::Ready(Heard::Message(true, message)),
                    Said::Binary(message) => return Poll::Ready(Heard::Message(false, message)),
                    Said::Close(code) => return Poll::Ready(Heard::Goodbye(code)),
                }
            }
            if std::task::ready!(self.stream.poll_read_ready(cx)).is_err() {
                return Poll::Ready(Heard::Gone);
            }
            let mut scratch = scratch.borrow_mut();
            match self.stream.try_read(&mut scratch) {
                Ok(0) => return Poll::Ready(Heard::Gone),
                Ok(count) => {
                    if let Err(close) = self.hear(&scratch[..count], limit) {
                        return Poll::Ready(Heard::Broken(close));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return Poll::Ready(Heard::Gone),
            }
        }
    }

    /// Takes what has arrived.
    ///
    /// # Errors
    /// When it breaks the protocol.
    pub(crate) fn hear(&self, arrived: &[u8], limit: usize) -> Result<(), Close> {
        self.quiet.set(0);
        let mut said = self.said.borrow_mut();
        let read = self
            .reader
            .borrow_mut()
            .take(arrived, limit, |what| said.push_back(what));
        // What came before the fault was said all the same, but nobody waits for an answer to it.
        read
    }

    /// Says goodbye and waits for the client to go, but not for ever.
    pub(crate) async fn farewell(
        &self,
        close: Close,
        answered: bool,
        scratch: &RefCell<Vec<u8>>,
        within: Duration,
    ) {
        self.order.set(None);
        self.put(&close_frame(close));
        self.leaving.set(true);
        let goodbye = async {
            if !self.flushed(within).await || answered {
                return;
            }
            // Until it has gone: closing on unread bytes would reset the connection, and the farewell with it.
            loop {
                match self.next(scratch, 0).await {
                    Heard::Goodbye(_) | Heard::Gone => return,
                    // Whatever it is, it is not listened to any more.
                    Heard::Message(..) | Heard::Ordered(_) | Heard::Broken(_) => {}
                }
            }
        };
        let _ = timeout(within, goodbye).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::web::Bytes;
    use switchboard_domain::AgentId;
    use tokio::io::AsyncReadExt as _;
    use tokio::net::{TcpListener, TcpStream};

    use super::Conn;
    use crate::ws::encode::Form;

    #[tokio::test]
    async fn only_beats_without_a_sign_of_life_are_silence() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let conn = Conn::new(1, AgentId::new("amelia").unwrap(), Form::Json, stream);
        let (every, silence) = (Duration::from_millis(10), Duration::from_millis(35));
        let beats = |count| {
            (0..count)
                .map(|_| conn.is_silent(every, silence))
                .collect::<Vec<_>>()
        };
        assert_eq!(beats(2), [false; 2]);
        // As after a laptop's sleep: a long time, and no beat in it.
        tokio::time::sleep(2 * silence).await;
        assert_eq!(beats(1), [false]);
        conn.hear(b"", 0).unwrap();
        assert_eq!(beats(4), [false, false, false, true]);
    }

    #[tokio::test]
    async fn what_is_corked_goes_out_in_one_piece_and_nothing_before_it() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut other, _) = listener.accept().await.unwrap();
        let conn = Conn::new(1, AgentId::new("amelia").unwrap(), Form::Json, stream);
        conn.cork();
        for piece in ["one ", "two ", "three "] {
            conn.put(&Bytes::from(piece));
        }
        assert_eq!(conn.written.get(), 0);
        conn.uncork();
        assert_eq!(conn.written.get(), 14);
        conn.put(&Bytes::from("four"));
        // With nothing corked it is nothing.
        conn.uncork();
        let mut arrived = [0; 18];
        other.read_exact(&mut arrived).await.unwrap();
        assert_eq!(&arrived, b"one two three four");
    }
}
