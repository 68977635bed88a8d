//! Where a calendar is taken from.

use std::fmt;
use std::path::PathBuf;

use config::Value;
use url::Url;

use super::{fault::Faults, leaf::text, read::Setting, show::Shown};

/// Where a calendar is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FeedSource {
    /// A file of this machine.
    File(PathBuf),
    /// A server.
    Url(Url),
}

impl fmt::Display for FeedSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Url(url) => url.fmt(f),
        }
    }
}

impl Setting for FeedSource {
    const EXPECTED: &'static str = "the path of a file, or an http or https address without credentials";

    fn parse(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let read = text(value).and_then(|text| {
            let text = text.trim();
            if !text.contains("://") {
                return (!text.is_empty()).then(|| Self::File(text.into()));
            }
            let url = Url::parse(text).ok()?;
            let plain = url.username().is_empty() && url.password().is_none();
            (matches!(url.scheme(), "http" | "https") && url.has_host() && plain).then_some(Self::Url(url))
        });
        if read.is_none() {
            // Not the text: it may hold a password.
            faults.at(path, value, format!("expected {}", Self::EXPECTED));
        }
        read
    }

    fn show(&self) -> Shown {
        Shown::Text(self.to_string())
    }
}
