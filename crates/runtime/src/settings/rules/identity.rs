//! Who this deployment is, and what keeps a demonstration from being a phone system and the reverse.

use std::collections::BTreeSet;

use secrecy::ExposeSecret;
use url::{Host, Url};

use super::{Sections, is_name};
use crate::settings::{DEMO_ACCOUNT_SID, DEMO_TOKEN_PREFIX, Deployment, Listen, Twilio, fault::Faults};

/// Shorter tokens can be guessed.
const MIN_API_TOKEN: usize = 16;
/// A random token of that length has more; one that was typed by holding a key down does not.
const MIN_VARIETY: usize = 5;

pub(super) fn check(sections: &Sections, faults: &mut Faults) {
    if let Some(deployment) = &sections.deployment {
        if !is_name(&deployment.name, &['-', '_'], 32) {
            faults.rule("deployment.name", "expected 1 to 32 letters, digits, - or _");
        }
        if deployment.allow_virtual_time && !deployment.demo {
            faults.rule(
                "deployment.allow_virtual_time",
                "only in demo mode: a real caller waits in real time",
            );
        }
        if deployment.inside_container && !deployment.demo {
            faults.rule(
                "deployment.inside_container",
                "says something about demo mode only",
            );
        }
        if let Some(twilio) = &sections.twilio {
            if deployment.demo {
                demo_account(deployment, twilio, faults);
            } else {
                real_account(twilio, faults);
            }
        }
        if deployment.demo && !deployment.inside_container {
            demo_listens(sections, faults);
        }
        if !deployment.demo {
            real_office(sections, faults);
        }
    }
    if let Some(twilio) = &sections.twilio {
        if !is_sid(&twilio.account_sid, "AC") {
            faults.rule("twilio.account_sid", "expected AC and 32 hexadecimal digits");
        }
        if twilio
            .application_sid
            .as_ref()
            .is_some_and(|sid| !is_sid(sid, "AP"))
        {
            faults.rule("twilio.application_sid", "expected AP and 32 hexadecimal digits");
        }
        browser_tokens(twilio, faults);
        places(twilio, faults);
        bare(&twilio.api_base, "twilio.api_base", faults);
    }
    if let Some(public) = &sections.public {
        bare(&public.base_url, "public.base_url", faults);
    }
    if let Some(token) = sections
        .realtime
        .as_ref()
        .and_then(|realtime| realtime.api_token.as_ref())
        && token.expose_secret().len() < MIN_API_TOKEN
    {
        faults.rule(
            "realtime.api_token",
            format!("expected at least {MIN_API_TOKEN} characters"),
        );
    }
    if let Some(token) = sections
        .realtime
        .as_ref()
        .and_then(|realtime| realtime.api_token.as_ref())
        && token.expose_secret().chars().collect::<BTreeSet<_>>().len() < MIN_VARIETY
    {
        faults.rule(
            "realtime.api_token",
            format!("expected at least {MIN_VARIETY} different characters: `openssl rand -hex 24` makes one"),
        );
    }
    same_address(sections, faults);
}

/// Twilio's names for its regions and edges. Not a list of them: it grows.
fn places(twilio: &Twilio, faults: &mut Faults) {
    let is_region = |name: &str| {
        let (letters, digits) = name.split_at_checked(2).unwrap_or((name, ""));
        letters.bytes().all(|byte| byte.is_ascii_lowercase())
            && (1..=2).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if twilio
        .conference_region
        .as_deref()
        .is_some_and(|name| !is_region(name))
    {
        let expected = "expected a region of Twilio's, such as us1, ie1 or au1";
        faults.rule("twilio.conference_region", expected);
    }
    let is_edge = |name: &str| {
        (1..=40).contains(&name.len())
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    if twilio.edge.as_deref().is_some_and(|name| !is_edge(name)) {
        faults.rule(
            "twilio.edge",
            "expected an edge of Twilio's, such as ashburn, dublin or roaming",
        );
    }
}

/// A browser registers with all of these or not at all.
fn browser_tokens(twilio: &Twilio, faults: &mut Faults) {
    if twilio.api_key_sid.as_ref().is_some_and(|sid| !is_sid(sid, "SK")) {
        faults.rule("twilio.api_key_sid", "expected SK and 32 hexadecimal digits");
    }
    if twilio.api_key_sid.is_some() != twilio.api_key_secret.is_some() {
        let missing = if twilio.api_key_sid.is_none() {
            "api_key_sid"
        } else {
            "api_key_secret"
        };
        faults.rule(
            &format!("twilio.{missing}"),
            "api_key_sid and api_key_secret belong together: set both or neither",
        );
    }
    if twilio.shared_key_id.is_some() != twilio.shared_key.is_some() {
        let missing = if twilio.shared_key.is_none() {
            "shared_key"
        } else {
            "shared_key_id"
        };
        faults.rule(
            &format!("twilio.{missing}"),
            "shared_key_id and shared_key belong together: set both or neither",
        );
    }
    if twilio.api_key_sid.is_some() && twilio.application_sid.is_none() {
        faults.rule(
            "twilio.application_sid",
            "must be set beside api_key_sid: it is what agents' browsers call",
        );
    }
}

fn demo_account(deployment: &Deployment, twilio: &Twilio, faults: &mut Faults) {
    if twilio.account_sid != DEMO_ACCOUNT_SID {
        faults.rule(
            "twilio.account_sid",
            format!("demo mode refuses real accounts: expected {DEMO_ACCOUNT_SID}"),
        );
    }
    if !twilio.auth_token.expose_secret().starts_with(DEMO_TOKEN_PREFIX) {
        let problem = format!(
            "demo mode refuses real credentials: expected a text that begins with {DEMO_TOKEN_PREFIX}"
        );
        faults.rule("twilio.auth_token", problem);
    }
    let here =
        is_loopback(&twilio.api_base) || (deployment.inside_container && !is_carrier(&twilio.api_base));
    if !here {
        faults.rule(
            "twilio.api_base",
            "demo mode talks to the simulator only: expected an address of this machine",
        );
    }
}

fn real_account(twilio: &Twilio, faults: &mut Faults) {
    if twilio.account_sid == DEMO_ACCOUNT_SID {
        faults.rule(
            "twilio.account_sid",
            "the account of demo mode, outside demo mode",
        );
    }
    if twilio.auth_token.expose_secret().starts_with(DEMO_TOKEN_PREFIX) {
        faults.rule("twilio.auth_token", "a token of demo mode, outside demo mode");
    }
}

fn real_office(sections: &Sections, faults: &mut Faults) {
    if sections
        .realtime
        .as_ref()
        .is_some_and(|realtime| realtime.api_token.is_none())
    {
        faults.rule(
            "realtime.api_token",
            "must be set outside demo mode: it guards the API that answers calls",
        );
    }
    if sections
        .office
        .as_ref()
        .is_some_and(|office| office.numbers.is_empty())
    {
        faults.rule("office.numbers", "must hold the numbers that callers dial");
    }
}

fn demo_listens(sections: &Sections, faults: &mut Faults) {
    for (path, listen) in listens(sections) {
        if !listen.is_loopback() {
            faults.rule(path, "demo mode has no sign-in and listens on this machine only: expected 127.0.0.1, [::1] or localhost");
        }
    }
}

fn same_address(sections: &Sections, faults: &mut Faults) {
    let all = listens(sections);
    for (index, (path, listen)) in all.iter().enumerate() {
        if let Some((other, _)) = all[..index]
            .iter()
            .find(|(_, l)| l == listen)
            .filter(|_| listen.port() != 0)
        {
            faults.rule(path, format!("the same address as {other}"));
        }
    }
}

fn listens(sections: &Sections) -> Vec<(&'static str, &Listen)> {
    let Sections {
        gateway,
        realtime,
        worker_lookup,
        worker_calls,
        worker_records,
        simulator,
        ..
    } = sections;
    [
        ("gateway.listen", gateway.as_ref().map(|s| &s.listen)),
        (
            "gateway.operations",
            gateway.as_ref().and_then(|s| s.operations.as_ref()),
        ),
        ("realtime.listen", realtime.as_ref().map(|s| &s.listen)),
        (
            "realtime.operations",
            realtime.as_ref().and_then(|s| s.operations.as_ref()),
        ),
        ("worker_lookup.listen", worker_lookup.as_ref().map(|s| &s.listen)),
        ("worker_calls.listen", worker_calls.as_ref().map(|s| &s.listen)),
        (
            "worker_records.listen",
            worker_records.as_ref().map(|s| &s.listen),
        ),
        ("simulator.listen", simulator.as_ref().map(|s| &s.listen)),
    ]
    .into_iter()
    .filter_map(|(path, listen)| listen.map(|listen| (path, listen)))
    .collect()
}

fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|hex| hex.len() == 32 && hex.bytes().all(|b| b.is_ascii_hexdigit()))
}

/// Paths are appended to these, and signatures are made over the first: nothing may stand behind the path.
fn bare(url: &Url, path: &str, faults: &mut Faults) {
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        faults.rule(
            path,
            "expected an address without credentials, query and fragment",
        );
    }
}

/// Whether the host of a URL is this machine.
pub(in crate::settings) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

/// Anything under the carrier's own domain reaches real telephones. A trailing dot names the same host.
fn is_carrier(url: &Url) -> bool {
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_end_matches('.')
        .to_ascii_lowercase();
    host == "twilio.com" || host.ends_with(".twilio.com")
}
