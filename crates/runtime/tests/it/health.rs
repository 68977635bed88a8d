//! Live, ready, metrics.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use switchboard_runtime::{Health, Lifecycle, Metrics, http::serve_health, probe, settings::Listen};

use crate::web::{get, listener};

const LIMIT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn each_check_is_named_and_nothing_else_is_told() {
    let lifecycle = Lifecycle::new();
    let up = Arc::new(AtomicBool::new(true));
    let redis = Arc::clone(&up);
    // Ready ends with this one and the server with the lifecycle: a balancer looks away before the door closes.
    let draining = tokio_util::sync::CancellationToken::new();
    let health = Health::new(Metrics::install().unwrap(), draining.clone())
        .check("redis", LIMIT, move || {
            let up = redis.load(Ordering::SeqCst);
            async move {
                if up {
                    Ok(())
                } else {
                    Err("refused by 10.0.0.1".to_owned())
                }
            }
        })
        .check("queue", LIMIT, || async { Ok(()) });
    let (socket, address) = listener();
    lifecycle.spawn_vital("health", serve_health(socket, health.clone(), lifecycle.token()));

    let (status, head, body) = get(address, "/health/live").await;
    assert_eq!((status, body.as_str()), (200, r#"{"status":"live"}"#));
    assert!(head.contains("cache-control: no-store"), "{head}");

    let (status, _, body) = get(address, "/health/ready").await;
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 200);
    assert_eq!(told["status"], "ready");
    assert_eq!(
        (&told["checks"]["redis"]["ok"], &told["checks"]["queue"]["ok"]),
        (&true.into(), &true.into())
    );

    up.store(false, Ordering::SeqCst);
    let (mut status, _, mut body) = get(address, "/health/ready").await;
    // What was found is told again for a second, whoever asks.
    assert_eq!(status, 200);
    while status == 200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        (status, _, body) = get(address, "/health/ready").await;
    }
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(status, 503);
    assert_eq!(told["status"], "unready");
    assert_eq!(
        (&told["checks"]["redis"]["ok"], &told["checks"]["queue"]["ok"]),
        (&false.into(), &true.into())
    );
    assert!(!body.contains("10.0.0.1"), "{body}");

    up.store(true, Ordering::SeqCst);
    while get(address, "/health/ready").await.0 != 200 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    draining.cancel();
    let (status, _, body) = get(address, "/health/ready").await;
    assert_eq!(status, 503);
    assert!(body.contains("stopping"), "{body}");
    assert_eq!(get(address, "/health/live").await.0, 200);
    assert!(lifecycle.shutdown(Duration::from_secs(20)).await.is_clean());
}

#[tokio::test]
async fn a_check_without_an_answer_fails_within_its_limit() {
    let health = Health::new(
        Metrics::install().unwrap(),
        tokio_util::sync::CancellationToken::new(),
    )
    .check("stuck", LIMIT, std::future::pending)
    .check("fine", LIMIT, || async { Ok(()) });
    let (ready, body) = tokio::time::timeout(LIMIT * 20, health.report()).await.unwrap();
    assert!(!ready);
    assert_eq!(
        (&body["checks"]["stuck"]["ok"], &body["checks"]["fine"]["ok"]),
        (&false.into(), &true.into())
    );
}

#[tokio::test]
async fn what_is_counted_can_be_read() {
    let lifecycle = Lifecycle::new();
    let metrics = Metrics::install().unwrap();
    Metrics::install().unwrap().keep_tidy(&lifecycle);
    metrics::counter!("switchboard_test_calls_total", "end" => "answered").increment(3);
    metrics::histogram!("switchboard_test_wait_seconds").record(0.003);
    let (socket, address) = listener();
    lifecycle.spawn_vital(
        "health",
        serve_health(socket, Health::new(metrics, lifecycle.token()), lifecycle.token()),
    );
    let (status, head, body) = get(address, "/metrics").await;
    assert_eq!(status, 200);
    assert!(head.contains("text/plain; version=0.0.4"), "{head}");
    assert!(
        body.contains(r#"switchboard_test_calls_total{end="answered"} 3"#),
        "{body}"
    );
    assert!(
        body.contains(r#"switchboard_test_wait_seconds_bucket{le="0.005"} 1"#),
        "{body}"
    );
    assert!(lifecycle.shutdown(Duration::from_secs(20)).await.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_asks_its_twin_whether_it_is_ready() {
    let lifecycle = Lifecycle::new();
    let draining = tokio_util::sync::CancellationToken::new();
    let health = Health::new(Metrics::install().unwrap(), draining.clone());
    let (socket, address) = listener();
    lifecycle.spawn_vital("health", serve_health(socket, health, lifecycle.token()));
    // It may be told to listen everywhere; it is asked on this machine.
    let listen = Listen::parse(&format!("0.0.0.0:{}", address.port())).unwrap();
    let ask = move || {
        let listen = listen.clone();
        tokio::task::spawn_blocking(move || probe(&listen, "/health/ready"))
    };
    ask().await.unwrap().unwrap();
    draining.cancel();
    let told = ask().await.unwrap().unwrap_err();
    assert!(told.to_string().contains("503"), "{told}");
    lifecycle.shutdown(LIMIT).await;
    ask().await.unwrap().unwrap_err();
}

#[tokio::test]
async fn a_thousand_questions_a_second_are_one_round_of_checks() {
    let lifecycle = Lifecycle::new();
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let health =
        Health::new(Metrics::install().unwrap(), lifecycle.token()).check("redis", LIMIT, move || {
            counted.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        });
    let begun = std::time::Instant::now();
    let reports = (0..1000).map(|_| health.report());
    assert!(
        futures::future::join_all(reports)
            .await
            .iter()
            .all(|(ready, _)| *ready)
    );
    let rounds = 1 + usize::try_from(begun.elapsed().as_secs()).unwrap();
    assert!(asked.load(Ordering::SeqCst) <= rounds);
}
