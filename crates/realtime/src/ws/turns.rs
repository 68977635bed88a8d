//! Turns at Redis, for questions that thousands of clients bring in the same second.
//!
//! A question has a budget of some hundred milliseconds, counted from when it is asked. If all were asked at once, the
//! time in which they wait for each other would use it up: the last of five thousand would be refused by a Redis
//! that is well, would come again, and so would the load. And the feed, whose few questions go the same way, would
//! take Redis for dead. So only some are asked at a time; the others wait for their turn, first come, first served.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::timeout;

/// Large questions at a time: more than keep Redis busy, and half of the connections that the store has at most.
pub(crate) const LARGE: usize = 8;
/// Tickets at a time. They share round trips and cost Redis some microseconds each, so a commit beside them waits for a tenth
/// of a millisecond; and while thousands come back, a round trip is as long as this process takes to look round once.
pub(crate) const TICKETS: usize = 32;

/// The turns.
#[derive(Debug)]
pub(crate) struct Turns(Semaphore);

impl Turns {
    /// So many at a time.
    pub(crate) fn new(at_once: usize) -> Self {
        Self(Semaphore::new(at_once))
    }

    /// A turn, which ends when it is dropped; nothing when it does not come in time.
    pub(crate) async fn take(&self, within: Duration) -> Option<SemaphorePermit<'_>> {
        timeout(within, self.0.acquire()).await.ok()?.ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Turns;

    #[tokio::test]
    async fn some_have_a_turn_and_the_next_gets_the_first_that_ends() {
        let turns = Turns::new(8);
        let mut taken = Vec::new();
        for _ in 0..8 {
            taken.push(turns.take(Duration::from_secs(30)).await.unwrap());
        }
        assert!(turns.take(Duration::from_millis(10)).await.is_none());
        taken.pop();
        assert!(turns.take(Duration::from_secs(30)).await.is_some());
    }
}
