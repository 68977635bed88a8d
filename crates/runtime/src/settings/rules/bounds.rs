//! Values that make no sense, whatever the others are.

use std::time::Duration;

use url::Url;

use super::{Sections, is_name};
use crate::settings::{Calls, LookupSource, duration::render, fault::Faults};

const NONE: Duration = Duration::from_millis(1);

pub(super) fn check(sections: &Sections, faults: &mut Faults) {
    if let Some(redis) = &sections.redis {
        // The carrier gives a webhook 15 s; the answer without Redis must still fit, with its retries.
        within("redis.budget", redis.budget, NONE, secs(5), faults);
        if redis.url.as_ref().is_some_and(|url| !is_redis(url)) {
            faults.rule("redis.url", "expected redis://, rediss:// or redis+unix://");
        }
    }
    kept(sections, faults);
    if let Some(twilio) = &sections.twilio {
        within("twilio.timeout", twilio.timeout, NONE, secs(60), faults);
        within(
            "twilio.connect_timeout",
            twilio.connect_timeout,
            NONE,
            twilio.timeout,
            faults,
        );
    }
    if let Some(connections) = &sections.connections {
        // Less would cut off who needs a moment for a request; more leaves an idle one as long as a proven one.
        within(
            "connections.unproven_idle",
            connections.unproven_idle,
            secs(2),
            secs(75),
            faults,
        );
    }
    if let Some(calls) = &sections.calls {
        promises(calls, faults);
    }
    if let Some(limits) = &sections.caller_limits {
        for (name, live) in [("live", limits.live), ("withheld_live", limits.withheld_live)] {
            // All of them are looked at when there are too many.
            if live > 1_000 {
                faults.rule(
                    &format!("caller_limits.{name}"),
                    "expected at most 1000, or 0 for no limit",
                );
            }
        }
    }
    if let Some(lookup) = &sections.lookup {
        lookup
            .sources
            .iter()
            .for_each(|(name, source)| source_rules(name, source, faults));
    }
    if let Some(log) = &sections.log
        && let Err(error) = tracing_subscriber::EnvFilter::builder().parse(&log.filter)
    {
        faults.rule("log.filter", format!("expected log directives: {error}"));
    }
}

/// What is kept for good, where else, and what is looked at.
fn kept(sections: &Sections, faults: &mut Faults) {
    if let Some(records) = &sections.records
        && records.url.as_ref().is_some_and(|url| !is_records(url))
    {
        faults.rule(
            "records.url",
            "expected postgres://USER:PASSWORD@HOST/DATABASE or sqlite://PATH",
        );
    }
    if let Some(feeds) = &sections.feeds {
        within(
            "feeds.refresh_every",
            feeds.refresh_every,
            secs(1),
            hours(24 * 7),
            faults,
        );
        // A job may run for a minute in all.
        within("feeds.timeout", feeds.timeout, NONE, secs(30), faults);
        within(
            "feeds.stale_after",
            feeds.stale_after,
            feeds.refresh_every,
            hours(24 * 365),
            faults,
        );
    }
    if sections
        .data
        .as_ref()
        .is_some_and(|data| data.dir.as_os_str().is_empty())
    {
        faults.rule("data.dir", "expected a folder");
    }
}

fn promises(calls: &Calls, faults: &mut Faults) {
    for (name, value, least, most) in [
        ("unanswered_after", calls.unanswered_after, NONE, hours(4)),
        ("office_retry_after", calls.office_retry_after, NONE, hours(4)),
        ("claim_browser", calls.claim_browser, NONE, secs(300)),
        ("claim_phone", calls.claim_phone, NONE, secs(300)),
        ("connect_within", calls.connect_within, NONE, secs(300)),
        ("talking_check_after", calls.talking_check_after, NONE, secs(300)),
        // A waiting line is also the rescue when nothing else works: it must look in this often.
        ("wait_document", calls.wait_document, secs(1), secs(20)),
        ("sweep_every", calls.sweep_every, NONE, secs(600)),
        ("voicemail_max", calls.voicemail_max, secs(1), hours(1)),
        ("ended_ttl", calls.ended_ttl, secs(1), hours(24 * 365)),
    ] {
        within(&format!("calls.{name}"), value, least, most, faults);
    }
    // What is said must be over before it is said again.
    if !calls.announce_every.is_zero() {
        within(
            "calls.announce_every",
            calls.announce_every,
            secs(30),
            secs(600),
            faults,
        );
    }
    if calls.recording_days > 3_650 {
        faults.rule(
            "calls.recording_days",
            "expected at most 3650 days, or 0 for ever",
        );
    }
    if !(1..=20).contains(&calls.office_rings) {
        faults.rule(
            "calls.office_rings",
            "expected 1 to 20 rounds: a call must not go to voicemail unrung",
        );
    }
}

fn source_rules(name: &str, source: &LookupSource, faults: &mut Faults) {
    let path = |field: &str| format!("lookup.sources.{name}.{field}");
    if !is_name(name, &['-'], 40) {
        faults.rule(
            &path("kind"),
            "the source's name: expected 1 to 40 letters, digits or -",
        );
    }
    within(&path("timeout"), source.timeout, NONE, secs(60), faults);
    if !(1..=10).contains(&source.attempts) {
        faults.rule(&path("attempts"), "expected 1 to 10");
    }
    address_rules(&path("url"), &source.url, faults);
    if source.mapping.is_empty() {
        faults.rule(&path("mapping"), "expected at least one field of the profile");
    }
    let fixed = source
        .headers
        .keys()
        .any(|name| name.eq_ignore_ascii_case("authorization"));
    if fixed && source.bearer_token.is_some() {
        faults.rule(
            &path("bearer_token"),
            "set either bearer_token or the header Authorization, not both",
        );
    }
}

/// The caller's number comes from outside: it may choose a record, never a host.
fn address_rules(path: &str, url: &str, faults: &mut Faults) {
    if !url.contains("{number}") && !url.contains("{national}") {
        faults.rule(
            path,
            "expected {number} or {national} where the caller's number belongs",
        );
    }
    let with = |number: &str| Url::parse(&url.replace("{number}", number).replace("{national}", number));
    match (with("0"), with("1")) {
        (Ok(one), Ok(two)) if matches!(one.scheme(), "http" | "https") && one.has_host() => {
            if (one.scheme(), one.authority()) != (two.scheme(), two.authority()) {
                faults.rule(path, "the caller's number must not decide which host is asked");
            }
            if !one.username().is_empty() || one.password().is_some() {
                faults.rule(
                    path,
                    "expected no credentials in the address: use bearer_token or headers",
                );
            }
        }
        (Ok(_) | Err(_), Ok(_) | Err(_)) => faults.rule(path, "expected an http or https address"),
    }
}

fn is_redis(url: &secrecy::SecretString) -> bool {
    use secrecy::ExposeSecret;
    let schemes = ["redis", "rediss", "redis+unix", "unix"];
    Url::parse(url.expose_secret()).is_ok_and(|url| schemes.contains(&url.scheme()))
}

fn is_records(url: &secrecy::SecretString) -> bool {
    use secrecy::ExposeSecret;
    let url = url.expose_secret();
    if let Some(path) = url.strip_prefix("sqlite://") {
        return !path.is_empty();
    }
    Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"))
}

/// Both ends belong to what is allowed.
fn within(path: &str, value: Duration, least: Duration, most: Duration, faults: &mut Faults) {
    if value < least || value > most {
        let found = render(value);
        faults.rule(
            path,
            format!("expected {} to {}, found {found}", render(least), render(most)),
        );
    }
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}
