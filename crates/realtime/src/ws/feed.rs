//! Following the stream for all connections of this process.
//!
//! One connection to Redis is told every event as it is committed. That is at most once, so what it says is only
//! taken when it follows the last event; every hole is filled from the stream, and once a second the end of the
//! stream is compared, because a lost last message shows no hole.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_contracts::v1::ResetReason;
use switchboard_contracts::v1::server_frame::Frame as Content;
use switchboard_store::{StoreError, StreamEnd, StreamEntry};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::app::Realtime;
use crate::ws::board::Entry;
use crate::ws::ear::Ear;
use crate::ws::encode::{self, Frame};
use crate::ws::office;
use crate::ws::whose::Holders;

/// Entries read from the stream at once: some hundred kilobytes.
pub(crate) const CHUNK: usize = 512;
/// The first pause after Redis did not take us; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A clock that is a little behind must not make us ask on and on at the stroke.
const SOON: Duration = Duration::from_millis(20);

/// What the connection to Redis tells.
enum Told {
    /// It was made anew: what was said before and what is said now may be of different streams.
    Joined,
    Event(StreamEntry),
}

/// Keeps the board until the stop.
pub(crate) async fn follow(realtime: &Realtime, stop: &CancellationToken) {
    let (tell, told) = mpsc::channel(1024);
    let keeper = Keeper {
        realtime,
        trusted: false,
        ear: Ear::default(),
        holders: Holders::default(),
        office: None,
    };
    let both = Box::pin(async { tokio::join!(listen(realtime, tell), keeper.keep(told)) });
    stop.run_until_cancelled(both).await;
}

/// Passes on what Redis tells, and connects again and again.
async fn listen(realtime: &Realtime, tell: mpsc::Sender<Told>) {
    let (mut pause, mut failing) = (FIRST_PAUSE, false);
    loop {
        match realtime.store.subscribe().await {
            Ok(mut events) => {
                (pause, failing) = (FIRST_PAUSE, false);
                if tell.send(Told::Joined).await.is_err() {
                    return;
                }
                loop {
                    let event = tokio::select! {
                        event = events.next() => event,
                        () = realtime.sockets.deaf.notified() => None,
                    };
                    let Some(event) = event else { break };
                    if tell.send(Told::Event(event)).await.is_err() {
                        return;
                    }
                }
                metrics::counter!("realtime_feed_lost_total").increment(1);
                warn!("the connection that tells events was lost");
            }
            // Once for each outage.
            Err(error) if !std::mem::replace(&mut failing, true) => {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "events are not told: {error}"
                );
            }
            Err(_) => {}
        }
        tokio::time::sleep(realtime.rng.jitter(pause)).await;
        pause = LONGEST_PAUSE.min(pause * 2);
    }
}

struct Keeper<'a> {
    realtime: &'a Realtime,
    /// The stream was looked at since the connection was made.
    trusted: bool,
    ear: Ear,
    holders: Holders,
    office: Option<v1::OfficeState>,
}

impl Keeper<'_> {
    async fn keep(mut self, mut told: mpsc::Receiver<Told>) {
        let mut ticks = tokio::time::interval(self.realtime.sockets.limits.check_every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut batch = Vec::new();
        let mut hours = self.realtime.hours.changes();
        loop {
            let turn = self.office_turns();
            tokio::select! {
                count = told.recv_many(&mut batch, 256) => match count {
                    0 => return,
                    _ => self.take(batch.drain(..)).await,
                },
                _ = ticks.tick() => self.check().await,
                Ok(()) = hours.changed() => self.tell_office(),
                () = tokio::time::sleep(turn) => self.tell_office(),
                () = self.realtime.sockets.check.notified() => self.check().await,
            }
        }
    }

    /// In how long the office opens or closes, as far as is known. The looks in between would be late by up to a second.
    fn office_turns(&self) -> Duration {
        let until = self.office.as_ref().and_then(|office| office.until_ms);
        let now = self.realtime.store.last_known_time();
        let left = until
            .zip(now)
            .map(|(until, now)| until.saturating_sub(now.as_millis()));
        let left = left.and_then(|left| u64::try_from(left).ok());
        left.map_or(LONGEST_PAUSE, Duration::from_millis)
            .clamp(SOON, LONGEST_PAUSE)
    }

    async fn take(&mut self, batch: impl Iterator<Item = Told>) {
        let board = &self.realtime.sockets.board;
        let end = board.read().end;
        let mut entries = Vec::new();
        for told in batch {
            match told {
                Told::Joined => self.trusted = false,
                Told::Event(event) => {
                    self.ear.hear(event.offset);
                    // Else it is known already, or of a stream that was not looked at: the look brings it.
                    if self.trusted && event.offset > end {
                        self.hint(&event);
                        entries.push(encode(&event, &mut self.holders));
                    }
                }
            }
        }
        let last = entries.last().map(|entry| entry.offset);
        let end = board.push(entries);
        if !self.trusted {
            self.check().await;
        } else if last.is_some_and(|last| last > end) {
            let filled = self.fill().await;
            self.note(filled);
        }
    }

    /// Whoever opened or closed by hand wants to see it at once. Another event with that word in it costs a look.
    fn hint(&self, event: &StreamEntry) {
        if event.json.contains(r#""hours":"#) {
            self.realtime.hours.look_now();
        }
        // Whoever is no agent any more is to be told at once.
        if event.json.contains(r#""removed":"#) {
            self.realtime.exclusions.look_now();
        }
    }

    /// Compares the board with the stream.
    async fn check(&mut self) {
        let looked = Box::pin(self.look()).await;
        self.note(looked);
        self.tell_office();
    }

    /// Tells whether the office is open, if that is news. Not before it is known what was done by hand: screens would
    /// show for a moment what is not so.
    fn tell_office(&mut self) {
        if !self.realtime.hours.is_known() {
            return;
        }
        let Some(now) = self.realtime.store.last_known_time() else {
            return;
        };
        let office = office::state(&self.realtime.hours.current(), &self.realtime.names, now);
        if let Some(state) = office.as_ref().filter(|_| office != self.office) {
            let frame = Frame::of(Content::Office(state.clone()));
            self.realtime.sockets.board.set_office(frame);
            self.office = office;
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let mut end = self.realtime.store.stream_end().await?;
        if end.epoch.is_none() {
            // A Redis that came back empty: it gets a name for its stream, and the agents of the settings.
            self.realtime.introduce_agents().await?;
            end = self.realtime.store.stream_end().await?;
        }
        let Some(epoch) = end.epoch.clone() else {
            return Ok(());
        };
        let (same, known) = {
            let known = self.realtime.sockets.board.read();
            (known.epoch == epoch, known.end)
        };
        let anew = !same || end.last < known;
        if !same {
            self.restart(&end, epoch, ResetReason::Epoch).await?;
        } else if anew {
            self.restart(&end, epoch, ResetReason::Ahead).await?;
        } else if end.last > known {
            self.fill().await?;
        }
        if anew || !self.trusted {
            self.ear.begin(end.last);
        } else if self.ear.is_deaf(end.last) {
            self.realtime.sockets.deaf.notify_one();
        }
        self.trusted = true;
        Ok(())
    }

    /// Reads what the stream has beyond the board.
    async fn fill(&mut self) -> Result<(), StoreError> {
        let board = &self.realtime.sockets.board;
        loop {
            let known = board.read().end;
            let entries = self.realtime.store.stream_after(known, CHUNK).await?;
            let (Some(first), count) = (entries.first(), entries.len()) else {
                return Ok(());
            };
            if first.offset != known + 1 {
                // Redis was away for so long that the stream has moved on altogether.
                let end = self.realtime.store.stream_end().await?;
                let epoch = end.epoch.clone().unwrap_or_default();
                return self.restart(&end, epoch, ResetReason::TooOld).await;
            }
            metrics::counter!("realtime_feed_filled_total").increment(count as u64);
            board.push(entries.iter().map(|entry| encode(entry, &mut self.holders)));
            if count < CHUNK {
                return Ok(());
            }
        }
    }

    /// Begins anew with the last entries of the stream.
    async fn restart(
        &mut self,
        end: &StreamEnd,
        epoch: String,
        reason: ResetReason,
    ) -> Result<(), StoreError> {
        let sockets = &self.realtime.sockets;
        let mut last = end
            .last
            .saturating_sub(sockets.board.size() as u64)
            .max(end.first.saturating_sub(1));
        let mut ring = Vec::new();
        self.holders = Holders::default();
        while last < end.last {
            let entries = self.realtime.store.stream_after(last, CHUNK).await?;
            let follows = entries.first().is_some_and(|entry| entry.offset == last + 1);
            if !follows {
                // Trimmed or emptied meanwhile: what is at hand must be without a gap.
                ring.clear();
            }
            match entries.last() {
                Some(entry) => last = entry.offset,
                None => last = end.last,
            }
            ring.extend(entries.iter().map(|entry| encode(entry, &mut self.holders)));
        }
        let excess = ring.len().saturating_sub(sockets.board.size());
        ring.drain(..excess);
        info!(
            stream.epoch = epoch,
            stream.offset = last,
            "following the stream {epoch} from {last}"
        );
        sockets.board.restart(epoch, ring, last, reason);
        Ok(())
    }

    /// Keeps whether Redis answers; a change of it is logged once.
    fn note(&self, looked: Result<(), StoreError>) {
        let sockets = &self.realtime.sockets;
        let was_stale = sockets.board.read().stale;
        match looked {
            Ok(()) => {
                sockets.board.hear(self.realtime.store.last_known_time());
                if was_stale {
                    info!("the stream is followed");
                }
            }
            Err(error) => {
                sockets.board.hear(None);
                if !was_stale {
                    warn!(
                        error = &error as &dyn std::error::Error,
                        "the stream cannot be followed: {error}"
                    );
                }
            }
        }
        let stale = if sockets.board.read().stale { 1.0 } else { 0.0 };
        metrics::gauge!("realtime_feed_stale").set(stale);
    }
}

fn encode(entry: &StreamEntry, holders: &mut Holders) -> Entry {
    let read = encode::read(entry.offset, &entry.json);
    let whose = read.as_ref().and_then(|event| holders.whose(event));
    Entry {
        offset: entry.offset,
        frame: Frame::of_read(entry.offset, &entry.json, read),
        whose,
    }
}

/// Events after `offset` from the stream itself, for a connection that has been away for longer than the board
/// remembers.
pub(crate) async fn older(realtime: &Realtime, offset: u64) -> Result<Vec<Entry>, StoreError> {
    let entries = realtime.store.stream_after(offset, CHUNK).await?;
    // Whose they were is of no account any more.
    let mut holders = Holders::default();
    Ok(entries.iter().map(|entry| encode(entry, &mut holders)).collect())
}
