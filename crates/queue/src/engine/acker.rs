//! Settles deliveries, many in one call.

use std::sync::Arc;
use std::time::Duration;

use redis::Client;
use tokio::sync::{Mutex, mpsc, oneshot};
use tracing::error;

use super::delivery::Lease;
use super::shared::Shared;
use crate::link::Link;
use crate::script;

/// What becomes of a delivery; the ops of `ack.lua`.
#[derive(Debug)]
pub(crate) enum Verdict {
    Done,
    Retry(Duration),
    Again(Duration),
    Release,
    Dead(String),
}

impl Verdict {
    fn op(&self) -> (&'static str, String) {
        match self {
            Self::Done => ("done", String::new()),
            Self::Retry(delay) => ("retry", delay.as_millis().to_string()),
            Self::Again(delay) => ("again", delay.as_millis().to_string()),
            Self::Release => ("release", String::new()),
            Self::Dead(reason) => ("dead", reason.clone()),
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

pub(super) async fn run(client: Client, shared: Arc<Shared>, acks: Arc<Mutex<mpsc::UnboundedReceiver<Ack>>>) {
    let seed = shared.options.seed ^ 3;
    let mut link = Link::new(
        client,
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
    for ack in batch.iter() {
        let (op, arg) = ack.verdict.op();
        call.arg(ack.lease.id.as_ref())
            .arg(ack.lease.token)
            .arg(op)
            .arg(arg);
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
