//! `switchboard jobs` over the Redis of a data folder, as after `switchboard up`.

use std::path::Path;
use std::process::{Command, Output};

use switchboard_contracts::v1::{CheckUnanswered, HangUp};
use switchboard_queue::jobs::CARRIER;
use switchboard_queue::{JobContext, JobError, Prefix, Producer, Push, Router, WorkerOptions};
use switchboard_runtime::{PrivateRedis, PrivateRedisOptions};
use tokio_util::sync::CancellationToken;

fn ask(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args(["--demo", "--set"])
        .arg(format!("data.dir={}", folder.display()))
        .arg("jobs")
        .args(words)
        .output()
        .unwrap()
}

/// What it says when all is well.
fn said(folder: &Path, words: &[&str]) -> String {
    let output = ask(folder, words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Why it did not do it.
fn refused(folder: &Path, words: &[&str]) -> String {
    let output = ask(folder, words);
    assert_eq!(output.status.code(), Some(1), "{words:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_looks_and_sees_to_what_failed() {
    let folder = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let here = folder.path();
    assert!(refused(here, &["list"]).contains("no switchboard runs over"));
    let redis = PrivateRedis::start(&here.join("redis"), PrivateRedisOptions::default())
        .await
        .unwrap();
    let prefix = Prefix::new("{sb}").unwrap();
    let producer = Producer::connect(redis.url(), prefix.clone()).unwrap();
    let check = CheckUnanswered {
        call_id: "CA1".into(),
        entry: 1,
    };
    let later = Push::at(&check, 9_000_000_000_000).unwrap().id("CA1:check");
    let dies = |n: u32| {
        let call_id = format!("CA{n}");
        Push::now(&HangUp { call_id })
            .unwrap()
            .id(format!("CA{n}:hang-up"))
    };
    producer
        .push_many(&[later, dies(1), dies(2), dies(3)])
        .await
        .unwrap();
    let router = Router::new()
        .on::<HangUp>(|_: HangUp, _: JobContext| async { Err(JobError::dead("no\nsuch\x1b[2J call")) });
    let stop = CancellationToken::new();
    let run = switchboard_queue::run(
        redis.url(),
        prefix,
        router,
        WorkerOptions::new(CARRIER),
        stop.clone(),
    );
    let until_dead = async {
        while json(&said(here, &["--json", "list"]))["dead"] != 3 {
            tokio::task::yield_now().await;
        }
        stop.cancel();
    };
    let (ran, ()) = tokio::join!(run, until_dead);
    ran.unwrap();

    let queues = said(here, &["list"]);
    assert!(queues.lines().any(|line| line.starts_with("carrier")), "{queues}");
    let dead = said(here, &["dead", "carrier"]);
    assert!(dead.contains("CA1:hang-up") && dead.contains("1 of 20"), "{dead}");
    assert!(!dead.contains('\x1b'), "a terminal would obey it: {dead:?}");
    let due = json(&said(here, &["list", "deadlines", "--state", "due", "--json"]));
    assert_eq!(
        (&due[0]["id"], &due[0]["payload"]["callId"]),
        (&"CA1:check".into(), &"CA1".into())
    );
    let one = said(here, &["show", "deadlines", "CA1:check"]);
    assert!(one.contains("check-unanswered") && one.contains("due"), "{one}");
    assert_eq!(said(here, &["recent", "carrier"]).trim(), "no jobs");

    assert!(refused(here, &["retry", "deadlines", "CA1:check"]).contains("that failed"));
    assert!(refused(here, &["show", "nowhere", "x"]).contains("there are: carrier, deadlines"));
    assert!(refused(here, &["drop", "carrier", "x"]).contains("no job x"));
    said(here, &["retry", "carrier", "CA1:hang-up"]);
    said(here, &["drop", "carrier", "CA2:hang-up"]);
    assert_eq!(json(&said(here, &["list", "--json"]))["dead"], 1);
    said(here, &["drop", "carrier", "--all-dead"]);
    let left = json(&said(here, &["list", "--json"]));
    assert_eq!(
        (&left["dead"], &left["ready"], &left["due"]),
        (&0.into(), &1.into(), &1.into())
    );
    assert_eq!(
        ask(here, &["retry", "carrier"]).status.code(),
        Some(2),
        "asked wrongly"
    );
}
