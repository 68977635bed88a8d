//! One call for every place that a call can be in, each reached by commands from the first ring.

use std::time::Duration;

use switchboard_domain::*;

use crate::scene::{Scene, leg, phone};

fn accepted(scene: Scene) -> Scene {
    scene.then(Command::OfficeAccepted {
        phone: Some(phone(1)),
        leg: leg("office-1"),
        round: 1,
    })
}

fn reached(scene: Scene) -> Scene {
    scene.then(Command::OfficeScreened { phone: phone(1) })
}

fn called(scene: Scene) -> Scene {
    let claim = scene.call().claims;
    scene.then(Command::AgentCalled {
        claim,
        leg: leg("agent"),
        held_back: Duration::ZERO,
    })
}

fn joined(scene: Scene) -> Scene {
    let claim = scene.call().claims;
    scene.then(Command::AgentJoined {
        claim,
        leg: leg("agent"),
    })
}

/// The places by name.
pub(crate) fn places() -> Vec<(&'static str, Scene)> {
    let menu = || Scene::ringing_in(true);
    let waiting = Scene::waiting;
    let to_menu = |pick| {
        menu().then(Command::Choose {
            attempt: 0,
            pick: MenuPick::Choice(pick),
        })
    };
    let nothing = |scene: Scene, attempt| {
        scene.then(Command::Choose {
            attempt,
            pick: MenuPick::Nothing,
        })
    };
    vec![
        ("greeting", menu()),
        ("greeting, second time", nothing(menu(), 0)),
        ("closed", Scene::ringing_in(false)),
        ("queued, not parked yet", nothing(nothing(menu(), 0), 1)),
        ("queued", waiting()),
        (
            "queued again",
            waiting().in_the_office().office_ended(1, 0, false),
        ),
        ("queued in front", {
            let talking = waiting().talking();
            talking.then(Command::Ask(At::AfterConference))
        }),
        ("claimed", waiting().answered("anna")),
        ("claimed, leg known", waiting().connected()),
        ("claimed by a phone", called(waiting().answered("pat"))),
        (
            "claimed from the office ring",
            waiting().in_the_office().connected(),
        ),
        (
            "claimed from an office ring that is over",
            waiting().in_the_office().connected().office_ended(1, 0, false),
        ),
        ("connecting", waiting().ready()),
        (
            "connecting, line on its way",
            waiting().ready().then(Command::Ask(At::Resume)),
        ),
        (
            "connecting from the office ring",
            waiting().in_the_office().ready(),
        ),
        ("ringing office, still parked", waiting().overdue()),
        ("ringing office", waiting().in_the_office()),
        (
            "ringing office, mailbox reached",
            reached(waiting().in_the_office()),
        ),
        (
            "ringing office without the mailbox",
            reached(waiting().in_the_office()).office_ended(1, 0, false),
        ),
        (
            "ringing office, last round",
            waiting()
                .in_the_office()
                .office_ended(1, 0, false)
                .in_the_office(),
        ),
        ("talking", waiting().talking()),
        ("talking, agent's line gone", {
            let talking = waiting().talking();
            talking.then(Command::AgentLeft {
                claim: 1,
                leg: leg("agent"),
            })
        }),
        (
            "talking, agent on a phone",
            joined(called(waiting().answered("pat")))
                .then(Command::Ask(At::Resume))
                .then(Command::CallerJoined { claim: 1 }),
        ),
        ("talking through the office", accepted(waiting().in_the_office())),
        (
            "talking through the office, line asks",
            accepted(waiting().in_the_office()).then(Command::Ask(At::Resume)),
        ),
        ("voicemail, asked for", to_menu(MenuChoice::Voicemail)),
        (
            "voicemail, nobody answered",
            waiting()
                .in_the_office()
                .office_ended(1, 0, false)
                .in_the_office()
                .office_ended(2, 0, false),
        ),
        ("ended, abandoned", waiting().then(Command::CallerGone)),
        (
            "ended, completed",
            waiting().talking().by("anna", Command::HangUp),
        ),
    ]
}
