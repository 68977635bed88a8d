//! Office phones that are left out of a ring: those at which somebody is talking, or about to, and those on the desks of
//! agents who are busy. Whoever talks should not hear it ring, and a phone that is busy cannot take the call.

use std::collections::BTreeSet;

use switchboard_domain::{Agent, Call, CallId, Instruction, Party, PhoneNumber, Presence, State, Talk};
use switchboard_store::Snapshot;
use switchboard_telephony::twiml::VoiceResponse;
use tracing::warn;

use crate::app::Gateway;
use crate::handlers::Line;

impl Gateway {
    /// The document for a caller's line; a ring leaves out the phones that are busy.
    pub(crate) async fn told(&self, line: &Line, instruction: &Instruction) -> VoiceResponse {
        let Instruction::RingOffice {
            round,
            attempt,
            skipped,
        } = instruction
        else {
            return self.document(line, instruction);
        };
        let left_out = Box::pin(self.left_out(&line.call, skipped)).await;
        self.ring(&line.call, *round, *attempt, 0, &left_out, false)
    }

    /// The phones to leave out of a ring for this call, beside those whose mailbox answered.
    pub(crate) async fn left_out(
        &self,
        call: &CallId,
        skipped: &BTreeSet<PhoneNumber>,
    ) -> BTreeSet<PhoneNumber> {
        let live = match self.store.snapshot().await {
            Ok(live) => live,
            Err(error) => {
                // Nobody is missed by ringing a phone that is busy.
                warn!(call.id = %call, %error, "ringing every phone for call {call}: {error}");
                return skipped.clone();
            }
        };
        let busy = self.busy(call, &live);
        let left_out: BTreeSet<_> = busy.union(skipped).cloned().collect();
        // With nobody left to ring, the caller's last hope is somebody who hangs up, or comes back to their desk.
        let phones = &self.scripts.office.phones;
        if phones.iter().all(|phone| left_out.contains(phone)) {
            return skipped.clone();
        }
        left_out
    }

    /// The phones at which other calls are, and those of agents who are at one, or do not want any. Agents are named
    /// on phones by the settings; where they talk does not matter: somebody with a headset on does not pick up.
    fn busy(&self, call: &CallId, live: &Snapshot) -> BTreeSet<PhoneNumber> {
        let others = live.calls.iter().filter(|other| other.id != *call);
        let talks = others.filter_map(phone_of).cloned();
        let busy = |agent: &&Agent| is_busy(agent, call);
        let desks = live.agents.iter().filter(busy);
        talks
            .chain(desks.flat_map(|agent| self.scripts.desks_of(&agent.id)).cloned())
            .collect()
    }
}

/// Whoever is offline has no screen open, and perhaps never has: their phone is how they are reached. That somebody said
/// that they are away counts no longer once their screen is gone.
fn is_busy(agent: &Agent, call: &CallId) -> bool {
    agent.shown_presence() == Presence::Away || agent.engaged.as_ref().is_some_and(|other| other != call)
}

/// The phone at which somebody has this call.
fn phone_of(call: &Call) -> Option<&PhoneNumber> {
    match &call.state {
        State::Claimed { claim, .. }
        | State::Connecting { claim, .. }
        | State::Talking(Talk {
            with: Party::Agent(claim),
            ..
        }) => claim.phone.as_ref(),
        State::Talking(Talk {
            with: Party::Office { phone, .. },
            ..
        }) => phone.as_ref(),
        State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::RingingOffice { .. }
        | State::Voicemail { .. }
        | State::Ended { .. } => None,
    }
}
