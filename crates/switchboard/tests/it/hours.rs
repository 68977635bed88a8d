//! `switchboard hours`, by the built-in settings and by a file.

use std::io::Write;
use std::process::{Command, Stdio};

use switchboard_runtime::{PrivateRedis, PrivateRedisOptions};

struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn hours(arguments: &[&str], input: &str) -> Said {
    let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .arg("hours")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

#[test]
fn why_explains_a_day_in_lieu() {
    let said = hours(&["why", "--at", "2026-12-28T10:00", "--schedule", "london"], "");
    assert_eq!(
        said.out,
        "london, Monday 2026-12-28 10:00 (Europe/London)\n\
         closed\n\
         \x20 because       Boxing Day, in lieu of Saturday 2026-12-26 (GB-ENG)\n\
         \x20 instead of    open: within Monday 09:00-18:00\n\
         \x20 until         tomorrow 09:00\n\
         \x20 callers hear  Thank you for calling Harbour and Lane. We are closed today for Boxing Day. We open again \
         tomorrow at 9 am. Please leave a message after the tone.\n"
    );
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
}

#[test]
fn check_says_it_with_its_exit_code_and_in_bulk_with_lines() {
    assert_eq!(hours(&["check", "--at", "2026-12-28T10:00"], "").code, Some(1));
    let open = hours(&["check", "--at", "2026-12-29T10:00"], "");
    assert_eq!(
        (open.code, open.out.as_str()),
        (Some(0), "open until today 18:00: within Tuesday 09:00-18:00\n")
    );
    let instants =
        "2026-12-28T10:00:00Z\n2026-12-29T11:00:00+01:00\n\n2026-07-06T16:59:59.5Z\n2026-07-06T17:00:00Z\n";
    let bulk = hours(&["check", "--at", "-"], instants);
    assert_eq!(
        (bulk.code, bulk.out.as_str()),
        (Some(0), "closed\nopen\nopen\nclosed\n")
    );
    let bad = hours(&["check", "--at", "-"], "2026-12-28T10:00:00Z\nnoon\n");
    assert_eq!(bad.code, Some(2));
    assert!(bad.err.contains("line 2: expected an instant"), "{}", bad.err);
}

#[test]
fn json_is_json_everywhere() {
    for question in [
        &["check", "--at", "2026-12-28"][..],
        &["why", "--at", "2026-12-28"],
        &["calendar", "--from", "2026-12-24", "--until", "2026-12-29"],
        &["holidays", "--region", "GB-ENG", "--year", "2027"],
    ] {
        let said = hours(&[question, &["--json"]].concat(), "");
        let parsed: Result<serde_json::Value, _> = serde_json::from_str(&said.out);
        assert!(parsed.is_ok(), "{question:?}: {} {}", said.out, said.err);
    }
    let said = hours(&["check", "--at", "-", "--json"], "2026-12-28T10:00:00Z\n");
    assert_eq!(said.out, "{\"at\":\"2026-12-28T10:00:00Z\",\"open\":false}\n");
}

#[test]
fn holidays_and_calendar_are_lists() {
    let holidays = hours(&["holidays", "--region", "GB-ENG", "--year", "2027"], "").out;
    assert_eq!(holidays.lines().count(), 10, "{holidays}");
    assert!(holidays.contains("Mon 2027-12-27  Christmas Day, in lieu of Saturday 2027-12-25 (GB-ENG)\n"));
    let calendar = hours(&["calendar", "--from", "2026-12-24", "--until", "2026-12-25"], "").out;
    assert_eq!(
        calendar,
        "Thu 2026-12-24  09:00-18:00\nFri 2026-12-25  closed                    Christmas Day (GB-ENG)\n"
    );
}

#[test]
fn a_file_of_hours_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("office.toml");
    std::fs::write(
        &file,
        "[hours]\ntime_zone = \"Asia/Kathmandu\"\n[hours.weekly]\nmonday = [\"10:00-17:00\"]\n\
         [schedules.night]\ntime_zone = \"Europe/London\"\nqueues = [\"emergencies\"]\nweekly.monday = [\"18:00-06:00\"]\n",
    )
    .unwrap();
    let file = file.to_str().unwrap();
    let said = hours(&["check", "--config", file, "--at", "2026-12-28T04:15:00Z"], "");
    assert_eq!(
        said.out, "open until today 17:00: within Monday 10:00-17:00\n",
        "{}",
        said.err
    );
    let said = hours(
        &[
            "check",
            "--config",
            file,
            "--schedule",
            "night",
            "--at",
            "2026-12-29T05:00:00Z",
        ],
        "",
    );
    assert_eq!(said.out, "open until today 06:00: within Monday 18:00-06:00\n");
    let said = hours(&["why", "--config", file, "--schedule", "day"], "");
    assert_eq!(
        (said.code, said.err.as_str()),
        (Some(2), "there is no schedule day; there are: night, office\n")
    );
}

#[test]
fn faults_are_told_all_at_once() {
    let said = hours(
        &[
            "check",
            "--set",
            "hours.region=GB-EN",
            "--set",
            "hours.weekly.monday=[\"25:00-26:00\"]",
        ],
        "",
    );
    assert_eq!(said.code, Some(2));
    assert!(
        said.err.contains("hours.region: expected a country or region"),
        "{}",
        said.err
    );
    assert!(
        said.err
            .contains("hours.weekly.monday[0]: expected times from 00:00 to 24:00"),
        "{}",
        said.err
    );
}

/// As after `switchboard up`, whose Redis is in its data folder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_running_system_is_overridden_and_asked() {
    let folder = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let data = format!("data.dir={}", folder.path().display());
    let here = |words: &[&str]| {
        hours(
            &[&["--demo", "--set", &data, "--schedule", "london"], words].concat(),
            "",
        )
    };
    let opens = [
        "override",
        "open",
        "--from",
        "2026-12-28T08:00",
        "--until",
        "2026-12-28T14:00",
        "--reason",
        "Sale day",
        "--author",
        "Anna Virtanen",
    ];
    let nowhere = here(&opens);
    assert!(
        nowhere.err.contains("no switchboard runs over"),
        "{}",
        nowhere.err
    );
    let _redis = PrivateRedis::start(&folder.path().join("redis"), PrivateRedisOptions::default())
        .await
        .unwrap();
    let opened = here(&opens);
    assert_eq!(opened.code, Some(0), "{}", opened.err);
    let why = here(&["why", "--live", "--at", "2026-12-28T10:00"]);
    for part in [
        "open",
        "Sale day",
        "Anna Virtanen",
        "14:00",
        "Boxing Day, in lieu of Saturday 2026-12-26",
    ] {
        assert!(why.out.contains(part), "{part} in {}{}", why.out, why.err);
    }
}

#[test]
fn a_year_of_which_nothing_is_known_is_a_fault() {
    for year in ["2012", "2038"] {
        let said = hours(&["holidays", "--region", "GB-ENG", "--year", year], "");
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{year}");
        let known = format!("--year: the holidays of GB-ENG are known from 2013 to 2037, not of {year}\n");
        assert_eq!(said.err, known);
    }
    // Of some places they end earlier.
    let said = hours(&["holidays", "--region", "LK", "--year", "2030"], "");
    assert!(
        said.code == Some(2) && said.err.contains("to 2026"),
        "{}",
        said.err
    );
}
