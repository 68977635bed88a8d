//! Pushing, alone and from a foreign script.

use std::time::Duration;

use ::redis::{AsyncCommands, Script};
use switchboard_queue::{Error, Keys, Push, Pushed, script};

use crate::support::{Bench, Log, Work, options, succeeding};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idempotency_key_works_once_even_after_the_job_is_done() {
    let bench = Bench::new();
    let log = Log::default();
    let push = Push::now(&Work { n: 1 }).unwrap().key("call-1:check", DAY);
    assert_eq!(bench.producer.push(&push).await.unwrap(), Pushed::New);
    assert_eq!(bench.producer.push(&push).await.unwrap(), Pushed::Duplicate);
    let worker = bench.worker(options(), succeeding(&log));
    log.until(1).await;
    bench.until_empty().await;
    assert_eq!(bench.producer.push(&push).await.unwrap(), Pushed::Duplicate);
    let other_id = push.clone().id("another");
    assert_eq!(bench.producer.push(&other_id).await.unwrap(), Pushed::Duplicate);
    // It ends in virtual time as well.
    bench.admin.set_clock_offset(86_400_001).await.unwrap();
    assert_eq!(bench.producer.push(&push).await.unwrap(), Pushed::New);
    log.until(2).await;
    assert_eq!(log.all()[0].1.id, "call-1:check");
    worker.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_are_unique_while_the_job_lives_and_numbers_when_nobody_chose() {
    let bench = Bench::new();
    let push = Push::now(&Work { n: 1 }).unwrap();
    let named = push.clone().id("sweep");
    let pushed = bench
        .producer
        .push_many(&[named.clone(), named.clone(), push.clone(), push])
        .await
        .unwrap();
    assert_eq!(pushed, [Pushed::New, Pushed::Duplicate, Pushed::New, Pushed::New]);
    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    log.until(3).await;
    bench.until_empty().await;
    assert_eq!(bench.producer.push(&named).await.unwrap(), Pushed::New);
    log.until(4).await;
    let mut ids: Vec<_> = log.all().into_iter().map(|(_, context)| context.id).collect();
    ids.sort();
    assert_eq!(ids, ["#1", "#2", "sweep", "sweep"]);
    worker.stop().await;
}

/// One bad push in the middle, and nothing is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_pushed_whole_or_not_at_all() {
    let bench = Bench::new();
    let mut raw = bench.raw().await;
    let _: () = raw
        .lpush(bench.prefix.idempotency("taken"), "a list")
        .await
        .unwrap();
    let good = Push::now(&Work { n: 1 }).unwrap();
    let batch = [good.clone(), good.clone().key("taken", DAY), good.clone()];
    let refused = bench.producer.push_many(&batch).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Refused(why) if why.contains("holds a list")),
        "{refused}"
    );
    assert!(!refused.is_transient());
    let keyless = good.clone().key("no-ttl", Duration::ZERO);
    assert!(matches!(
        bench.producer.push(&keyless).await,
        Err(Error::Refused(_))
    ));
    let long = good.id("x".repeat(513));
    assert!(matches!(bench.producer.push(&long).await, Err(Error::Refused(_))));
    assert_eq!(bench.stats().await.ready, 0);
    let keys: Vec<String> = raw.keys("*").await.unwrap();
    assert_eq!(keys, [bench.prefix.idempotency("taken")]);
}

/// KEYS[1] prefix, KEYS[2] a record of the foreign script; ARGV[1] its value, ARGV[2..] two pushes.
const FOREIGN: &str = r"
local bad = qcheck(KEYS[1], ARGV, 2, 2)
if bad then return redis.error_reply('BAD ' .. bad) end
redis.call('SET', KEYS[2], ARGV[1])
return { qnow(KEYS[1]), qpush(KEYS[1], ARGV, 2), qpush(KEYS[1], ARGV, 2 + QARGS) }
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_script_pushes_with_its_own_writes_or_does_neither() {
    let bench = Bench::new();
    let mut raw = bench.raw().await;
    let commit = Script::new(&format!("{}{FOREIGN}", script::PUSH));
    let due = bench.stats().await.now_ms + 30;
    let pushes = [
        Push::now(&Work { n: 1 })
            .unwrap()
            .key("k1", DAY)
            .traceparent("00-aa-bb-01"),
        Push::at(&Work { n: 2 }, due).unwrap().id("later"),
    ];
    let mut args = vec![b"talking".to_vec()];
    for push in &pushes {
        push.write_args(&mut args);
    }
    assert_eq!(args.len(), 1 + 2 * Push::ARGS);
    let call = |args: &[Vec<u8>]| {
        let mut call = commit.key("{sb}");
        call.key("{sb}:call");
        for arg in args {
            call.arg(arg.as_slice());
        }
        call
    };

    // A key of the wrong type: the check objects before the first write.
    let keys = Keys::new(&bench.prefix, "main").unwrap();
    let _: () = raw.set(&keys.due, "a string").await.unwrap();
    let refused = call(&args).invoke_async::<Vec<i64>>(&mut raw).await.unwrap_err();
    assert!(
        refused.to_string().contains("{sb}:q:main:due holds a string"),
        "{refused}"
    );
    assert!(call(&args[..8]).invoke_async::<Vec<i64>>(&mut raw).await.is_err());
    let nothing: bool = raw.exists("{sb}:call").await.unwrap();
    assert!(!nothing);
    let _: () = raw.del(&keys.due).await.unwrap();

    let log = Log::default();
    let worker = bench.worker(options(), succeeding(&log));
    let answer: Vec<i64> = call(&args).invoke_async(&mut raw).await.unwrap();
    assert_eq!(&answer[1..], [1, 1]);
    log.until(2).await;
    bench.until_empty().await;
    let again: Vec<i64> = call(&args[..]).invoke_async(&mut raw).await.unwrap();
    assert_eq!(&again[1..], [0, 1]);
    log.until(3).await;
    let all = log.all();
    let (_, traced) = all.iter().find(|(n, _)| *n == 1).unwrap();
    assert_eq!(traced.traceparent.as_deref(), Some("00-aa-bb-01"));
    worker.stop().await;
}
