//! What can happen, by name: news that fits, news of an earlier or a later claim, and agents who have no part in
//! the call.

use std::time::Duration;

use switchboard_domain::*;

use crate::scene::{agent_id, incoming, leg, phone, queue, source};

/// Something that happens: its name, the agent who asks for it, and the command.
pub(crate) struct Happening {
    pub(crate) name: String,
    pub(crate) by: Option<&'static str>,
    pub(crate) command: Command,
}

fn plain(name: &str, command: Command) -> Happening {
    Happening {
        name: name.to_owned(),
        by: None,
        command,
    }
}

fn asked(name: &str, by: &'static str, command: Command) -> Happening {
    Happening {
        name: name.to_owned(),
        by: Some(by),
        command,
    }
}

fn of_claim(name: &str, claim: u32, agent: &str, leg_name: &str) -> Vec<Happening> {
    let line = || leg(leg_name);
    vec![
        plain(
            &format!("{name} connects"),
            Command::AgentConnects {
                claim,
                agent: agent_id(agent),
                token: "secret".into(),
                leg: line(),
            },
        ),
        plain(
            &format!("{name} called"),
            Command::AgentCalled {
                claim,
                leg: line(),
                held_back: Duration::ZERO,
            },
        ),
        plain(
            &format!("{name} called and held back"),
            Command::AgentCalled {
                claim,
                leg: line(),
                held_back: Duration::from_secs(3),
            },
        ),
        plain(
            &format!("{name} joined"),
            Command::AgentJoined { claim, leg: line() },
        ),
        plain(&format!("{name} left"), Command::AgentLeft { claim, leg: line() }),
    ]
}

fn about_claim(name: &str, claim: u32) -> Vec<Happening> {
    vec![
        plain(&format!("{name} lost"), Command::AgentLost { claim }),
        plain(&format!("{name} caller joined"), Command::CallerJoined { claim }),
        plain(
            &format!("{name} connect failed"),
            Command::ConnectFailed { claim },
        ),
        plain(&format!("{name} expire"), Command::ExpireClaim { claim }),
    ]
}

/// Every address at which the caller's line may ask.
pub(crate) fn addresses(call: &Call) -> Vec<(&'static str, At)> {
    let ring = match &call.state {
        State::RingingOffice { ring, .. } => Some((ring.round, ring.attempt)),
        State::Claimed { claim, .. } | State::Connecting { claim, .. } => match &claim.origin {
            ClaimOrigin::Office(ring) => Some((ring.round, ring.attempt)),
            ClaimOrigin::Queue => None,
        },
        State::Greeting { .. }
        | State::Closed
        | State::Queued(_)
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => None,
    };
    let (round, attempt) = ring.unwrap_or((call.office_rounds, 0));
    let ended = |bridged| At::OfficeEnded {
        round,
        attempt,
        bridged,
    };
    vec![
        ("at incoming", At::Incoming),
        ("at menu", At::Menu),
        ("at wait", At::Wait { queue: None }),
        (
            "at wait, queue told",
            At::Wait {
                queue: Some("QU1".into()),
            },
        ),
        ("at left-queue, leave", At::LeftQueue(QueueExit::Leave)),
        ("at left-queue, redirected", At::LeftQueue(QueueExit::Redirected)),
        ("at left-queue, hung up", At::LeftQueue(QueueExit::HungUp)),
        ("at left-queue, failed", At::LeftQueue(QueueExit::Failed)),
        ("at left-queue, other", At::LeftQueue(QueueExit::Other)),
        ("at resume", At::Resume),
        ("at resume, astray", At::Astray),
        ("at after-conference", At::AfterConference),
        ("at office-ring", At::OfficeRing),
        ("at office-ended, bridged", ended(Some(true))),
        ("at office-ended, not bridged", ended(Some(false))),
        ("at office-ended, unsaid", ended(None)),
        (
            "at office-ended of another ring",
            At::OfficeEnded {
                round,
                attempt: attempt + 1,
                bridged: Some(false),
            },
        ),
        ("at voicemail", At::Voicemail),
        ("at recorded", At::Recorded),
    ]
}

fn by_the_caller(call: &Call) -> Vec<Happening> {
    let pick = |name: &str, attempt, pick| plain(name, Command::Choose { attempt, pick });
    let attempt = match &call.state {
        State::Greeting { attempt } => *attempt,
        State::Closed
        | State::Queued(_)
        | State::Claimed { .. }
        | State::Connecting { .. }
        | State::RingingOffice { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => 0,
    };
    let to_sales = || MenuPick::Choice(MenuChoice::Queue(queue("sales")));
    let message = |id: &str, seconds| {
        Command::Recorded(Recording {
            id: id.into(),
            seconds,
        })
    };
    let mut all = vec![
        plain("incoming", Command::Incoming(incoming("CA1", true))),
        plain(
            "adopt, talking",
            Command::Adopt {
                incoming: incoming("CA1", true),
                found: Adopted::Talking,
            },
        ),
        pick("choose sales", attempt, to_sales()),
        pick(
            "choose voicemail",
            attempt,
            MenuPick::Choice(MenuChoice::Voicemail),
        ),
        pick("choose nothing", attempt, MenuPick::Nothing),
        pick("choose sales at another reading", attempt + 7, to_sales()),
        plain("asks for the voicemail while waiting", Command::LeaveMessage),
        plain("caller gone", Command::CallerGone),
        plain("message stored", message("RE1", Some(8))),
        plain("message stored, length unknown", message("RE1", None)),
        plain("message empty", message("RE1", Some(0))),
    ];
    all.extend(
        addresses(call)
            .into_iter()
            .map(|(name, at)| plain(name, Command::Ask(at))),
    );
    all
}

fn by_the_office(call: &Call) -> Vec<Happening> {
    let accepted = |round| Command::OfficeAccepted {
        phone: Some(phone(1)),
        leg: leg("office-1"),
        round,
    };
    vec![
        plain("office screened", Command::OfficeScreened { phone: phone(1) }),
        plain(
            "office screened, another",
            Command::OfficeScreened { phone: phone(2) },
        ),
        plain("office accepted", accepted(call.office_rounds.max(1))),
        plain("office accepted, no number", accepted(0)),
        plain(
            "office accepted, an earlier round",
            accepted(call.office_rounds.saturating_sub(1).max(1)),
        ),
    ]
}

fn hung_up(claim: u32, line: &str) -> Command {
    let leg = Some(leg(line));
    Command::AgentHungUp { claim, leg }
}

fn by_agents(claim: u32, holder: &'static str) -> Vec<Happening> {
    let token = || Command::Answer {
        token: "fresh".into(),
    };
    vec![
        asked("anna answers", "anna", token()),
        asked("ben answers", "ben", token()),
        asked("pat answers", "pat", token()),
        plain("nobody answers", token()),
        asked("holder releases", holder, Command::Release { claim: None }),
        asked(
            "holder releases the claim",
            holder,
            Command::Release { claim: Some(claim) },
        ),
        asked(
            "holder releases a later claim",
            holder,
            Command::Release {
                claim: Some(claim + 1),
            },
        ),
        asked("ben releases", "ben", Command::Release { claim: None }),
        asked("holder hangs up", holder, Command::HangUp),
        asked("holder's softphone hung up", holder, hung_up(claim, "agent")),
        asked(
            "holder's other softphone hung up",
            holder,
            hung_up(claim, "another"),
        ),
        asked(
            "holder's softphone hung up, later claim",
            holder,
            hung_up(claim + 1, "agent"),
        ),
        asked("ben's softphone hung up", "ben", hung_up(claim, "agent")),
        asked("ben hangs up", "ben", Command::HangUp),
    ]
}

fn by_agents_lines(claim: u32, holder: &'static str) -> Vec<Happening> {
    let mut all = vec![
        plain(
            "connects with a wrong token",
            Command::AgentConnects {
                claim,
                agent: agent_id(holder),
                token: "guess".into(),
                leg: leg("agent"),
            },
        ),
        plain(
            "connects as somebody else",
            Command::AgentConnects {
                claim,
                agent: agent_id("ben"),
                token: "secret".into(),
                leg: leg("agent"),
            },
        ),
    ];
    all.extend(of_claim("claim's agent", claim, holder, "agent"));
    all.extend(of_claim(
        "claim's agent by a foreign line",
        claim,
        holder,
        "stranger",
    ));
    all.extend(of_claim("later claim's agent", claim + 1, holder, "agent"));
    all.extend(about_claim("claim", claim));
    all.extend(about_claim("later claim", claim + 1));
    if claim > 0 {
        all.extend(of_claim("earlier claim's agent", claim - 1, holder, "agent"));
        all.extend(about_claim("earlier claim", claim - 1));
    }
    all
}

fn by_jobs(call: &Call) -> Vec<Happening> {
    let mut all = vec![
        plain(
            "deadline",
            Command::CheckUnanswered {
                entry: call.queue_entries,
            },
        ),
        plain(
            "deadline of a later entry",
            Command::CheckUnanswered {
                entry: call.queue_entries + 1,
            },
        ),
        plain(
            "crm knows",
            Command::LookedUp {
                source: source("crm"),
                outcome: LookupOutcome::NotFound,
            },
        ),
        plain(
            "unasked source knows",
            Command::LookedUp {
                source: source("gossip"),
                outcome: LookupOutcome::NotFound,
            },
        ),
    ];
    if call.queue_entries > 1 {
        all.push(plain(
            "deadline of an earlier entry",
            Command::CheckUnanswered {
                entry: call.queue_entries - 1,
            },
        ));
    }
    all
}

/// All of it, for a call as it is now.
pub(crate) fn happenings(call: &Call) -> Vec<Happening> {
    let holder = call.holder().map_or("anna", |id| match id.as_str() {
        "pat" => "pat",
        "ben" => "ben",
        _ => "anna",
    });
    [
        by_the_caller(call),
        by_the_office(call),
        by_agents_lines(call.claims, holder),
        by_agents(call.claims, holder),
        by_jobs(call),
    ]
    .into_iter()
    .flatten()
    .collect()
}
