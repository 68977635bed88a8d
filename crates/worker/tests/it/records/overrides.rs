//! Overrides: what takes effect in Redis is kept in SQL, and comes back from there.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_store::{Author, OverrideWithdrawn};

use super::archive::{Archive, ready, until};
use crate::cluster::Cluster;
use crate::house::stop;

const BEN: Author<'static> = Author {
    name: "Ben Ode",
    id: "ben",
};

/// One that holds from an hour ago to tomorrow.
async fn put(archive: &Archive, id: &str) -> v1::Override {
    let now = archive.store.clock().await.unwrap().now.as_millis();
    let over = v1::Override {
        id: id.to_owned(),
        schedule: "london".to_owned(),
        open: false,
        from_ms: now - 3_600_000,
        until_ms: now + 86_400_000,
        reason: "fire drill".to_owned(),
        author: "Amelia Frost".to_owned(),
        made_ms: now,
        author_id: "amelia".to_owned(),
    };
    archive.store.put_override(&over).await.unwrap();
    over
}

async fn withdraw(archive: &Archive, id: &str) {
    let now = archive.store.clock().await.unwrap().now;
    let done = archive.store.withdraw_override(id, BEN, now).await.unwrap();
    assert!(matches!(done, OverrideWithdrawn::Done(_)), "{done:?}");
}

/// Whether the records know it, and know that it was withdrawn.
async fn recorded(archive: &Archive, id: &str) -> Option<bool> {
    let kept = archive.records.kept_override(id).await.ok().flatten()?;
    Some(kept.withdrawn.is_some())
}

async fn told_and_withdrawn(archive: Archive) {
    let (worker, health) = archive.start();
    let over = put(&archive, "a").await;
    put(&archive, "b").await;
    withdraw(&archive, "b").await;
    until("both are recorded", async || {
        recorded(&archive, "a").await == Some(false) && recorded(&archive, "b").await == Some(true)
    })
    .await;
    let kept = archive.records.kept_override("a").await.unwrap().unwrap();
    assert_eq!(kept.over, over);
    let log = archive
        .records
        .audit_log(Some("override:b"), None, 9)
        .await
        .unwrap();
    let told: Vec<_> = log
        .iter()
        .map(|line| {
            (
                line.deed.action.as_str(),
                line.deed.who.as_str(),
                line.deed.who_id.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("override.withdraw", "Ben Ode", "ben"),
            ("override.close", "Amelia Frost", "amelia"),
        ]
    );
    until("it is ready", async || ready(health).await.0).await;
    stop(worker).await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_is_recorded_with_who_did_it() {
    Box::pin(told_and_withdrawn(Archive::open(&[]).await)).await;
    let cluster = Cluster::start().await;
    let address = cluster.database("records");
    Box::pin(told_and_withdrawn(Archive::at(Some(&address), &[]).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_redis_gets_back_what_was_not_withdrawn() {
    let mut archive = Archive::open(&[]).await;
    let (worker, _) = archive.start();
    for id in ["stays", "withdrawn", "later"] {
        put(&archive, id).await;
    }
    withdraw(&archive, "withdrawn").await;
    until("all is recorded", async || {
        recorded(&archive, "stays").await.is_some()
            && recorded(&archive, "later").await.is_some()
            && recorded(&archive, "withdrawn").await == Some(true)
    })
    .await;

    // While it runs, and then at the start of two at once.
    archive.redis_forgets().await;
    until("they are back", async || {
        archive.overrides().await == ["later", "stays"]
    })
    .await;
    stop(worker).await;
    archive.redis_forgets().await;
    let workers = [archive.start(), archive.start()];
    for (_, health) in &workers {
        until("it is ready", async || ready(*health).await.0).await;
    }
    assert_eq!(archive.overrides().await, ["later", "stays"]);

    // What is done now is newer than the copy, also before the copy knows.
    for (worker, _) in workers {
        stop(worker).await;
    }
    withdraw(&archive, "later").await;
    let (worker, health) = archive.start();
    until("it is ready", async || ready(health).await.0).await;
    assert_eq!(archive.overrides().await, ["stays"]);
    until("that is recorded", async || {
        recorded(&archive, "later").await == Some(true)
    })
    .await;
    stop(worker).await;
    archive.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_database_away_all_goes_on_and_nothing_is_lost() {
    let mut cluster = Cluster::start().await;
    let address = cluster.database("records");
    cluster.stop();
    let archive = Archive::at(Some(&address), &[]).await;
    let (worker, health) = archive.start();
    put(&archive, "a").await;
    put(&archive, "b").await;
    withdraw(&archive, "b").await;
    assert_eq!(archive.overrides().await, ["a"], "it takes effect at once");
    until("the jobs have failed and wait", async || {
        let stats = archive.stats().await;
        stats
            .queues
            .iter()
            .any(|queue| queue.name == "records" && queue.due == 3)
    })
    .await;
    let (is_ready, told) = ready(health).await;
    assert!(!is_ready && told.contains("\"database\":{\"ms\":"), "{told}");

    cluster.restart().await;
    until("all is recorded", async || {
        archive.store.advance_clock(Duration::from_secs(5)).await.unwrap();
        recorded(&archive, "a").await == Some(false) && recorded(&archive, "b").await == Some(true)
    })
    .await;
    until("it is ready", async || ready(health).await.0).await;
    assert_eq!(archive.stats().await.dead, 0);

    // Away once more while it runs: it says so, and comes back by itself.
    cluster.stop();
    until("it says so", async || !ready(health).await.0).await;
    cluster.restart().await;
    until("it is ready again", async || ready(health).await.0).await;
    stop(worker).await;
    archive.close().await;
}
