//! The reducer on the samples of the contract: what every client of ours and of others has to understand.

use std::path::Path;

use serde::de::DeserializeOwned;
use switchboard_contracts::v1;
use switchboard_contracts::v1::call_event::What;
use switchboard_contracts::v1::event::Subject;
use switchboard_contracts::v1::server_frame::Frame;

use crate::reducer::Screen;

fn samples<T: DeserializeOwned>(message: &str) -> Vec<(String, T)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../proto/examples")
        .join(message);
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.unwrap().path();
        let sample = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        (path.display().to_string(), sample)
    };
    let samples: Vec<_> = std::fs::read_dir(folder).unwrap().map(read).collect();
    assert!(!samples.is_empty(), "{message}");
    samples
}

/// A screen that was told everything, and then of one call.
fn one_call(received: &v1::Event) -> Screen {
    let empty = v1::LiveSnapshot {
        epoch: "one".to_owned(),
        ..v1::LiveSnapshot::default()
    };
    let mut screen = Screen::of(empty, None);
    take(&mut screen, received.clone());
    screen
}

fn take(screen: &mut Screen, event: v1::Event) {
    let offset = screen.offset() + 1;
    screen.take(Frame::Event(v1::StreamEvent {
        offset,
        event: Some(event),
    }));
}

/// What changes nothing that a screen shows.
fn is_unseen(event: &v1::Event) -> bool {
    let call = match &event.subject {
        Some(Subject::Call(call)) => call,
        // What follows from it, a frame of its own tells.
        Some(Subject::Hours(_)) => return true,
        // Whom it never knew.
        Some(Subject::Agent(agent)) => return agent.removed,
        None => return false,
    };
    // A line that drops matters to a conversation only, and that call has none yet.
    matches!(
        call.what,
        Some(What::ClaimBound(_) | What::OfficeReached(_) | What::AgentDropped(_))
    )
}

#[test]
fn every_event_is_understood() {
    let events = samples::<v1::Event>("Event");
    let received = events
        .iter()
        .find(|(path, _)| path.ends_with("/received-number.json"))
        .map(|(_, event)| event)
        .unwrap();
    let before = one_call(received);
    let Some((id, _)) = before.calls.first_key_value() else {
        panic!("a call")
    };
    for (path, event) in &events {
        let mut screen = before.clone();
        let mut event = event.clone();
        let arrives = path.contains("/received-");
        if let Some(Subject::Call(call)) = &mut event.subject
            && !arrives
        {
            call.call_id.clone_from(id);
        }
        if arrives {
            screen.calls.clear();
        }
        let known = screen.clone();
        take(&mut screen, event.clone());
        screen.position = known.position.clone();
        // A line in the menu that moves to the menu is where it was.
        let same = is_unseen(&event) || path.ends_with("/leg-moved-menu.json");
        assert_eq!(screen == known, same, "{path}");
        assert_eq!(
            screen.calls.is_empty(),
            path.contains("/entered-ended-"),
            "{path}"
        );
    }
}

#[test]
fn every_snapshot_is_taken_whole() {
    for (path, snapshot) in samples::<v1::LiveSnapshot>("LiveSnapshot") {
        let screen = Screen::of(snapshot.clone(), None);
        assert_eq!(screen.offset(), snapshot.offset, "{path}");
        assert_eq!(screen.calls.len(), snapshot.calls.len(), "{path}");
        assert_eq!(screen.agents.len(), snapshot.agents.len(), "{path}");
    }
}
