//! Live calls, waiting calls, and what is left of ended ones.

use std::time::Duration;

use redis::AsyncCommands;
use switchboard_domain::{Call, CallId, Command, Leg, Recording, State};
use switchboard_store::Store;

use crate::support::{
    Bench, LONG, PREFIX, agent, answer, call_id, choose_support, leg, queued, ring, step, step_by,
};

async fn ids(bench: &Bench, index: &str) -> Vec<String> {
    let mut raw = bench.raw().await;
    raw.zrange(format!("{PREFIX}:{index}"), 0, -1).await.unwrap()
}

async fn ttl(bench: &Bench, key: &str) -> i64 {
    bench.raw().await.pttl(format!("{PREFIX}:{key}")).await.unwrap()
}

/// From Answer until both are in the conference.
async fn talk(store: &Store, call: &CallId, n: usize) -> Call {
    let agent = agent(store, n).await.id;
    let line = leg(&format!("CAagent{n}"));
    step_by(store, &agent, call, "a", &answer("t")).await.unwrap();
    let claim = store.call(call).await.unwrap().0.unwrap().claims;
    let joined = Command::AgentJoined {
        claim,
        leg: line.clone(),
    };
    step(store, call, "j", &joined).await.unwrap();
    let done = step(store, call, "c", &Command::CallerJoined { claim })
        .await
        .unwrap();
    done.call.unwrap()
}

#[tokio::test]
async fn an_ended_call_leaves_the_indexes_and_expires() {
    let bench = Bench::new().await;
    let store = bench.store_with(|config| {
        config.budget = LONG;
        config.ended_ttl = Duration::from_hours(1);
    });
    let ids_of = |calls: &[usize]| calls.iter().map(|n| call_id(*n).to_string()).collect::<Vec<_>>();
    for n in 1..=3 {
        queued(&store, n).await;
        // Arrivals are told apart by the millisecond.
        store.advance_clock(Duration::from_secs(1)).await.unwrap();
    }
    assert_eq!(ids(&bench, "live").await, ids_of(&[1, 2, 3]));
    assert_eq!(ids(&bench, "waiting").await, ids_of(&[1, 2, 3]));
    let call = call_id(2);
    assert_eq!(ttl(&bench, &format!("call:{call}")).await, -1);

    step(&store, &call, "gone", &Command::CallerGone).await.unwrap();

    assert_eq!(ids(&bench, "live").await, ids_of(&[1, 3]));
    assert_eq!(ids(&bench, "waiting").await, ids_of(&[1, 3]));
    let hour = 3_600_000;
    for key in [format!("call:{call}"), format!("call:{call}:events")] {
        let left = ttl(&bench, &key).await;
        assert!((hour - 60_000..=hour).contains(&left), "{key}: {left}");
    }
    let (kept, _) = store.call(&call).await.unwrap();
    assert!(kept.unwrap().is_ended());

    // What comes late is kept, changes nothing else, and expires too.
    let recorded = Command::Recorded(Recording {
        id: "RE1".into(),
        seconds: Some(3),
    });
    step(&store, &call, "rec", &recorded).await.unwrap();
    assert_eq!(store.history(&call).await.unwrap().len(), 5);
    assert_eq!(ids(&bench, "live").await, ids_of(&[1, 3]));
    assert!(ttl(&bench, &format!("call:{call}")).await > 0);
    assert!(ttl(&bench, &format!("call:{call}:events")).await > 0);
    assert!(
        step(&store, &call, "gone", &Command::CallerGone)
            .await
            .is_ok_and(|done| !done.changed)
    );
}

#[tokio::test]
async fn a_kept_call_is_gone_after_its_time() {
    let bench = Bench::new().await;
    let store = bench.store_with(|config| {
        config.budget = LONG;
        config.ended_ttl = Duration::from_millis(1);
    });
    let call = queued(&store, 1).await;
    step(&store, &call, "gone", &Command::CallerGone).await.unwrap();
    while store.call(&call).await.unwrap().0.is_some() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(store.history(&call).await.unwrap().is_empty());
    // But its id is remembered: who asks now sends an old request again.
    let again = ring(&store, &call, "in", 0).await.unwrap();
    assert_eq!((again.call, again.changed), (None, false));
}

#[tokio::test]
async fn who_lost_an_agent_is_answered_first() {
    let bench = Bench::new().await;
    let store = bench.store();
    for n in 1..=3 {
        queued(&store, n).await;
        store.advance_clock(Duration::from_secs(1)).await.unwrap();
    }
    let ahead = async |n: usize| {
        let ask = Command::Ask(switchboard_domain::At::Menu);
        step(&store, &call_id(n), "ask", &ask).await.unwrap().ahead
    };
    assert_eq!(
        [ahead(1).await, ahead(2).await, ahead(3).await],
        [Some(0), Some(1), Some(2)]
    );

    let talking = talk(&store, &call_id(3), 1).await;
    assert!(matches!(talking.state, State::Talking(_)));
    assert!(matches!(talking.leg, Leg::Conference { .. }));
    assert_eq!(
        [ahead(1).await, ahead(2).await, ahead(3).await],
        [Some(0), Some(1), None]
    );

    let left = Command::AgentLeft {
        claim: 1,
        leg: leg("CAagent1"),
    };
    step(&store, &call_id(3), "left", &left).await.unwrap();
    step(&store, &call_id(3), "lost", &Command::AgentLost { claim: 1 })
        .await
        .unwrap();
    assert_eq!(
        [ahead(1).await, ahead(2).await, ahead(3).await],
        [Some(1), Some(2), Some(0)]
    );
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(snapshot.agents[0].engaged, None);
}

#[tokio::test]
async fn a_claimed_call_keeps_its_place_and_a_released_one_has_it_again() {
    let bench = Bench::new().await;
    let store = bench.store();
    let (first, second) = (queued(&store, 1).await, call_id(2));
    store.advance_clock(Duration::from_secs(1)).await.unwrap();
    ring(&store, &second, "in", 0).await.unwrap();
    let joined = step(&store, &second, "menu", &choose_support()).await.unwrap();
    assert_eq!(joined.ahead, None, "as of the load");
    let agent = agent(&store, 1).await.id;
    step_by(&store, &agent, &first, "a", &answer("t")).await.unwrap();
    let order = [first.to_string(), second.to_string()];
    assert_eq!(ids(&bench, "waiting").await, order);
    let release = Command::Release { claim: None };
    step_by(&store, &agent, &first, "r", &release).await.unwrap();
    assert_eq!(ids(&bench, "waiting").await, order);
}
