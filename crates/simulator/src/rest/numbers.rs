//! Numbers of the account, and where their calls go.

use super::list::page;
use super::request::{Body, Reply, Request, error, not_found, ok};
use crate::config::Number;
use crate::state::State;

pub(super) fn list(state: &State, request: &Request) -> Reply {
    // A part of a number finds all that have it.
    let is = |name: &str, value: &str| request.query(name).is_none_or(|wanted| value.contains(wanted));
    let all: Vec<_> = state
        .config
        .numbers
        .iter()
        .filter(|one| is("PhoneNumber", &one.number) && is("FriendlyName", &state.name_of_number(one)))
        .map(|one| state.number_json(one))
        .collect();
    let uri = format!("{}/IncomingPhoneNumbers.json", state.base());
    page(request, &uri, "incoming_phone_numbers", &all)
}

/// Buys a number: any is for sale.
pub(super) fn create(state: &mut State, request: &Request) -> Reply {
    let Some(number) = request.form("PhoneNumber").filter(|number| is_e164(number)) else {
        return error(400, 21421, "PhoneNumber is invalid");
    };
    if state.number(number).is_some() {
        return error(400, 21422, "PhoneNumber is not available");
    }
    let number = number.to_owned();
    state.config.numbers.push(Number {
        number: number.clone(),
        voice_url: String::new(),
        voice_fallback_url: None,
        status_callback: None,
    });
    change(state, &number, request);
    show(state, &number, 201)
}

pub(super) fn one(state: &mut State, sid: &str, request: &Request) -> Reply {
    let Some(number) = state
        .config
        .numbers
        .iter()
        .find(|one| one.sid() == sid)
        .map(|one| one.number.clone())
    else {
        return not_found(&format!("/IncomingPhoneNumbers/{sid}.json"));
    };
    match request.method.as_str() {
        "POST" => change(state, &number, request),
        "DELETE" => {
            state.config.numbers.retain(|one| one.number != number);
            state.listings.remove(&number);
            return Reply {
                status: 204,
                body: Body::Empty,
            };
        }
        _ => {}
    }
    show(state, &number, 200)
}

fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (8..=15).contains(&digits.len()) && digits.bytes().all(|one| one.is_ascii_digit())
    })
}

/// Sets what is given; an empty value takes away.
fn change(state: &mut State, number: &str, request: &Request) {
    let now = state.clock.now_ms();
    if let Some(one) = state.config.numbers.iter_mut().find(|one| one.number == number) {
        if let Some(url) = request.given("VoiceUrl") {
            url.clone_into(&mut one.voice_url);
        }
        let set = |name: &str, field: &mut Option<String>| {
            if let Some(url) = request.given(name) {
                *field = Some(url.to_owned()).filter(|url| !url.is_empty());
            }
        };
        set("VoiceFallbackUrl", &mut one.voice_fallback_url);
        set("StatusCallback", &mut one.status_callback);
    }
    let listing = state.listings.entry(number.to_owned()).or_default();
    listing.updated_ms = now;
    if listing.created_ms == 0 {
        listing.created_ms = now;
    }
    if let Some(name) = request.form("FriendlyName") {
        listing.friendly_name = Some(name.to_owned());
    }
    if request.form("VoiceMethod").is_some() {
        listing.voice_method = Some(request.http_method("VoiceMethod"));
    }
    if let Some(sid) = request.given("VoiceApplicationSid") {
        listing.application_sid = Some(sid.to_owned()).filter(|sid| !sid.is_empty());
    }
}

fn show(state: &State, number: &str, status: u16) -> Reply {
    match state.number(number) {
        Some(one) => ok(status, state.number_json(one)),
        None => not_found("/IncomingPhoneNumbers.json"),
    }
}
