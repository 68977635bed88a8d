//! All connections of one thread.
//!
//! The hub takes from the board what is new and writes it to every connection; what has come together goes out
//! together, because each write costs the same however short it is. Nothing here waits for a client.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use switchboard_contracts::v1;
use switchboard_contracts::v1::ResetReason;
use switchboard_contracts::v1::server_frame::Frame as Content;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use crate::app::Realtime;
use crate::ws::board::{Entry, Known};
use crate::ws::close::Close;
use crate::ws::codec::{Op, frame};
use crate::ws::conn::{Conn, Order};
use crate::ws::encode::{Form, Frame};

/// Events that go out in one write.
const TOGETHER: usize = 64;
/// Who misses more than this takes it before joining, at a client's own pace: after that, being slow counts.
const NEAR: usize = 8;
/// Writes before somebody else may run on this thread: about 3 ms.
const TURN: usize = 256;
/// Heartbeats are spread over the turns of a wheel, one in so long. Ten thousand connections in 160 turns are 60 writes a
/// turn, less than a millisecond that an event may have to wait; in 20 turns they were 500, and six.
const SPOKE: Duration = Duration::from_millis(5);
/// A ping goes with every so many heartbeats.
const PING_EVERY: u32 = 10;
/// Farewells are spread over so many steps.
const STEPS: u32 = 50;

pub(crate) struct Hub {
    pub(crate) realtime: Arc<Realtime>,
    pub(crate) stop: CancellationToken,
    /// Where all connections read to, one after the other.
    pub(crate) scratch: RefCell<Vec<u8>>,
    conns: RefCell<BTreeMap<u64, Rc<Conn>>>,
    next: Cell<u64>,
    /// Everything up to here was sent to everybody here.
    cursor: Cell<u64>,
    generation: Cell<u64>,
    office: Cell<u64>,
}

/// What came of joining.
pub(crate) enum Joined {
    /// The hub sends from now on.
    In,
    /// These are to be sent first.
    Miss(Vec<Entry>),
    /// The board does not reach back so far.
    Behind,
    /// What was told is worth nothing any more.
    Reset(ResetReason),
    Stopping,
}

impl Hub {
    pub(crate) fn new(realtime: Arc<Realtime>, stop: CancellationToken) -> Rc<Self> {
        Rc::new(Self {
            realtime,
            stop,
            scratch: RefCell::new(vec![0; 16 * 1024]),
            conns: RefCell::default(),
            next: Cell::new(0),
            cursor: Cell::new(0),
            generation: Cell::new(0),
            office: Cell::new(0),
        })
    }

    /// A number for a connection.
    pub(crate) fn number(&self) -> u64 {
        self.next.replace(self.next.get() + 1)
    }

    /// Sends what the connection misses, if it is little, and enters it: one step, between which and the next event
    /// nothing falls.
    pub(crate) fn join(&self, conn: &Rc<Conn>) -> Joined {
        if self.stop.is_cancelled() {
            return Joined::Stopping;
        }
        let missing = {
            let known = self.realtime.sockets.board.read();
            if known.generation != conn.generation.get() {
                return Joined::Reset(known.reason);
            }
            if !known.reaches(conn.last.get()) {
                return Joined::Behind;
            }
            known.after(conn.last.get(), TOGETHER)
        };
        if missing.len() > NEAR {
            return Joined::Miss(missing);
        }
        // What the board gets from here on is still to be delivered by this hub, which runs on this same thread.
        if let Some(last) = missing.last() {
            conn.put(&together(&missing, conn.form));
            conn.last.set(last.offset);
        }
        self.give_office(conn);
        self.conns.borrow_mut().insert(conn.id, Rc::clone(conn));
        Joined::In
    }

    pub(crate) fn leave(&self, conn: &Conn) {
        self.conns.borrow_mut().remove(&conn.id);
    }

    /// Events that follow each other, as far as the connection does not have them.
    fn give(&self, conn: &Conn, entries: &[Entry]) {
        let last = conn.last.get();
        let missing = entries.iter().position(|entry| entry.offset > last);
        let Some(missing) = missing.and_then(|at| entries.get(at..)) else {
            return;
        };
        if let Some(end) = missing.last() {
            conn.send(&together(missing, conn.form), self.backlog());
            conn.last.set(end.offset);
        }
    }

    /// Whether the office is open, unless the connection was told.
    pub(crate) fn give_office(&self, conn: &Conn) {
        let office = {
            let known = self.realtime.sockets.board.read();
            let news = conn.office.replace(known.office_version) != known.office_version;
            known.office.clone().filter(|_| news)
        };
        // Small and rare: not what a client would be too slow for.
        if let Some(office) = office {
            conn.put(office.bytes(conn.form));
        }
    }

    fn backlog(&self) -> usize {
        self.realtime.sockets.limits.backlog
    }

    /// Until the stop, and then its farewells.
    pub(crate) async fn run(self: Rc<Self>) {
        let limits = &self.realtime.sockets.limits;
        let mut changes = self.realtime.sockets.board.changes();
        // A little early: what is promised at least every second must not be late for a busy machine.
        let every = limits.heartbeat.mul_f64(0.8).max(Duration::from_millis(1));
        let spokes = u32::try_from(every.as_millis() / SPOKE.as_millis())
            .unwrap_or(u32::MAX)
            .max(1);
        let mut wheel = tokio::time::interval(every / spokes);
        wheel.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut turn = 0;
        loop {
            tokio::select! {
                () = self.stop.cancelled() => break,
                news = changes.changed() => match news {
                    Ok(()) => self.deliver().await,
                    Err(_) => break,
                },
                _ = wheel.tick() => {
                    self.beat(turn, spokes, every);
                    turn = turn.wrapping_add(1);
                }
            }
        }
        self.drain().await;
    }

    fn all(&self) -> Vec<Rc<Conn>> {
        self.conns.borrow().values().cloned().collect()
    }

    /// Writes what is new to everybody.
    async fn deliver(&self) {
        let (batch, office) = {
            let known = self.realtime.sockets.board.read();
            if known.generation != self.generation.get() {
                self.start_over(&known);
            }
            if !known.reaches(self.cursor.get()) {
                self.fall_behind(&known);
            }
            let batch = known.after(self.cursor.get(), usize::MAX);
            self.cursor.set(self.cursor.get().max(known.end));
            (batch, known.office_version)
        };
        for entries in batch.chunks(TOGETHER) {
            self.broadcast(entries).await;
        }
        if self.office.replace(office) != office {
            for (index, conn) in self.all().iter().enumerate() {
                self.give_office(conn);
                take_turns(index).await;
            }
        }
    }

    /// Everybody who was told of an earlier generation is to be told everything.
    fn start_over(&self, known: &Known) {
        let mut conns = self.conns.borrow_mut();
        conns.retain(|_, conn| {
            let current = conn.generation.get() == known.generation;
            if !current {
                conn.order(Order::Reset(known.reason));
            }
            current
        });
        // Whoever joined meanwhile has been told of events up to their own last.
        let behind = conns.values().map(|conn| conn.last.get()).min();
        self.cursor.set(behind.unwrap_or(known.end).min(known.end));
        self.generation.set(known.generation);
    }

    /// This thread was busy for longer than the board remembers.
    fn fall_behind(&self, known: &Known) {
        self.conns.borrow_mut().retain(|_, conn| {
            let reached = known.reaches(conn.last.get());
            if !reached {
                conn.order(Order::CatchUp);
            }
            reached
        });
        self.cursor.set(known.first().saturating_sub(1));
    }

    async fn broadcast(&self, entries: &[Entry]) {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return;
        };
        let mut joined: [Option<Bytes>; 2] = [None, None];
        let (mut frames, mut bytes) = (0_u64, 0_u64);
        for (index, conn) in self.all().iter().enumerate() {
            if conn.last.get() + 1 == first.offset {
                let whole = place(&mut joined, conn.form).get_or_insert_with(|| together(entries, conn.form));
                conn.send(whole, self.backlog());
                conn.last.set(last.offset);
                frames += entries.len() as u64;
                bytes += whole.len() as u64;
            } else {
                // It joined in between and has some of them.
                self.give(conn, entries);
            }
            take_turns(index).await;
        }
        metrics::counter!("realtime_socket_frames_total").increment(frames);
        metrics::counter!("realtime_socket_bytes_total").increment(bytes);
    }

    /// Tells those on one of the spokes that the line is alive, and looks whether they are.
    fn beat(&self, turn: u32, spokes: u32, every: Duration) {
        let conns = self.conns.borrow();
        let spoke = u64::from(turn % spokes);
        let frame_of_ping = (turn / spokes)
            .is_multiple_of(PING_EVERY)
            .then(|| frame(Op::Ping, &[]));
        let mut heartbeat = None;
        let mut beats: [Option<Bytes>; 2] = [None, None];
        let silence = self.realtime.sockets.limits.silence;
        for conn in conns.values().filter(|conn| spoke_of(conn.id, spokes) == spoke) {
            if conn.is_silent(every, silence) {
                conn.order(Order::Close(Close::Silent));
                continue;
            }
            let heartbeat = heartbeat.get_or_insert_with(|| self.heartbeat());
            // Both in one write.
            let beat = place(&mut beats, conn.form).get_or_insert_with(|| {
                let heartbeat = heartbeat.bytes(conn.form);
                let ping = frame_of_ping.as_deref().unwrap_or_default();
                Bytes::from([heartbeat, ping].concat())
            });
            conn.send(beat, self.backlog());
        }
    }

    fn heartbeat(&self) -> Frame {
        let (stale, heard_at) = {
            let known = self.realtime.sockets.board.read();
            (known.stale, known.heard_at)
        };
        let now = self.realtime.store.last_known_time().filter(|_| !stale);
        Frame::of(Content::Heartbeat(v1::Heartbeat {
            now_ms: now.unwrap_or(heard_at).as_millis(),
            offset: self.cursor.get(),
            stale,
        }))
    }

    /// Tells everybody to come back elsewhere, one after the other.
    async fn drain(&self) {
        let conns = self.all();
        let step = conns.len().div_ceil(STEPS as usize).max(1);
        let pause = self.realtime.sockets.limits.drain_over / STEPS;
        for some in conns.chunks(step) {
            for conn in some {
                conn.order(Order::Close(Close::Restart));
            }
            tokio::time::sleep(pause).await;
        }
    }
}

/// Whose turn it is. Connections that came together are far from each other on the wheel: neighbours are a golden
/// section apart.
fn spoke_of(id: u64, spokes: u32) -> u64 {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let place = u128::from(id.wrapping_mul(GOLDEN)) * u128::from(spokes);
    u64::try_from(place >> 64).unwrap_or_default()
}

/// What is made once for all who want it in that form.
fn place(forms: &mut [Option<Bytes>; 2], form: Form) -> &mut Option<Bytes> {
    let [json, proto] = forms;
    match form {
        Form::Json => json,
        Form::Proto => proto,
    }
}

/// Lets others run after some writes. A task on its own keeps the order.
async fn take_turns(index: usize) {
    if index % TURN == TURN - 1 {
        tokio::task::yield_now().await;
    }
}

/// Several events as one piece of bytes.
pub(crate) fn together(entries: &[Entry], form: Form) -> Bytes {
    if let [only] = entries {
        return only.frame.bytes(form).clone();
    }
    let parts = entries.iter().map(|entry| entry.frame.bytes(form));
    let mut joined = Vec::with_capacity(parts.clone().map(Bytes::len).sum());
    parts.for_each(|part| joined.extend_from_slice(part));
    Bytes::from(joined)
}
