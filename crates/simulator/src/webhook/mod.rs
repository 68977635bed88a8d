//! Requests to the application: what they say, how they are signed, what becomes of them.

mod deliver;
mod fate;
mod notify;
mod overrides;
mod parameters;
mod signature;

pub(crate) use deliver::deliver;
pub(crate) use fate::Names;
pub(crate) use parameters::rfc2822;
pub use signature::sign;

use url::Url;

use crate::id::LegId;

/// Where a document comes from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Asked for at an absolute URL.
    Url { url: String, method: String },
    /// Given with a REST request; it has no URL that others could be relative to.
    Twiml(String),
}

/// A request to the application.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) leg: Option<LegId>,
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) params: Vec<(String, String)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// An answer, whatever its status; the URL is the last one after redirects.
    Got {
        status: u16,
        content_type: Option<String>,
        body: Vec<u8>,
        url: Url,
    },
    /// None; Twilio's error code for it.
    Failed { code: u32 },
}
