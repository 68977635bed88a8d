//! Where a calendar is taken from.

use std::fmt;
use std::path::PathBuf;

use config::{Value, ValueKind};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{
    fault::Faults,
    leaf::text,
    read::{Setting, refuse_unknown},
    show::Shown,
};

/// Where a calendar is taken from.
///
/// The address of a private calendar is its password: whoever has it can read the calendar. So it is written out
/// nowhere; [`FeedSource::id`] stands for it.
#[derive(Clone, PartialEq, Eq)]
pub enum FeedSource {
    /// A file of this machine.
    File(PathBuf),
    /// A server.
    Url(Url),
}

impl FeedSource {
    /// Tells it from every other place, without saying where it is: the path of a file, the digest of an address.
    pub fn id(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Url(url) => {
                let digest = Sha256::digest(url.as_str());
                let hex = digest.iter().map(|byte| format!("{byte:02x}"));
                format!("sha256:{}", hex.collect::<String>())
            }
        }
    }

    /// Whether this is the place that has that id. Versions up to 0.1 wrote the address itself, which
    /// [`FeedSource::is_plain`] finds.
    pub fn is(&self, id: &str) -> bool {
        self.id() == id || self.is_plain(id)
    }

    /// Whether it is this address, written out.
    pub fn is_plain(&self, id: &str) -> bool {
        match self {
            Self::File(_) => false,
            Self::Url(url) => url.as_str() == id,
        }
    }
}

/// Of an address no more than who answers there.
impl fmt::Display for FeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => write!(f, "{}/...", url.origin().ascii_serialization()),
        }
    }
}

impl fmt::Debug for FeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Setting for FeedSource {
    const EXPECTED: &'static str =
        "the path of a file, an http, https or webcal address without credentials, or { url_file = \"...\" }";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let written = match &value.kind {
            // The address of a private calendar in a file of its own, as for any secret.
            ValueKind::Table(table) => {
                refuse_unknown(table, &SecretString::keys("url"), path, faults);
                match SecretString::find(table, "url", path, faults).ok()? {
                    Some(value) => text(&value).and_then(|text| address(text.trim())),
                    None => None,
                }
            }
            ValueKind::Nil
            | ValueKind::Boolean(_)
            | ValueKind::I64(_)
            | ValueKind::I128(_)
            | ValueKind::U64(_)
            | ValueKind::U128(_)
            | ValueKind::Float(_)
            | ValueKind::String(_)
            | ValueKind::Array(_) => text(value).and_then(|text| {
                let text = text.trim();
                if text.contains("://") {
                    address(text)
                } else {
                    (!text.is_empty()).then(|| Self::File(text.into()))
                }
            }),
        };
        if written.is_none() {
            // Not the text: it may hold a password.
            faults.at(path, value, format!("expected {}", Self::EXPECTED));
        }
        written
    }

    fn show(&self) -> Shown {
        Shown::Text(self.to_string())
    }
}

fn address(text: &str) -> Option<FeedSource> {
    // What calendar programs call the same address, so that a browser gives it to them.
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let scheme = match scheme.as_str() {
        "webcal" | "webcals" => "https",
        other => other,
    };
    let url = Url::parse(&format!("{scheme}://{rest}")).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && url.has_host() && plain).then_some(FeedSource::Url(url))
}
