//! Soft stop, deadline, hard stop, and what is told at the end.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::process::{Signal, getpid, kill_process};
use switchboard_runtime::{Lifecycle, Outcome};

const LONG: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_soft_stop_lets_tasks_finish_what_they_do() {
    let lifecycle = Lifecycle::new();
    let finished = Arc::new(AtomicBool::new(false));
    let (token, flag, inner) = (lifecycle.token(), Arc::clone(&finished), lifecycle.clone());
    lifecycle.spawn("worker", async move {
        token.cancelled().await;
        // What is spawned while stopping is waited for as well.
        inner.spawn("last words", async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            flag.store(true, Ordering::SeqCst);
        });
    });
    assert!(!lifecycle.is_stopping());
    let outcome = lifecycle.shutdown(LONG).await;
    assert!(lifecycle.is_stopping());
    assert!(finished.load(Ordering::SeqCst));
    assert!(outcome.is_clean(), "{outcome:?}");
}

#[tokio::test]
async fn who_ignores_the_stop_is_dropped_at_the_deadline_and_named() {
    struct OnDrop(Arc<AtomicBool>);
    impl Drop for OnDrop {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
        }
    }
    let lifecycle = Lifecycle::new();
    let dropped = Arc::new(AtomicBool::new(false));
    let guard = OnDrop(Arc::clone(&dropped));
    lifecycle.spawn("deaf", async move {
        let _guard = guard;
        std::future::pending::<()>().await;
    });
    let outcome = lifecycle.shutdown(Duration::from_millis(20)).await;
    assert!(dropped.load(Ordering::SeqCst));
    assert_eq!(
        outcome,
        Outcome {
            failed: vec![],
            dropped: vec!["deaf".to_owned()]
        }
    );
    assert_ne!(
        format!("{:?}", outcome.exit_code()),
        format!("{:?}", std::process::ExitCode::SUCCESS)
    );
}

#[tokio::test]
async fn a_panic_is_told_and_the_others_go_on() {
    let lifecycle = Lifecycle::new();
    lifecycle
        .spawn("clumsy", async { panic!("dropped the {}", "receiver") })
        .await
        .unwrap();
    assert!(!lifecycle.is_stopping());
    let token = lifecycle.token();
    lifecycle.spawn("steady", async move { token.cancelled().await });
    let outcome = lifecycle.shutdown(LONG).await;
    assert_eq!(
        outcome.failed,
        [("clumsy".to_owned(), "panicked: dropped the receiver".to_owned())]
    );
    assert!(outcome.dropped.is_empty() && !outcome.is_clean());
}

#[tokio::test]
async fn the_end_of_a_vital_part_begins_the_stop() {
    async fn end_of(part: impl Future<Output = Result<(), &'static str>> + Send + 'static) -> Outcome {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn_vital("server", part);
        lifecycle.run(LONG).await
    }
    let failed = |what: &str| vec![("server".to_owned(), what.to_owned())];
    assert_eq!(
        end_of(async { Ok(()) }).await.failed,
        failed("ended before it was told to")
    );
    assert_eq!(
        end_of(async { Err("no port") }).await.failed,
        failed("failed: no port")
    );
    assert_eq!(
        end_of(async { panic!("oh") }).await.failed,
        failed("panicked: oh")
    );

    let lifecycle = Lifecycle::new();
    let token = lifecycle.token();
    lifecycle.spawn_vital("server", async move {
        token.cancelled().await;
        Ok::<(), &str>(())
    });
    assert!(lifecycle.shutdown(LONG).await.is_clean());
}

#[tokio::test]
async fn an_aborted_task_is_not_waited_for() {
    let lifecycle = Lifecycle::new();
    lifecycle.spawn("gone", std::future::pending()).abort();
    assert!(lifecycle.shutdown(LONG).await.is_clean());
}

#[test]
fn tasks_run_where_the_lifecycle_was_made() {
    let home = tokio::runtime::Runtime::new().unwrap();
    let lifecycle = home.block_on(async { Lifecycle::new() });
    let visitor = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (send, receive) = tokio::sync::oneshot::channel();
    visitor.block_on(async {
        lifecycle.spawn("traveller", async move {
            tokio::task::yield_now().await;
            let _ = send.send(());
        });
    });
    drop(visitor);
    assert!(home.block_on(receive).is_ok());
    assert!(home.block_on(lifecycle.shutdown(LONG)).is_clean());
}

#[tokio::test]
async fn a_signal_stops_softly_and_a_second_one_at_once() {
    let lifecycle = Lifecycle::new();
    lifecycle.stop_on_signals().unwrap();
    lifecycle.spawn("deaf", std::future::pending());
    kill_process(getpid(), Signal::TERM).unwrap();
    lifecycle.token().cancelled().await;
    let begun = Instant::now();
    let second = async { kill_process(getpid(), Signal::INT).unwrap() };
    let (outcome, ()) = tokio::join!(lifecycle.run(LONG), second);
    assert_eq!(outcome.dropped, ["deaf"]);
    assert!(begun.elapsed() < LONG / 2);
}
