//! What is legal alone and dangerous together.

use std::{collections::BTreeSet, fmt, time::Duration};

use super::{AnswersOn, Settings, duration::render, rules};

/// A combination that will probably be regretted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The dotted paths of the settings that meet.
    pub paths: Vec<&'static str>,
    /// What will happen.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.paths.join(", "), self.message)
    }
}

/// Every warning about these settings.
pub(super) fn of(settings: &Settings) -> Vec<Warning> {
    let mut found = Vec::new();
    let mut warn = |paths: &[&'static str], message: String| {
        found.push(Warning {
            paths: paths.to_vec(),
            message,
        });
    };
    people(settings, &mut warn);
    times(settings, &mut warn);
    reach(settings, &mut warn);
    found
}

fn people(settings: &Settings, warn: &mut impl FnMut(&[&'static str], String)) {
    let office = &settings.office;
    let phones = office.phones.len();
    if phones > 10 {
        warn(
            &["office.phones"],
            format!("{phones} phones ring in groups of ten, one group after the other"),
        );
    }
    if phones == 0 {
        let message = "no office phone: a call that no agent answers goes to voicemail";
        warn(&["office.phones", "calls.unanswered_after"], message.to_owned());
    }
    if settings.agents.is_empty() {
        warn(
            &["agents"],
            "nobody can answer: every caller waits for the office phones".to_owned(),
        );
    }
    let office_numbers: BTreeSet<_> = office.phones.iter().map(|phone| &phone.number).collect();
    for agent in &settings.agents {
        let AnswersOn::Phone(number) = &agent.answers_on else {
            continue;
        };
        if office_numbers.contains(number) {
            let message = format!(
                "agent {} answers on a phone of the office: it is left out when the office rings while they are on a call",
                agent.id
            );
            warn(&["agents", "office.phones"], message);
        }
    }
    if settings
        .hours
        .weekly
        .days()
        .iter()
        .all(|(_, ranges)| ranges.is_empty())
    {
        warn(
            &["hours.weekly"],
            "no day has opening hours: every caller hears that the office is closed".to_owned(),
        );
    }
}

fn times(settings: &Settings, warn: &mut impl FnMut(&[&'static str], String)) {
    let calls = &settings.calls;
    if calls.claim_browser >= calls.unanswered_after || calls.claim_phone >= calls.unanswered_after {
        let message = "an agent who never connects keeps a caller longer than the office may stay silent";
        warn(
            &[
                "calls.claim_browser",
                "calls.claim_phone",
                "calls.unanswered_after",
            ],
            message.to_owned(),
        );
    }
    if calls.unanswered_after > Duration::from_mins(15) {
        let message = format!(
            "callers wait {} before the office rings",
            render(calls.unanswered_after)
        );
        warn(&["calls.unanswered_after"], message);
    }
    if settings.redis.budget > Duration::from_secs(2) {
        let message = "with Redis away every caller hears this much silence first";
        warn(
            &["redis.budget"],
            format!("{message}: {}", render(settings.redis.budget)),
        );
    }
    for (name, source) in &settings.lookup.sources {
        let longest = source.timeout.saturating_mul(source.attempts);
        if longest > calls.unanswered_after {
            let message = format!(
                "source {name} may take {}: longer than a caller waits for an agent",
                render(longest)
            );
            warn(&["lookup.sources", "calls.unanswered_after"], message);
        }
    }
}

fn reach(settings: &Settings, warn: &mut impl FnMut(&[&'static str], String)) {
    if settings.deployment.inside_container {
        let message =
            "demo mode listens on every address of the container: publish its ports on 127.0.0.1 only";
        warn(
            &["deployment.demo", "deployment.inside_container"],
            message.to_owned(),
        );
    }
    if settings.deployment.demo {
        return;
    }
    if settings.public.base_url.scheme() != "https" {
        let message = "webhooks with callers' numbers travel unencrypted";
        warn(&["public.base_url"], message.to_owned());
    }
    if rules::is_loopback(&settings.public.base_url) {
        warn(
            &["public.base_url"],
            "the carrier cannot reach this machine under a loopback address".to_owned(),
        );
    }
    if !settings.realtime.listen.is_loopback() {
        let message =
            "agents' token and callers' numbers travel unencrypted unless something before it ends TLS";
        warn(&["realtime.listen"], message.to_owned());
    }
    let api = &settings.twilio.api_base;
    if api.scheme() != "https" && !rules::is_loopback(api) {
        let message = "the account's token travels unencrypted";
        warn(&["twilio.api_base", "twilio.auth_token"], message.to_owned());
    }
    for (name, source) in &settings.lookup.sources {
        if source.url.starts_with("http:") && (source.bearer_token.is_some() || !source.headers.is_empty()) {
            let message = format!("the credentials of source {name} travel unencrypted");
            warn(&["lookup.sources"], message);
        }
    }
    if settings.redis.url.is_none() && !settings.gateway.listen.is_loopback() {
        let message =
            "a private Redis belongs to one machine: other gateways and workers cannot share its calls";
        warn(&["redis.url", "gateway.listen"], message.to_owned());
    }
}
