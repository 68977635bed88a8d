//! All connections of one thread.
//!
//! The hub takes from the board what is new and writes it to every connection; what has come together goes out
//! together, because each write costs the same however short it is. When there is more than it can write to all of
//! them, it goes at once to those whose it is, and to the others in turns. Each is always sent what follows the last
//! event it has, so whichever way the news takes, it arrives in order and once. Nothing here waits for a client.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::Bytes;
use switchboard_contracts::v1;
use switchboard_contracts::v1::ResetReason;
use switchboard_contracts::v1::server_frame::Frame as Content;
use tokio::time::{Instant, MissedTickBehavior, interval, interval_at};
use tokio_util::sync::CancellationToken;

use crate::app::Realtime;
use crate::ws::board::{Entry, Known};
use crate::ws::cadence::Pace;
use crate::ws::close::Close;
use crate::ws::codec::{Op, frame};
use crate::ws::conn::{Conn, Order};
use crate::ws::encode::Frame;
use crate::ws::pieces::{Next, Pieces, TOGETHER, together};
use crate::ws::seats::{COHORTS, Seats, spoke_of};

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
    seats: RefCell<Seats>,
    next: Cell<u64>,
    /// Everything up to here was taken from the board.
    cursor: Cell<u64>,
    pace: RefCell<Pace>,
    /// Cohorts that may miss something that was gathered.
    owed: Cell<u32>,
    /// Whose turn it is next.
    cohort: Cell<u32>,
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
    /// Its agent may not act any more.
    Excluded,
    Stopping,
}

impl Hub {
    pub(crate) fn new(realtime: Arc<Realtime>, stop: CancellationToken) -> Rc<Self> {
        Rc::new(Self {
            realtime,
            stop,
            scratch: RefCell::new(vec![0; 16 * 1024]),
            seats: RefCell::default(),
            next: Cell::new(0),
            cursor: Cell::new(0),
            pace: RefCell::default(),
            owed: Cell::new(0),
            cohort: Cell::new(0),
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
        if self.realtime.exclusions.is_out(&conn.agent) {
            return Joined::Excluded;
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
        self.seats.borrow_mut().enter(conn);
        Joined::In
    }

    pub(crate) fn leave(&self, conn: &Conn) {
        self.seats.borrow_mut().leave(conn);
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
        let mut exclusions = self.realtime.exclusions.changes();
        // A little early: what is promised at least every second must not be late for a busy machine.
        let every = limits.heartbeat.mul_f64(0.8).max(Duration::from_millis(1));
        let spokes = u32::try_from(every.as_millis() / SPOKE.as_millis())
            .unwrap_or(u32::MAX)
            .max(1);
        let mut wheel = interval(every / spokes);
        wheel.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let step = (limits.cadence.longest / COHORTS).max(Duration::from_millis(1));
        let mut steps = interval_at(Instant::now() + step, step);
        steps.set_missed_tick_behavior(MissedTickBehavior::Delay);
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
                Ok(()) = exclusions.changed() => self.exclude(),
                _ = steps.tick(), if self.owed.get() > 0 => self.tell_some(),
            }
        }
        self.drain().await;
    }

    /// Closes the screens of those who may not act any more.
    fn exclude(&self) {
        for conn in self.all() {
            if self.realtime.exclusions.is_out(&conn.agent) {
                conn.order(Order::Close(Close::Excluded));
            }
        }
    }

    fn all(&self) -> Vec<Rc<Conn>> {
        self.seats.borrow().iter().cloned().collect()
    }

    /// Writes what is new to everybody, or only to those whose it is.
    async fn deliver(&self) {
        let (fresh, office) = {
            let known = self.realtime.sockets.board.read();
            if known.generation != self.generation.get() {
                self.start_over(&known);
            }
            let fresh = known.after(self.cursor.get(), usize::MAX);
            self.cursor.set(self.cursor.get().max(known.end));
            (fresh, known.office_version)
        };
        if !fresh.is_empty() {
            // They first: a round to thousands takes a while.
            self.tell(&self.concerned(&fresh)).await;
            let period = self
                .realtime
                .sockets
                .limits
                .cadence
                .period(self.seats.borrow().len());
            if self.pace.borrow_mut().is_calm(Instant::now(), period) {
                self.tell(&self.all()).await;
            } else {
                self.owed.set(COHORTS);
            }
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
        for conn in self.all() {
            if conn.generation.get() != known.generation {
                self.leave(&conn);
                conn.order(Order::Reset(known.reason));
            }
        }
        // Whoever joined meanwhile has been told of events up to their own last.
        let behind = self.seats.borrow().iter().map(|conn| conn.last.get()).min();
        self.cursor.set(behind.unwrap_or(known.end).min(known.end));
        self.generation.set(known.generation);
    }

    /// The screens of those whose the events are.
    fn concerned(&self, entries: &[Entry]) -> Vec<Rc<Conn>> {
        let seats = self.seats.borrow();
        let whose = entries.iter().filter_map(|entry| entry.whose.as_deref());
        // Some are there twice; the second time they miss nothing.
        whose.flat_map(|agent| seats.of(agent)).cloned().collect()
    }

    /// Tells the next cohorts what was gathered. As many as it takes for everybody to have had a turn in the period.
    fn tell_some(&self) {
        let cadence = &self.realtime.sockets.limits.cadence;
        let period = cadence.period(self.seats.borrow().len()).as_secs_f64();
        let mut cycle = cadence.longest.as_secs_f64();
        for _ in 0..COHORTS {
            let cohort = self.cohort.replace((self.cohort.get() + 1) % COHORTS);
            let some: Vec<_> = self.seats.borrow().cohort(cohort).cloned().collect();
            self.tell_now(&some);
            self.owed.set(self.owed.get().saturating_sub(1));
            cycle -= period;
            if cycle <= 0.0 || self.owed.get() == 0 {
                break;
            }
        }
    }

    /// Tells each of them everything up to the cursor, and lets others run meanwhile.
    async fn tell(&self, conns: &[Rc<Conn>]) {
        let Some(mut pieces) = self.pieces(conns) else {
            return;
        };
        for (index, conn) in conns.iter().enumerate() {
            self.tell_one(conn, &mut pieces);
            take_turns(index).await;
        }
    }

    /// The same for a few.
    fn tell_now(&self, conns: &[Rc<Conn>]) {
        if let Some(mut pieces) = self.pieces(conns) {
            for conn in conns {
                self.tell_one(conn, &mut pieces);
            }
        }
    }

    /// What some of them miss; nothing when it is nothing, or when all of it is worth nothing any more.
    fn pieces(&self, conns: &[Rc<Conn>]) -> Option<Pieces> {
        let end = self.cursor.get();
        let lasts = conns.iter().map(|conn| conn.last.get());
        let lowest = lasts.filter(|last| *last < end).min()?;
        let known = self.realtime.sockets.board.read();
        if known.generation != self.generation.get() {
            return None;
        }
        let from = lowest.max(known.first().saturating_sub(1));
        let count = usize::try_from(end.saturating_sub(from)).unwrap_or(usize::MAX);
        Some(Pieces::new(known.after(from, count)))
    }

    fn tell_one(&self, conn: &Conn, pieces: &mut Pieces) {
        loop {
            match pieces.after(conn.last.get(), conn.form) {
                Next::Piece { bytes, last } => {
                    conn.send(&bytes, self.backlog());
                    conn.last.set(last);
                }
                Next::Nothing => return,
                Next::Gone => {
                    // This thread was busy for longer than the board remembers.
                    self.leave(conn);
                    return conn.order(Order::CatchUp);
                }
            }
        }
    }

    /// Tells those on one of the spokes that the line is alive, and looks whether they are.
    fn beat(&self, turn: u32, spokes: u32, every: Duration) {
        let spoke = u64::from(turn % spokes);
        let seats = self.seats.borrow();
        let of_spoke = seats.iter().filter(|conn| spoke_of(conn.id, spokes) == spoke);
        let conns: Vec<_> = of_spoke.cloned().collect();
        drop(seats);
        let frame_of_ping = (turn / spokes)
            .is_multiple_of(PING_EVERY)
            .then(|| frame(Op::Ping, &[]));
        // One for each place that somebody stands at: mostly one, some more while news is gathered.
        let mut beats = HashMap::new();
        let silence = self.realtime.sockets.limits.silence;
        for conn in &conns {
            if conn.is_silent(every, silence) {
                conn.order(Order::Close(Close::Silent));
                continue;
            }
            // Not further than it was told itself: it would believe that it has missed something.
            let offset = self.cursor.get().min(conn.last.get());
            // Both in one write.
            let beat = beats.entry((offset, conn.form)).or_insert_with(|| {
                let heartbeat = self.heartbeat(offset);
                let ping = frame_of_ping.as_deref().unwrap_or_default();
                Bytes::from([heartbeat.bytes(conn.form), ping].concat())
            });
            conn.send(beat, self.backlog());
        }
    }

    fn heartbeat(&self, offset: u64) -> Frame {
        let (stale, heard_at) = {
            let known = self.realtime.sockets.board.read();
            (known.stale, known.heard_at)
        };
        let now = self.realtime.store.last_known_time().filter(|_| !stale);
        Frame::of(Content::Heartbeat(v1::Heartbeat {
            now_ms: now.unwrap_or(heard_at).as_millis(),
            offset,
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

/// Lets others run after some writes. A task on its own keeps the order.
async fn take_turns(index: usize) {
    if index % TURN == TURN - 1 {
        tokio::task::yield_now().await;
    }
}
