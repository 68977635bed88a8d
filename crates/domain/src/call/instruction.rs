//! What the caller's line is to do now: a pure function of the call, so that a request sent twice gets the
//! same answer.

use std::collections::BTreeSet;

use crate::{
    At, Call, ConferenceName, Party, PhoneNumber, QueueExit, QueueName, State, Talk, VoicemailReason,
};

/// What the caller's line is to do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    /// Read the menu and take a key.
    Menu {
        /// For the how-manieth time, from 0.
        attempt: u8,
    },
    /// Go into the carrier's queue.
    Enqueue {
        /// For which of ours.
        queue: QueueName,
    },
    /// Stay in the queue and hear music for a while.
    Hold,
    /// Leave the queue and ask again.
    Leave,
    /// Ring the office phones.
    RingOffice {
        /// Which round.
        round: u32,
        /// Which ring of the round.
        attempt: u32,
        /// Phones to leave out.
        skipped: BTreeSet<PhoneNumber>,
    },
    /// Meet the agent.
    Conference {
        /// Where.
        name: ConferenceName,
        /// For which claim.
        claim: u32,
    },
    /// Say why and take a message.
    Voicemail {
        /// Why.
        why: VoicemailReason,
    },
    /// Wait a moment, then ask what the state says.
    AskAgain {
        /// At the address for lines that should be talking through an office phone.
        astray: bool,
    },
    /// Hang up.
    HangUp,
}

/// What a line that asks at `at` is to do.
pub fn instruction(call: &Call, at: &At) -> Instruction {
    let parked = matches!(at, At::Wait { .. });
    if matches!(at, At::LeftQueue(QueueExit::Redirected)) && !call.is_ended() {
        // The line is on its way to the address we moved it to. Should the carrier run this document
        // instead, it must lead to the same place.
        return Instruction::AskAgain { astray: false };
    }
    match &call.state {
        // The carrier's queue neither asks for keys nor records.
        State::Greeting { .. } | State::Closed if parked => Instruction::Leave,
        State::Greeting { attempt } => Instruction::Menu { attempt: *attempt },
        State::Queued(_) | State::Claimed { .. } if parked => Instruction::Hold,
        // The queue did not take them a moment ago; without the pause it would be asked in a tight circle.
        State::Claimed { .. } if matches!(at, At::LeftQueue(QueueExit::Failed)) => {
            Instruction::AskAgain { astray: false }
        }
        State::Queued(waiting) | State::Claimed { waiting, .. } => Instruction::Enqueue {
            queue: waiting.queue.clone(),
        },
        State::Connecting { .. }
        | State::RingingOffice { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
            if parked =>
        {
            Instruction::Leave
        }
        State::Connecting { claim, .. }
        | State::Talking(Talk {
            with: Party::Agent(claim),
            ..
        }) => Instruction::Conference {
            name: ConferenceName::of(&call.id, claim.number),
            claim: claim.number,
        },
        State::RingingOffice { ring, .. } => Instruction::RingOffice {
            round: ring.round,
            attempt: ring.attempt,
            skipped: ring.skipped.clone(),
        },
        State::Talking(Talk {
            with: Party::Office { .. },
            ..
        }) => Instruction::AskAgain { astray: true },
        State::Closed => Instruction::Voicemail {
            why: VoicemailReason::Closed,
        },
        State::Voicemail { why } => Instruction::Voicemail { why: *why },
        State::Ended { .. } => Instruction::HangUp,
    }
}
