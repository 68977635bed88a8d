//! Every command in every place, soon and after everything is due.

use std::fmt::Write as _;

use switchboard_domain::*;

use crate::commands::{Happening, happenings};
use crate::encoding;
use crate::places::places;
use crate::scene::Scene;
use crate::show;

/// What a command comes to here, and that it comes to nothing more when it is repeated.
fn outcome(scene: &Scene, happening: &Happening) -> String {
    let Happening { name, by, command } = happening;
    let mut scene = scene.clone();
    let before = scene.call.clone();
    if let Err(rejected) = scene.try_step(*by, command) {
        assert_eq!(scene.call, before, "{name}: refused, and yet something changed");
        return format!("refused: {rejected}");
    }
    let decision = scene.last.clone();
    let after = scene.call().clone();
    encoding::assert_round_trip(&after, &decision.events);
    match scene.try_step(*by, command) {
        Ok(()) => assert!(scene.last.is_empty(), "{name}: repeated, it did {:?}", scene.last),
        // An agent who hangs up twice has no part in the call any more.
        Err(rejected) => assert!(
            matches!(rejected, Rejected::NotYours),
            "{name}: repeated, {rejected:?}"
        ),
    }
    assert_eq!(scene.call(), &after, "{name}: repeated, it changed the call");
    if decision.is_empty() {
        return "nothing".into();
    }
    show::outcome(&decision, &after, scene.now)
}

/// One block of the table; what comes to the same is told on one line, and what comes to nothing not at all.
fn block(title: &str, outcomes: &[(String, String)]) -> String {
    let mut text = format!("{title}\n");
    let mut seen: Vec<&str> = Vec::new();
    for (_, outcome) in outcomes {
        if outcome == "nothing" {
            continue;
        }
        if seen.contains(&outcome.as_str()) {
            continue;
        }
        seen.push(outcome);
        let names: Vec<_> = outcomes
            .iter()
            .filter(|(_, other)| other == outcome)
            .map(|(name, _)| name.as_str())
            .collect();
        writeln!(text, "    [{}]\n      {outcome}", names.join("] [")).unwrap();
    }
    text
}

/// One second is before everything that is due, and ten minutes are after it. What a block does not name comes to
/// nothing.
#[test]
fn every_command_in_every_place() {
    let mut table = String::new();
    for (name, scene) in places() {
        let soon = scene.clone().after_secs(1);
        let late = scene.after_secs(600);
        let all = happenings(soon.call());
        let title = format!(
            "{name}: {} / {}",
            show::state(&soon.call().state, soon.now),
            show::leg(&soon.call().leg)
        );
        let now: Vec<_> = all.iter().map(|h| (h.name.clone(), outcome(&soon, h))).collect();
        table.push_str(&block(&title, &now));
        // Only what time makes different.
        let step = |scene: &Scene, h: &Happening| {
            let mut scene = scene.clone();
            scene
                .try_step(h.by, &h.command)
                .map(|()| (scene.state(), scene.causes()))
        };
        let later: Vec<_> = all
            .iter()
            .filter(|h| step(&soon, h).ok() != step(&late, h).ok())
            .map(|h| (h.name.clone(), outcome(&late, h)))
            .collect();
        for h in &all {
            outcome(&late, h);
        }
        if !later.is_empty() {
            table.push_str(&block("  after ten minutes", &later));
        }
        table.push('\n');
    }
    insta::assert_snapshot!(table);
}

/// The first ring, and callers of whom nothing is known.
#[test]
fn how_calls_come_to_be() {
    let mut table = String::new();
    let first = |open| Command::Incoming(crate::scene::incoming("CA1", open));
    let adopt = |open, found| Command::Adopt {
        incoming: crate::scene::incoming("CA1", open),
        found,
    };
    let since = crate::scene::START.minus(std::time::Duration::from_mins(1));
    let waiting = || Adopted::Waiting {
        queue: crate::scene::queue("sales"),
        since,
    };
    let cases = [
        ("incoming, open", first(true)),
        ("incoming, closed", first(false)),
        ("adopted in the menu", adopt(true, Adopted::Menu)),
        ("adopted in the menu, closed", adopt(false, Adopted::Menu)),
        ("adopted waiting for a minute", adopt(true, waiting())),
        ("adopted waiting, closed meanwhile", adopt(false, waiting())),
        ("adopted in the office ring", adopt(true, Adopted::Office)),
        ("adopted talking", adopt(true, Adopted::Talking)),
        ("adopted at the voicemail", adopt(true, Adopted::Voicemail)),
        (
            "adopted when it was over",
            adopt(
                true,
                Adopted::Over {
                    began: since.minus(std::time::Duration::from_mins(5)),
                    ended: since,
                },
            ),
        ),
        (
            "adopted at the voicemail, closed",
            adopt(false, Adopted::Voicemail),
        ),
    ];
    for (name, command) in cases {
        let mut scene = Scene::empty();
        scene.try_step(None, &command).unwrap();
        let outcome = show::outcome(&scene.last, scene.call(), scene.now);
        writeln!(table, "{name}\n      {outcome}").unwrap();
        scene.try_step(None, &command).unwrap();
        assert!(scene.last.is_empty(), "{name}: repeated");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn nothing_happens_to_a_call_that_is_not_there() {
    let known = Scene::waiting();
    for happening in happenings(known.call()) {
        let Happening { name, by, command } = happening;
        let makes_one = matches!(command, Command::Incoming(_) | Command::Adopt { .. });
        let outcome = Scene::empty().try_step(by, &command);
        if makes_one {
            assert_eq!(outcome, Ok(()), "{name}");
        } else {
            assert_eq!(outcome, Err(Rejected::NoSuchCall), "{name}");
        }
    }
}

/// A caller who cannot be looked up is not.
#[test]
fn only_numbers_are_looked_up() {
    for (from, asked) in [("+442079460750", 2), ("anonymous", 0), ("client:anna", 0)] {
        let first = Incoming {
            caller: Caller::read(from, Country::GB),
            ..crate::scene::incoming("CA1", true)
        };
        let scene = Scene::empty().then(Command::Incoming(first));
        assert_eq!(scene.effects.len(), asked, "{from}");
        assert_eq!(scene.call().lookups.len(), asked, "{from}");
    }
}
