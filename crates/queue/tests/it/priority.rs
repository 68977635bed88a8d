//! High before normal, and nobody starves.

use std::sync::Arc;

use switchboard_queue::{Priority, Push, WorkerOptions};
use tokio::sync::Semaphore;

use crate::support::{Bench, Log, Work, logging, options, succeeding};

fn one_at_a_time() -> WorkerOptions {
    WorkerOptions {
        concurrency: 1,
        ..options()
    }
}

fn high(n: u32) -> Push {
    Push::now(&Work { n }).unwrap().priority(Priority::High)
}

/// Numbers under 100 are of high priority.
fn order(log: &Log) -> Vec<u32> {
    log.all().iter().map(|(n, _)| *n).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn high_goes_first_and_every_eighth_look_begins_with_the_others() {
    let bench = Bench::new();
    let normal: Vec<Push> = (100..110).map(|n| Push::now(&Work { n }).unwrap()).collect();
    bench.producer.push_many(&normal).await.unwrap();
    let highs: Vec<Push> = (0..40).map(high).collect();
    bench.producer.push_many(&highs).await.unwrap();
    let stats = bench.stats().await;
    assert_eq!((stats.ready, stats.queues[0].high), (50, 40));
    let log = Log::default();
    let worker = bench.worker(one_at_a_time(), succeeding(&log));
    log.until(50).await;
    let order = order(&log);
    let first_high: Vec<u32> = order.iter().copied().filter(|n| *n < 100).collect();
    let first_normal: Vec<u32> = order.iter().copied().filter(|n| *n >= 100).collect();
    assert_eq!(first_high, (0..40).collect::<Vec<_>>(), "each in its order");
    assert_eq!(first_normal, (100..110).collect::<Vec<_>>());
    let early = order[..40].iter().filter(|n| **n >= 100).count();
    assert!(
        (4..=6).contains(&early),
        "normal ones among the first 40: {order:?}"
    );
    assert!(order[..6].iter().all(|n| *n < 100), "{order:?}");
    bench.until_empty().await;
    worker.stop().await;
}

/// A job keeps its priority over due times, retries, hand-backs and lost leases.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_priority_of_a_job_stays_with_it() {
    let bench = Bench::new();
    let due = bench.stats().await.now_ms + 3_600_000;
    let normal: Vec<Push> = (100..103).map(|n| Push::at(&Work { n }, due).unwrap()).collect();
    bench.producer.push_many(&normal).await.unwrap();
    let late = Push::at(&Work { n: 1 }, due).unwrap().priority(Priority::High);
    bench.producer.push(&late).await.unwrap();
    let gate = Arc::new(Semaphore::new(0));
    let log = Log::default();
    let router = {
        let gate = Arc::clone(&gate);
        logging(&log, move |_, context| {
            let gate = Arc::clone(&gate);
            async move {
                let _ = gate.acquire().await;
                if context.attempt == 1 {
                    return Err(switchboard_queue::JobError::retry_in(
                        std::time::Duration::ZERO,
                        "again",
                    ));
                }
                Ok(())
            }
        })
    };
    // All are due at once: the one of high priority goes first although it came last.
    bench.admin.set_clock_offset(3_600_000).await.unwrap();
    let worker = bench.worker(
        WorkerOptions {
            prefetch: 3,
            ..one_at_a_time()
        },
        router,
    );
    log.until(1).await;
    assert_eq!(log.all()[0].0, 1);
    // The others lay in the buffer too long and are handed back.
    bench
        .until("handed back", |s| s.leased == 1 && s.ready == 3)
        .await;
    gate.add_permits(100);
    log.until(8).await;
    assert_eq!(log.attempts().iter().filter(|run| run.0 == 1).count(), 2);
    bench.until_empty().await;
    worker.stop().await;
}
