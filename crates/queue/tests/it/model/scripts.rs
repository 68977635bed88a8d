//! The scripts as files, called one by one.

use std::collections::BTreeMap;

use ::redis::{Commands, Connection, Script, Value, from_redis_value};

use super::reference::{KEY_HOURS, hour};
use super::{HOUR, Op};
use crate::redis::Redis;

macro_rules! script {
    ($($file:literal),+) => {
        Script::new(concat!($(include_str!(concat!("../../../lua/", $file, ".lua")), "\n"),+))
    };
}

const PREFIX: &str = "{m}";
const QUEUE: &str = "model";
/// A lease so long that it runs out only when a step says so.
const LEASE: u64 = HOUR.unsigned_abs() * 1000;

/// One job as a fetch tells it.
#[derive(Debug, Clone)]
pub(crate) struct Fetched {
    pub(crate) id: String,
    pub(crate) token: u64,
    pub(crate) attempt: u64,
}

/// All that Redis holds of the queue; ids in alphabetical order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) ready: Vec<String>,
    pub(crate) high: Vec<String>,
    pub(crate) due: Vec<(String, i64)>,
    pub(crate) lease: Vec<String>,
    pub(crate) jobs: Vec<String>,
    pub(crate) att: BTreeMap<String, u64>,
    pub(crate) rel: BTreeMap<String, u64>,
    pub(crate) fail: Vec<String>,
    pub(crate) dead: Vec<String>,
    pub(crate) counts: BTreeMap<String, u64>,
}

pub(crate) struct Scripts {
    connection: Connection,
    push: Script,
    fetch: Script,
    ack: Script,
    extend: Script,
    requeue: Script,
    drop: Script,
    /// Virtual ms from which hours are counted: some minutes ago, so that real time passes no border.
    base_ms: i64,
}

impl Scripts {
    pub(crate) fn new(redis: &Redis) -> Self {
        let mut connection = ::redis::Client::open(redis.url())
            .unwrap()
            .get_connection()
            .unwrap();
        let _: () = ::redis::cmd("FLUSHALL").query(&mut connection).unwrap();
        let (seconds, _): (i64, i64) = ::redis::cmd("TIME").query(&mut connection).unwrap();
        Self {
            connection,
            push: script!("clock", "line", "push", "push_many"),
            fetch: script!("clock", "line", "settle", "fetch"),
            ack: script!("clock", "line", "settle", "ack"),
            extend: script!("clock", "line", "settle", "extend"),
            requeue: script!("clock", "line", "settle", "requeue"),
            drop: script!("clock", "line", "settle", "drop"),
            base_ms: seconds * 1000 - HOUR / 2,
        }
    }

    /// At the beginning of that hour, counted from the base; 0 = now.
    fn due(&self, hours: i64) -> String {
        if hours == 0 {
            return String::new();
        }
        (self.base_ms + hours * HOUR).to_string()
    }

    pub(crate) fn push(&mut self, id: &str, key: Option<&str>, due_h: i64, high: bool, limit: u32) -> bool {
        let ttl = key.map(|_| (KEY_HOURS * HOUR).to_string()).unwrap_or_default();
        let mark = if high { r#""high":true,"# } else { "" };
        let envelope = format!(r#"{{{mark}"name":"x","attempts":{limit},"payload":{{"high":true}}}}"#);
        let mut call = self.push.key(PREFIX);
        call.arg(QUEUE)
            .arg(id)
            .arg(key.unwrap_or_default())
            .arg(ttl)
            .arg(self.due(due_h))
            .arg(envelope);
        let (pushed,): (i64,) = call.invoke(&mut self.connection).unwrap();
        pushed == 1
    }

    pub(crate) fn fetch(
        &mut self,
        want: usize,
        reap: bool,
        worker: &str,
        number: u64,
        seen: u64,
    ) -> Vec<Fetched> {
        let mut call = self.fetch.key(PREFIX);
        call.arg(QUEUE)
            .arg(want)
            .arg(LEASE)
            .arg(u8::from(reap))
            .arg(worker)
            .arg(number)
            .arg(seen);
        let answer: Vec<Value> = call.invoke(&mut self.connection).unwrap();
        let mut values = answer.into_iter().skip(5);
        let mut fetched = Vec::new();
        while let Some(id) = values.next() {
            let mut next = || from_redis_value(values.next().unwrap()).unwrap();
            let (token, attempt) = (next(), next());
            let _envelope = values.next();
            let id = from_redis_value(id).unwrap();
            fetched.push(Fetched { id, token, attempt });
        }
        fetched
    }

    pub(crate) fn settle(&mut self, id: &str, token: u64, op: Op) -> bool {
        // Some minutes less: the milliseconds of real time that pass must decide nothing.
        let delay = |hours: i64| (hours * HOUR - HOUR / 6).to_string();
        let (name, arg) = match op {
            Op::Done => ("done", String::new()),
            Op::RetryNow => ("retry", "0".to_owned()),
            Op::RetryIn(hours) => ("retry", delay(hours)),
            Op::Again(hours) => ("again", delay(hours)),
            Op::Defer(hours) => ("defer", delay(hours)),
            Op::Release => ("release", String::new()),
            Op::Dead => ("dead", String::new()),
        };
        let mut call = self.ack.key(PREFIX);
        call.arg(QUEUE).arg(id).arg(token).arg(name).arg(arg).arg("");
        let (settled,): (i64,) = call.invoke(&mut self.connection).unwrap();
        assert!(settled >= 0, "{op:?}");
        settled == 1
    }

    pub(crate) fn extend(&mut self, id: &str, token: u64) -> bool {
        let mut call = self.extend.key(PREFIX);
        let (renewed,): (i64,) = call
            .arg(QUEUE)
            .arg(LEASE)
            .arg(id)
            .arg(token)
            .invoke(&mut self.connection)
            .unwrap();
        renewed == 1
    }

    pub(crate) fn expire(&mut self, id: &str) {
        let _: i64 = self.connection.zadd(key("lease"), id, 1).unwrap();
    }

    pub(crate) fn set_clock(&mut self, offset_ms: i64) {
        let _: () = self
            .connection
            .set(format!("{PREFIX}:clock-offset"), offset_ms)
            .unwrap();
    }

    pub(crate) fn requeue(&mut self, id: &str) -> bool {
        let mut call = self.requeue.key(PREFIX);
        let done: i64 = call.arg(QUEUE).arg(id).invoke(&mut self.connection).unwrap();
        done == 1
    }

    pub(crate) fn drop(&mut self, id: &str) -> i64 {
        let mut call = self.drop.key(PREFIX);
        call.arg(QUEUE).arg(id).invoke(&mut self.connection).unwrap()
    }

    pub(crate) fn state(&mut self) -> Seen {
        let connection = &mut self.connection;
        let mut list = |kind: &str| {
            let mut ids: Vec<String> = connection.lrange(key(kind), 0, -1).unwrap();
            ids.sort();
            ids
        };
        let (ready, high) = (list("ready"), list("high"));
        let mut scores = |kind: &str| {
            let mut ids: Vec<(String, i64)> = connection.zrange_withscores(key(kind), 0, -1).unwrap();
            ids.sort();
            ids
        };
        let due = scores("due")
            .into_iter()
            .map(|(id, at)| (id, hour(at - self.base_ms)))
            .collect();
        let ids = |scores: Vec<(String, i64)>| scores.into_iter().map(|(id, _)| id).collect();
        let (lease, dead) = (ids(scores("lease")), ids(scores("dead")));
        let mut names = |kind: &str| {
            let mut ids: Vec<String> = connection.hkeys(key(kind)).unwrap();
            ids.sort();
            ids
        };
        let (jobs, fail, graves) = (names("job"), names("fail"), names("grave"));
        assert_eq!(graves, dead);
        let mut counts: BTreeMap<String, u64> = connection.hgetall(key("count")).unwrap();
        counts.retain(|what, _| ["pushed", "requeued", "done", "dead", "dropped"].contains(&what.as_str()));
        Seen {
            ready,
            high,
            due,
            lease,
            jobs,
            att: connection.hgetall(key("att")).unwrap(),
            rel: connection.hgetall(key("rel")).unwrap(),
            fail,
            dead,
            counts,
        }
    }
}

fn key(kind: &str) -> String {
    format!("{PREFIX}:q:{QUEUE}:{kind}")
}
