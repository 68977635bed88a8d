//! Settles deliveries, many in one call.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::error;

use super::delivery::Lease;
use super::shared::Shared;
use crate::link::{Address, Link};
use crate::script;

/// What becomes of a delivery; the ops of `ack.lua`.
#[derive(Debug)]
pub(crate) enum Verdict {
    Done(Run),
    Retry(Duration, String),
    Again(Duration),
    Defer(Duration, String),
    Release,
    Dead(String),
}

/// What people may want to know of a run.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Run {
    pub(crate) name: String,
    pub(crate) attempt: u32,
    #[serde(rename = "run_ms")]
    pub(crate) took_ms: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<String>,
}

/// A line of the list of recent jobs; the script adds the time.
#[derive(Serialize)]
struct Note<'a> {
    id: &'a str,
    #[serde(flatten)]
    run: &'a Run,
}

impl Ack {
    /// Op, argument and note, as in `ack.lua`.
    fn args(&self, noted: bool) -> (&'static str, u128, Cow<'_, str>) {
        match &self.verdict {
            Verdict::Done(run) if noted => {
                let id = self.lease.id.as_ref();
                // Strings and numbers cannot fail; without its note a job is merely not in the list.
                let note = serde_json::to_string(&Note { id, run }).unwrap_or_default();
                ("done", 0, note.into())
            }
            Verdict::Done(_) => ("done", 0, "".into()),
            Verdict::Retry(delay, why) => ("retry", delay.as_millis(), why.into()),
            Verdict::Again(delay) => ("again", delay.as_millis(), "".into()),
            Verdict::Defer(delay, why) => ("defer", delay.as_millis(), why.into()),
            Verdict::Release => ("release", 0, "".into()),
            Verdict::Dead(why) => ("dead", 0, why.into()),
        }
    }
}

/// What Redis made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// Done as asked.
    Applied,
    /// Somebody else holds the job, or nobody.
    Refused,
    /// It may have been done by a call whose answer got lost, or the engine has ended.
    Unknown,
}

pub(crate) struct Ack {
    pub(super) lease: Lease,
    pub(super) verdict: Verdict,
    pub(super) reply: Option<oneshot::Sender<Settled>>,
}

/// The most settlements in one call: some hundred µs of Redis' time.
const BATCH: usize = 256;

/// The most finished jobs of one call that get into the list of recent ones. Under a load that makes larger
/// batches the list would be another one before anybody has read it.
const NOTED: usize = 10;

pub(super) async fn run(
    address: Address,
    shared: Arc<Shared>,
    acks: Arc<Mutex<mpsc::UnboundedReceiver<Ack>>>,
) {
    let seed = shared.options.seed ^ 3;
    let mut link = Link::new(
        address,
        &shared.options.queue,
        "acker",
        Duration::from_secs(2),
        seed,
    );
    let mut acks = acks.lock().await;
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        tokio::select! {
            biased;
            count = acks.recv_many(&mut batch, BATCH) => if count == 0 { return },
            () = async { shared.closed.cancelled().await; shared.fetched_out.cancelled().await } => return,
        }
        settle(&mut link, &shared, &mut batch).await;
    }
}

/// Sends a batch until Redis answers; the engine's end bounds it.
async fn settle(link: &mut Link, shared: &Shared, batch: &mut Vec<Ack>) {
    let queue = &shared.options.queue;
    let mut call = script::ACK.key(shared.prefix.as_str());
    call.arg(queue);
    let unnoted = batch.len().saturating_sub(NOTED);
    for (place, ack) in batch.iter().enumerate() {
        let (op, arg, note) = ack.args(place >= unnoted);
        call.arg(ack.lease.id.as_ref())
            .arg(ack.lease.token)
            .arg(op)
            .arg(u64::try_from(arg).unwrap_or(u64::MAX))
            .arg(note.as_ref());
    }
    let mut first = true;
    let answers: Vec<i64> = loop {
        match link.invoke(&call).await {
            Ok(answers) => break answers,
            Err(_) => first = false,
        }
    };
    // No answer for an ack cannot happen; its reply would be dropped and read as `Unknown`.
    for (ack, answer) in batch.drain(..).zip(answers) {
        let settled = match answer {
            1 => Settled::Applied,
            // An earlier try may have done it already.
            0 if !first => Settled::Unknown,
            0 => Settled::Refused,
            _ => {
                let id = &ack.lease.id;
                error!(job.id = %id, queue, "job {id} could not be settled: its keys have a wrong type");
                Settled::Unknown
            }
        };
        if let Some(reply) = ack.reply {
            // The worker may have dropped the job in the meantime.
            let _ = reply.send(settled);
        }
    }
}
