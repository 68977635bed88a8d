//! When the sweep last asked for each line that the carrier's list does not show, so that a long list of them gets its
//! turn in a few rounds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use switchboard_domain::Timestamp;
use switchboard_telephony::CallSid;

/// Remembers in this process only: a sweep that moves to another one merely begins anew.
#[derive(Debug, Clone, Default)]
pub(crate) struct AskedLast(Arc<Mutex<HashMap<CallSid, Timestamp>>>);

impl AskedLast {
    /// Those that were not asked for the longest, `most` of them; they are asked now.
    pub(super) fn choose<T>(
        &self,
        mut missing: Vec<T>,
        line: impl Fn(&T) -> &CallSid,
        most: usize,
        now: Timestamp,
    ) -> Vec<T> {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        missing.sort_by_key(|one| asked.get(line(one)).copied());
        // What is listed again, or over, is forgotten.
        let mut kept: HashMap<CallSid, Timestamp> = missing
            .iter()
            .filter_map(|one| asked.get_key_value(line(one)))
            .map(|(line, at)| (line.clone(), *at))
            .collect();
        missing.truncate(most);
        kept.extend(missing.iter().map(|one| (line(one).clone(), now)));
        *asked = kept;
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sid(number: usize) -> CallSid {
        format!("CA{number:032x}").parse().expect("a SID")
    }

    #[test]
    fn everyone_gets_a_turn_before_anyone_gets_another() {
        let asked = AskedLast::default();
        let lines: Vec<CallSid> = (0..5).map(sid).collect();
        let mut turns = Vec::new();
        for round in 0..3 {
            let now = Timestamp::from_millis(round);
            turns.extend(asked.choose(lines.clone(), |line| line, 2, now));
        }
        for line in &lines {
            assert!(turns.contains(line), "{line}");
        }
    }

    #[test]
    fn what_is_not_missing_any_more_is_forgotten() {
        let asked = AskedLast::default();
        asked.choose(vec![sid(1), sid(2)], |line| line, 2, Timestamp::from_millis(1));
        asked.choose(vec![sid(2)], |line| line, 2, Timestamp::from_millis(2));
        let kept = asked.0.lock().expect("not poisoned");
        assert_eq!(kept.keys().cloned().collect::<Vec<_>>(), [sid(2)]);
    }
}
