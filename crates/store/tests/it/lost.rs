//! Commits whose answer is lost.

use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};

use switchboard_domain::{Command, LookupOutcome, State};
use switchboard_store::{Store, Target};

use crate::proxy::Proxy;
use crate::support::{
    Bench, LONG, agent, agent_id, answer, call_id, choose_support, policy, queued, ring, rules, source, step,
    step_by,
};

/// How a commit that went through begins its answer.
pub(crate) const COMMITTED: &str = "$2\r\nok\r\n";

/// A store whose next committed answer is lost, and no other.
pub(crate) async fn losing(bench: &Bench, proxy: &Proxy) -> Store {
    let store = bench.store_with(|config| {
        config.url = proxy.url();
        config.budget = LONG;
    });
    store.name_epoch("e").await.unwrap();
    store
}

/// Runs a step whose first answer is lost.
pub(crate) async fn lose_one<T, E: Debug>(proxy: &Proxy, work: impl Future<Output = Result<T, E>>) -> T {
    let before = proxy.swallowed();
    proxy.swallow(1000);
    let mut work = std::pin::pin!(work);
    let done = loop {
        tokio::select! {
            biased;
            done = &mut work => break done,
            () = tokio::task::yield_now() => {
                if proxy.swallowed() > before {
                    proxy.swallow(0);
                }
            }
        }
    };
    proxy.swallow(0);
    assert_eq!(proxy.swallowed(), before + 1);
    done.unwrap()
}

#[tokio::test]
async fn a_first_webhook_is_answered_as_if_nothing_had_happened() {
    let bench = Bench::new().await;
    let proxy = Proxy::start(bench.redis.socket(), 1, COMMITTED).await;
    let store = losing(&bench, &proxy).await;
    let done = lose_one(&proxy, ring(&store, &call_id(1), "in", 1)).await;
    assert!(done.changed);
    assert!(done.before.is_none());
    assert_eq!(store.call(&call_id(1)).await.unwrap().0, done.call);
    assert_eq!(store.history(&call_id(1)).await.unwrap().len(), 1);
    assert_eq!(bench.admin().stats().await.unwrap().ready, 1);
}

/// The rules would refuse the second time: whoever hangs up an unconnected call does not hold it any more.
#[tokio::test]
async fn a_command_that_the_rules_would_refuse_the_second_time_has_its_result() {
    let bench = Bench::new().await;
    let proxy = Proxy::start(bench.redis.socket(), 1, COMMITTED).await;
    let store = losing(&bench, &proxy).await;
    let (call, agent) = (queued(&store, 1).await, agent(&store, 1).await.id);
    step_by(&store, &agent, &call, "a", &answer("t")).await.unwrap();

    let done = lose_one(&proxy, step_by(&store, &agent, &call, "h", &Command::HangUp)).await;

    assert!(done.changed);
    assert!(matches!(done.before.unwrap().state, State::Claimed { .. }));
    assert!(matches!(done.call.unwrap().state, State::Queued(_)));
    assert_eq!(done.agent.unwrap().engaged, None);
    let again = step_by(&store, &agent, &call, "h", &Command::HangUp).await;
    assert!(again.is_err(), "a second step is for the rules to recognise");
}

/// The result is that of this step, whatever became of the call since.
#[tokio::test]
async fn others_may_go_on_before_it_is_recognised() {
    let bench = Bench::new().await;
    let proxy = Proxy::start(bench.redis.socket(), 1, COMMITTED).await;
    let (store, other) = (losing(&bench, &proxy).await, bench.store());
    let call = queued(&store, 1).await;
    agent(&store, 1).await;
    agent(&store, 2).await;

    let before = proxy.swallowed();
    proxy.swallow(1000);
    let mine = {
        let (store, call) = (store.clone(), call.clone());
        tokio::spawn(async move { step_by(&store, &agent_id(1), &call, "a", &answer("t")).await })
    };
    while proxy.swallowed() == before {
        tokio::task::yield_now().await;
    }
    // The claim is made but nobody knows; it ends, and another is made.
    step_by(
        &other,
        &agent_id(1),
        &call,
        "r",
        &Command::Release { claim: None },
    )
    .await
    .unwrap();
    let theirs = step_by(&other, &agent_id(2), &call, "a", &answer("u"))
        .await
        .unwrap();
    proxy.swallow(0);

    let done = mine.await.unwrap();
    assert_eq!(theirs.call.unwrap().claims, 2);
    let done = done.unwrap();
    assert!(done.changed);
    assert_eq!(done.call.unwrap().claims, 1);
    assert_eq!(done.agent.unwrap().engaged, Some(call.clone()));
    assert_eq!(store.history(&call).await.unwrap().len(), 5);
}

/// The same request sent twice has the same id; one that is new all the same must not be taken for the old one.
#[tokio::test]
async fn an_id_that_was_used_before_does_not_swallow_a_step() {
    let bench = Bench::new().await;
    let proxy = Proxy::start(bench.redis.socket(), 1, COMMITTED).await;
    let store = losing(&bench, &proxy).await;
    ring(&store, &call_id(1), "same", 2).await.unwrap();
    step(&store, &call_id(1), "same", &choose_support())
        .await
        .unwrap();
    for n in 0..2 {
        let looked_up = Command::LookedUp {
            source: source(n),
            outcome: LookupOutcome::NotFound,
        };
        let done = lose_one(&proxy, step(&store, &call_id(1), "same", &looked_up)).await;
        assert!(done.changed);
    }
    assert_eq!(store.history(&call_id(1)).await.unwrap().len(), 4);
}

/// An answer that did not come because nothing was done: the step is decided once more.
#[tokio::test]
async fn a_commit_that_never_arrived_is_made_by_the_retry() {
    let bench = Bench::new().await;
    let store = bench.store();
    let call = queued(&store, 1).await;
    let target = Target {
        call: &call,
        agent: None,
        command_id: "x",
        fresh: false,
    };
    let (command, policy) = (Command::CallerGone, policy());
    let decide = rules(&command, &policy);
    let decided = AtomicU64::new(0);
    let done = store
        .transact(target, |call, agent, now| {
            // Between load and commit every connection breaks.
            if decided.fetch_add(1, Ordering::Relaxed) == 0 {
                bench.cut_all();
            }
            decide(call, agent, now)
        })
        .await
        .unwrap();
    assert_eq!(decided.into_inner(), 2);
    assert!(done.changed);
    assert!(done.call.unwrap().is_ended());
    assert_eq!(store.history(&call).await.unwrap().len(), 4);
}
