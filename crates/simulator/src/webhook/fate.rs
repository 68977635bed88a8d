//! What a storm does with each notification: decided by its name, which is the same in every run of the same calls.
//!
//! Names leave out what chance gives (SIDs) and what a busy machine changes (times). So a run can be had again with one
//! single notification less.

use std::collections::HashMap;

use super::Webhook;
use super::deliver::one_line;
use crate::faults::Storm;
use crate::id::{Dice, LegId};
use crate::state::State;

/// What was told during a storm.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// In order.
    pub(crate) told: Vec<String>,
    /// How often each came up, for the next one of its kind.
    counts: HashMap<String, u32>,
}

/// What becomes of a notification.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Sent in its turn.
    AsUsual,
    /// Never sent.
    Lost,
    /// Sent after each of these virtual milliseconds.
    Sent(Vec<i64>),
}

impl Storm {
    /// The dice of one name.
    fn dice(&self, name: &str) -> Dice {
        Dice::named(name, self.seed)
    }

    pub(super) fn fate(&self, name: &str) -> Fate {
        let mut dice = self.dice(name);
        let mut falls = |percent: u8| dice.below(100) < u64::from(percent);
        let lost = falls(self.lost_percent);
        if lost || self.without.as_deref() == Some(name) {
            return Fate::Lost;
        }
        let (late, doubled) = (falls(self.late_percent), falls(self.doubled_percent));
        let mut delay = || {
            let longest = u64::try_from(self.latest_ms).unwrap_or_default();
            // Most are a little late, some very.
            let span = if dice.below(4) == 0 { longest } else { longest / 8 };
            i64::try_from(dice.below(span.max(1))).unwrap_or_default()
        };
        match (late, doubled) {
            (false, false) => Fate::AsUsual,
            (true, false) => Fate::Sent(vec![delay()]),
            (false, true) => Fate::Sent(vec![0, delay()]),
            (true, true) => Fate::Sent(vec![delay(), delay()]),
        }
    }
}

impl State {
    /// The name of a notification.
    pub(super) fn name_of(&mut self, hook: &Webhook) -> String {
        let who = self.who(hook.leg.as_ref());
        self.numbered(&format!("{} {who}", one_line(hook)))
    }

    /// Whether the answer to a request for a document is lost.
    pub(crate) fn loses_answer(&mut self, leg: &LegId, url: &str) -> bool {
        let Some(storm) = self.config.faults.storm.clone() else {
            return false;
        };
        let percent = storm.answers_lost_percent;
        if percent == 0 {
            return false;
        }
        let who = self.who(Some(leg));
        let path = url::Url::parse(url).map_or_else(|_| url.to_owned(), |url| url.path().to_owned());
        let name = self.numbered(&format!("answer {path} {who}"));
        storm.dice(&name).below(100) < u64::from(percent)
    }

    /// A leg by who called whom.
    fn who(&self, leg: Option<&LegId>) -> String {
        leg.and_then(|leg| self.leg(leg))
            .map_or_else(String::new, |leg| format!("{} to {}", leg.new.from, leg.new.to))
    }

    fn numbered(&mut self, kind: &str) -> String {
        let count = self.names.counts.entry(kind.to_owned()).or_default();
        *count += 1;
        format!("{kind} #{count}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storm() -> Storm {
        Storm {
            seed: 7,
            lost_percent: 20,
            doubled_percent: 20,
            late_percent: 20,
            latest_ms: 30_000,
            ..Storm::default()
        }
    }

    #[test]
    fn a_name_has_one_fate() {
        for number in 0..500 {
            let name = format!("POST /status CallStatus=completed a to b #{number}");
            assert_eq!(storm().fate(&name), storm().fate(&name));
        }
    }

    #[test]
    fn each_fate_comes_about_as_often_as_asked() {
        let fates: Vec<Fate> = (0..2_000)
            .map(|number| storm().fate(&number.to_string()))
            .collect();
        let share = |test: &dyn Fn(&Fate) -> bool| fates.iter().filter(|fate| test(fate)).count();
        assert!((300..500).contains(&share(&|fate| *fate == Fate::Lost)));
        let twice = share(&|fate| matches!(fate, Fate::Sent(delays) if delays.len() == 2));
        assert!((220..420).contains(&twice), "{twice} twice");
        let within = |fate: &Fate| match fate {
            Fate::Sent(delays) => delays.iter().all(|delay| (0..30_000).contains(delay)),
            Fate::AsUsual | Fate::Lost => true,
        };
        assert!(fates.iter().all(within));
    }

    #[test]
    fn one_can_be_left_out_and_the_others_stay_what_they_were() {
        let mut without = storm();
        without.without = Some("a".to_owned());
        assert_eq!(without.fate("a"), Fate::Lost);
        for name in ["b", "c", "d", "e"] {
            assert_eq!(without.fate(name), storm().fate(name));
        }
    }
}
