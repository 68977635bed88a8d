//! The calls that wait for an agent, as screens show them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// What agents choose from. Several screens may keep it: the first that hears of something says it.
#[derive(Debug, Default)]
pub(crate) struct Board {
    calls: Mutex<Calls>,
    news: Notify,
}

#[derive(Debug, Default)]
struct Calls {
    /// Those that wait; how many agents are on the way to each.
    waiting: BTreeMap<String, u32>,
    /// How often each began to wait.
    turns: HashMap<String, u32>,
}

impl Board {
    /// The call waits: it can be answered.
    pub(crate) fn waits(&self, call: &str) {
        let mut calls = self.lock();
        if !calls.waiting.contains_key(call) {
            calls.waiting.insert(call.to_owned(), 0);
            *calls.turns.entry(call.to_owned()).or_default() += 1;
            drop(calls);
            self.news.notify_waiters();
        }
    }

    /// It does not wait any more.
    pub(crate) fn taken(&self, call: &str) {
        self.lock().waiting.remove(call);
    }

    /// It is over, and never comes back.
    pub(crate) fn over(&self, call: &str) {
        let mut calls = self.lock();
        calls.waiting.remove(call);
        calls.turns.remove(call);
    }

    /// All that wait, instead of what was known: the screen was reset.
    pub(crate) fn replace(&self, waiting: impl Iterator<Item = String>) {
        let now: Vec<String> = waiting.collect();
        self.lock().waiting.retain(|call, _| now.contains(call));
        for call in now {
            self.waits(&call);
        }
    }

    /// Waits for a call that somebody should go to: `agents` says how many may, at the given turn.
    pub(crate) async fn next(&self, agents: impl Fn(&str, u32) -> u32) -> (String, u32) {
        loop {
            let news = self.news.notified();
            tokio::pin!(news);
            news.as_mut().enable();
            if let Some(found) = self.take(&agents) {
                return found;
            }
            news.await;
        }
    }

    fn take(&self, agents: &impl Fn(&str, u32) -> u32) -> Option<(String, u32)> {
        let mut calls = self.lock();
        let Calls { waiting, turns } = &mut *calls;
        let turn = |call: &str| turns.get(call).copied().unwrap_or(0);
        let (call, going) = waiting
            .iter_mut()
            .find(|(call, going)| **going < agents(call, turn(call)))?;
        *going += 1;
        Some((call.clone(), turn(call)))
    }

    /// An agent came away with nothing; the call may still wait.
    pub(crate) fn left(&self, call: &str) {
        if let Some(going) = self.lock().waiting.get_mut(call) {
            *going = going.saturating_sub(1);
        }
        self.news.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        // Every change leaves it whole.
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_is_offered_once_for_each_time_that_it_waits() {
        let board = Board::default();
        let one = |_: &str, _: u32| 1;
        board.waits("CA1");
        board.waits("CA1");
        assert_eq!(board.next(one).await, ("CA1".to_owned(), 1));
        assert!(board.take(&one).is_none(), "somebody is on the way");
        board.left("CA1");
        assert_eq!(board.next(one).await, ("CA1".to_owned(), 1));
        board.taken("CA1");
        board.left("CA1");
        assert!(board.take(&one).is_none(), "it does not wait");
        board.waits("CA1");
        assert_eq!(board.next(one).await, ("CA1".to_owned(), 2));
        board.over("CA1");
        board.replace([String::from("CA2")].into_iter());
        assert_eq!(board.next(one).await, ("CA2".to_owned(), 1));
    }

    #[tokio::test]
    async fn whoever_waits_for_a_call_hears_of_the_next() {
        let board = Board::default();
        let (found, ()) = tokio::join!(board.next(|_, _| 1), async { board.waits("CA1") });
        assert_eq!(found.0, "CA1");
    }
}
