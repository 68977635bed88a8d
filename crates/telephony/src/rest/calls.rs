//! Calls: one for each leg.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use http02::Method;
use twilio_async::encode_pairs;

use super::{
    Listing, RestClient, RestError,
    json::{Object, Resource, one},
    send::About,
};
use crate::{CallSid, CallStatus, Direction, Party, twiml::LegCallback};

/// What Twilio believes about a leg.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The leg.
    pub sid: CallSid,
    /// The leg that dialled it.
    pub parent: Option<CallSid>,
    /// Who calls.
    pub from: Option<Party>,
    /// Who is called.
    pub to: Option<Party>,
    /// How far it has come; nothing for a word we do not know.
    pub status: Option<CallStatus>,
    /// Who started it.
    pub direction: Option<Direction>,
    /// When it was made known to Twilio.
    pub created: Option<DateTime<Utc>>,
    /// When it began; nothing while it is being placed.
    pub started: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended: Option<DateTime<Utc>>,
    /// How long it lasted, in whole seconds; only once it has ended.
    pub duration: Option<Duration>,
    /// How long Twilio expects to hold it back before dialling.
    pub queue_time: Option<Duration>,
}

impl Resource for Call {
    const NAME: &'static str = "call";

    fn read(object: Object<'_>) -> Option<Self> {
        Some(Self {
            sid: object.parsed("sid")?,
            parent: object.parsed("parent_call_sid"),
            from: object.party("from"),
            to: object.party("to"),
            status: object.word("status"),
            direction: object.word("direction"),
            created: object.instant("date_created"),
            started: object.instant("start_time"),
            ended: object.instant("end_time"),
            duration: object.seconds("duration"),
            queue_time: object.millis("queue_time"),
        })
    }
}

/// A call to be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateCall {
    /// Whom to call.
    pub to: Party,
    /// Who appears to call; for a phone, one of the account's numbers.
    pub from: Party,
    /// The document that the one who picks up hears, as an absolute URL.
    pub url: String,
    /// Told about the leg.
    pub status_callback: Option<String>,
    /// What it is told; only `completed` if empty.
    pub status_callback_events: Vec<LegCallback>,
    /// How long it rings; 60 s if nothing. Twilio adds up to 5 s.
    pub timeout: Option<Duration>,
    /// The longest the call may last.
    pub time_limit: Option<Duration>,
}

impl CreateCall {
    /// With Twilio's defaults and no notices.
    pub fn new(to: Party, from: Party, url: impl Into<String>) -> Self {
        Self {
            to,
            from,
            url: url.into(),
            status_callback: None,
            status_callback_events: Vec::new(),
            timeout: None,
            time_limit: None,
        }
    }
}

/// Which calls a list shall hold. What is nothing does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CallFilter {
    /// In this state. REST does not know `initiated`.
    pub status: Option<CallStatus>,
    /// Dialled by this leg.
    pub parent: Option<CallSid>,
    /// To this party.
    pub to: Option<Party>,
    /// Begun at this moment or later; the fraction of a second is dropped.
    pub started_since: Option<DateTime<Utc>>,
    /// Ended at this moment or later; the fraction of a second is dropped.
    pub ended_since: Option<DateTime<Utc>>,
}

impl RestClient {
    /// Places a call.
    ///
    /// After [`Fate::Unknown`](super::Fate::Unknown) it may be ringing: look for it with
    /// [`list_calls`](Self::list_calls) before placing another.
    pub async fn create_call(&self, call: &CreateCall) -> Result<Call, RestError> {
        let CreateCall {
            to,
            from,
            url,
            status_callback,
            status_callback_events,
            timeout,
            time_limit,
        } = call;
        let (from, to) = (from.to_string(), to.to_string());
        let timeout = timeout.map(|timeout| timeout.as_secs().to_string());
        let time_limit = time_limit.map(|limit| limit.as_secs().to_string());

        let mut request = self.twilio.call(&from, &to, url);
        if let Some(timeout) = &timeout {
            request = request.timeout(timeout);
        }
        if let Some(callback) = status_callback {
            request = request.status_callback(callback);
        }
        // It knows one event only, and no limit: those are appended.
        let mut more: Vec<_> = status_callback_events
            .iter()
            .map(|event| ("StatusCallbackEvent", event.as_str()))
            .collect();
        more.extend(time_limit.as_deref().map(|limit| ("TimeLimit", limit)));
        let mut form = request.call.to_string();
        if let Some(part) = encode_pairs(more).filter(|part| !part.is_empty()) {
            form.push('&');
            form.push_str(&part);
        }
        one(&self
            .send(Method::POST, "Calls.json", Some(form), About::Collection)
            .await?)
    }

    /// Reads a call.
    pub async fn fetch_call(&self, call: &CallSid) -> Result<Call, RestError> {
        one(&self.get(&path(call), About::Live).await?)
    }

    /// Has a live call run the document at `url` from its beginning.
    ///
    /// A leg on the other side of a `<Dial>` is freed and goes on with its own document.
    pub async fn redirect_call(&self, call: &CallSid, url: &str) -> Result<Call, RestError> {
        one(&self
            .post(&path(call), &[("Url", url), ("Method", "POST")], About::Live)
            .await?)
    }

    /// Ends a call in any live state. One that has ended is
    /// [`NotWhereThought`](super::Fate::NotWhereThought).
    pub async fn complete_call(&self, call: &CallSid) -> Result<Call, RestError> {
        one(&self
            .post(&path(call), &[("Status", "completed")], About::Live)
            .await?)
    }

    /// Ends a call that nobody has picked up yet, and leaves one that somebody has.
    pub async fn cancel_call(&self, call: &CallSid) -> Result<Call, RestError> {
        one(&self
            .post(&path(call), &[("Status", "canceled")], About::Live)
            .await?)
    }

    /// Reads the calls that fit, newest first.
    pub async fn list_calls(&self, filter: &CallFilter) -> Result<Listing<Call>, RestError> {
        let CallFilter {
            status,
            parent,
            to,
            started_since,
            ended_since,
        } = filter;
        let to = to.as_ref().map(Party::to_string);
        let text = |time: &DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
        let since = started_since.as_ref().map(text);
        let ended = ended_since.as_ref().map(text);
        let filters: Vec<_> = [
            ("Status", status.map(CallStatus::as_str)),
            ("ParentCallSid", parent.as_ref().map(CallSid::as_str)),
            ("To", to.as_deref()),
            // The sign is part of the name: the query reads `StartTime>=2026-...`.
            ("StartTime>", since.as_deref()),
            ("EndTime>", ended.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        self.list("Calls.json", "calls", &filters, About::Collection)
            .await
    }
}

fn path(call: &CallSid) -> String {
    format!("Calls/{call}.json")
}
