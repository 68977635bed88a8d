//! Connection overrides in the fragment of a webhook URL: `#rc=2&rp=ct,5xx&tt=10000`.
//!
//! `ct`, `sni` and `e` change nothing here: there is one network, and connecting takes five seconds at most.

use std::time::Duration;

/// What a fragment asks for; the default is one retry, after a failed connection only.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the retry policy is a set of four independent causes"
)]
pub(crate) struct Overrides {
    pub(crate) retries: u32,
    pub(crate) on_connect: bool,
    pub(crate) on_read: bool,
    pub(crate) on_4xx: bool,
    pub(crate) on_5xx: bool,
    pub(crate) total: Option<Duration>,
    pub(crate) read: Option<Duration>,
}

impl Default for Overrides {
    fn default() -> Self {
        Self {
            retries: 1,
            on_connect: true,
            on_read: false,
            on_4xx: false,
            on_5xx: false,
            total: None,
            read: None,
        }
    }
}

impl Overrides {
    /// Reads the fragment of a URL; values out of range and unknown keys are passed over.
    pub(crate) fn of(url: &str) -> Self {
        let mut found = Self::default();
        let Some((_, fragment)) = url.split_once('#') else {
            return found;
        };
        for (key, value) in form_urlencoded::parse(fragment.as_bytes()) {
            match &*key {
                "rc" => {
                    if let Some(retries) = value.parse().ok().filter(|retries| *retries <= 5) {
                        found.retries = retries;
                    }
                }
                "rp" => {
                    let has = |name: &str| value.split(',').any(|part| part == name || part == "all");
                    found.on_connect = has("ct");
                    found.on_read = has("rt");
                    found.on_4xx = has("4xx");
                    found.on_5xx = has("5xx");
                }
                "tt" => found.total = limit(&value),
                "rt" => found.read = limit(&value),
                _ => {}
            }
        }
        found
    }
}

fn limit(text: &str) -> Option<Duration> {
    text.parse()
        .ok()
        .filter(|ms| (100..=15_000).contains(ms))
        .map(Duration::from_millis)
}
