//! The promises, judged from the lines: nobody talks with two, nobody hears an error, nobody waits unheard.

use std::collections::HashSet;

use anyhow::ensure;
use switchboard_simulator::{LegId, LegView, Party, Sound, Timeline, What};

use super::people::{People, Win};

/// The deadline, and 25 s.
const PATIENCE_MS: i64 = 180_000 + 25_000;
/// Greeting, menu twice with its time-outs, and the way into the queue.
const MENU_MS: i64 = 75_000;
/// What the carrier says when there is no document.
const APOLOGY: &str = "application error";

/// All of them.
pub(super) fn promises(people: &People<'_>) -> anyhow::Result<()> {
    people.stage.nobody_twice()?;
    let simulator = &people.stage.system.simulator;
    let timeline = simulator.timeline();
    for other in &people.others {
        ensure!(
            !was_ended_by_us(other, &timeline),
            "{} is another system's, and was ended",
            other.as_str()
        );
    }
    let mut legs = simulator.legs();
    legs.retain(|leg| !people.others.contains(&leg.id));
    kept(&timeline, &legs, &people.callers, &people.wins)
}

/// Whether a line was ended by a request to the carrier.
pub(in super::super) fn was_ended_by_us(line: &LegId, timeline: &Timeline) -> bool {
    timeline
        .of(line)
        .any(|entry| matches!(entry.what, What::HungUp(Party::Rest)))
}

/// What was promised to callers.
pub(in super::super) fn kept(
    timeline: &Timeline,
    legs: &[LegView],
    callers: &[LegId],
    wins: &[Win],
) -> anyhow::Result<()> {
    for caller in callers {
        ensure!(
            !timeline.texts(caller).iter().any(|text| text.contains(APOLOGY)),
            "{} heard an error",
            caller.as_str()
        );
        let rung = rung_for(caller, legs, wins);
        not_left_alone(caller, timeline, &rung)?;
    }
    Ok(())
}

/// The lines of phones that rang for a caller.
fn rung_for(caller: &LegId, legs: &[LegView], wins: &[Win]) -> HashSet<LegId> {
    let mut rung: HashSet<LegId> = legs
        .iter()
        .filter(|leg| leg.parent.as_ref() == Some(caller))
        .map(|leg| leg.id.clone())
        .collect();
    for (number, win) in wins.iter().enumerate().filter(|(_, win)| &win.caller == caller) {
        let Some(phone) = People::rings_for(win) else {
            continue;
        };
        // Until the same agent gets another call, their phone rings for this one.
        let until = wins
            .iter()
            .skip(number + 1)
            .find(|later| later.agent == win.agent)
            .map_or(i64::MAX, |later| later.at_ms);
        let theirs = |leg: &&LegView| leg.to == phone && (win.at_ms..until).contains(&leg.created_ms);
        rung.extend(legs.iter().filter(theirs).map(|leg| leg.id.clone()));
    }
    rung
}

/// How a caller fares.
struct Wait<'a> {
    caller: &'a LegId,
    /// Since when nobody talks with them, no phone rings for them, and no message is taken.
    alone_since: Option<i64>,
    patience: i64,
    ringing: HashSet<&'a LegId>,
    talks_with: HashSet<&'a LegId>,
    leaves_message: bool,
}

impl Wait<'_> {
    fn look(&mut self, now: i64, is_over: bool) -> anyhow::Result<()> {
        let helped =
            is_over || self.leaves_message || !self.ringing.is_empty() || !self.talks_with.is_empty();
        if let Some(since) = self.alone_since {
            let waited = now - since;
            ensure!(
                waited <= self.patience,
                "{} waited {waited} ms with no phone ringing",
                self.caller.as_str()
            );
        }
        self.alone_since = match (helped, self.alone_since) {
            (true, _) => None,
            (false, None) => {
                self.patience = PATIENCE_MS;
                Some(now)
            }
            (false, since) => since,
        };
        Ok(())
    }
}

fn not_left_alone(caller: &LegId, timeline: &Timeline, rung: &HashSet<LegId>) -> anyhow::Result<()> {
    let mut wait = Wait {
        caller,
        alone_since: None,
        patience: PATIENCE_MS + MENU_MS,
        ringing: HashSet::new(),
        talks_with: HashSet::new(),
        leaves_message: false,
    };
    let (mut has_begun, mut queued) = (false, false);
    for entry in &timeline.0 {
        let Some(leg) = &entry.leg else { continue };
        let now = entry.at_ms;
        if leg == caller {
            match &entry.what {
                What::Dialled(_) => {
                    has_begun = true;
                    wait.alone_since = Some(now);
                }
                What::Enqueued(_) if !queued => {
                    queued = true;
                    wait.alone_since = Some(now);
                    wait.patience = PATIENCE_MS;
                }
                What::Bridged(other) => {
                    wait.talks_with.insert(other);
                }
                What::Unbridged(other) => {
                    wait.talks_with.remove(other);
                }
                What::Heard(Sound::Beep) => wait.leaves_message = true,
                What::Ended(_) => {
                    wait.look(now, true)?;
                    break;
                }
                What::Heard(_)
                | What::Enqueued(_)
                | What::Ringing
                | What::Answered
                | What::Pressed(_)
                | What::LeftQueue { .. }
                | What::JoinedConference(_)
                | What::LeftConference(_)
                | What::Recorded { .. }
                | What::Died
                | What::HungUp(_)
                | What::Webhook(_)
                | What::Lost(_)
                | What::Rest(_)
                | What::Warning { .. } => {}
            }
        } else if rung.contains(leg) {
            // One that is busy does not ring, but nobody can do more about it.
            if matches!(entry.what, What::Dialled(_)) {
                wait.ringing.insert(leg);
            } else if matches!(entry.what, What::Ended(_)) {
                wait.ringing.remove(leg);
            }
        }
        if has_begun {
            wait.look(now, false)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use switchboard_simulator::{CallStatus, Entry, Who};

    use super::*;

    fn leg(name: &str) -> LegId {
        LegId::from(name)
    }

    /// Seconds, line and what it saw.
    fn timeline(entries: Vec<(i64, &str, What)>) -> Timeline {
        let entry = |(seconds, name, what): (i64, &str, What)| Entry {
            at_ms: seconds * 1000,
            leg: Some(leg(name)),
            who: Who::Caller("+441632960999".to_owned()),
            what,
        };
        Timeline(entries.into_iter().map(entry).collect())
    }

    fn in_queue(more: Vec<(i64, &'static str, What)>) -> anyhow::Result<()> {
        let mut entries = vec![
            (0, "caller", What::Dialled("+442079460000".to_owned())),
            (20, "caller", What::Enqueued("sales".to_owned())),
        ];
        entries.extend(more);
        let phone = HashSet::from([leg("phone")]);
        not_left_alone(&leg("caller"), &timeline(entries), &phone)
    }

    fn rings_and_ends(from: i64, to: i64) -> Vec<(i64, &'static str, What)> {
        vec![
            (from, "phone", What::Dialled("+442079460011".to_owned())),
            (to, "phone", What::Ended(CallStatus::NoAnswer)),
        ]
    }

    fn end(at: i64) -> (i64, &'static str, What) {
        (at, "caller", What::Ended(CallStatus::Completed))
    }

    #[test]
    fn waiting_too_long_is_found() {
        in_queue(vec![end(225)]).unwrap();
        let error = in_queue(vec![end(226)]).unwrap_err();
        assert_eq!(error.to_string(), "caller waited 206000 ms with no phone ringing");
    }

    #[test]
    fn a_ringing_phone_a_talk_and_the_tone_are_help() {
        in_queue([rings_and_ends(200, 225), vec![end(400)]].concat()).unwrap();
        in_queue([rings_and_ends(200, 225), vec![end(431)]].concat()).unwrap_err();
        in_queue(vec![(100, "caller", What::Bridged(leg("agent"))), end(900)]).unwrap();
        in_queue(vec![
            (100, "caller", What::Bridged(leg("agent"))),
            (300, "caller", What::Unbridged(leg("agent"))),
            end(506),
        ])
        .unwrap_err();
        in_queue(vec![(100, "caller", What::Heard(Sound::Beep)), end(900)]).unwrap();
    }

    #[test]
    fn the_phones_of_others_are_no_help() {
        let other = What::Dialled("+442079460012".to_owned());
        in_queue(vec![(200, "another phone", other), end(300)]).unwrap_err();
    }
}
