//! What this process knows of the stream, for all its connections: the last events, and how things stand.
//!
//! One task writes it, the hubs of all threads read it. A hub takes what is beyond its own last event, so the board
//! is also the queue between them, of bounded length; a connection that joins takes what it misses and is entered
//! at its hub in one step, so that nothing falls between.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use switchboard_contracts::v1::ResetReason;
use switchboard_domain::{AgentId, Timestamp};
use tokio::sync::watch;

use crate::ws::encode::Frame;

/// One event, encoded.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) offset: u64,
    pub(crate) frame: Frame,
    /// The agent who is told at once, where others may have to wait.
    pub(crate) whose: Option<Arc<AgentId>>,
}

/// What is known. `epoch` is empty until the stream was found.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) epoch: String,
    /// The number of the last event.
    pub(crate) end: u64,
    /// Raised whenever what was told before is worth nothing any more.
    pub(crate) generation: u64,
    /// Why it was raised last.
    pub(crate) reason: ResetReason,
    /// Whether the office is open.
    pub(crate) office: Option<Frame>,
    /// Raised whenever that changes.
    pub(crate) office_version: u64,
    /// Redis did not answer when it was asked last.
    pub(crate) stale: bool,
    /// The deployment's time at the last answer of Redis.
    pub(crate) heard_at: Timestamp,
    /// The last events, numbered without a gap up to `end`.
    ring: VecDeque<Entry>,
}

impl Known {
    /// The number of the oldest event at hand; one beyond the end when there is none.
    pub(crate) fn first(&self) -> u64 {
        self.end + 1 - self.ring.len() as u64
    }

    /// Whether everything after `offset` is at hand.
    pub(crate) fn reaches(&self, offset: u64) -> bool {
        offset.saturating_add(1) >= self.first()
    }

    /// The events after `offset`, as many as are at hand, at most `count`.
    pub(crate) fn after(&self, offset: u64, count: usize) -> Vec<Entry> {
        let skip = offset.saturating_add(1).saturating_sub(self.first());
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        self.ring.iter().skip(skip).take(count).cloned().collect()
    }
}

/// The board itself.
#[derive(Debug)]
pub(crate) struct Board {
    known: Mutex<Known>,
    changed: watch::Sender<()>,
    size: usize,
}

impl Board {
    /// With room for so many events.
    pub(crate) fn new(size: usize) -> Self {
        let known = Known {
            epoch: String::new(),
            end: 0,
            generation: 0,
            reason: ResetReason::Unspecified,
            office: None,
            office_version: 0,
            stale: true,
            heard_at: Timestamp::from_millis(0),
            ring: VecDeque::new(),
        };
        Self {
            known: Mutex::new(known),
            changed: watch::Sender::new(()),
            size: size.max(1),
        }
    }

    /// Room for so many events.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// Never held across an await.
    pub(crate) fn read(&self) -> MutexGuard<'_, Known> {
        // Whoever panicked changed single fields only.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells of every change.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Whether anything can be told.
    pub(crate) fn is_ready(&self) -> bool {
        !self.read().epoch.is_empty()
    }

    /// Adds what follows the last event; stops at the first that does not. Answers where it ends then.
    pub(crate) fn push(&self, entries: impl IntoIterator<Item = Entry>) -> u64 {
        let mut known = self.read();
        let before = known.end;
        for entry in entries {
            if entry.offset != known.end + 1 {
                break;
            }
            known.end = entry.offset;
            if known.ring.len() == self.size {
                known.ring.pop_front();
            }
            known.ring.push_back(entry);
        }
        let end = known.end;
        drop(known);
        if end != before {
            self.changed.send_replace(());
        }
        end
    }

    /// Begins anew: another stream, or one in which events are missing.
    pub(crate) fn restart(&self, epoch: String, entries: Vec<Entry>, end: u64, reason: ResetReason) {
        let mut known = self.read();
        known.epoch = epoch;
        known.end = end;
        known.ring = entries.into();
        known.generation += 1;
        known.reason = reason;
        drop(known);
        self.changed.send_replace(());
    }

    /// Notes whether Redis answers.
    pub(crate) fn hear(&self, heard: Option<Timestamp>) {
        let mut known = self.read();
        known.stale = heard.is_none();
        if let Some(now) = heard {
            known.heard_at = now;
        }
    }

    /// Notes whether the office is open.
    pub(crate) fn set_office(&self, office: Frame) {
        let mut known = self.read();
        known.office = Some(office);
        known.office_version += 1;
        drop(known);
        self.changed.send_replace(());
    }
}

#[cfg(test)]
mod tests {
    use switchboard_contracts::v1::ResetReason;

    use super::{Board, Entry};
    use crate::ws::encode::Frame;

    fn entries(range: std::ops::RangeInclusive<u64>) -> Vec<Entry> {
        range
            .map(|offset| Entry {
                offset,
                frame: Frame::of_event(offset, "{}"),
                whose: None,
            })
            .collect()
    }

    fn offsets(board: &Board, after: u64) -> Vec<u64> {
        board
            .read()
            .after(after, 100)
            .iter()
            .map(|entry| entry.offset)
            .collect()
    }

    #[test]
    fn it_takes_what_follows_and_nothing_else() {
        let board = Board::new(3);
        board.restart("e".to_owned(), entries(5..=6), 6, ResetReason::Epoch);
        assert_eq!(board.push(entries(8..=9)), 6, "a hole");
        assert_eq!(board.push(entries(6..=7)), 6, "known already");
        assert_eq!(board.push(entries(7..=9)), 9);
        assert_eq!(offsets(&board, 7), [8, 9]);
        assert_eq!(offsets(&board, 0), [7, 8, 9], "no more than there is room for");
        assert_eq!(offsets(&board, 9), [0; 0]);
        assert_eq!(offsets(&board, u64::MAX), [0; 0]);
        assert!(board.read().reaches(6) && !board.read().reaches(5));
        assert!(board.read().reaches(u64::MAX));
    }

    #[test]
    fn a_stream_without_events_reaches_back_to_its_end_only() {
        let board = Board::new(3);
        assert!(!board.is_ready());
        board.restart("e".to_owned(), Vec::new(), 4, ResetReason::Epoch);
        assert!(board.is_ready());
        assert!(board.read().reaches(4) && !board.read().reaches(3));
        assert_eq!(board.push(entries(5..=5)), 5);
    }
}
