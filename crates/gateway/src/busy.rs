//! Office phones that are left out of a ring: those at which somebody is talking, or about to, and those on the desks of
//! agents who are busy. Whoever talks should not hear it ring, and a phone that is busy cannot take the call.

use std::collections::BTreeSet;

use switchboard_domain::{Agent, AgentId, CallId, Instruction, PhoneNumber, Presence};
use switchboard_store::AtPhones;
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
        let phones = &self.scripts.office.phones;
        let agents: BTreeSet<&AgentId> = self.scripts.agents_with_desks().collect();
        let agents: Vec<&AgentId> = agents.into_iter().collect();
        let there = match self.store.at_phones(call, phones, &agents).await {
            Ok(there) => there,
            Err(error) => {
                // Nobody is missed by ringing a phone that is busy.
                warn!(call.id = %call, %error, "ringing every phone for call {call}: {error}");
                return skipped.clone();
            }
        };
        let left_out: BTreeSet<_> = self.busy(call, &there).union(skipped).cloned().collect();
        // With nobody left to ring, the caller's last hope is somebody who hangs up, or comes back to their desk.
        if phones.iter().all(|phone| left_out.contains(phone)) {
            return skipped.clone();
        }
        left_out
    }

    /// The phones at which other calls are, and those of agents who are at one, or do not want any. Agents are named
    /// on phones by the settings; where they talk does not matter: somebody with a headset on does not pick up.
    fn busy(&self, call: &CallId, there: &AtPhones) -> BTreeSet<PhoneNumber> {
        let others = there.calls.iter().filter(|other| other.id != *call);
        let talks = others.filter_map(|other| other.state.phone()).cloned();
        let busy = |agent: &&Agent| is_busy(agent, call);
        let desks = there.agents.iter().filter(busy);
        talks
            .chain(desks.flat_map(|agent| self.scripts.desks_of(&agent.id)).cloned())
            .collect()
    }
}

/// Whoever is offline has no screen open, and perhaps never has: their phone is how they are reached.
fn is_busy(agent: &Agent, call: &CallId) -> bool {
    agent.presence == Presence::Away || agent.engaged.as_ref().is_some_and(|other| other != call)
}
