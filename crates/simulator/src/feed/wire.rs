//! Requests of the wire log, as the page shows them.

use serde::Serialize;
use url::Url;

use crate::state::State;
use crate::wire::WireEntry;

/// Longer answers are cut for the page; the HAR has them whole.
const LONGEST_BODY: usize = 64 * 1024;
/// Parameters that everybody knows, or that are too many for one line.
const DULL: &[&str] = &[
    "AccountSid",
    "ApiVersion",
    "CallSid",
    "Called",
    "Caller",
    "Direction",
    "From",
    "To",
    "ForwardedFrom",
    "QueueSid",
    "CallerName",
    "StirVerstat",
    "Timestamp",
    "CallbackSource",
    "SequenceNumber",
    "CallToken",
    "CarrierTrace",
];
/// Nearly every request has it.
const STATUS: &str = "CallStatus";
/// What one line can hold.
const LONGEST_VALUE: usize = 80;

/// One request in one line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Line {
    /// The first ever has 0.
    pub(crate) number: u64,
    pub(crate) at_ms: i64,
    pub(crate) kind: &'static str,
    pub(crate) method: String,
    pub(crate) path: String,
    /// The `CallSid` it is about.
    pub(crate) call: Option<String>,
    /// The parameters that tell most.
    pub(crate) telling: Vec<(String, String)>,
    /// 0 when there was no answer.
    pub(crate) status: u16,
    pub(crate) took_ms: f64,
    pub(crate) error: Option<String>,
}

/// One request with all that is known of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Full {
    #[serde(flatten)]
    line: Line,
    url: String,
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
    params: Vec<(String, String)>,
    content_type: String,
    /// Text only; sound is left out.
    body: String,
    /// Bytes of the whole answer.
    size: usize,
    /// The body is not all of it.
    cut: bool,
}

impl Line {
    pub(super) fn new(number: u64, entry: &WireEntry) -> Self {
        let url = Url::parse(&entry.url).ok();
        let path = url
            .as_ref()
            .map_or_else(|| entry.url.clone(), |url| url.path().to_owned());
        let query = query(url.as_ref());
        let params = params(entry);
        let all = || query.iter().chain(&params);
        let call = all()
            .find(|(name, _)| name == "CallSid")
            .map(|(_, sid)| sid.clone())
            .or_else(|| {
                path.split(['/', '.'])
                    .find(|part| is_call(part))
                    .map(str::to_owned)
            });
        let telling: Vec<_> = all()
            .filter(|(name, value)| !value.is_empty() && !DULL.contains(&name.as_str()))
            .filter(|(name, _)| {
                !["Caller", "Called", "From", "To"]
                    .iter()
                    .any(|end| place(name, end))
            })
            .collect();
        // Of a request that says nothing else, such as a call's first, it matters who it is.
        let who = telling
            .iter()
            .all(|(name, _)| name == STATUS)
            .then(|| all().find(|(name, value)| name == "From" && !value.is_empty()))
            .flatten();
        let telling = who
            .into_iter()
            .chain(telling)
            .map(|(name, value)| (name.clone(), value.chars().take(LONGEST_VALUE).collect()))
            .collect();
        #[expect(clippy::cast_precision_loss, reason = "a duration for people to read")]
        let took_ms = entry.took.as_micros().min(u128::from(u64::MAX)) as f64 / 1000.0;
        Self {
            number,
            at_ms: entry.at_ms,
            kind: entry.kind,
            method: entry.method.clone(),
            path,
            call,
            telling,
            status: entry.status,
            took_ms,
            error: entry.error.clone(),
        }
    }
}

/// `FromCity`, `CallerZip` and their like: where a number is registered.
fn place(name: &str, whose: &str) -> bool {
    name.strip_prefix(whose)
        .is_some_and(|rest| ["City", "State", "Zip", "Country"].contains(&rest))
}

fn is_call(part: &str) -> bool {
    part.len() == 34 && part.starts_with("CA")
}

fn query(url: Option<&Url>) -> Vec<(String, String)> {
    url.map(|url| url.query_pairs().into_owned().collect())
        .unwrap_or_default()
}

fn params(entry: &WireEntry) -> Vec<(String, String)> {
    form_urlencoded::parse(entry.request_body.as_bytes())
        .into_owned()
        .collect()
}

impl Full {
    fn new(number: u64, entry: &WireEntry) -> Self {
        let text = if entry.content_type.starts_with("audio/") {
            String::new()
        } else {
            let kept = entry
                .response_body
                .get(..LONGEST_BODY)
                .unwrap_or(&entry.response_body);
            String::from_utf8_lossy(kept).into_owned()
        };
        Self {
            line: Line::new(number, entry),
            url: entry.url.clone(),
            headers: entry.request_headers.clone(),
            query: query(Url::parse(&entry.url).ok().as_ref()),
            params: params(entry),
            content_type: entry.content_type.clone(),
            cut: entry.response_body.len() > LONGEST_BODY,
            body: text,
            size: entry.response_body.len(),
        }
    }
}

/// One request, unless it has been forgotten.
pub(crate) fn entry(state: &State, number: u64) -> Option<Full> {
    let (found, entry) = state.wire.since(number).next()?;
    (found == number).then(|| Full::new(number, entry))
}

/// Requests from `since` on, oldest first, `limit` of them at most.
pub(crate) fn entries(state: &State, since: u64, limit: usize) -> Vec<Full> {
    let found = state.wire.since(since).take(limit);
    found.map(|(number, entry)| Full::new(number, entry)).collect()
}
