//! An agent's line is gone: hung up on, or lost.

use switchboard_domain::*;

use crate::scene::{Scene, leg};

/// The carrier tells that the agent's line is gone, and the softphone why: in either order the call is over.
#[test]
fn an_agent_who_hangs_up_on_the_softphone_ends_the_call_and_one_who_is_lost_does_not() {
    let talking = Scene::waiting().talking().after_secs(30);
    let left = Command::AgentLeft {
        claim: 1,
        leg: leg("agent"),
    };
    let told = Command::AgentHungUp {
        claim: 1,
        leg: Some(leg("agent")),
    };
    let ends = |scene: &Scene| {
        let hangs_up = |effect: &Effect| matches!(effect, Effect::HangUp { .. });
        scene.state() == "ended" && scene.effects.iter().any(hangs_up)
    };
    let first = talking.clone().by("anna", told.clone());
    assert!(ends(&first), "{}", first.state());
    assert!(first.clone().then(left.clone()).last.is_empty());
    assert!(first.by("anna", told.clone()).last.is_empty());
    let second = talking.clone().then(left.clone()).after_secs(1);
    assert_eq!(second.state(), "talking", "nobody knows yet");
    assert!(ends(&second.clone().by("anna", told.clone())));
    // Nobody tells, or too late: the caller waits in front.
    let lost = second.after_secs(1).then(Command::AgentLost { claim: 1 });
    assert_eq!(
        (lost.state(), lost.call().state.waiting().unwrap().front),
        ("queued", true)
    );
    assert!(lost.by("anna", told.clone()).last.is_empty());
    // Another agent, another line, another claim.
    let leg = |name| Some(leg(name));
    for (who, claim, leg) in [
        ("ben", 1, leg("agent")),
        ("anna", 1, leg("other")),
        ("anna", 2, leg("agent")),
    ] {
        let scene = talking.clone().by(who, Command::AgentHungUp { claim, leg });
        assert!(scene.last.is_empty(), "{who} {claim}");
    }
    // Before they met, the caller goes back to their place.
    let early = Scene::waiting()
        .answered("anna")
        .by("anna", Command::AgentHungUp { claim: 1, leg: None });
    assert_eq!((early.state(), early.causes()), ("queued", vec![Cause::Released]));
}
