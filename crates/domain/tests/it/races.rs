//! Two things at once, the wrong way round, twice, or not at all.

use std::time::Duration;

use switchboard_domain::*;

use crate::scene::{Scene, agent_id, leg, phone};

fn taken_by(rejected: &Rejected) -> Option<&str> {
    match rejected {
        Rejected::Taken { by } => match by.as_ref() {
            Party::Agent(claim) => Some(claim.agent.as_str()),
            Party::Office { .. } => Some("office"),
        },
        Rejected::NoSuchCall
        | Rejected::NoSuchAgent
        | Rejected::Disabled
        | Rejected::Ended
        | Rejected::NotWaiting
        | Rejected::Engaged { .. }
        | Rejected::Unavailable
        | Rejected::NotYours
        | Rejected::Early { .. } => None,
    }
}

fn answer() -> Command {
    Command::Answer { token: "late".into() }
}

/// While claimed, while connecting, while talking, and while the office talks: the other agent is told who.
#[test]
fn losers_are_told_who_was_faster() {
    let office = Scene::waiting().in_the_office().then(Command::OfficeAccepted {
        phone: Some(phone(1)),
        leg: leg("office-1"),
        round: 1,
    });
    let cases = [
        (Scene::waiting().answered("anna"), "anna"),
        (Scene::waiting().ready(), "anna"),
        (Scene::waiting().talking(), "anna"),
        (office, "office"),
    ];
    for (mut scene, winner) in cases {
        let rejected = scene.refused(Some("ben"), &answer());
        assert_eq!(taken_by(&rejected), Some(winner));
        assert_eq!(scene.agents[&agent_id("ben")].engaged, None);
    }
}

#[test]
fn who_may_not_answer_is_told_why() {
    let mut ended = Scene::waiting().then(Command::CallerGone);
    assert_eq!(ended.refused(Some("anna"), &answer()), Rejected::Ended);
    let mut menu = Scene::ringing_in(true);
    assert_eq!(menu.refused(Some("anna"), &answer()), Rejected::NotWaiting);
    for presence in [Presence::Away, Presence::Offline] {
        let mut scene = Scene::waiting();
        scene.agents.get_mut(&agent_id("anna")).unwrap().presence = presence;
        assert_eq!(scene.refused(Some("anna"), &answer()), Rejected::Unavailable);
    }
    // Anna talks already; her other call waits on.
    let mut first = Scene::waiting().talking();
    let other = Scene::empty()
        .then(Command::Incoming(crate::scene::incoming("CA2", true)))
        .then(Command::Choose {
            attempt: 0,
            pick: MenuPick::Choice(MenuChoice::Queue(crate::scene::queue("sales"))),
        });
    let anna = first.agents.remove(&agent_id("anna")).unwrap();
    let refused = decide(
        other.call.as_ref(),
        Some(&anna),
        &answer(),
        other.now,
        &other.policy,
    );
    let engaged = Rejected::Engaged {
        call: first.call().id.clone(),
    };
    assert_eq!(refused, Err(engaged));
}

#[test]
fn a_winner_who_presses_twice_keeps_the_first_claim() {
    let scene = Scene::waiting().answered("anna").by("anna", answer());
    assert!(scene.last.is_empty());
    assert_eq!(scene.call().state.claim().unwrap().token, "secret");
}

#[test]
fn a_release_before_the_deadline_keeps_place_and_promise() {
    let waiting = Scene::waiting();
    let before = waiting.call().state.waiting().unwrap().clone();
    let scene = waiting
        .after_secs(60)
        .answered("anna")
        .after_secs(5)
        .by("anna", Command::Release { claim: Some(1) });
    assert_eq!(scene.call().state, State::Queued(before.clone()));
    assert_eq!(scene.causes(), [Cause::Released]);
    // Its own deadline, because the job of the first entry may have run while the call was claimed.
    let again = Effect::CheckUnanswered {
        call: scene.call().id.clone(),
        entry: 2,
        due: before.deadline,
    };
    assert!(scene.last.effects.contains(&again));
}

#[test]
fn a_release_after_the_deadline_rings_the_office_at_once() {
    let scene = Scene::waiting().after_secs(175).answered("anna").after_secs(6);
    // The check finds an agent at work, and does nothing.
    let scene = scene.then(Command::CheckUnanswered { entry: 1 });
    assert!(scene.last.is_empty());
    let scene = scene.by("anna", Command::Release { claim: Some(1) });
    assert_eq!(scene.state(), "ringing_office");
    assert_eq!(scene.causes(), [Cause::Released]);
}

#[test]
fn a_release_of_an_earlier_claim_is_no_news() {
    let mut scene = Scene::waiting()
        .answered("anna")
        .by("anna", Command::Release { claim: Some(1) })
        .answered("ben")
        .by("anna", Command::Release { claim: Some(1) });
    assert!(scene.last.is_empty());
    let theirs = scene.refused(Some("anna"), &Command::Release { claim: None });
    assert_eq!(theirs, Rejected::NotYours);
    assert_eq!(scene.call().holder(), Some(&agent_id("ben")));
}

#[test]
fn a_lost_agent_brings_the_caller_to_the_front() {
    let talking = Scene::waiting().talking();
    let since = talking.call().state.waiting().unwrap().since;
    let early = talking.clone().then(Command::AgentLost { claim: 1 });
    assert!(early.last.is_empty(), "nobody has seen the agent leave");
    let gone = talking.after_secs(100).then(Command::AgentLeft {
        claim: 1,
        leg: leg("agent"),
    });
    assert_eq!(gone.state(), "talking", "it may be a page being loaded again");
    let late = gone.clone().after_secs(150).then(Command::AgentLost { claim: 1 });
    let deadline = late.call().state.waiting().unwrap().deadline;
    assert_eq!(
        deadline,
        late.now.plus(late.policy.claim_browser),
        "nobody noticed for long"
    );
    let lost = gone.clone().after_secs(2).then(Command::AgentLost { claim: 1 });
    let waiting = lost.call().state.waiting().unwrap().clone();
    assert_eq!(lost.state(), "queued");
    assert!(waiting.front);
    assert_eq!(waiting.since, since);
    assert_eq!(waiting.deadline, gone.now.plus(gone.policy.office_retry_after));
    assert!(
        lost.last
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::ParkCaller { .. }))
    );
    assert_eq!(lost.agents[&agent_id("anna")].engaged, None);
}

#[test]
fn an_agent_who_puts_the_phone_down_has_hung_up() {
    let scene = Scene::waiting()
        .answered("pat")
        .then(Command::AgentCalled {
            claim: 1,
            leg: leg("agent"),
            held_back: Duration::ZERO,
        })
        .then(Command::AgentJoined {
            claim: 1,
            leg: leg("agent"),
        })
        .then(Command::Ask(At::Resume))
        .then(Command::CallerJoined { claim: 1 })
        .then(Command::AgentLeft {
            claim: 1,
            leg: leg("agent"),
        });
    assert_eq!(scene.state(), "ended");
    assert!(
        scene
            .last
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::HangUp { .. }))
    );
}

fn cancelled(scene: &Scene) -> Vec<&Effect> {
    let cancels = |effect: &&Effect| matches!(effect, Effect::CancelLegs { .. });
    scene.last.effects.iter().filter(cancels).collect()
}

fn rings(claim: u32, name: &str) -> Command {
    Command::AgentCalled {
        claim,
        leg: leg(name),
        held_back: Duration::ZERO,
    }
}

/// The request that called the phone was carried out and its answer lost: the phone tells of itself, late.
#[test]
fn a_phone_that_rings_for_a_claim_that_is_over_is_ended() {
    let given_back = Scene::waiting()
        .answered("pat")
        .then(Command::ConnectFailed { claim: 1 });
    assert!(cancelled(&given_back).is_empty(), "nobody knows its line yet");
    for scene in [
        given_back.clone(),
        given_back.clone().then(Command::CallerGone),
        given_back.answered("anna"),
    ] {
        let from = scene.state();
        let before = scene.call().state.clone();
        let told = scene.then(rings(1, "stray"));
        let expected = Effect::CancelLegs {
            call: told.call().id.clone(),
            claim: 1,
            legs: vec![leg("stray")],
            children: false,
        };
        assert_eq!(cancelled(&told), [&expected], "{from}");
        assert_eq!(told.call().state, before, "{from}");
    }
}

#[test]
fn a_second_phone_for_one_claim_is_ended_and_the_first_is_not() {
    let scene = Scene::waiting().answered("pat").then(rings(1, "agent"));
    let again = scene.then(rings(1, "agent"));
    assert!(again.last.is_empty());
    let second = again.then(rings(1, "another"));
    assert_eq!(cancelled(&second).len(), 1);
    let talking = second
        .then(Command::AgentJoined {
            claim: 1,
            leg: leg("agent"),
        })
        .then(rings(1, "agent"));
    assert!(talking.last.is_empty(), "late news of the line that is in");
}

/// What is stored was lost, and the claim with it: they may be talking.
#[test]
fn a_phone_of_a_claim_that_nobody_remembers_is_left_alone() {
    let scene = Scene::waiting().then(rings(1, "agent"));
    assert!(scene.last.is_empty());
}

/// A carrier that places one call a second makes the second of two agents wait: their phone rings as long as any.
#[test]
fn a_claim_lasts_as_long_as_the_carrier_holds_the_phone_back() {
    let called = |held_back: Duration| {
        Scene::waiting().answered("pat").then(Command::AgentCalled {
            claim: 1,
            leg: leg("agent"),
            held_back,
        })
    };
    let until = |scene: &Scene| {
        let State::Claimed { until, .. } = &scene.call().state else {
            panic!("{}", scene.state());
        };
        *until
    };
    let at_once = called(Duration::ZERO);
    let later = called(Duration::from_secs(4));
    assert_eq!(until(&later), until(&at_once).plus(Duration::from_secs(4)));
    let early = later
        .clone()
        .after_secs(at_once.policy.claim_phone.as_secs() + 1)
        .refused(None, &Command::ExpireClaim { claim: 1 });
    assert_eq!(early, Rejected::Early { until: until(&later) });
    // A caller does not wait a day because somebody says so.
    let never = called(Duration::from_hours(24));
    assert_eq!(until(&never), until(&at_once).plus(at_once.policy.claim_phone));
}

#[test]
fn the_caller_cannot_arrive_before_the_agent() {
    let early = Scene::waiting()
        .connected()
        .then(Command::CallerJoined { claim: 1 });
    assert!(early.last.is_empty());
    let ready = early.then(Command::AgentJoined {
        claim: 1,
        leg: leg("agent"),
    });
    assert_eq!(ready.state(), "connecting");
}

#[test]
fn an_agent_who_left_before_they_came_does_not_come() {
    let left = Scene::waiting().connected().then(Command::AgentLeft {
        claim: 1,
        leg: leg("agent"),
    });
    assert_eq!((left.state(), left.causes()), ("queued", vec![Cause::AgentGone]));
    let late = left
        .then(Command::AgentJoined {
            claim: 1,
            leg: leg("agent"),
        })
        .then(Command::CallerJoined { claim: 1 });
    assert_eq!(late.state(), "queued");
    // Nor into somebody else's claim.
    let bens = late.answered("ben").then(Command::AgentJoined {
        claim: 1,
        leg: leg("agent"),
    });
    assert_eq!(bens.state(), "claimed");
}

/// The news that a leg was bound is lost; the conference's own news is enough.
#[test]
fn an_agent_in_the_conference_counts_without_earlier_news() {
    let scene = Scene::waiting().answered("anna").then(Command::AgentJoined {
        claim: 1,
        leg: leg("agent"),
    });
    assert_eq!(scene.state(), "connecting");
    let foreign = scene.then(Command::AgentLeft {
        claim: 1,
        leg: leg("stranger"),
    });
    assert!(foreign.last.is_empty());
}

#[test]
fn a_claim_is_used_by_one_line_only() {
    let scene = Scene::waiting().connected();
    let connects = |agent: &str, token: &str, line: &str| Command::AgentConnects {
        claim: 1,
        agent: agent_id(agent),
        token: token.into(),
        leg: leg(line),
    };
    for foreign in [
        connects("anna", "secret", "another"),
        connects("anna", "guess", "agent"),
        connects("ben", "secret", "agent"),
    ] {
        let after = scene.clone().then(foreign);
        assert!(after.last.is_empty());
        assert_eq!(after.call().state.claim().unwrap().leg, Some(leg("agent")));
    }
    let fresh = Scene::waiting().answered("anna");
    for foreign in [
        connects("anna", "guess", "agent"),
        connects("ben", "secret", "agent"),
    ] {
        assert!(fresh.clone().then(foreign).last.is_empty());
    }
}

#[test]
fn a_caller_who_hangs_up_frees_everybody() {
    for scene in [
        Scene::waiting().connected(),
        Scene::waiting().ready(),
        Scene::waiting().in_the_office().connected(),
        Scene::waiting().in_the_office().ready(),
    ] {
        let from = scene.state();
        let scene = scene.then(Command::CallerGone);
        assert_eq!(
            scene.call().state,
            State::Ended {
                reason: EndReason::Abandoned,
                at: scene.now
            }
        );
        assert_eq!(scene.agents[&agent_id("anna")].engaged, None, "{from}");
        let cancelled: Vec<_> = scene
            .last
            .effects
            .iter()
            .filter(|effect| matches!(effect, Effect::CancelLegs { .. }))
            .collect();
        assert_eq!(cancelled.len(), 1, "{from}: one job ends every line of the claim");
    }
}

#[test]
fn a_message_that_arrives_after_the_end_is_kept() {
    let ended = Scene::ringing_in(false)
        .then(Command::Ask(At::Voicemail))
        .then(Command::CallerGone);
    let before = ended.call().state.clone();
    let message = |seconds| {
        Command::Recorded(Recording {
            id: "RE1".into(),
            seconds,
        })
    };
    let kept = ended.then(message(None));
    assert_eq!(kept.call().state, before);
    // It was still looked for, and is deleted in the end.
    assert!(
        kept.effects
            .iter()
            .any(|effect| matches!(effect, Effect::FindRecording { .. }))
    );
    assert!(matches!(kept.last.effects[..], [Effect::DeleteRecording { .. }]));
    let told = kept.then(message(Some(12)));
    assert_eq!(told.call().recording.as_ref().unwrap().seconds, Some(12));
    let forgotten = told.then(message(None));
    assert_eq!(forgotten.call().recording.as_ref().unwrap().seconds, Some(12));
}

#[test]
fn the_menu_is_answered_once_for_each_reading() {
    let pick = |attempt, pick| Command::Choose { attempt, pick };
    let sales = || MenuPick::Choice(MenuChoice::Queue(crate::scene::queue("sales")));
    let second = Scene::ringing_in(true).then(pick(0, MenuPick::Nothing));
    assert!(second.clone().then(pick(0, sales())).last.is_empty());
    let queued = second.then(pick(1, MenuPick::Nothing));
    assert_eq!(
        queued.call().state.waiting().unwrap().queue,
        queued.policy.default_queue
    );
    assert!(queued.then(pick(1, sales())).last.is_empty());
}

/// A line in the carrier's queue can neither be read a menu nor leave a message there.
#[test]
fn a_line_that_waits_too_early_is_led_out() {
    for open in [true, false] {
        let scene = Scene::ringing_in(open).then(Command::Ask(At::Wait { queue: None }));
        let told = instruction(scene.call(), &At::Wait { queue: None });
        assert_eq!(told, Instruction::Leave);
    }
}

#[test]
fn a_timer_that_comes_early_is_told_when_to_come_back() {
    let mut waiting = Scene::waiting();
    let deadline = waiting.call().state.waiting().unwrap().deadline;
    let early = waiting.refused(None, &Command::CheckUnanswered { entry: 1 });
    assert_eq!(early, Rejected::Early { until: deadline });
    let mut claimed = waiting.answered("anna");
    let until = claimed.now.plus(claimed.policy.claim_browser);
    let early = claimed.refused(None, &Command::ExpireClaim { claim: 1 });
    assert_eq!(early, Rejected::Early { until });
    // The caller is being connected: this is for the check of that, which asks the carrier.
    let ready = claimed.then(Command::AgentJoined {
        claim: 1,
        leg: leg("agent"),
    });
    let ready = ready.after_secs(600).then(Command::ExpireClaim { claim: 1 });
    assert!(ready.last.is_empty());
}
