//! The job queues, as an operator's page asks for them.

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HOST;
use serde_json::json;
use switchboard_contracts::v1::{HangUp, LookupCaller};
use switchboard_queue::jobs::{CARRIER, LOOKUP};
use switchboard_queue::{JobContext, JobError, Prefix, Producer, Push, Router, WorkerOptions};
use switchboard_runtime::Lifecycle;
use switchboard_runtime::settings::Layers;

use crate::house::House;

const EVERY: [(Method, &str); 5] = [
    (Method::GET, "/jobs"),
    (Method::GET, "/jobs/carrier?state=due"),
    (Method::GET, "/jobs/carrier/waits"),
    (Method::DELETE, "/jobs/carrier/waits"),
    (Method::POST, "/jobs/carrier/waits/retry"),
];

async fn ask(house: &House, method: Method, path: &str) -> crate::house::Reply {
    house.send(method, path, |request| request).await
}

/// A job that is due later, one that is dead, and one that runs.
async fn fill(house: &House) -> Lifecycle {
    let prefix = Prefix::new("{sb}").unwrap();
    let producer = Producer::connect(house.redis.url(), prefix.clone()).unwrap();
    let hang_up = HangUp {
        call_id: "CA1".into(),
    };
    let later = Push::at(&hang_up, 9_000_000_000_000).unwrap().id("waits");
    let dead = Push::now(&hang_up).unwrap().id("dies");
    let runs = Push::now(&LookupCaller::default()).unwrap().id("runs");
    producer.push_many(&[later, dead, runs]).await.unwrap();
    let router = Router::new()
        .on::<HangUp>(|_: HangUp, _: JobContext| async { Err(JobError::dead("the carrier refuses")) })
        .on::<LookupCaller>(|_: LookupCaller, _: JobContext| std::future::pending());
    let options = [CARRIER, LOOKUP].map(|queue| WorkerOptions {
        drain: Duration::from_millis(50),
        ..WorkerOptions::new(queue)
    });
    let lifecycle = Lifecycle::new();
    let (url, token) = (house.redis.url().to_owned(), lifecycle.token());
    lifecycle.spawn("worker", async move {
        let ran = switchboard_queue::run_all(&url, prefix, router, options.to_vec(), token).await;
        ran.unwrap();
    });
    lifecycle
}

async fn until(house: &House, path: &str) -> serde_json::Value {
    loop {
        let reply = house.get(path).await;
        if reply.status == 200 {
            let jobs = reply.body["jobs"].as_array().unwrap();
            if let Some(job) = jobs.first() {
                return job.clone();
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_sees_jobs_and_sees_to_those_that_failed() {
    let house = House::start().await;
    let nothing = house.get("/jobs").await;
    assert_eq!((nothing.status, &nothing.body["queues"]), (200, &json!([])));
    let worker = fill(&house).await;

    let dead = until(&house, "/jobs/carrier?state=dead").await;
    assert_eq!(dead["lastError"], "the carrier refuses");
    assert_eq!((&dead["id"], &dead["name"]), (&json!("dies"), &json!("hang-up")));
    let runs = until(&house, "/jobs/lookup?state=running&limit=1").await;
    assert_eq!((&runs["id"], &runs["attempts"]), (&json!("runs"), &json!(1)));
    let due = until(&house, "/jobs/carrier?state=due").await;
    assert_eq!(
        (&due["id"], &due["payload"]["callId"]),
        (&json!("waits"), &json!("CA1"))
    );
    assert_eq!(house.get("/jobs/carrier/waits").await.body, due);

    // Nothing runs early, and what runs is left alone.
    ask(&house, Method::POST, "/jobs/carrier/waits/retry")
        .await
        .is(409, "not_failed");
    ask(&house, Method::DELETE, "/jobs/lookup/runs")
        .await
        .is(409, "runs");
    ask(&house, Method::POST, "/jobs/carrier/dies/retry")
        .await
        .is(200, "ready");
    until(&house, "/jobs/carrier?state=dead").await;
    ask(&house, Method::DELETE, "/jobs/carrier/dies")
        .await
        .is(200, "dropped");
    ask(&house, Method::DELETE, "/jobs/carrier/dies")
        .await
        .is(404, "no_such_job");
    ask(&house, Method::POST, "/jobs/carrier/dies/retry")
        .await
        .is(404, "no_such_job");
    ask(&house, Method::GET, "/jobs/carrier/dies")
        .await
        .is(404, "no_such_job");
    ask(&house, Method::GET, "/jobs/carier?state=due")
        .await
        .is(404, "no_such_queue");
    ask(&house, Method::GET, "/jobs/No").await.is(400, "faults");
    ask(&house, Method::GET, "/jobs/carrier?state=lost")
        .await
        .is(400, "faults");
    ask(&house, Method::GET, "/jobs/carrier?state=due&what=1")
        .await
        .is(400, "faults");
    ask(&house, Method::PUT, "/jobs/carrier/waits")
        .await
        .is(405, "wrong_method");
    let queues = house.get("/jobs").await;
    let carrier = &queues.body["queues"][0];
    assert_eq!(
        (&carrier["name"], &carrier["due"]),
        (&json!("carrier"), &json!(1))
    );
    assert_eq!(
        (&carrier["counts"]["dead"], &carrier["counts"]["requeued"]),
        (&json!(2), &json!(1))
    );
    assert!(worker.shutdown(Duration::from_secs(20)).await.is_clean());

    for (method, path) in EVERY {
        let foreign = |request: reqwest::RequestBuilder| request.header(HOST, "example.com");
        house.send(method, path, foreign).await.is(403, "elsewhere");
    }
    let token = Layers::demo().set("realtime.api_token=0123456789abcdef");
    let guarded = House::start_with(&token, Duration::from_secs(5)).await;
    for (method, path) in EVERY {
        ask(&guarded, method, path).await.is(401, "unauthorised");
    }
    guarded.end().await;

    house.redis("SET {sb}:q:carrier:job nonsense").await;
    house.redis("SET {sb}:q:carrier:grave nonsense").await;
    house.redis("SET {sb}:q:carrier:ready nonsense").await;
    for (method, path) in EVERY {
        let reply = ask(&house, method.clone(), path).await;
        assert_eq!(reply.status, 500, "{method} {path} {reply:?}");
    }
    house.redis.pause().unwrap();
    for (method, path) in EVERY {
        ask(&house, method, path).await.is(503, "away");
    }
    house.redis.resume().unwrap();

    let seen: BTreeSet<(String, String)> = house
        .spec
        .seen
        .lock()
        .unwrap()
        .iter()
        .filter(|(_, template, status)| template.starts_with("/jobs") && *status == 200)
        .map(|(method, template, _)| (method.clone(), template.clone()))
        .collect();
    assert_eq!(seen.len(), EVERY.len(), "{seen:?}");
    house.end().await;
}
