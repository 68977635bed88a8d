//! What a job costs Redis, told without a clock: by the commands that the scripts give.

use std::collections::BTreeMap;

use switchboard_queue::{Push, WorkerOptions};

use crate::support::{Bench, Log, Work, options, succeeding};

/// How often each command was given since last asked.
async fn commands(bench: &Bench) -> BTreeMap<String, u64> {
    let mut raw = bench.raw().await;
    let info: String = ::redis::cmd("INFO")
        .arg("commandstats")
        .query_async(&mut raw)
        .await
        .unwrap();
    let _: () = ::redis::cmd("CONFIG")
        .arg("RESETSTAT")
        .query_async(&mut raw)
        .await
        .unwrap();
    info.lines()
        .filter_map(|line| line.strip_prefix("cmdstat_")?.split_once(":calls="))
        .filter_map(|(name, rest)| Some((name.to_owned(), rest.split(',').next()?.parse().ok()?)))
        .collect()
}

async fn fill(bench: &Bench, count: u32, push: impl Fn(u32) -> Push) {
    let pushes: Vec<Push> = (0..count).map(push).collect();
    for chunk in pushes.chunks(1000) {
        bench.producer.push_many(chunk).await.unwrap();
    }
}

/// None of the commands walks a list or a set that grows with the backlog, and their number a job is the same with
/// ten waiting and with twenty thousand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cost_of_a_job_does_not_grow_with_the_backlog() {
    let bench = Bench::new();
    let slow = WorkerOptions {
        concurrency: 1,
        ..options()
    };
    let later = bench.stats().await.now_ms + 86_400_000;
    let mut costs = Vec::new();
    for backlog in [10, 20_000] {
        fill(&bench, backlog, |n| Push::now(&Work { n }).unwrap()).await;
        fill(&bench, backlog, |n| Push::at(&Work { n }, later).unwrap()).await;
        let log = Log::default();
        commands(&bench).await;
        let worker = bench.worker(slow.clone(), succeeding(&log));
        log.until(10).await;
        worker.stop().await;
        let given = commands(&bench).await;
        let ran = log.len() as u64;
        for walking in [
            "lrem", "lpos", "lrange", "linsert", "smembers", "hgetall", "keys", "scan",
        ] {
            // The counter of the metrics reads one hash of a fixed few fields.
            let few = walking == "hgetall";
            assert!(few || !given.contains_key(walking), "{walking}: {given:?}");
        }
        let in_all: u64 = given.values().sum();
        costs.push((in_all, ran));
    }
    // Starting and stopping has its own; fetched one by one a job has not quite thirty, two of them round trips.
    for (in_all, ran) in costs {
        assert!(in_all < 150 + ran * 32, "{in_all} commands for {ran} jobs");
    }
}

/// Many more than one script may unpack, all due at the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_due_at_once_jam_nothing() {
    let bench = Bench::new();
    let due = bench.stats().await.now_ms + 3_600_000;
    fill(&bench, 10_000, |n| Push::at(&Work { n }, due).unwrap()).await;
    let log = Log::default();
    let worker = bench.worker(
        WorkerOptions {
            concurrency: 50,
            prefetch: 50,
            ..options()
        },
        succeeding(&log),
    );
    bench.until("all wait", |s| s.due == 10_000).await;
    assert_eq!(log.len(), 0);
    bench.admin.set_clock_offset(3_600_000).await.unwrap();
    log.until(10_000).await;
    bench.until_empty().await;
    let mut numbers: Vec<u32> = log.all().iter().map(|(n, _)| *n).collect();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!((numbers.len(), log.len()), (10_000, 10_000));
    worker.stop().await;
}
