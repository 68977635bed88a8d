//! A trace goes from whoever pushes to the job, and on to what the job pushes.

use std::sync::Arc;

use switchboard_queue::{Push, trace};

use crate::support::{Bench, Log, Work, logging, options};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_is_carried_from_job_to_job() {
    let bench = Arc::new(Bench::new());
    let log = Log::default();
    let router = {
        let bench = Arc::clone(&bench);
        logging(&log, move |work, context| {
            let bench = Arc::clone(&bench);
            async move {
                assert_eq!(trace::current().as_deref(), context.traceparent.as_deref());
                if work.n < 2 {
                    bench.push(work.n + 1).await;
                }
                Ok(())
            }
        })
    };
    let worker = bench.worker(options(), router);
    trace::scope(Some(TRACE.into()), bench.push(0)).await;
    log.until(3).await;
    assert!(
        log.all()
            .iter()
            .all(|(_, context)| context.traceparent.as_deref() == Some(TRACE))
    );
    assert!(trace::current().is_none());
    bench
        .producer
        .push(&Push::now(&Work { n: 9 }).unwrap())
        .await
        .unwrap();
    log.until(4).await;
    assert_eq!(log.all()[3].1.traceparent, None);
    bench.until_empty().await;
    let recent = bench.admin.recent("main", 10).await.unwrap();
    assert!(
        recent
            .iter()
            .any(|job| job.trace_id.as_deref() == trace::id(TRACE))
    );
    worker.stop().await;
}
