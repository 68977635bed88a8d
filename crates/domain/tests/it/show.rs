//! Short renderings for snapshots. Nothing is left out by `..`: a new field does not compile until somebody has
//! decided how it reads.

use std::fmt::Write as _;

use switchboard_domain::*;

/// What became of a command: causes, the state and leg after it, and the effects.
pub(crate) fn outcome(decision: &Decision, after: &Call, now: Timestamp) -> String {
    let mut text = decision.events.iter().map(event).collect::<Vec<_>>().join(", ");
    write!(text, " -> {} / {}", state(&after.state, now), leg(&after.leg)).unwrap();
    for one in &decision.effects {
        write!(text, "\n        {}", effect(one, now)).unwrap();
    }
    text
}

fn event(event: &Event) -> String {
    match event {
        Event::Received(call) => format!("received {}", call.id),
        Event::Entered { state, cause, at: _ } => format!("{} by {}", state.name(), label(*cause)),
        Event::LegMoved { leg: to } => format!("line {}", leg(to)),
        Event::ClaimBound { leg, until: None } => format!("claim bound to {leg}"),
        Event::ClaimBound { leg, until: Some(_) } => format!("claim bound to {leg} and held longer"),
        Event::OfficeReached { phone } => format!("reached {}", short(phone)),
        Event::AgentDropped { at: _ } => "other side seems gone".into(),
        Event::LookedUp { source, outcome: _ } => format!("{source} looked up"),
        Event::Recorded(Recording { id, seconds }) => format!("recorded {id} {seconds:?}"),
    }
}

/// A cause as diagrams write it.
pub(crate) fn label(cause: Cause) -> String {
    serde_json::to_value(cause)
        .unwrap()
        .as_str()
        .unwrap()
        .replace('_', " ")
}

fn short(phone: &PhoneNumber) -> String {
    let (_, last) = phone.as_str().split_at(phone.as_str().len() - 2);
    format!("phone {last}")
}

fn phones<'a>(phones: impl IntoIterator<Item = &'a PhoneNumber>) -> String {
    phones.into_iter().map(short).collect::<Vec<_>>().join(" ")
}

fn from_now(at: Timestamp, now: Timestamp) -> String {
    format!("{:+}s", (at.as_millis() - now.as_millis()) / 1000)
}

fn waiting(waiting: &Waiting, now: Timestamp) -> String {
    let Waiting {
        queue,
        since: _,
        deadline,
        front,
    } = waiting;
    let place = if *front { ", in front" } else { "" };
    format!("{queue}, due {}{place}", from_now(*deadline, now))
}

fn ring(ring: &OfficeRing) -> String {
    let OfficeRing {
        round,
        attempt,
        reached,
        skipped,
    } = ring;
    let mut text = format!("round {round}.{attempt}");
    if !reached.is_empty() {
        write!(text, ", reached {}", phones(reached)).unwrap();
    }
    if !skipped.is_empty() {
        write!(text, ", without {}", phones(skipped)).unwrap();
    }
    text
}

fn claim(claim: &Claim) -> String {
    let Claim {
        number,
        agent,
        phone,
        token: _,
        leg,
        origin,
    } = claim;
    let on = if phone.is_some() { " on a phone" } else { "" };
    let line = leg.as_ref().map_or_else(|| "-".into(), ToString::to_string);
    let from = match origin {
        ClaimOrigin::Queue => String::new(),
        ClaimOrigin::Office(of) => format!(", from {}", ring(of)),
    };
    format!("#{number} {agent}{on}, line {line}{from}")
}

/// A state with what matters in it.
pub(crate) fn state(state: &State, now: Timestamp) -> String {
    let name = state.name();
    let inside = match state {
        State::Greeting { attempt } => attempt.to_string(),
        State::Closed => return name.into(),
        State::Queued(place) => waiting(place, now),
        State::Claimed {
            waiting: _,
            claim: held,
            until,
        } => format!("{}, until {}", claim(held), from_now(*until, now)),
        State::Connecting {
            waiting: _,
            claim: held,
            check_at,
        } => format!("{}, check {}", claim(held), from_now(*check_at, now)),
        State::RingingOffice { waiting: _, ring: of } => ring(of),
        State::Talking(Talk {
            with,
            since: _,
            waiting: _,
            hold,
            agent_left,
            ring: rung,
        }) => {
            let whom = match with {
                Party::Agent(held) => claim(held),
                Party::Office { phone, leg: _ } => {
                    format!(
                        "office {}",
                        phone.as_ref().map_or_else(|| "unknown".into(), short)
                    )
                }
            };
            let held = if *hold { ", on hold" } else { "" };
            let gone = if agent_left.is_some() { ", seems alone" } else { "" };
            let rung = rung
                .as_ref()
                .map_or_else(String::new, |of| format!(", rung {}", ring(of)));
            format!("{whom}{held}{gone}{rung}")
        }
        State::Voicemail { why } => format!("{why:?}"),
        State::Ended { reason, at: _ } => format!("{reason:?}"),
    };
    format!("{name} ({inside})")
}

/// The kind of place where a line is.
pub(crate) fn leg(leg: &Leg) -> String {
    match leg {
        Leg::Menu => "menu".into(),
        Leg::Parked { queue } => format!("parked {}", queue.as_deref().unwrap_or("?")),
        Leg::OfficeDial => "office dial".into(),
        Leg::Conference { name } => format!("conference {name}"),
        Leg::Recording => "recording".into(),
        Leg::Gone => "gone".into(),
    }
}

fn effect(effect: &Effect, now: Timestamp) -> String {
    let at = |due: &Timestamp| from_now(*due, now);
    match effect {
        Effect::LookUpCaller {
            call: _,
            number: _,
            source,
        } => format!("! look up caller in {source}"),
        Effect::CheckUnanswered { call: _, entry, due } => {
            format!("! check unanswered #{entry} {}", at(due))
        }
        Effect::ExpireClaim { call: _, claim, due } => format!("! expire claim #{claim} {}", at(due)),
        Effect::CallAgent {
            call: _,
            claim,
            agent,
        } => format!("! call {agent} #{claim}"),
        Effect::ConnectCaller { call: _, claim, due } => {
            let when = due.as_ref().map_or_else(|| "now".into(), at);
            format!("! connect caller #{claim} {when}")
        }
        Effect::RingOffice {
            call: _,
            round,
            attempt,
        } => format!("! ring office {round}.{attempt}"),
        Effect::ParkCaller { call: _, entry } => format!("! park caller #{entry}"),
        Effect::CheckTalking { call: _, claim, due } => format!("! check talking #{claim} {}", at(due)),
        Effect::CancelLegs {
            call: _,
            claim,
            legs,
            children,
        } => {
            let legs = legs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            let office = if *children { " and office" } else { "" };
            format!("! cancel legs #{claim} [{legs}]{office}")
        }
        Effect::FindRecording { call: _, due: _ } => "! look for the message".into(),
        Effect::DeleteRecording {
            call: _,
            recording,
            due: _,
        } => format!("! delete {recording} in the end"),
        Effect::HangUp { call: _ } => "! hang up".into(),
        Effect::EndConference { call: _, conference } => format!("! end conference {conference}"),
    }
}

/// What the line is told.
pub(crate) fn instruction(instruction: &Instruction) -> String {
    match instruction {
        Instruction::Menu { attempt } => format!("menu {attempt}"),
        Instruction::Enqueue { queue } => format!("enqueue {queue}"),
        Instruction::Hold => "hold".into(),
        Instruction::Leave => "leave".into(),
        Instruction::RingOffice {
            round,
            attempt,
            skipped,
        } => {
            let mut text = format!("ring office {round}.{attempt}");
            if !skipped.is_empty() {
                write!(text, " without {}", phones(skipped)).unwrap();
            }
            text
        }
        Instruction::Conference { name, claim } => format!("conference {name} #{claim}"),
        Instruction::Voicemail { why } => format!("voicemail {why:?}"),
        Instruction::AskAgain { astray: false } => "ask again".into(),
        Instruction::AskAgain { astray: true } => "ask again, astray".into(),
        Instruction::HangUp => "hang up".into(),
    }
}
