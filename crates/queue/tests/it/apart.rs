//! Queues that share a process, and jobs that share a call of a script.

use std::sync::Arc;

use ::redis::AsyncCommands;
use serde::{Deserialize, Serialize};
use switchboard_queue::{Job, JobContext, JobError, Keys, Push, WorkerOptions, run_all};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::support::{Bench, Log, logging, options, succeeding};

#[derive(Serialize, Deserialize)]
struct Slow {}

impl Job for Slow {
    const NAME: &'static str = "slow";
    const QUEUE: &'static str = "slow";
    const ATTEMPTS: u32 = 3;
}

/// Every slot of one queue is taken, and as many jobs wait there: the other queue's start as ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_queue_never_blocks_another() {
    let bench = Bench::new();
    let (log, stuck) = (Log::default(), Log::default());
    let gate = Arc::new(Semaphore::new(0));
    let router = {
        let (gate, stuck) = (Arc::clone(&gate), stuck.clone());
        succeeding(&log).on::<Slow>(move |_: Slow, context: JobContext| {
            let gate = Arc::clone(&gate);
            stuck.add(0, &context);
            async move {
                let _ = gate.acquire().await;
                Ok(())
            }
        })
    };
    let slow = WorkerOptions {
        concurrency: 3,
        ..WorkerOptions::new(Slow::QUEUE)
    };
    let stop = CancellationToken::new();
    let (url, prefix, token) = (bench.redis.url(), bench.prefix.clone(), stop.clone());
    let workers = vec![slow, options()];
    let task = tokio::spawn(async move { run_all(&url, prefix, router, workers, token).await });
    for _ in 0..10 {
        bench.producer.push(&Push::now(&Slow {}).unwrap()).await.unwrap();
    }
    stuck.until(3).await;
    for n in 0..50 {
        bench.push(n).await;
    }
    log.until(50).await;
    assert_eq!(stuck.len(), 3, "its own concurrency bounds it all the same");
    gate.add_permits(100);
    stuck.until(10).await;
    bench.until_empty().await;
    stop.cancel();
    task.await.unwrap().unwrap();
}

/// apalis tells "123" as text and 123 as a number apart; an id is a text whatever it looks like.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_looks_like_a_number_is_an_id() {
    let bench = Bench::new();
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    for id in ["123", "00123", "#1", "ü 1"] {
        let push = Push::now(&crate::support::Work { n: 1 }).unwrap().id(id);
        bench.producer.push(&push).await.unwrap();
    }
    log.until(4).await;
    bench.until_empty().await;
    let mut ids: Vec<String> = log.all().into_iter().map(|(_, context)| context.id).collect();
    ids.sort();
    assert_eq!(ids, ["#1", "00123", "123", "ü 1"]);
    worker.stop().await;
}

/// One settlement of a batch fails half-way; the others of the batch are settled once, and it is tried again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_in_the_middle_of_a_batch_is_its_own() {
    let bench = Bench::new();
    let keys = Keys::new(&bench.prefix, "main").unwrap();
    let mut raw = bench.raw().await;
    let _: () = raw.set(&keys.grave, "not a hash").await.unwrap();
    let log = Log::default();
    let router = logging(&log, |work, _| async move {
        match work.n {
            1 => Err(JobError::dead("cannot be buried")),
            _ => Ok(()),
        }
    });
    let worker = bench.worker(
        WorkerOptions {
            lease: std::time::Duration::from_millis(200),
            renew_every: std::time::Duration::from_millis(50),
            concurrency: 10,
            ..options()
        },
        router,
    );
    let pushes: Vec<Push> = (0..5)
        .map(|n| {
            Push::now(&crate::support::Work { n })
                .unwrap()
                .id(format!("w{n}"))
        })
        .collect();
    bench.producer.push_many(&pushes).await.unwrap();
    bench
        .until("the others are done", |s| s.queues[0].counts.done == 4)
        .await;
    let _: () = raw.del(&keys.grave).await.unwrap();
    bench
        .until("buried in the end", |s| s.dead == 1 && s.is_idle())
        .await;
    bench.until_empty().await;
    for n in [0, 2, 3, 4] {
        assert_eq!(log.attempts().iter().filter(|run| run.0 == n).count(), 1);
    }
    worker.stop().await;
}
