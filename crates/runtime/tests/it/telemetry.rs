//! Log lines as another process sees them.

use std::process::{Command, Output};

use switchboard_runtime::{
    settings::{Log, LogFormat},
    telemetry,
};

const CHILD: &str = "SWITCHBOARD_TEST_CHILD";

/// Runs the named test of this binary again, in a process of its own whose log can be read.
fn again(test: &str, format: &str) -> Output {
    let this = std::env::current_exe().unwrap();
    Command::new(this)
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, format)
        .env("RUST_BACKTRACE", "1")
        .output()
        .unwrap()
}

fn speak(format: LogFormat) {
    let log = Log {
        format,
        filter: "info,quiet=error".to_owned(),
    };
    telemetry::init(&log).unwrap();
    telemetry::init(&log).unwrap();
    tracing::info!(call.sid = "CA1", wait_ms = 3, "call CA1 answered after 3 ms");
    tracing::info!(target: "quiet", "never seen");
    tracing::debug!("never seen either");
    let panicked = std::thread::Builder::new()
        .name("clumsy".to_owned())
        .spawn(|| panic!("oh {}", "no"))
        .unwrap();
    assert!(panicked.join().is_err());
}

#[test]
fn json_lines_read_alone_and_panics_are_among_them() {
    if std::env::var_os(CHILD).is_some() {
        return speak(LogFormat::Json);
    }
    let output = again(
        "telemetry::json_lines_read_alone_and_panics_are_among_them",
        "json",
    );
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    let lines: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert_eq!(lines[0]["message"], "call CA1 answered after 3 ms");
    assert_eq!(lines[0]["call.sid"], "CA1");
    assert_eq!(lines[0]["wait_ms"], 3);
    assert_eq!(lines[1]["level"], "ERROR");
    assert_eq!(lines[1]["panic.thread"], "clumsy");
    assert!(lines[1]["message"].as_str().unwrap().ends_with("oh no"), "{text}");
}

#[test]
fn text_lines_have_no_colours_outside_a_terminal() {
    if std::env::var_os(CHILD).is_some() {
        return speak(LogFormat::Text);
    }
    let output = again("telemetry::text_lines_have_no_colours_outside_a_terminal", "text");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(
        text.contains("call CA1 answered after 3 ms") && !text.contains('\u{1b}'),
        "{text}"
    );
    assert!(
        !text.contains("never seen") && !text.contains("stack backtrace"),
        "{text}"
    );
}

#[test]
fn a_faulty_filter_is_refused() {
    let log = Log {
        format: LogFormat::Text,
        filter: "a=b=c".to_owned(),
    };
    assert!(matches!(
        telemetry::init(&log),
        Err(telemetry::TelemetryError::Filter(_))
    ));
}
