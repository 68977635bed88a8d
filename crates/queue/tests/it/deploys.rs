//! Old workers and newer jobs, and the other way round.

use ::redis::AsyncCommands as _;
use serde::{Deserialize, Serialize};
use switchboard_queue::{Job, JobContext, JobState, Keys, Push, Router};

use crate::support::{Bench, Garbled, Log, Unknown, Work, options, succeeding, until};

/// The job of [`Work`]'s name as a newer version has it, under another Rust name.
#[derive(Serialize, Deserialize)]
struct RenamedWork {
    n: u32,
    #[serde(default)]
    note: Option<String>,
}

impl Job for RenamedWork {
    const NAME: &'static str = Work::NAME;
    const QUEUE: &'static str = Work::QUEUE;
    const ATTEMPTS: u32 = 3;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_and_new_read_each_other_and_a_types_name_means_nothing() {
    let bench = Bench::new();
    let newer = RenamedWork {
        n: 1,
        note: Some("an old worker ignores it".into()),
    };
    bench.producer.push(&Push::now(&newer).unwrap()).await.unwrap();
    let old = Log::default();
    let worker = bench.worker(options(), succeeding(&old));
    old.until(1).await;
    worker.stop().await;

    bench.push(2).await;
    let new = Log::default();
    let seen = new.clone();
    let router = Router::new().on::<RenamedWork>(move |work: RenamedWork, context: JobContext| {
        assert!(work.note.is_none());
        seen.add(work.n, &context);
        async { Ok(()) }
    });
    let worker = bench.worker(options(), router);
    new.until(1).await;
    bench.until_empty().await;
    assert_eq!(bench.stats().await.dead, 0);
    worker.stop().await;
}

/// An envelope of a newer version has fields that we do not know.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_fields_of_an_envelope_are_ignored() {
    let bench = Bench::new();
    let mut raw = bench.raw().await;
    let newer = r#"{"pushed_at_ms":1,"name":"work","attempts":3,"colour":"blue","payload":{"n":1}}"#;
    let _: () = ::redis::cmd("HSET")
        .arg("{sb}:q:main:job")
        .arg("x")
        .arg(newer)
        .query_async(&mut raw)
        .await
        .unwrap();
    let _: () = ::redis::cmd("SADD")
        .arg("{sb}:q:queues")
        .arg("main")
        .query_async(&mut raw)
        .await
        .unwrap();
    let _: () = ::redis::cmd("LPUSH")
        .arg("{sb}:q:main:ready")
        .arg("x")
        .query_async(&mut raw)
        .await
        .unwrap();
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    log.until(1).await;
    bench.until_empty().await;
    worker.stop().await;
}

/// During a deployment the new side pushes jobs that old workers have never heard of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_nobody_knows_yet_waits_for_a_worker_that_does() {
    let bench = Bench::new();
    let log = Log::default();
    let old = bench.worker(options(), succeeding(&log));
    bench
        .producer
        .push(&Push::now(&Unknown {}).unwrap().id("new"))
        .await
        .unwrap();
    let waiting = loop {
        let job = bench.admin.job("main", "new").await.unwrap().unwrap();
        if job.state == JobState::Due {
            break job;
        }
    };
    assert_eq!(waiting.attempts, 0);
    assert_eq!(
        waiting.last_error.as_deref(),
        Some("unknown job name `unknown-to-all`")
    );

    let runs = Log::default();
    let seen = runs.clone();
    let new = bench.worker(
        options(),
        succeeding(&log).on::<Unknown>(move |_: Unknown, context: JobContext| {
            seen.add(0, &context);
            async { Ok(()) }
        }),
    );
    old.stop().await;
    runs.until(1).await;
    assert_eq!(
        runs.attempts(),
        [(0, 1)],
        "no attempt was counted while nobody knew it"
    );
    bench.until_empty().await;
    new.stop().await;

    // Nobody will ever know this one.
    let lone = bench.worker(options(), succeeding(&log));
    bench
        .producer
        .push(&Push::now(&Unknown {}).unwrap().id("never"))
        .await
        .unwrap();
    bench
        .until("left for others", |s| s.due == 1 && s.is_idle())
        .await;
    bench.admin.set_clock_offset(11 * 60_000).await.unwrap();
    bench.until("dead", |s| s.dead == 1 && s.is_idle()).await;
    lone.stop().await;
}

/// A payload of another shape, and an envelope of another shape: a newer worker can read them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_nobody_can_read_yet_waits_for_a_worker_that_can() {
    let bench = Bench::new();
    let mut raw = bench.raw().await;
    let now = bench.stats().await.now_ms;
    // `attempts` is a number for us.
    let newer =
        format!(r#"{{"pushed_at_ms":{now},"name":"work","attempts":{{"limit":3}},"payload":{{"n":1}}}}"#);
    let keys = Keys::new(&bench.prefix, "main").unwrap();
    let _: () = raw.hset(&keys.job, "envelope", newer).await.unwrap();
    let _: () = raw.lpush(&keys.ready, "envelope").await.unwrap();
    let payload = Garbled { m: "newer".into() };
    let push = Push::now(&payload).unwrap().id("payload");
    bench.producer.push(&push).await.unwrap();
    let log = Log::default();
    let old = bench.worker(options(), succeeding(&log));
    for (id, reason) in [
        ("envelope", "undecodable envelope"),
        ("payload", "undecodable payload"),
    ] {
        let waiting = loop {
            let job = bench.admin.job("main", id).await.unwrap().unwrap();
            if job.last_error.is_some() {
                break job;
            }
        };
        assert_ne!(waiting.state, JobState::Dead);
        assert!(waiting.last_error.as_deref().unwrap().starts_with(reason));
    }
    bench.push(5).await;
    log.until(1).await;
    old.stop().await;
    assert_eq!(bench.stats().await.dead, 0);

    // The newer worker knows the payload.
    let runs = Log::default();
    let seen = runs.clone();
    let router = Router::new().on::<Garbled>(move |_: Garbled, context: JobContext| {
        seen.add(0, &context);
        async { Ok(()) }
    });
    let new = bench.worker(options(), router);
    runs.until(1).await;
    assert_eq!(
        runs.attempts(),
        [(0, 1)],
        "no attempt was counted while nobody could read it"
    );
    // And nobody ever will know the envelope.
    bench.admin.set_clock_offset(11 * 60_000).await.unwrap();
    bench.until("dead", |s| s.dead == 1 && s.is_idle()).await;
    new.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn retired_names_are_still_drained() {
    let bench = Bench::new();
    bench
        .producer
        .push(&Push::now(&Unknown {}).unwrap())
        .await
        .unwrap();
    bench.push(1).await;
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log).retired(Unknown::NAME));
    log.until(1).await;
    bench.until_empty().await;
    assert_eq!(bench.stats().await.dead, 0);
    worker.stop().await;

    // A new name for the same work: what was pushed under the old one still finds its handler.
    bench.push(2).await;
    let found = Log::default();
    let seen = found.clone();
    let router =
        Router::new().formerly::<RenamedWork>(Work::NAME, move |work: RenamedWork, context: JobContext| {
            seen.add(work.n, &context);
            async { Ok(()) }
        });
    let worker = bench.worker(options(), router);
    until("the old name is handled", || found.len() == 1).await;
    bench.until_empty().await;
    worker.stop().await;
}
