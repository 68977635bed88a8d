//! Parked callers.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    RestClient, RestError,
    json::{Object, Resource, one},
    send::About,
};
use crate::{CallSid, QueueSid};

/// What Twilio believes about a parked caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The caller's leg.
    pub call: CallSid,
    /// Where it is parked.
    pub queue: Option<QueueSid>,
    /// Since when.
    pub enqueued: Option<DateTime<Utc>>,
    /// Place in Twilio's queue; 1 is next.
    pub position: Option<u32>,
    /// How long it has been parked, in whole seconds.
    pub waited: Option<Duration>,
}

impl Resource for Member {
    const NAME: &'static str = "queue member";

    fn read(object: Object<'_>) -> Option<Self> {
        Some(Self {
            call: object.parsed("call_sid")?,
            queue: object.parsed("queue_sid"),
            enqueued: object.instant("date_enqueued"),
            position: object.count("position"),
            waited: object.seconds("wait_time"),
        })
    }
}

impl RestClient {
    /// Takes a parked caller out of the queue, to run the document at `url`.
    ///
    /// Only the first such request for a caller succeeds; the others, and those for a caller who is not
    /// parked, are [`NotWhereThought`](super::Fate::NotWhereThought).
    pub async fn redirect_member(
        &self,
        queue: &QueueSid,
        call: &CallSid,
        url: &str,
    ) -> Result<Member, RestError> {
        one(&self
            .post(
                &path(queue, call),
                &[("Url", url), ("Method", "POST")],
                About::Member,
            )
            .await?)
    }

    /// Reads whether a caller is parked.
    pub async fn fetch_member(&self, queue: &QueueSid, call: &CallSid) -> Result<Member, RestError> {
        one(&self.get(&path(queue, call), About::Member).await?)
    }
}

fn path(queue: &QueueSid, call: &CallSid) -> String {
    format!("Queues/{queue}/Members/{call}.json")
}
