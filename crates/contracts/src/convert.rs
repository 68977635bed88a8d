//! From the domain's types to the wire. Secrets and Twilio's inner ids stay behind.

use std::collections::BTreeMap;

use switchboard_domain as domain;

use crate::v1;

/// A call as agents' screens see it.
pub fn call(call: &domain::Call) -> v1::Call {
    let domain::Call {
        id,
        caller: from,
        dialled,
        arrived_at,
        state: promise,
        entered_at,
        leg: place,
        queue_entries: _,
        claims: _,
        office_rounds: _,
        lookups,
        recording: message,
    } = call;
    v1::Call {
        id: id.to_string(),
        caller: Some(caller(from)),
        dialled: dialled.clone(),
        arrived_at_ms: arrived_at.as_millis(),
        state: Some(state(promise)),
        entered_at_ms: entered_at.as_millis(),
        leg: Some(leg(place)),
        lookups: lookups
            .iter()
            .map(|(source, known)| (source.to_string(), lookup(known)))
            .collect(),
        recording: message.as_ref().map(recording),
    }
}

/// As much of a call as a process knows that cannot read all of it.
#[derive(Debug, Clone, Default)]
pub struct KnownOfCall {
    /// Who rings.
    pub caller: Option<domain::Caller>,
    /// The number they dialled.
    pub dialled: String,
    /// When it arrived.
    pub arrived_at: domain::Timestamp,
    /// When its state began.
    pub entered_at: domain::Timestamp,
    /// What sources say of the caller.
    pub lookups: BTreeMap<domain::SourceName, domain::Lookup>,
}

/// A call that a newer version has put into a form which this one does not know: in none of the states.
pub fn newer_call(id: &str, known: &KnownOfCall) -> v1::Call {
    let KnownOfCall {
        caller: from,
        dialled,
        arrived_at,
        entered_at,
        lookups,
    } = known;
    v1::Call {
        id: id.to_owned(),
        caller: from.as_ref().map(caller),
        dialled: dialled.clone(),
        arrived_at_ms: arrived_at.as_millis(),
        state: Some(v1::CallState { state: None }),
        entered_at_ms: entered_at.as_millis(),
        leg: None,
        lookups: lookups
            .iter()
            .map(|(source, known)| (source.to_string(), lookup(known)))
            .collect(),
        recording: None,
    }
}

/// A fact about a call, as an entry of the stream.
pub fn call_event(
    call_id: &domain::CallId,
    sequence: u32,
    event: &domain::Event,
    at: domain::Timestamp,
) -> v1::Event {
    use v1::call_event::What;
    let what = match event {
        domain::Event::Received(received) => What::Received(call(received)),
        domain::Event::Entered {
            state: entered,
            cause: why,
            at: _,
        } => What::Entered(v1::Entered {
            state: Some(state(entered)),
            cause: cause(*why).into(),
        }),
        domain::Event::LegMoved { leg: place } => What::LegMoved(leg(place)),
        domain::Event::ClaimBound { leg: _, until } => What::ClaimBound(v1::ClaimBound {
            until_ms: until.map(domain::Timestamp::as_millis),
        }),
        domain::Event::OfficeReached { phone } => What::OfficeReached(v1::OfficePhone {
            number: phone.as_str().to_owned(),
        }),
        domain::Event::AgentDropped { at: _ } => What::AgentDropped(v1::AgentDropped {}),
        domain::Event::LookedUp { source, outcome } => What::LookedUp(v1::LookedUp {
            source: source.to_string(),
            lookup: Some(lookup(&domain::Lookup::Done(outcome.clone()))),
        }),
        domain::Event::Recorded(message) => What::Recorded(recording(message)),
    };
    let event = v1::CallEvent {
        call_id: call_id.to_string(),
        sequence,
        what: Some(what),
    };
    v1::Event {
        at_ms: at.as_millis(),
        subject: Some(v1::event::Subject::Call(event)),
    }
}

/// An agent's change, as an entry of the stream.
pub fn agent_event(changed: &domain::Agent, at: domain::Timestamp) -> v1::Event {
    v1::Event {
        at_ms: at.as_millis(),
        subject: Some(v1::event::Subject::Agent(agent(changed))),
    }
}

/// An agent as colleagues' screens see them.
pub fn agent(agent: &domain::Agent) -> v1::Agent {
    let domain::Agent {
        id,
        name,
        answers_on,
        presence,
        engaged,
    } = agent;
    let presence = match presence {
        domain::Presence::Available => v1::Presence::Available,
        domain::Presence::Away => v1::Presence::Away,
        domain::Presence::Offline => v1::Presence::Offline,
    };
    v1::Agent {
        id: id.to_string(),
        name: name.clone(),
        presence: presence.into(),
        engaged_call_id: engaged.as_ref().map(ToString::to_string).unwrap_or_default(),
        answers_on_phone: matches!(answers_on, domain::AnswersOn::Phone(_)),
    }
}

fn caller(caller: &domain::Caller) -> v1::Caller {
    use v1::caller::Identity;
    let identity = match caller {
        domain::Caller::Number(number) => Some(Identity::Number(number.as_str().to_owned())),
        domain::Caller::Withheld => None,
        domain::Caller::Client(name) => Some(Identity::Client(name.clone())),
        domain::Caller::Sip(address) => Some(Identity::Sip(address.clone())),
        domain::Caller::Other(text) => Some(Identity::Other(text.clone())),
    };
    v1::Caller { identity }
}

fn state(state: &domain::State) -> v1::CallState {
    use v1::call_state::State;
    let state = match state {
        domain::State::Greeting { attempt } => State::Greeting(v1::Greeting {
            attempt: u32::from(*attempt),
        }),
        domain::State::Closed => State::Closed(v1::Closed {}),
        domain::State::Queued(place) => State::Queued(v1::Queued {
            waiting: Some(waiting(place)),
        }),
        domain::State::Claimed {
            waiting: place,
            claim: held,
            until,
        } => State::Claimed(v1::Claimed {
            waiting: Some(waiting(place)),
            claim: Some(claim(held)),
            until_ms: until.as_millis(),
        }),
        domain::State::Connecting {
            waiting: place,
            claim: held,
            check_at,
        } => State::Connecting(v1::Connecting {
            waiting: Some(waiting(place)),
            claim: Some(claim(held)),
            check_at_ms: check_at.as_millis(),
        }),
        domain::State::RingingOffice { waiting: place, ring } => State::RingingOffice(v1::RingingOffice {
            waiting: Some(waiting(place)),
            ring: Some(v1::OfficeRing {
                round: ring.round,
                attempt: ring.attempt,
            }),
        }),
        domain::State::Talking(talk) => State::Talking(talking(talk)),
        domain::State::Voicemail { why } => {
            let why = match why {
                domain::VoicemailReason::Closed => v1::VoicemailReason::Closed,
                domain::VoicemailReason::NoAnswer => v1::VoicemailReason::NoAnswer,
                domain::VoicemailReason::Asked => v1::VoicemailReason::Asked,
            };
            State::Voicemail(v1::Voicemail { why: why.into() })
        }
        domain::State::Ended { reason, at } => State::Ended(v1::Ended {
            reason: end_reason(*reason).into(),
            at_ms: at.as_millis(),
        }),
    };
    v1::CallState { state: Some(state) }
}

fn talking(talk: &domain::Talk) -> v1::Talking {
    use v1::party::Party;
    let domain::Talk {
        with,
        since,
        waiting: place,
        hold,
        agent_left,
        ring: _,
    } = talk;
    let party = match with {
        domain::Party::Agent(held) => Party::Agent(claim(held)),
        domain::Party::Office { phone, leg: _ } => Party::Office(v1::OfficePhone {
            number: phone
                .as_ref()
                .map(|number| number.as_str().to_owned())
                .unwrap_or_default(),
        }),
    };
    v1::Talking {
        with: Some(v1::Party { party: Some(party) }),
        since_ms: since.as_millis(),
        hold: *hold,
        agent_left_ms: agent_left.map(domain::Timestamp::as_millis),
        waiting: Some(waiting(place)),
    }
}

fn waiting(waiting: &domain::Waiting) -> v1::Waiting {
    let domain::Waiting {
        queue,
        since,
        deadline,
        front,
    } = waiting;
    v1::Waiting {
        queue: queue.to_string(),
        since_ms: since.as_millis(),
        deadline_ms: deadline.as_millis(),
        front: *front,
    }
}

/// The secret token, the phone number and the leg of a claim are nobody's business outside.
fn claim(claim: &domain::Claim) -> v1::Claim {
    let domain::Claim {
        number,
        agent,
        phone: _,
        token: _,
        leg: _,
        origin: _,
    } = claim;
    v1::Claim {
        number: *number,
        agent_id: agent.to_string(),
    }
}

fn end_reason(reason: domain::EndReason) -> v1::EndReason {
    match reason {
        domain::EndReason::HungUpInMenu => v1::EndReason::HungUpInMenu,
        domain::EndReason::Closed => v1::EndReason::Closed,
        domain::EndReason::Abandoned => v1::EndReason::Abandoned,
        domain::EndReason::Missed => v1::EndReason::Missed,
        domain::EndReason::Voicemail => v1::EndReason::Voicemail,
        domain::EndReason::Completed => v1::EndReason::Completed,
        domain::EndReason::Unknown => v1::EndReason::Unknown,
    }
}

fn cause(cause: domain::Cause) -> v1::Cause {
    match cause {
        domain::Cause::Chosen => v1::Cause::Chosen,
        domain::Cause::NothingChosen => v1::Cause::NothingChosen,
        domain::Cause::Answered => v1::Cause::Answered,
        domain::Cause::AgentReady => v1::Cause::AgentReady,
        domain::Cause::Connected => v1::Cause::Connected,
        domain::Cause::Released => v1::Cause::Released,
        domain::Cause::ClaimExpired => v1::Cause::ClaimExpired,
        domain::Cause::AgentGone => v1::Cause::AgentGone,
        domain::Cause::AgentLost => v1::Cause::AgentLost,
        domain::Cause::DeadlinePassed => v1::Cause::DeadlinePassed,
        domain::Cause::QueueFailed => v1::Cause::QueueFailed,
        domain::Cause::OnlyMailboxes => v1::Cause::OnlyMailboxes,
        domain::Cause::OfficeUnanswered => v1::Cause::OfficeUnanswered,
        domain::Cause::OfficeAccepted => v1::Cause::OfficeAccepted,
        domain::Cause::CallerHungUp => v1::Cause::CallerHungUp,
        domain::Cause::PartyHungUp => v1::Cause::PartyHungUp,
        domain::Cause::MessageLeft => v1::Cause::MessageLeft,
        domain::Cause::FoundOver => v1::Cause::FoundOver,
    }
}

fn leg(leg: &domain::Leg) -> v1::Leg {
    let (place, conference) = match leg {
        domain::Leg::Menu => (v1::LegPlace::Menu, String::new()),
        domain::Leg::Parked { queue: _ } => (v1::LegPlace::Parked, String::new()),
        domain::Leg::OfficeDial => (v1::LegPlace::OfficeDial, String::new()),
        domain::Leg::Conference { name } => (v1::LegPlace::Conference, name.to_string()),
        domain::Leg::Recording => (v1::LegPlace::Recording, String::new()),
        domain::Leg::Gone => (v1::LegPlace::Gone, String::new()),
    };
    v1::Leg {
        place: place.into(),
        conference,
    }
}

fn lookup(lookup: &domain::Lookup) -> v1::Lookup {
    use v1::lookup::Lookup;
    let mut said_at_ms = None;
    let lookup = match lookup {
        domain::Lookup::Pending => Lookup::Pending(v1::LookupPending {}),
        domain::Lookup::Done(domain::LookupOutcome::Found {
            profile: known,
            certainty,
            said_at,
        }) => {
            said_at_ms = said_at.map(domain::Timestamp::as_millis);
            let matches = match certainty {
                domain::Certainty::Certain => 1,
                domain::Certainty::Several(records) => *records,
                domain::Certainty::Maybe => 0,
            };
            Lookup::Found(v1::LookupFound {
                profile: Some(profile(known)),
                matches,
            })
        }
        domain::Lookup::Done(domain::LookupOutcome::NotFound) => Lookup::NotFound(v1::LookupNotFound {}),
        domain::Lookup::Done(domain::LookupOutcome::Failed { reason }) => Lookup::Failed(v1::LookupFailed {
            reason: reason.clone(),
        }),
    };
    v1::Lookup {
        lookup: Some(lookup),
        said_at_ms,
    }
}

fn profile(profile: &domain::Profile) -> v1::Profile {
    let domain::Profile {
        name,
        organisation,
        tier,
        since,
        summary,
        record_url,
        extra,
    } = profile;
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    v1::Profile {
        name: text(name),
        organisation: text(organisation),
        tier: text(tier),
        since: text(since),
        summary: text(summary),
        record_url: text(record_url),
        extra: extra
            .iter()
            .map(|(label, value)| (label.clone(), value.clone()))
            .collect(),
    }
}

fn recording(recording: &domain::Recording) -> v1::Recording {
    let domain::Recording { id, seconds } = recording;
    v1::Recording {
        id: id.clone(),
        seconds: *seconds,
    }
}
