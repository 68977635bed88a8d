//! The line that waits decides by itself what no job has decided in time, and knows when it will.

use std::time::Duration;

use switchboard_domain::*;

use crate::scene::{Scene, leg};

fn asks(scene: Scene) -> Scene {
    scene.then(Command::Ask(At::Wait { queue: None }))
}

/// A caller who has waited for so many seconds when the agent presses Answer.
fn claimed_after(secs: u64, agent: &str) -> Scene {
    Scene::waiting().after_secs(secs).answered(agent)
}

/// How long until the call moves on by itself.
fn left(scene: &Scene) -> Option<u64> {
    let due = scene.call().moves_on_at(&scene.policy);
    due.map(|due| due.since(scene.now).as_secs())
}

fn called(scene: Scene, held_back: u64) -> Scene {
    scene.then(Command::AgentCalled {
        claim: 1,
        leg: leg("phone"),
        held_back: Duration::from_secs(held_back),
    })
}

#[test]
fn a_queue_moves_on_at_its_deadline_and_a_claim_at_its_end() {
    assert_eq!(left(&Scene::ringing_in(true)), None);
    assert_eq!(left(&Scene::waiting().after_secs(20)), Some(160));
    assert_eq!(left(&claimed_after(20, "anna")), Some(15));
    assert_eq!(left(&called(claimed_after(20, "pat"), 3)), Some(38));
    assert_eq!(left(&Scene::waiting().ready()), None);
    assert_eq!(left(&Scene::waiting().in_the_office()), None);
}

#[test]
fn a_phone_that_nobody_rings_is_not_waited_for_when_the_time_is_over() {
    // As long as the caller has time, so has the agent.
    assert_eq!(left(&claimed_after(20, "pat")), Some(35));
    assert_eq!(left(&claimed_after(160, "pat")), Some(20));
    let scene = claimed_after(178, "pat");
    assert_eq!(left(&scene), Some(15));
    let scene = asks(scene.after_secs(14));
    assert_eq!(scene.state(), "claimed");
    let scene = asks(scene.after_secs(1));
    assert_eq!(scene.state(), "ringing_office");
    assert_eq!(scene.causes(), [Cause::ClaimExpired]);
}

#[test]
fn a_phone_that_rings_has_its_whole_time() {
    let scene = called(claimed_after(178, "pat"), 0);
    let scene = asks(scene.after_secs(34));
    assert_eq!(scene.state(), "claimed");
    assert_eq!(asks(scene.after_secs(1)).state(), "ringing_office");
}
