//! What cannot be read, and the dead letters.

use std::time::Duration;

use ::redis::AsyncCommands;
use switchboard_queue::{JobError, Keys, Push};

use crate::support::{Bench, Garbled, Log, Unknown, Work, logging, options, succeeding};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_can_read_is_buried_and_the_worker_goes_on() {
    let bench = Bench::new();
    let keys = Keys::new(&bench.prefix, "main").unwrap();
    let mut raw = bench.raw().await;
    // No JSON at all, an id without a payload, an unknown name, a payload of another shape.
    let _: () = raw.hset(&keys.job, "broken", "no json").await.unwrap();
    let _: () = raw.lpush(&keys.ready, "broken").await.unwrap();
    let _: () = raw.lpush(&keys.ready, "ghost").await.unwrap();
    bench
        .producer
        .push(&Push::now(&Unknown {}).unwrap().id("stranger"))
        .await
        .unwrap();
    bench
        .producer
        .push(&Push::now(&Garbled { m: "x".into() }).unwrap().id("garbled"))
        .await
        .unwrap();
    bench.push(5).await;
    let log = Log::default();
    let router = succeeding(&log).stranger_patience(Duration::ZERO);
    let worker = bench.worker(options(), router);
    log.until(1).await;
    bench
        .until("three are dead", |s| s.dead == 3 && s.is_idle())
        .await;
    bench.push(6).await;
    log.until(2).await;
    bench.until_empty().await;
    let mut dead = bench.admin.dead("main", 10).await.unwrap();
    dead.sort_by(|a, b| a.id.cmp(&b.id));
    let reasons: Vec<_> = dead
        .iter()
        .map(|d| (d.id.as_str(), d.reason.split(':').next().unwrap()))
        .collect();
    assert_eq!(
        reasons,
        [
            ("broken", "undecodable envelope"),
            ("garbled", "undecodable payload"),
            ("stranger", "unknown job name `unknown-to-all`"),
        ]
    );
    assert_eq!(dead[2].name.as_deref(), Some("unknown-to-all"));
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dead_jobs_can_live_again_or_go_for_good() {
    let bench = Bench::new();
    let log = Log::default();
    let first = log.clone();
    let router = logging(&log, move |_, _| {
        let runs = first.len();
        async move {
            if runs <= 2 {
                Err(JobError::dead("not today"))
            } else {
                Ok(())
            }
        }
    });
    let worker = bench.worker(options(), router);
    bench.push(1).await;
    bench.push(2).await;
    bench.until("dead", |s| s.dead == 2 && s.is_idle()).await;
    assert!(bench.admin.requeue("main", "w1").await.unwrap());
    assert!(!bench.admin.requeue("main", "w1").await.unwrap());
    log.until(3).await;
    assert_eq!(log.all()[2].1.attempt, 1);
    bench.until("one is left", |s| s.dead == 1 && s.is_idle()).await;
    let now = bench.stats().await.now_ms;
    assert_eq!(bench.admin.purge("main", now + 1).await.unwrap(), 1);
    assert_eq!(bench.admin.dead("main", 10).await.unwrap(), []);
    assert!(bench.admin.requeue("no queue", "w1").await.is_err());
    bench.until_empty().await;
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_age_of_the_backlog_shows() {
    let bench = Bench::new();
    let before = bench.stats().await;
    assert_eq!(before.queues, []);
    bench
        .producer
        .push(&Push::now(&Work { n: 1 }).unwrap())
        .await
        .unwrap();
    let stats = bench.stats().await;
    assert_eq!((stats.ready, stats.queues[0].name.as_str()), (1, "main"));
    let oldest = stats.queues[0].oldest.unwrap();
    assert!((before.now_ms..=stats.now_ms).contains(&oldest));
}
