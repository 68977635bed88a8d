//! Which calls may come to be.

use switchboard_domain::{Call, CallId, Command, decide};
use switchboard_store::{Admission, CallerLimit, Committed, Store, Target, TurnedAway};

use crate::support::{Bench, PREFIX, call_id, incoming, policy, step};

async fn rings(store: &Store, id: &CallId, admission: &Admission) -> Committed {
    let command = incoming(id, 0);
    let target = Target {
        call: id,
        agent: None,
        command_id: "in",
        fresh: true,
    };
    let decided = |call: Option<&Call>, _: Option<&_>, now| decide(call, None, &command, now, &policy());
    store.transact_admitted(target, admission, decided).await.unwrap()
}

fn counted(who: &str, live: u32, hourly: u32) -> Admission {
    let limit = CallerLimit { live, hourly };
    Admission::Counted {
        who: who.to_owned(),
        limit,
    }
}

#[tokio::test]
async fn a_call_that_ended_is_not_made_again_even_when_it_is_forgotten() {
    let bench = Bench::new().await;
    let store = bench.store();
    let call = call_id(1);
    rings(&store, &call, &Admission::Known).await;
    step(&store, &call, "gone", &Command::CallerGone).await.unwrap();
    let mut raw = bench.raw().await;
    let key = format!("{PREFIX}:call:{call}");
    let deleted: i64 = redis::cmd("DEL").arg(&key).query_async(&mut raw).await.unwrap();
    assert_eq!(deleted, 1);
    let before = bench.everything().await;
    for admission in [Admission::Known, Admission::Message, counted("a", 5, 5)] {
        let again = rings(&store, &call, &admission).await;
        assert_eq!(again.turned_away, Some(TurnedAway::Over), "{admission:?}");
        assert_eq!(again.call, None);
    }
    assert_eq!(before, bench.everything().await);
    assert_eq!(
        rings(&store, &call_id(2), &Admission::Known).await.turned_away,
        None
    );
}

#[tokio::test]
async fn limits_are_counted_within_the_commit_without_another_round_trip() {
    let bench = Bench::new().await;
    let store = bench.store();
    let limit = counted("+447700900999", 2, 0);
    rings(&store, &call_id(1), &limit).await;
    let scripts = |bench: &Bench| {
        let client = redis::Client::open(bench.redis.url()).unwrap();
        async move {
            let mut raw = client.get_multiplexed_async_connection().await.unwrap();
            let info: String = redis::cmd("INFO")
                .arg("commandstats")
                .query_async(&mut raw)
                .await
                .unwrap();
            let of = |name: &str| {
                let line = format!("cmdstat_{name}:calls=");
                info.lines()
                    .find_map(|text| text.strip_prefix(&line))
                    .map_or(0, |rest| rest.split(',').next().unwrap().parse::<u64>().unwrap())
            };
            of("evalsha") + of("eval")
        }
    };
    let before = scripts(&bench).await;
    assert_eq!(rings(&store, &call_id(2), &limit).await.turned_away, None);
    assert_eq!(scripts(&bench).await, before + 1);
    assert_eq!(
        rings(&store, &call_id(3), &limit).await.turned_away,
        Some(TurnedAway::TooMany)
    );
    assert_eq!(scripts(&bench).await, before + 2);
    // The same request once more, and a sweep that finds the line.
    assert_eq!(
        rings(&store, &call_id(3), &limit).await.turned_away,
        Some(TurnedAway::TooMany)
    );
    let found = rings(&store, &call_id(3), &Admission::Known).await;
    assert_eq!(found.turned_away, Some(TurnedAway::Over));
    // Somebody else's are not counted.
    let other = counted("+447700900998", 2, 0);
    assert_eq!(rings(&store, &call_id(4), &other).await.turned_away, None);
    // An ended call makes room, whoever ended it.
    step(&store, &call_id(1), "gone", &Command::CallerGone)
        .await
        .unwrap();
    assert_eq!(rings(&store, &call_id(5), &limit).await.turned_away, None);
    // The message of who was refused makes a call.
    assert_eq!(
        rings(&store, &call_id(3), &Admission::Message).await.turned_away,
        None
    );
    let (keys, _) = bench.everything().await;
    assert!(
        keys.iter().all(|key| !key.contains("7700900")),
        "no number in a key: {keys:?}"
    );
}

#[tokio::test]
async fn memories_are_bounded_and_the_oldest_go_first() {
    let bench = Bench::new().await;
    let store = bench.store();
    let mut raw = bench.raw().await;
    let key = format!("{PREFIX}:ended");
    // As after a busy month.
    let fill = "for i = ARGV[1] + 1, ARGV[1] + 10000 do \
                redis.call('ZADD', KEYS[1], 1000000000000 + i, string.format('%016x', i)) end";
    for start in (0..200_000).step_by(10_000) {
        let mut eval = redis::cmd("EVAL");
        let () = eval
            .arg(fill)
            .arg(1)
            .arg(&key)
            .arg(start)
            .query_async(&mut raw)
            .await
            .unwrap();
    }
    let bytes: u64 = redis::cmd("MEMORY")
        .arg("USAGE")
        .arg(&key)
        .query_async(&mut raw)
        .await
        .unwrap();
    assert!(bytes < 32 << 20, "{bytes} bytes");
    for n in 1..4 {
        rings(&store, &call_id(n), &Admission::Known).await;
        step(&store, &call_id(n), "gone", &Command::CallerGone)
            .await
            .unwrap();
    }
    let kept: u64 = redis::cmd("ZCARD").arg(&key).query_async(&mut raw).await.unwrap();
    assert!(kept <= 200_000, "{kept}");
    for gone in 1..4 {
        let mark = format!("{gone:016x}");
        let place: Option<f64> = redis::cmd("ZSCORE")
            .arg(&key)
            .arg(mark)
            .query_async(&mut raw)
            .await
            .unwrap();
        assert_eq!(place, None, "the oldest first");
    }
    assert_eq!(
        rings(&store, &call_id(1), &Admission::Known)
            .await
            .call
            .map(|call| call.is_ended()),
        Some(true)
    );
}
