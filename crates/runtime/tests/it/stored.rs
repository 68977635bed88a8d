//! What any release has kept of calendars is read for ever.

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::Value;
use switchboard_runtime::{FeedCopy, FeedMark};

fn read_for_ever<T: Serialize>(kind: &str, read: fn(&str) -> Option<T>) {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../proto/stored");
    let releases = fs::read_to_string(stored.join("releases")).unwrap();
    let mut count = 0;
    for release in releases.lines().filter(|line| !line.starts_with('#')) {
        let Ok(files) = fs::read_dir(stored.join(release).join(kind)) else {
            continue;
        };
        for file in files {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let known: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::to_value(read(&text).unwrap()).unwrap(), known);
            count += 1;
        }
    }
    assert!(count > 1, "no {kind}");
}

#[test]
fn copies_and_marks_of_calendars_are_read_for_ever() {
    read_for_ever("FeedCopy", FeedCopy::read);
    read_for_ever("FeedMark", FeedMark::read);
}
