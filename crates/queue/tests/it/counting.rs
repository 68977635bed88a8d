//! What stays behind of jobs that ended.

use switchboard_queue::{Counts, Dropped, JobError, JobState, Push};

use crate::support::{Bench, Log, Work, logging, options, succeeding};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn finished_jobs_leave_counters_and_a_capped_list() {
    let bench = Bench::new();
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    for n in 0..250 {
        bench.push(n).await;
    }
    log.until(250).await;
    bench.until_empty().await;
    let recent = bench.admin.recent("main", 1000).await.unwrap();
    assert!(recent.len() <= 100, "{}", recent.len());
    let newest = &recent[0];
    assert_eq!((newest.name.as_str(), newest.attempt), ("work", 1));
    assert!(recent.iter().any(|job| job.id == "w249"), "{recent:?}");
    assert_eq!(bench.admin.recent("main", 3).await.unwrap().len(), 3);
    let counts = bench.stats().await.queues[0].counts;
    assert_eq!(
        counts,
        Counts {
            pushed: 250,
            done: 250,
            ..Counts::default()
        }
    );
    worker.stop().await;
    let mut keys: Vec<String> = ::redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut bench.raw().await)
        .await
        .unwrap();
    keys.retain(|key| !key.contains(":sent:"));
    keys.sort();
    assert_eq!(
        keys,
        [
            "{sb}:q:main:count",
            "{sb}:q:main:recent",
            "{sb}:q:queues",
            "{sb}:q:workers"
        ]
    );
}

/// What was pushed or requeued is done, dead, dropped, or still there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counters_add_up() {
    let bench = Bench::new();
    let log = Log::default();
    let router = logging(&log, |work, context| async move {
        match work.n % 4 {
            1 => Err(JobError::dead("no")),
            2 if context.attempt == 1 => Err(JobError::retry("once")),
            _ => Ok(()),
        }
    });
    for n in 0..40 {
        bench.push(n).await;
    }
    let later = bench.stats().await.now_ms + 3_600_000;
    for n in 40..43 {
        let push = Push::at(&Work { n }, later).unwrap().id(format!("w{n}"));
        bench.producer.push(&push).await.unwrap();
    }
    let worker = bench.worker(options(), router);
    bench
        .until("only what is due later is left", |s| {
            s.is_idle() && s.due == 3 && s.dead == 10
        })
        .await;
    assert_eq!(bench.admin.drop("main", "w40").await.unwrap(), Dropped::Gone);
    assert_eq!(bench.admin.drop("main", "w1").await.unwrap(), Dropped::Gone);
    assert!(bench.admin.requeue("main", "w5").await.unwrap());
    bench.until("dead again", |s| s.is_idle() && s.dead == 9).await;
    let stats = bench.stats().await;
    let counts = stats.queues[0].counts;
    assert_eq!(
        counts,
        Counts {
            pushed: 43,
            done: 30,
            retried: 10,
            dead: 11,
            requeued: 1,
            dropped: 1,
            dropped_dead: 1,
            ..Counts::default()
        }
    );
    let there = stats.ready + stats.due + stats.leased;
    assert_eq!(
        counts.pushed + counts.requeued,
        counts.done + counts.dead + counts.dropped + there
    );
    assert_eq!(
        bench.admin.jobs("main", JobState::Due, 10).await.unwrap().len(),
        2
    );
    worker.stop().await;
}
