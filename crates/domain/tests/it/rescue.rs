//! "Every live call can reach a person, voicemail or its end without a human": plays what timers and the carrier
//! do by themselves while every agent sleeps, and nobody presses a key.

use switchboard_domain::*;

use crate::places::places;
use crate::scene::Scene;

/// The call as it goes on by itself.
struct Alone<'a> {
    call: Call,
    pending: Vec<Effect>,
    now: Timestamp,
    policy: &'a Policy,
}

impl Alone<'_> {
    fn step(&mut self, command: &Command) -> Result<(), String> {
        let decision = decide(Some(&self.call), None, command, self.now, self.policy)
            .map_err(|rejected| format!("{command:?}: {rejected}"))?;
        let before = self.call.clone();
        self.call = decision.call_after(Some(before)).ok_or("no call")?;
        self.pending.extend(decision.effects);
        Ok(())
    }

    fn ask(&mut self, at: At) -> Result<(), String> {
        self.step(&Command::Ask(at))
    }

    fn wait_until(&mut self, due: Timestamp) {
        self.now = self.now.max(due);
    }

    fn needs(&self, what: &str, holds: impl Fn(&Effect) -> bool) -> Result<(), String> {
        if self.pending.iter().any(holds) {
            return Ok(());
        }
        Err(format!(
            "nothing is pending that would {what}: {:?}",
            self.call.state
        ))
    }

    /// Whether a person, the voicemail or the end is reached; else does the next thing that happens by itself.
    fn reached(&mut self) -> Result<bool, String> {
        let in_conference = matches!(self.call.leg, Leg::Conference { .. });
        match self.call.state.clone() {
            State::Voicemail { .. } if in_conference => {
                return Err("voicemail, but the line is in a conference and is not told".into());
            }
            State::Ended { .. }
            | State::Closed
            | State::Voicemail { .. }
            | State::Talking(Talk { agent_left: None, .. }) => return Ok(true),
            State::Talking(Talk {
                with: Party::Agent(claim),
                agent_left: Some(_),
                ..
            }) => {
                let number = claim.number;
                self.needs(
                    "ask whether the caller is alone",
                    |effect| matches!(effect, Effect::CheckTalking { claim, .. } if *claim == number),
                )?;
                self.step(&Command::AgentLost { claim: number })?;
            }
            State::Talking(Talk {
                with: Party::Office { .. },
                agent_left: Some(since),
                ..
            }) => {
                self.wait_until(since.plus(self.policy.talking_check_after));
                self.ask(At::Astray)?;
            }
            State::Greeting { attempt } => self.step(&Command::Choose {
                attempt,
                pick: MenuPick::Nothing,
            })?,
            State::Queued(waiting) => self.queued(&waiting, in_conference)?,
            State::Claimed { claim, until, .. } => {
                let number = claim.number;
                // A claim that lasts longer than was thought puts its job off when that comes.
                self.needs("end the claim", |effect| {
                    matches!(effect, Effect::ExpireClaim { claim, due, .. } if *claim == number && *due <= until)
                })?;
                self.wait_until(until);
                self.step(&Command::ExpireClaim { claim: number })?;
            }
            State::Connecting { claim, check_at, .. } => {
                let number = claim.number;
                self.needs("look after the connecting caller", |effect| {
                    matches!(effect, Effect::ConnectCaller { claim, due, .. }
                        if *claim == number && *due == Some(check_at))
                })?;
                self.wait_until(check_at);
                self.step(&Command::ConnectFailed { claim: number })?;
            }
            State::RingingOffice { ring, .. } => {
                if in_conference {
                    self.needs("move the line to the office ring", |effect| {
                        matches!(effect, Effect::RingOffice { round, attempt, .. }
                            if (*round, *attempt) == (ring.round, ring.attempt))
                    })?;
                }
                self.ask(At::OfficeRing)?;
                self.ask(At::OfficeEnded {
                    round: ring.round,
                    attempt: ring.attempt,
                    bridged: Some(false),
                })?;
            }
        }
        Ok(false)
    }

    fn queued(&mut self, waiting: &Waiting, in_conference: bool) -> Result<(), String> {
        let number = self.call.queue_entries;
        if in_conference {
            self.needs(
                "take the line out of the conference",
                |effect| matches!(effect, Effect::ParkCaller { entry, .. } if *entry == number),
            )?;
            self.ask(At::Resume)?;
            self.ask(At::Wait { queue: None })?;
        }
        self.needs("ring the office", |effect| {
            matches!(effect, Effect::CheckUnanswered { entry, due, .. }
                if *entry == number && *due == waiting.deadline)
        })?;
        self.wait_until(waiting.deadline);
        self.step(&Command::CheckUnanswered { entry: number })
    }
}

/// Whether the call, with these effects still to be done, gets somewhere by itself.
///
/// The longest way is short: two readings of the menu, and three rings in each of two rounds.
pub(crate) fn rescued(
    call: &Call,
    pending: &[Effect],
    now: Timestamp,
    policy: &Policy,
) -> Result<(), String> {
    let mut alone = Alone {
        call: call.clone(),
        pending: pending.to_vec(),
        now,
        policy,
    };
    for _ in 0..20 {
        if alone.reached()? {
            return Ok(());
        }
    }
    Err(format!("goes round in circles: {:?}", alone.call.state))
}

#[test]
fn every_place_leads_somewhere() {
    for (name, scene) in places() {
        for wait in [0, 5, 600] {
            let scene = scene.clone().after_secs(wait);
            rescued(scene.call(), &scene.effects, scene.now, &scene.policy)
                .unwrap_or_else(|stuck| panic!("{name}: {stuck}"));
        }
    }
}

/// With every worker dead only the caller's line still asks.
#[test]
fn the_line_alone_leads_somewhere() {
    for (name, scene) in places() {
        let mut scene: Scene = scene.after_secs(1);
        let mut at = match scene.call().leg {
            Leg::Parked { .. } => At::Wait { queue: None },
            Leg::Menu | Leg::OfficeDial | Leg::Conference { .. } | Leg::Recording | Leg::Gone => At::Resume,
        };
        let mut told = Instruction::AskAgain { astray: false };
        for _ in 0..60 {
            scene.try_step(None, &Command::Ask(at.clone())).unwrap();
            told = instruction(scene.call(), &at);
            at = match &told {
                Instruction::Hold => {
                    scene = scene.after_secs(20);
                    At::Wait { queue: None }
                }
                Instruction::Enqueue { .. } => At::Wait { queue: None },
                Instruction::Leave => At::LeftQueue(QueueExit::Leave),
                Instruction::AskAgain { astray } => {
                    scene = scene.after_secs(1);
                    if *astray { At::Astray } else { At::Resume }
                }
                Instruction::RingOffice { round, attempt, .. } => {
                    scene = scene.after_secs(25);
                    At::OfficeEnded {
                        round: *round,
                        attempt: *attempt,
                        bridged: Some(false),
                    }
                }
                Instruction::Menu { attempt } => {
                    scene = scene.then(Command::Choose {
                        attempt: *attempt,
                        pick: MenuPick::Nothing,
                    });
                    At::Menu
                }
                Instruction::Conference { .. } | Instruction::Voicemail { .. } | Instruction::HangUp => break,
            };
        }
        let arrived = matches!(
            told,
            Instruction::Conference { .. } | Instruction::Voicemail { .. } | Instruction::HangUp
        );
        assert!(arrived, "{name}: still at {at:?}, told {told:?}");
    }
}

/// Without phones in the office, a caller whose agent vanished after the deadline is alone in a conference, where
/// the voicemail could not be heard.
#[test]
fn an_office_without_phones_takes_the_line_out_of_the_conference_first() {
    let mut scene = Scene::waiting();
    scene.policy.office_has_phones = false;
    let scene = scene
        .after_secs(175)
        .ready()
        .then(Command::Ask(At::Resume))
        .after_secs(10)
        .then(Command::ConnectFailed { claim: 1 });
    assert_eq!(scene.state(), "queued");
    assert!(
        scene
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::ParkCaller { entry: 2, .. }))
    );
    rescued(scene.call(), &scene.effects, scene.now, &scene.policy).unwrap();
    // The job may come before the line has moved: then it is moved again.
    let again = scene.after_secs(2).then(Command::CheckUnanswered { entry: 2 });
    assert_eq!(again.state(), "queued");
    let moved = again
        .then(Command::Ask(At::Resume))
        .then(Command::Ask(At::Wait { queue: None }))
        .after_secs(2)
        .then(Command::CheckUnanswered { entry: 3 });
    assert_eq!(moved.state(), "voicemail");
}
