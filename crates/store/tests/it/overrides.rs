//! Overrides of opening hours: put and taken back once, each with its event and its job.

use redis::AsyncCommands as _;
use switchboard_contracts::v1;
use switchboard_contracts::v1::event::Subject;
use switchboard_contracts::v1::hours_change::What;
use switchboard_domain::Timestamp;
use switchboard_queue::JobState;
use switchboard_queue::jobs::RECORDS;
use switchboard_store::{Author, MOST_OVERRIDES, OverridePut, OverrideWithdrawn, Store};

use crate::lost::{COMMITTED, lose_one, losing};
use crate::proxy::Proxy;
use crate::support::{Bench, PREFIX};

const BEN: Author<'_> = Author {
    name: "Ben Ode",
    id: "ben",
};

fn over(id: &str, made_ms: i64) -> v1::Override {
    v1::Override {
        id: id.to_owned(),
        schedule: String::new(),
        open: true,
        from_ms: made_ms,
        until_ms: made_ms + 3_600_000,
        reason: "a fair".to_owned(),
        author: "Amelia Frost".to_owned(),
        made_ms,
        author_id: "amelia".to_owned(),
    }
}

async fn withdraw(store: &Store, id: &str) -> OverrideWithdrawn {
    let now = Timestamp::from_millis(2_000);
    store.withdraw_override(id, BEN, now).await.unwrap()
}

async fn kept(store: &Store) -> Vec<v1::Override> {
    let texts = store.overrides().await.unwrap();
    texts
        .values()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect()
}

/// What the stream says was done to hours.
async fn told(bench: &Bench) -> Vec<(i64, v1::HoursChange)> {
    let entries = bench.stream().await;
    entries
        .iter()
        .map(|(_, json)| {
            let event: v1::Event = serde_json::from_str(json).unwrap();
            match event.subject.unwrap() {
                Subject::Hours(change) => (event.at_ms, change),
                other @ (Subject::Call(_) | Subject::Agent(_)) => panic!("{other:?}"),
            }
        })
        .collect()
}

/// The same, as the jobs have it.
async fn pushed(bench: &Bench) -> Vec<(i64, v1::HoursChange)> {
    let jobs = bench.admin().jobs(RECORDS, JobState::Ready, 100).await.unwrap();
    jobs.iter()
        .map(|job| {
            let job = serde_json::to_value(job).unwrap();
            assert_eq!(job["name"], "record-override");
            let job: v1::RecordOverride = serde_json::from_value(job["payload"].clone()).unwrap();
            (job.at_ms, job.change.unwrap())
        })
        .collect()
}

#[tokio::test]
async fn putting_one_is_one_commit_with_its_event_and_its_job() {
    let bench = Bench::new().await;
    let store = bench.store();
    assert_eq!(
        store.put_override(&over("a", 1_000)).await.unwrap(),
        OverridePut::Done
    );
    assert_eq!(kept(&store).await, [over("a", 1_000)]);
    let change = v1::HoursChange {
        author: "Amelia Frost".to_owned(),
        author_id: "amelia".to_owned(),
        what: Some(What::Put(over("a", 1_000))),
    };
    assert_eq!(told(&bench).await, [(1_000, change.clone())]);
    assert_eq!(pushed(&bench).await, [(1_000, change)]);

    // The same command again, a little later: what was put first stays, and nothing else happens.
    let before = bench.everything().await;
    assert_eq!(
        store.put_override(&over("a", 1_000)).await.unwrap(),
        OverridePut::Done
    );
    assert_eq!(
        store.put_override(&over("a", 1_500)).await.unwrap(),
        OverridePut::Known(over("a", 1_000))
    );
    assert_eq!(bench.everything().await, before);
}

#[tokio::test]
async fn one_that_was_taken_back_never_comes_again() {
    let bench = Bench::new().await;
    let store = bench.store();
    assert_eq!(withdraw(&store, "a").await, OverrideWithdrawn::NoSuch);
    store.put_override(&over("a", 1_000)).await.unwrap();
    store.put_override(&over("b", 1_000)).await.unwrap();
    assert_eq!(
        withdraw(&store, "a").await,
        OverrideWithdrawn::Done(over("a", 1_000))
    );
    let change = v1::HoursChange {
        author: "Ben Ode".to_owned(),
        author_id: "ben".to_owned(),
        what: Some(What::Withdrawn(over("a", 1_000))),
    };
    assert_eq!(told(&bench).await[2], (2_000, change.clone()));
    assert_eq!(pushed(&bench).await[2], (2_000, change));

    let before = bench.everything().await;
    assert_eq!(withdraw(&store, "a").await, OverrideWithdrawn::Before);
    assert_eq!(
        store.put_override(&over("a", 1_000)).await.unwrap(),
        OverridePut::Withdrawn
    );
    assert_eq!(bench.everything().await, before);
    assert_eq!(kept(&store).await, [over("b", 1_000)]);
}

#[tokio::test]
async fn what_was_lost_comes_back_from_the_copy_and_what_is_newer_stays() {
    let bench = Bench::new().await;
    let store = bench.store();
    store.put_override(&over("changed", 2_000)).await.unwrap();
    store.put_override(&over("withdrawn", 1_000)).await.unwrap();
    withdraw(&store, "withdrawn").await;
    let entries = bench.stream().await.len();

    let copy = [
        over("changed", 1_000),
        over("lost", 1_000),
        over("withdrawn", 1_000),
    ];
    assert_eq!(store.restore_overrides(&copy).await.unwrap(), 1);
    assert_eq!(kept(&store).await, [over("changed", 2_000), over("lost", 1_000)]);
    assert_eq!(store.restore_overrides(&copy).await.unwrap(), 0);
    assert_eq!(store.restore_overrides(&[]).await.unwrap(), 0);
    assert_eq!(bench.stream().await.len(), entries, "nobody did anything");
    assert_eq!(pushed(&bench).await.len(), 3);
}

#[tokio::test]
async fn those_that_ended_long_ago_are_forgotten_with_the_next_one() {
    let bench = Bench::new().await;
    let store = bench.store();
    let day = 86_400_000;
    store.put_override(&over("old", 0)).await.unwrap();
    store.put_override(&over("gone", 0)).await.unwrap();
    withdraw(&store, "gone").await;
    store.put_override(&over("recent", 10 * day)).await.unwrap();
    store.put_override(&over("now", 40 * day)).await.unwrap();
    assert_eq!(
        kept(&store).await,
        [over("now", 40 * day), over("recent", 10 * day)]
    );
    let remembered: u64 = bench
        .raw()
        .await
        .zcard(format!("{PREFIX}:overrides-withdrawn"))
        .await
        .unwrap();
    assert_eq!(remembered, 0);
}

#[tokio::test]
async fn of_many_who_do_the_same_at_once_one_does_it() {
    let bench = Bench::new().await;
    let store = bench.store();
    let put = (0..16).map(|n| {
        let store = store.clone();
        async move { store.put_override(&over("a", 1_000 + n)).await.unwrap() }
    });
    let put = futures::future::join_all(put).await;
    assert_eq!(put.iter().filter(|put| **put == OverridePut::Done).count(), 1);
    let withdrawn = (0..16).map(|_| withdraw(&store, "a"));
    let withdrawn = futures::future::join_all(withdrawn).await;
    let done = |answer: &&OverrideWithdrawn| matches!(answer, OverrideWithdrawn::Done(_));
    assert_eq!(withdrawn.iter().filter(done).count(), 1);
    assert_eq!(told(&bench).await.len(), 2);
    assert_eq!(pushed(&bench).await.len(), 2);
}

#[tokio::test]
async fn an_answer_that_is_lost_makes_neither_two_of_one_nor_none() {
    let bench = Bench::new().await;
    let proxy = Proxy::start(bench.redis.socket(), 1, COMMITTED).await;
    let store = losing(&bench, &proxy).await;
    let put = lose_one(&proxy, Box::pin(store.put_override(&over("a", 1_000)))).await;
    assert_eq!(put, OverridePut::Done);
    let now = Timestamp::from_millis(2_000);
    let withdrawn = lose_one(&proxy, Box::pin(store.withdraw_override("a", BEN, now))).await;
    assert_eq!(withdrawn, OverrideWithdrawn::Before);
    assert_eq!(told(&bench).await.len(), 2);
    assert_eq!(pushed(&bench).await.len(), 2);
    assert_eq!(kept(&store).await, []);
}

#[tokio::test]
async fn a_key_of_another_type_is_refused_before_anything_is_written() {
    let bench = Bench::new().await;
    let store = bench.store();
    for key in ["overrides", "overrides-withdrawn", "stream", "q:records:ready"] {
        let _: () = bench
            .raw()
            .await
            .set(format!("{PREFIX}:{key}"), "mine")
            .await
            .unwrap();
        let before = bench.everything().await;
        let refused = store.put_override(&over("a", 1_000)).await.unwrap_err();
        assert!(!refused.is_unavailable(), "{key}: {refused}");
        assert_eq!(bench.everything().await, before, "{key}");
        let _: () = bench.raw().await.del(format!("{PREFIX}:{key}")).await.unwrap();
    }
}

#[tokio::test]
async fn the_limit_holds_for_those_who_come_at_the_same_time() {
    let bench = Bench::new().await;
    let store = bench.store();
    // Over by then: they do not count.
    for n in 0..5 {
        let past = over(&format!("past{n}"), -10_000_000);
        assert_eq!(store.put_override(&past).await.unwrap(), OverridePut::Done);
    }
    let put = (0..MOST_OVERRIDES + 24).map(|n| {
        let store = store.clone();
        async move { store.put_override(&over(&format!("o{n}"), 1_000)).await.unwrap() }
    });
    let put = futures::future::join_all(put).await;
    let count = |what: &OverridePut| put.iter().filter(|put| *put == what).count();
    assert_eq!(
        (count(&OverridePut::Done), count(&OverridePut::Full)),
        (MOST_OVERRIDES, 24)
    );
    assert_eq!(kept(&store).await.len(), MOST_OVERRIDES + 5);
}
