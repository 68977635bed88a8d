//! Where knowledge about callers comes from.

use std::{collections::BTreeMap, time::Duration};

use config::Value;
use secrecy::SecretString;

use crate::settings::{
    fault::Faults,
    leaf::{leaf, text},
    read::{Setting, section},
    show::Shown,
};

section! {
    /// `lookup`: the sources that are asked about a caller, by name.
    pub Lookup {
        /// Each is asked by its own job.
        sources: BTreeMap<String, LookupSource>,
    }
}

section! {
    /// A source of caller knowledge.
    pub LookupSource {
        /// How it is asked.
        kind: SourceKind,
        /// The address to get; `{number}` stands for the caller's number in E.164 form, `{national}` for the
        /// number as it is dialled within the country.
        url: String,
        /// Headers to send. Their values are treated as secrets.
        headers: BTreeMap<String, SecretString>,
        /// Sent as `Authorization: Bearer`.
        bearer_token: Option<SecretString>,
        /// For one attempt.
        timeout: Duration = "3s",
        /// How often it is tried.
        attempts: u32 = "3",
        /// How long an answer is kept; `0s` to ask every time.
        cache: Duration = "5m",
        /// Where in the answer is what: `matches` is a JSON pointer to the list of matches; every other key is a
        /// field of the profile, made from a pointer into a match (`/person/name`) or a text with pointers in braces.
        mapping: BTreeMap<String, String>,
    }
}

/// How a source is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A GET that is answered with JSON.
    Http,
}

leaf!(
    SourceKind,
    "\"http\"",
    |text| (text == "http").then_some(Self::Http),
    |kind| match kind {
        SourceKind::Http => Shown::Text("http".to_owned()),
    }
);
