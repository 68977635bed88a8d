//! Leases jobs as slots become free.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use redis::{ErrorKind, ParsingError, RedisError, RedisResult, Value, from_redis_value};
use tokio::time::{Instant, sleep_until};
use tracing::{error, warn};

use super::acker::Verdict;
use super::delivery::{Delivery, Lease};
use super::shared::Shared;
use crate::envelope::{self, Envelope};
use crate::link::{Address, Link};
use crate::router::{STRANGER_PATIENCE, STRANGER_PAUSE};
use crate::{metric, script};

/// The most jobs one call may lease; `fetch.lua` unpacks that many at once.
const BATCH: usize = 200;

/// Longer than other answers may take: a fetch whose answer is given up has leased jobs all the same.
pub(super) const ANSWER: Duration = Duration::from_secs(5);

pub(super) async fn run(address: Address, shared: Arc<Shared>) {
    let seed = shared.options.seed ^ 1;
    let link = Link::new(address, &shared.options.queue, "fetcher", ANSWER, seed);
    let mut fetcher = Fetcher {
        link,
        worker: None,
        number: 0,
        seen: 0,
        judge_from: Instant::now(),
    };
    loop {
        if shared.draining.is_cancelled() {
            hand_back(&shared, shared.unstarted());
            shared.fetched_out.cancel();
            return;
        }
        let want = shared.want().min(BATCH);
        if want == 0 {
            wait(&shared, shared.slot.notified(), None).await;
        } else if let Ok(nothing_for) = fetcher.fetch(&shared, want).await {
            // Never dropped half-way: a fetch in flight may have leased jobs.
            if nothing_for.is_zero() {
                // More is waiting. A timer of no time still sleeps to the next millisecond: 1 ms for each batch.
                tokio::task::yield_now().await;
            } else {
                wait(&shared, shared.kick.notified(), Some(nothing_for)).await;
            }
        }
    }
}

/// Waits for `news`, or as long as there is `nothing_for`; meanwhile hands back what goes stale.
async fn wait(shared: &Shared, news: impl Future<Output = ()>, nothing_for: Option<Duration>) {
    let until = nothing_for.map(|time| Instant::now() + time);
    let mut news = pin!(news);
    loop {
        let stale_at = shared.stale_at();
        tokio::select! {
            biased;
            () = shared.draining.cancelled() => return,
            () = &mut news => return,
            () = at(until) => return,
            () = at(stale_at) => hand_back(shared, shared.stale()),
        }
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn hand_back(shared: &Shared, leases: Vec<Lease>) {
    for lease in leases {
        shared.settle_later(lease, Verdict::Release);
    }
}

struct Fetcher {
    link: Link,
    /// Unique among all workers that ever ran on this Redis.
    worker: Option<String>,
    number: u64,
    seen: u64,
    /// Expired leases of others are left alone until then.
    judge_from: Instant,
}

struct Answer {
    /// Expired leases were taken away.
    judged: bool,
    wait: Option<Duration>,
    now_ms: i64,
    more: bool,
    reaped: u64,
    buried: u64,
    jobs: Vec<(String, u64, u32, Vec<u8>)>,
}

impl Fetcher {
    /// Fetches once and says how long there is nothing to do.
    async fn fetch(&mut self, shared: &Shared, want: usize) -> Result<Duration, ()> {
        let answer = self.call(shared, want).await.map_err(|_| {
            // After an outage every lease looks expired, and holders deserve the first word.
            self.judge_from = Instant::now() + shared.options.lease;
        })?;
        let judged = answer.judged;
        let nothing_for = deliver(shared, want, answer);
        Ok(if judged {
            nothing_for
        } else {
            nothing_for.min(self.no_judgement(shared))
        })
    }

    /// How long expired leases are left alone for sure. A fetch that leaves them does not say when one expires, so
    /// without another look at that time they would lie there until something else wakes the worker.
    fn no_judgement(&self, shared: &Shared) -> Duration {
        self.judge_from
            .saturating_duration_since(Instant::now())
            .max(shared.options.renew_every)
    }

    async fn call(&mut self, shared: &Shared, want: usize) -> RedisResult<Answer> {
        let worker = self.name(shared).await?;
        let judge = Instant::now() >= self.judge_from && shared.is_fresh();
        self.number += 1;
        let mut call = script::FETCH.key(shared.prefix.as_str());
        call.arg(&shared.options.queue)
            .arg(want)
            .arg(u64::try_from(shared.options.lease.as_millis()).unwrap_or(u64::MAX))
            .arg(u8::from(judge))
            .arg(worker)
            .arg(self.number)
            .arg(self.seen);
        let values = self.link.invoke::<Vec<Value>>(&call).await?;
        let answer = parse(values, judge)?;
        self.seen = self.number;
        shared.options.health.touch();
        Ok(answer)
    }

    async fn name(&mut self, shared: &Shared) -> RedisResult<String> {
        if let Some(worker) = &self.worker {
            return Ok(worker.clone());
        }
        // The time beside the counter, should Redis ever lose its memory and count from one again.
        let mut pipe = redis::pipe();
        pipe.incr(shared.prefix.workers(), 1).cmd("TIME");
        let (count, (seconds, micros)): (u64, (u64, u64)) = self.link.query(&pipe).await?;
        Ok(self.worker.insert(format!("{count}-{seconds}-{micros}")).clone())
    }
}

/// Gives what was fetched to the worker and says how long there is nothing to do.
fn deliver(shared: &Shared, want: usize, answer: Answer) -> Duration {
    let queue = &shared.options.queue;
    if answer.reaped > 0 {
        let (reaped, buried) = (answer.reaped, answer.buried);
        metric::leases_expired(queue, reaped);
        metric::died_unheard(queue, buried);
        warn!(
            queue,
            reaped, buried, "{reaped} leases of {queue} ran out, {buried} for the last time"
        );
    }
    let full = answer.jobs.len() >= want;
    let fetched = Instant::now();
    let mut deliveries = Vec::with_capacity(answer.jobs.len());
    for (id, token, attempt, envelope) in answer.jobs {
        let lease = Lease { id: id.into(), token };
        let envelope: Envelope = match serde_json::from_slice(&envelope) {
            Ok(envelope) => envelope,
            Err(reason) => {
                let why = format!("undecodable envelope: {reason}");
                shared.settle_later(
                    lease.clone(),
                    unread(queue, &lease, &envelope, answer.now_ms, why),
                );
                continue;
            }
        };
        let waited = u64::try_from(answer.now_ms - envelope.ready_at_ms()).unwrap_or(0);
        deliveries.push(Delivery {
            queue: Arc::clone(&shared.queue),
            lease,
            attempt,
            envelope,
            fetched,
            waited: Duration::from_millis(waited),
            guard: None,
        });
    }
    shared.accept(deliveries);
    if full || answer.more {
        return Duration::ZERO;
    }
    answer
        .wait
        .unwrap_or(shared.options.tick)
        .min(shared.options.tick)
}

/// What becomes of a job whose envelope cannot be read: a newer worker may know it, so it waits as one of an unknown name
/// does. What is no envelope of any version is buried at once.
fn unread(queue: &str, lease: &Lease, envelope: &[u8], now_ms: i64, why: String) -> Verdict {
    let id = &lease.id;
    let waited = envelope::ready_at_ms(envelope)
        .and_then(|ready| u64::try_from(now_ms - ready).ok())
        .map(Duration::from_millis);
    if waited.is_some_and(|waited| waited < STRANGER_PATIENCE) {
        warn!(job.id = %id, queue, why, "job {id} is left to newer workers: {why}");
        return Verdict::Defer(STRANGER_PAUSE, why);
    }
    error!(job.id = %id, queue, why, "job {id} has no readable envelope, burying it: {why}");
    metric::died_unheard(queue, 1);
    Verdict::Dead(why)
}

fn parse(values: Vec<Value>, judged: bool) -> RedisResult<Answer> {
    fn next<T: redis::FromRedisValue>(values: &mut std::vec::IntoIter<Value>) -> Result<T, ParsingError> {
        from_redis_value(values.next().unwrap_or(Value::Nil))
    }
    let short = || RedisError::from((ErrorKind::UnexpectedReturnType, "fetch answered too little"));
    if values.len() < 5 || !(values.len() - 5).is_multiple_of(4) {
        return Err(short());
    }
    let mut values = values.into_iter();
    let wait: i64 = next(&mut values)?;
    let now_ms = next(&mut values)?;
    let more: u64 = next(&mut values)?;
    let reaped = next(&mut values)?;
    let buried = next(&mut values)?;
    let mut jobs = Vec::with_capacity(values.len() / 4);
    while values.len() > 0 {
        // An id that is no UTF-8 was not pushed by us; its mangled name is refused by the acker, and it
        // ends in the dead letters when its leases have run out often enough.
        let id: Vec<u8> = next(&mut values)?;
        let id = String::from_utf8_lossy(&id).into_owned();
        jobs.push((id, next(&mut values)?, next(&mut values)?, next(&mut values)?));
    }
    let wait = u64::try_from(wait).ok().map(Duration::from_micros);
    Ok(Answer {
        judged,
        wait,
        now_ms,
        more: more > 0,
        reaped,
        buried,
        jobs,
    })
}
