//! Whoever reads what a command says may leave at any time.

use std::process::{Command, Stdio};

/// Runs it with its output closed from the beginning; gives its exit code, and what it complains about.
fn unread(arguments: &[&str], input: &str) -> (Option<i32>, String) {
    use std::io::Write as _;
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may have ended before it has read all of it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn every_command_ends_quietly_when_nobody_reads() {
    let instants = "2026-12-28T10:00:00Z\n".repeat(2_000);
    for arguments in [
        &["hours", "calendar"][..],
        &["hours", "calendar", "--json"],
        &["hours", "why"],
        &["hours", "check", "--at", "2026-12-28T10:00"],
        &["hours", "check", "--at", "-"],
        &["hours", "holidays", "--region", "GB-ENG", "--year", "2027"],
        &["--demo", "config", "print"],
        &["rehearse", "--list"],
        &["--help"],
        &["--version"],
    ] {
        let (code, complaints) = unread(arguments, &instants);
        assert!(
            !complaints.contains("panicked") && !complaints.contains("pipe"),
            "{arguments:?}: {complaints}"
        );
        assert_eq!(code, Some(0), "{arguments:?}: {complaints}");
    }
}

/// Text that is written past the one place would bring the fault back.
#[test]
fn nothing_else_writes_to_the_streams() {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(
                !text.contains("println!") && !text.contains("print!("),
                "{}",
                path.display()
            );
        }
    }
}
