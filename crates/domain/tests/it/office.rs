//! The office phones ring: mailboxes, rounds, and whoever else reaches for the call meanwhile.

use switchboard_domain::*;

use crate::scene::{Scene, agent_id, leg, phone};

/// The office phones ring on while an agent connects; if the agent never comes, that ring still counts.
#[test]
fn a_claim_from_the_office_ring_goes_back_to_it() {
    let scene = Scene::waiting().in_the_office().answered("anna").after_secs(15);
    let ringing_on = scene.clone().then(Command::ExpireClaim { claim: 1 });
    assert_eq!(ringing_on.state(), "ringing_office");
    assert!(ringing_on.last.effects.is_empty(), "they ring already");
    assert_eq!(
        ringing_on.office_ended(1, 0, false).state(),
        "queued",
        "the same ring ends"
    );
    // Had they stopped meanwhile, all of them ring again, and a mailbox is still left out after that.
    let stopped = scene
        .then(Command::OfficeScreened { phone: phone(1) })
        .office_ended(1, 0, false)
        .then(Command::ExpireClaim { claim: 1 });
    assert_eq!(stopped.state(), "ringing_office");
    assert!(stopped.last.effects.iter().any(|effect| matches!(
        effect,
        Effect::RingOffice {
            round: 1,
            attempt: 1,
            ..
        }
    )));
    let again = stopped
        .then(Command::Ask(At::OfficeRing))
        .office_ended(1, 1, false);
    assert_eq!(again.causes(), [Cause::OnlyMailboxes]);
    assert_eq!(again.office_ended(1, 2, false).state(), "queued");
}

#[test]
fn somebody_who_presses_the_key_after_an_agent_claimed_is_too_late() {
    let scene = Scene::waiting()
        .in_the_office()
        .answered("anna")
        .then(Command::OfficeAccepted {
            phone: Some(phone(1)),
            leg: leg("office-1"),
            round: 1,
        });
    assert!(scene.last.is_empty());
    assert_eq!(scene.call().holder(), Some(&agent_id("anna")));
}

#[test]
fn a_mailbox_is_left_out_of_the_next_ring_only() {
    let first = Scene::waiting()
        .in_the_office()
        .then(Command::OfficeScreened { phone: phone(1) });
    let again = first.office_ended(1, 0, false);
    assert_eq!(again.causes(), [Cause::OnlyMailboxes]);
    assert!(
        again.last.effects.is_empty(),
        "the answer to this request rings them; a job would break the ring"
    );
    let told = instruction(again.call(), &At::Resume);
    assert_eq!(
        told,
        Instruction::RingOffice {
            round: 1,
            attempt: 1,
            skipped: [phone(1)].into()
        }
    );
    // Another mailbox does not make it ring a third time; the next round has every phone again.
    let queued = again
        .then(Command::OfficeScreened { phone: phone(2) })
        .office_ended(1, 1, false);
    assert_eq!(queued.state(), "queued");
    let second = queued.in_the_office();
    let State::RingingOffice { ring, .. } = &second.call().state else {
        panic!("{:?}", second.call().state);
    };
    assert_eq!((ring.round, ring.attempt, ring.skipped.len()), (2, 0, 0));
}

#[test]
fn after_the_last_round_there_is_the_voicemail() {
    let mut scene = Scene::waiting();
    for round in 1..=2 {
        scene = scene.in_the_office();
        assert_eq!(scene.call().office_rounds, round);
        scene = scene.office_ended(round, 0, false);
    }
    assert_eq!(scene.state(), "voicemail");
    assert_eq!(scene.call().leg, Leg::Recording);
}

/// A request of a round that is over comes again while a later round's phone talks.
#[test]
fn an_old_round_does_not_end_a_conversation() {
    let talking = Scene::waiting()
        .in_the_office()
        .office_ended(1, 0, false)
        .in_the_office()
        .then(Command::OfficeAccepted {
            phone: None,
            leg: leg("office-2"),
            round: 2,
        });
    for bridged in [true, false] {
        let scene = talking.clone().office_ended(1, 0, bridged);
        assert!(scene.last.is_empty());
    }
    // A ring without a number was made while Redis was away.
    assert_eq!(talking.clone().office_ended(0, 0, true).state(), "ended");
    assert_eq!(talking.office_ended(2, 0, true).state(), "ended");
}

/// Their line ended with the ring: they would hear nothing, and the caller would be thought to talk.
#[test]
fn a_key_of_a_round_that_is_over_comes_too_late() {
    let late = |round| Command::OfficeAccepted {
        phone: Some(phone(1)),
        leg: leg("office-1"),
        round,
    };
    let queued = Scene::waiting().in_the_office().office_ended(1, 0, false);
    let after = queued.clone().then(late(1));
    assert_eq!((after.state(), after.last.is_empty()), ("queued", true));
    let ringing = queued.clone().in_the_office();
    let after = ringing.clone().then(late(1));
    assert_eq!((after.state(), after.last.is_empty()), ("ringing_office", true));
    // The round that rings now, one that Redis forgot, and one that nobody numbered.
    assert_eq!(ringing.clone().then(late(2)).state(), "talking");
    assert_eq!(queued.clone().then(late(2)).state(), "talking");
    assert_eq!(queued.then(late(0)).state(), "talking");
}

/// Whoever is connected ends the ring at all other phones. Somebody who can press the key at another one long after is
/// proof that the first two never met: the first pressed, and put the phone down.
#[test]
fn a_key_pressed_long_after_another_one_has_the_call() {
    let press = |number: u8, round| Command::OfficeAccepted {
        phone: Some(phone(number)),
        leg: leg(&format!("office-{number}")),
        round,
    };
    let first = Scene::waiting().in_the_office().then(press(1, 1));
    let soon = first.clone().after_secs(4).then(press(2, 1));
    assert!(soon.last.is_empty(), "the first two may be about to meet");
    let again = first.clone().after_secs(10).then(press(1, 1));
    assert!(again.last.is_empty(), "the same request once more");
    let older = first.clone().after_secs(10).then(press(2, 0));
    assert!(older.last.is_empty(), "of a ring that nobody numbered");
    let second = first.after_secs(10).then(press(2, 1));
    assert_eq!(second.state(), "talking");
    assert_eq!(second.causes(), [Cause::OfficeAccepted]);
    assert_eq!(second.call().leg, Leg::OfficeDial);
    assert_eq!(second.office_ended(1, 0, true).state(), "ended");
}

/// The key was pressed as a ring ended that nobody numbered, so nobody was connected: the line goes on asking.
#[test]
fn a_line_that_talks_to_nobody_does_not_strand_the_caller() {
    let scene = Scene::waiting().then(Command::OfficeAccepted {
        phone: Some(phone(1)),
        leg: leg("office-1"),
        round: 0,
    });
    assert_eq!(scene.state(), "talking");
    let asking = scene.then(Command::Ask(At::Resume));
    assert_eq!(asking.state(), "talking");
    let told = instruction(asking.call(), &At::Resume);
    assert_eq!(told, Instruction::AskAgain { astray: true });
    let again = asking.after_secs(3).then(Command::Ask(At::Astray));
    assert_eq!(again.state(), "queued");
    assert!(again.call().state.waiting().unwrap().front);
}

/// A request that was on its way when they began to talk, and comes twice, parts nobody.
#[test]
fn old_requests_do_not_end_a_conversation() {
    let mut scene = Scene::waiting().in_the_office().then(Command::OfficeAccepted {
        phone: Some(phone(1)),
        leg: leg("office-1"),
        round: 1,
    });
    for at in [
        At::Resume,
        At::OfficeRing,
        At::LeftQueue(QueueExit::Leave),
        At::AfterConference,
        At::Resume,
    ] {
        scene = scene.after_secs(30).then(Command::Ask(at));
        assert_eq!(scene.state(), "talking");
        assert_eq!(scene.call().leg, Leg::OfficeDial);
    }
}

/// Whoever picks up first may have silenced all other phones. The others are not made to wait for the next round.
#[test]
fn whoever_presses_the_key_and_goes_is_left_out_and_the_others_ring_at_once() {
    let press = |number: u8| Command::OfficeAccepted {
        phone: Some(phone(number)),
        leg: leg(&format!("office-{number}")),
        round: 1,
    };
    let gone = Scene::waiting()
        .in_the_office()
        .then(Command::OfficeScreened { phone: phone(3) })
        .then(press(1))
        .after_secs(1)
        .office_ended(1, 0, false);
    assert_eq!(
        (gone.state(), gone.causes()),
        ("ringing_office", vec![Cause::OnlyMailboxes])
    );
    assert!(
        gone.last.effects.is_empty(),
        "the answer to this request rings them"
    );
    let told = |scene: &Scene| instruction(scene.call(), &At::Resume);
    let without = |attempt, phones: &[u8]| Instruction::RingOffice {
        round: 1,
        attempt,
        skipped: phones.iter().map(|number| phone(*number)).collect(),
    };
    assert_eq!(told(&gone), without(1, &[1, 3]));
    // The same request once more, and the next one who goes.
    assert!(gone.clone().office_ended(1, 0, false).last.is_empty());
    let again = gone.then(press(2)).after_secs(1).office_ended(1, 1, false);
    assert_eq!(told(&again), without(2, &[1, 2, 3]));
    // Nobody is left: the next round has every phone again.
    let queued = again.office_ended(1, 2, false);
    assert_eq!(queued.state(), "queued");
    assert_eq!(
        told(&queued.in_the_office()),
        Instruction::RingOffice {
            round: 2,
            attempt: 0,
            skipped: std::collections::BTreeSet::new()
        }
    );
}

/// By a build that does not keep which ring it was.
#[test]
fn a_ring_of_which_nothing_is_kept_is_followed_by_the_next_round() {
    let mut gone = Scene::waiting().in_the_office().then(Command::OfficeAccepted {
        phone: Some(phone(1)),
        leg: leg("office-1"),
        round: 1,
    });
    if let Some(Call {
        state: State::Talking(talk),
        ..
    }) = &mut gone.call
    {
        let kept = serde_json::to_value(&*talk).unwrap();
        assert!(kept.get("ring").is_some(), "{kept}");
        talk.ring = None;
        let kept = serde_json::to_value(&*talk).unwrap();
        assert!(kept.get("ring").is_none(), "{kept}");
    }
    assert_eq!(gone.office_ended(1, 0, false).state(), "queued");
}
