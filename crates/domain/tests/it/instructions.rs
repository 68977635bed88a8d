//! What the caller's line is told, in every place and at every address.

use std::fmt::Write as _;

use switchboard_domain::*;

use crate::commands::addresses;
use crate::places::places;
use crate::scene::Scene;
use crate::show;

/// Steps the request as the gateway does, and gives its answer.
fn answer(scene: &mut Scene, at: &At) -> Instruction {
    scene.try_step(None, &Command::Ask(at.clone())).unwrap();
    instruction(scene.call(), at)
}

/// The rules, whatever the table says.
fn check(name: &str, scene: &Scene, at: &At, told: &Instruction) {
    let parked = matches!(at, At::Wait { .. });
    let allowed_while_waiting = matches!(told, Instruction::Hold | Instruction::Leave | Instruction::HangUp);
    assert!(!parked || allowed_while_waiting, "{name}: {told:?} in the queue");
    assert!(
        parked || !matches!(told, Instruction::Hold | Instruction::Leave),
        "{name}: {told:?} out of the queue"
    );
    if scene.call().is_ended() {
        assert_eq!(told, &Instruction::HangUp, "{name}");
    } else {
        assert_ne!(told, &Instruction::HangUp, "{name}: nobody is cut off");
    }
    if matches!(at, At::LeftQueue(QueueExit::Redirected)) && !scene.call().is_ended() {
        assert_eq!(told, &Instruction::AskAgain { astray: false }, "{name}");
    }
}

type Row = (&'static str, String);

/// What every address is told here.
fn rows(name: &str, scene: &Scene) -> Vec<Row> {
    let told = |(address, at): (&'static str, At)| {
        let mut scene = scene.clone();
        let told = answer(&mut scene, &at);
        check(&format!("{name} {address}"), &scene, &at, &told);
        assert_eq!(answer(&mut scene, &at), told, "{name} {address}: asked twice");
        (address, show::instruction(&told))
    };
    addresses(scene.call()).into_iter().map(told).collect()
}

fn grouped(rows: &[Row]) -> Vec<(&str, Vec<&str>)> {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (address, told) in rows {
        match groups.iter_mut().find(|(other, _)| other == told) {
            Some((_, addresses)) => addresses.push(address),
            None => groups.push((told, vec![address])),
        }
    }
    // The usual answer goes without saying where.
    if groups.len() > 1
        && let Some(usual) = groups.iter_mut().max_by_key(|(_, addresses)| addresses.len())
        && usual.1.len() > 4
    {
        usual.1 = vec!["everywhere else"];
    }
    groups
}

#[test]
fn every_request_in_every_place() {
    let mut table = String::new();
    for (name, scene) in places() {
        writeln!(table, "{name}").unwrap();
        let soon = rows(name, &scene.clone().after_secs(1));
        for (told, addresses) in grouped(&soon) {
            writeln!(table, "    {told}: [{}]", addresses.join("] [")).unwrap();
        }
        // Only what time makes different.
        let mut late = rows(name, &scene.after_secs(600));
        late.retain(|row| !soon.contains(row));
        for (told, addresses) in grouped(&late) {
            writeln!(
                table,
                "    after ten minutes, {told}: [{}]",
                addresses.join("] [")
            )
            .unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_a_line_is_told_leads_on() {
    // Two documents that only say "ask again" must not be all a caller ever hears.
    for (name, scene) in places() {
        let mut scene = scene;
        let mut told = answer(&mut scene, &At::Resume);
        for _ in 0..10 {
            let Instruction::AskAgain { astray } = told else {
                break;
            };
            scene = scene.after_secs(1);
            told = answer(&mut scene, if astray { &At::Astray } else { &At::Resume });
        }
        assert!(!matches!(told, Instruction::AskAgain { .. }), "{name}");
    }
}
