//! Office phones at which somebody is talking, or about to: they are left out of a ring. Whoever talks should not hear
//! it ring, and a phone that is busy cannot take the call.

use std::collections::BTreeSet;

use switchboard_domain::{Call, CallId, Instruction, Party, PhoneNumber, State, Talk};
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
        let mut left_out = skipped.clone();
        match self.store.snapshot().await {
            Ok(live) => {
                let others = live.calls.iter().filter(|other| other.id != *call);
                left_out.extend(others.filter_map(phone_of).cloned());
            }
            // Nobody is missed by ringing a phone that is busy.
            Err(error) => warn!(call.id = %call, %error, "ringing every phone for call {call}: {error}"),
        }
        left_out
    }
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
