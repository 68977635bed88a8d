//! Finds callers of whom nothing is known, or not whom they talk to: they came while Redis was away, or it forgot
//! them.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use switchboard_domain::{
    Adopted, Call, CallId, Caller, Command, Incoming, LegId, MenuChoice, MenuPick, PhoneNumber, State,
    Timestamp,
};
use switchboard_queue::JobError;
use switchboard_runtime::read_overrides;
use switchboard_telephony::rest::Call as CarrierCall;
use switchboard_telephony::{CallStatus, Direction, Party};
use tracing::info;

use super::go_on;
use crate::calls::Carrier;
use crate::error::of_store;

/// A line of which nothing is known this long tells nothing by itself: its first request is long over, one that waits
/// has asked again, and a phone that was picked up has pressed the key or been let go.
const STRANGE: Duration = Duration::from_secs(30);

impl Carrier {
    /// Makes callers known of whom nothing is, and that somebody at an office phone talks with them.
    pub(super) async fn repair(&self, ours: &[Call], theirs: &[CarrierCall], now: Timestamp, name: &str) {
        let known: HashMap<&str, &Call> = ours.iter().map(|call| (call.id.as_str(), call)).collect();
        let callers: Vec<&CarrierCall> = theirs.iter().filter(|line| self.is_caller(line)).collect();
        let unknown = |line: &&CarrierCall| !known.contains_key(line.sid.as_str());
        let picked_up = |child: &&CarrierCall| child.status == Some(CallStatus::InProgress);
        let children = callers
            .iter()
            .flat_map(|line| rung_by(theirs, line).filter(picked_up));
        let noted = callers
            .iter()
            .copied()
            .filter(unknown)
            .chain(children)
            .map(|line| line.sid.clone());
        self.sightings.note(noted, now);
        for line in callers {
            let long = |line: &&CarrierCall| self.sightings.for_long(&line.sid, STRANGE, now);
            let talks = rung_by(theirs, line).find(long);
            let name = format!("{name}:{}", line.sid);
            let repaired = match (known.get(line.sid.as_str()), talks) {
                (Some(call), Some(phone)) if may_talk(&call.state) => {
                    self.tell_talking(line, phone, attempt(&call.state), &name).await
                }
                (None, Some(phone)) => match self.adopt(line, true, now, &name).await {
                    Ok(()) => self.tell_talking(line, phone, Some(0), &name).await,
                    failed => failed,
                },
                (None, None) if long(&line) && rung_by(theirs, line).next().is_none() => {
                    self.adopt(line, false, now, &name).await
                }
                (Some(_), _) | (None, None) => Ok(()),
            };
            go_on(&line.sid, repaired);
        }
    }

    /// Somebody at that phone has pressed the key, or the carrier would not hold the two lines for so long. A caller
    /// who is thought to hear the menu, in its `attempt`th reading, waits first: only such a one can be taken.
    async fn tell_talking(
        &self,
        line: &CarrierCall,
        phone: &CarrierCall,
        attempt: Option<u8>,
        name: &str,
    ) -> Result<(), JobError> {
        let call = CallId::new(line.sid.as_str()).map_err(JobError::dead)?;
        let leg = LegId::new(phone.sid.as_str()).map_err(JobError::dead)?;
        let number = phone.to.as_ref().and_then(|to| to.number());
        let phone = number.and_then(|number| PhoneNumber::parse(number).ok());
        info!(call.id = %call, "call {call}: an office phone has it, which nobody told");
        if let Some(attempt) = attempt {
            let dialled = line.to.as_ref().and_then(|to| to.number()).unwrap_or_default();
            let queue = self.calls.policy.default_queue_of(dialled).clone();
            let pick = MenuPick::Choice(MenuChoice::Queue(queue));
            let waits = Command::Choose { attempt, pick };
            self.calls.step(&call, &format!("{name}:waits"), &waits).await?;
        }
        // Which round it was, the carrier does not say.
        let accepted = Command::OfficeAccepted { phone, leg, round: 0 };
        self.calls
            .step(&call, &format!("{name}:talks"), &accepted)
            .await?;
        Ok(())
    }

    /// Whether it is the line of somebody who rang one of our numbers.
    pub(super) fn is_caller(&self, line: &CarrierCall) -> bool {
        let dialled = line.to.as_ref().and_then(|to| to.number());
        line.direction == Some(Direction::Inbound)
            && line.parent.is_none()
            && dialled.is_some_and(|to| self.numbers.iter().any(|number| number == to))
    }

    /// `open` says that they were let in for sure; else the hours decide.
    async fn adopt(
        &self,
        line: &CarrierCall,
        open: bool,
        now: Timestamp,
        name: &str,
    ) -> Result<(), JobError> {
        let id = CallId::new(line.sid.as_str()).map_err(JobError::dead)?;
        if self.calls.read(id.as_str()).await?.is_some() {
            return Ok(()); // Ended for us, and hanging up just now.
        }
        let text = |party: Option<&Party>| party.map(ToString::to_string).unwrap_or_default();
        let dialled = text(line.to.as_ref());
        let incoming = Incoming {
            id: id.clone(),
            caller: Caller::read(&text(line.from.as_ref()), self.country),
            open: open || self.is_open(&dialled, now).await?,
            dialled,
            sources: self.sources.clone(),
        };
        let adopt = Command::Adopt {
            incoming,
            found: Adopted::Menu,
        };
        let step = self.calls.step(&id, &format!("{name}:adopt"), &adopt).await?;
        // Not one whose number has too many calls: it may leave a message, and is nobody's otherwise.
        if step.is_some_and(|step| step.call.is_some()) {
            info!(call.id = %id, "call {id}: adopted, the carrier has it and we did not");
        }
        Ok(())
    }
}

impl Carrier {
    /// Whether callers of that number are let in, with the overrides of this very moment: lines are adopted so rarely
    /// that nothing is kept for it.
    async fn is_open(&self, dialled: &str, now: Timestamp) -> Result<bool, JobError> {
        let kept = self.calls.store.overrides().await.map_err(of_store)?;
        let schedules = self.hours.current().with_records(&read_overrides(&kept));
        let at = DateTime::<Utc>::from_timestamp_millis(now.as_millis());
        let asked = schedules.of_number(dialled).zip(at);
        Ok(asked.is_none_or(|(hours, at)| hours.is_open(at)))
    }
}

/// Whether a call in this state may be somebody's without us knowing.
fn may_talk(state: &State) -> bool {
    match state {
        State::Greeting { .. } | State::Queued(_) | State::RingingOffice { .. } => true,
        State::Closed
        | State::Claimed { .. }
        | State::Connecting { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => false,
    }
}

/// Which reading of the menu the caller is thought to hear.
fn attempt(state: &State) -> Option<u8> {
    match state {
        State::Greeting { attempt } => Some(*attempt),
        State::Closed
        | State::Queued(_)
        | State::Claimed { .. }
        | State::Connecting { .. }
        | State::RingingOffice { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => None,
    }
}

/// The lines that a line has dialled.
fn rung_by<'a>(all: &'a [CarrierCall], line: &'a CarrierCall) -> impl Iterator<Item = &'a CarrierCall> {
    all.iter()
        .filter(|child| child.parent.as_ref() == Some(&line.sid))
}
