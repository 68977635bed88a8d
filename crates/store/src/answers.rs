//! Who came to talk with somebody lately, and how long they had waited: what an estimate of the waiting is made of.
//! A hint and no record: it is written after the commit, may be lost, and then nothing is estimated.

use std::time::Duration;

use switchboard_domain::{Answered, State, Timestamp};
use tokio::time::Instant;
use tracing::debug;

use crate::{Committed, Store, StoreError, keys};

/// Enough for a rate; older ones count no more anyway.
const KEPT: isize = 32;
const KEPT_FOR_SECS: i64 = 3_600;

impl Store {
    /// The last answers, in no particular order.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn recent_answers(&self) -> Result<Vec<Answered>, StoreError> {
        let mut range = redis::cmd("LRANGE");
        range.arg(keys::answers(self.prefix())).arg(0).arg(KEPT - 1);
        let texts: Vec<String> = self.read(&range, self.deadline()).await?;
        Ok(texts.iter().filter_map(|text| read(text)).collect())
    }

    /// Notes an answer among the others.
    pub(crate) async fn note_answer(&self, answered: Answered, deadline: Instant) {
        let key = keys::answers(self.prefix());
        let mut pipe = redis::pipe();
        pipe.lpush(&key, write(answered))
            .ignore()
            .ltrim(&key, 0, KEPT - 1)
            .ignore()
            .expire(&key, KEPT_FOR_SECS)
            .ignore();
        if let Err(error) = self.pipe(&pipe, deadline).await {
            debug!(%error, "an answer is missing from the estimates: {error}");
        }
    }
}

/// The answer that a step was, if it brought a caller to somebody.
pub(crate) fn answered(step: &Committed) -> Option<Answered> {
    let talks = |state: &State| matches!(state, State::Talking(_));
    if step.before.as_ref().is_some_and(|call| talks(&call.state)) {
        return None;
    }
    match &step.call.as_ref()?.state {
        // A caller who lost their agent does not wait as others do.
        State::Talking(talk) if step.changed && !talk.waiting.front => Some(Answered {
            at: talk.since,
            waited: talk.since.since(talk.waiting.since),
        }),
        State::Talking(_)
        | State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::Claimed { .. }
        | State::Connecting { .. }
        | State::RingingOffice { .. }
        | State::Voicemail { .. }
        | State::Ended { .. } => None,
    }
}

fn write(answered: Answered) -> String {
    format!("{} {}", answered.at.as_millis(), answered.waited.as_millis())
}

fn read(text: &str) -> Option<Answered> {
    let (at, waited) = text.split_once(' ')?;
    Some(Answered {
        at: Timestamp::from_millis(at.parse().ok()?),
        waited: Duration::from_millis(waited.parse().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_anything_else_is_passed_over() {
        let answered = Answered {
            at: Timestamp::from_millis(1_700_000_000_123),
            waited: Duration::from_millis(45_678),
        };
        assert_eq!(read(&write(answered)), Some(answered));
        for odd in ["", "1", "a b", "1 -2", "1 2 3"] {
            assert_eq!(read(odd), None, "{odd:?}");
        }
    }
}
