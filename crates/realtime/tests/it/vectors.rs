//! The reducer of these tests on the vectors that every reducer has to pass.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use switchboard_contracts::v1;
use switchboard_contracts::v1::server_frame::Frame;

use crate::reducer::Screen;

#[derive(Deserialize)]
struct Story {
    name: String,
    snapshot: v1::LiveSnapshot,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    event: v1::StreamEvent,
    after: v1::LiveSnapshot,
}

#[test]
fn the_reducer_passes_the_vectors() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/vectors/reducer.json");
    let stories: Vec<Story> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(stories.len() > 1, "nothing to try");
    for story in stories {
        let mut screen = Screen::of(story.snapshot, None);
        for step in story.steps {
            let event = step.event.clone();
            screen.take(Frame::Event(step.event));
            assert_eq!(
                screen,
                Screen::of(step.after, None),
                "{}: after {event:?}",
                story.name
            );
        }
    }
}
