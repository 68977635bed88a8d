//! All jobs of the product, and how a decision's effects become them.
//!
//! A queue is a class of isolation: `deadlines` only ever talk to Redis, so a slow carrier, which may fill every
//! slot of `carrier`, cannot delay the promise that the office rings in time.

use serde::Serialize;
use serde::de::DeserializeOwned;
use switchboard_contracts::v1;
use switchboard_domain::{CallId, Effect, Timestamp};

use crate::{Job, Push, Result, trace};

/// Asking sources who is calling.
pub const LOOKUP: &str = "lookup";
/// Looking whether a promise is due; never waits for anything but Redis.
pub const DEADLINES: &str = "deadlines";
/// Everything asked of the carrier.
pub const CARRIER: &str = "carrier";
/// The comparison with the carrier's view.
pub const SWEEP: &str = "sweep";
/// Keeping for good what took effect in Redis.
pub const RECORDS: &str = "records";

macro_rules! jobs {
    ($($payload:ident, $name:literal, $queue:expr, $attempts:literal;)+) => {
        $(
            impl Job for v1::$payload
            where
                v1::$payload: Serialize + DeserializeOwned,
            {
                const NAME: &'static str = $name;
                const QUEUE: &'static str = $queue;
                const ATTEMPTS: u32 = $attempts;
            }
        )+

        /// Every job, by name, with its queue.
        pub const ALL: &[(&str, &str)] = &[$(($name, $queue)),+];
    };
}

jobs! {
    // Deadlines are tried for as long as a caller could possibly wait; carrier jobs until the next deadline or the
    // sweep takes over.
    LookupCaller, "lookup-caller", LOOKUP, 3;
    CheckUnanswered, "check-unanswered", DEADLINES, 100;
    ExpireClaim, "expire-claim", CARRIER, 20;
    CallAgent, "call-agent", CARRIER, 5;
    ConnectCaller, "connect-caller", CARRIER, 20;
    RingOffice, "ring-office", CARRIER, 20;
    ParkCaller, "park-caller", CARRIER, 20;
    CheckTalking, "check-talking", CARRIER, 20;
    CancelLegs, "cancel-legs", CARRIER, 10;
    HangUp, "hang-up", CARRIER, 20;
    EndConference, "end-conference", CARRIER, 10;
    FindRecording, "find-recording", CARRIER, 20;
    DeleteRecording, "delete-recording", CARRIER, 100;
    Sweep, "sweep", SWEEP, 1_000_000;
    // A database may be away for a weekend; what it missed is kept in the order in which it was done as far as that
    // matters, because an override that was taken back never comes again.
    RecordOverride, "record-override", RECORDS, 10_000;
    // A timer: it never fails, so the limit is for crashes.
    RefreshFeed, "refresh-feed", RECORDS, 1_000_000;
}

/// The job that carries out an effect.
///
/// Its id is made of call, what and number: the same effect pushed twice is one job for as long as it waits or
/// runs. No key outlives it, because the commit already happens once, and the sweep must be able to ask again.
///
/// # Errors
/// When the payload cannot be encoded, which its type excludes.
#[expect(
    clippy::too_many_lines,
    reason = "one arm for each job: the list is the function"
)]
pub fn push(effect: &Effect) -> Result<Push> {
    let id = |call: &CallId, name: &str, number: &dyn std::fmt::Display| format!("{call}:{name}:{number}");
    let push = match effect {
        Effect::LookUpCaller { call, number, source } => {
            let job = v1::LookupCaller {
                call_id: call.to_string(),
                number: number.as_str().to_owned(),
                source: source.to_string(),
            };
            Push::now(&job)?.id(id(call, v1::LookupCaller::NAME, source))
        }
        Effect::CheckUnanswered { call, entry, due } => {
            let job = v1::CheckUnanswered {
                call_id: call.to_string(),
                entry: *entry,
            };
            Push::at(&job, due.as_millis())?.id(id(call, v1::CheckUnanswered::NAME, entry))
        }
        Effect::ExpireClaim { call, claim, due } => {
            let job = v1::ExpireClaim {
                call_id: call.to_string(),
                claim: *claim,
            };
            Push::at(&job, due.as_millis())?.id(id(call, v1::ExpireClaim::NAME, claim))
        }
        Effect::CallAgent {
            call,
            claim,
            agent: _,
        } => {
            let job = v1::CallAgent {
                call_id: call.to_string(),
                claim: *claim,
            };
            Push::now(&job)?.id(id(call, v1::CallAgent::NAME, claim))
        }
        Effect::ConnectCaller { call, claim, due } => {
            let job = v1::ConnectCaller {
                call_id: call.to_string(),
                claim: *claim,
            };
            let due = due.map_or(0, Timestamp::as_millis);
            Push::at(&job, due)?.id(id(call, v1::ConnectCaller::NAME, &format_args!("{claim}:{due}")))
        }
        Effect::RingOffice { call, round, attempt } => {
            let job = v1::RingOffice {
                call_id: call.to_string(),
                round: *round,
                attempt: *attempt,
            };
            Push::now(&job)?.id(id(call, v1::RingOffice::NAME, &format_args!("{round}:{attempt}")))
        }
        Effect::ParkCaller { call, entry } => {
            let job = v1::ParkCaller {
                call_id: call.to_string(),
                entry: *entry,
            };
            Push::now(&job)?.id(id(call, v1::ParkCaller::NAME, entry))
        }
        Effect::CheckTalking { call, claim, due } => {
            let job = v1::CheckTalking {
                call_id: call.to_string(),
                claim: *claim,
            };
            Push::at(&job, due.as_millis())?.id(id(call, v1::CheckTalking::NAME, claim))
        }
        Effect::CancelLegs {
            call,
            claim,
            legs,
            children,
        } => {
            let job = v1::CancelLegs {
                call_id: call.to_string(),
                claim: *claim,
                leg_ids: legs.iter().map(ToString::to_string).collect(),
                children: *children,
            };
            // A claim may have more legs than one to be ended: one job for each set of them.
            let legs = job.leg_ids.join(",");
            Push::now(&job)?.id(id(
                call,
                v1::CancelLegs::NAME,
                &format_args!("{claim}:{children}:{legs}"),
            ))
        }
        Effect::HangUp { call } => {
            let job = v1::HangUp {
                call_id: call.to_string(),
            };
            Push::now(&job)?.id(id(call, v1::HangUp::NAME, &""))
        }
        Effect::FindRecording { call, due } => find_recording(call, *due)?,
        Effect::DeleteRecording { call, recording, due } => delete_recording(call, recording, *due)?,
        Effect::EndConference { call, conference } => {
            let job = v1::EndConference {
                call_id: call.to_string(),
                conference: conference.to_string(),
            };
            Push::now(&job)?.id(id(call, v1::EndConference::NAME, conference))
        }
    };
    // A call is a trace, from its first webhook on: whoever commits, its jobs belong to it.
    Ok(push.traceparent(trace::of(call_of(effect).as_str())))
}

fn find_recording(call: &CallId, due: Timestamp) -> Result<Push> {
    let job = v1::FindRecording {
        call_id: call.to_string(),
    };
    let id = format!("{call}:{}:", v1::FindRecording::NAME);
    Ok(Push::at(&job, due.as_millis())?.id(id))
}

fn delete_recording(call: &CallId, recording: &str, due: Timestamp) -> Result<Push> {
    let job = v1::DeleteRecording {
        call_id: call.to_string(),
        recording_id: recording.to_owned(),
    };
    let id = format!("{call}:{}:{recording}", v1::DeleteRecording::NAME);
    Ok(Push::at(&job, due.as_millis())?.id(id))
}

fn call_of(effect: &Effect) -> &CallId {
    match effect {
        Effect::LookUpCaller { call, .. }
        | Effect::CheckUnanswered { call, .. }
        | Effect::ExpireClaim { call, .. }
        | Effect::CallAgent { call, .. }
        | Effect::ConnectCaller { call, .. }
        | Effect::RingOffice { call, .. }
        | Effect::ParkCaller { call, .. }
        | Effect::CheckTalking { call, .. }
        | Effect::CancelLegs { call, .. }
        | Effect::FindRecording { call, .. }
        | Effect::DeleteRecording { call, .. }
        | Effect::HangUp { call }
        | Effect::EndConference { call, .. } => call,
    }
}
