//! Who may ask at all.
//!
//! Whoever holds the token of the settings. A demonstration may have none; then only this machine may ask, and
//! not by way of a page from elsewhere: a name of the attacker's that resolves to 127.0.0.1 makes a browser
//! send requests here with that name as `Host`, and a page of theirs sends its own `Origin`. That holds at every
//! address, the console's pages and the metrics included.

use std::net::{IpAddr, SocketAddr};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError as _};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use switchboard_runtime::Sparing;
use switchboard_runtime::http::prove;
use switchboard_runtime::settings::Settings;
use tracing::warn;

use crate::app::Realtime;
use crate::refusal::Refusal;

/// What opens the API.
#[derive(Debug)]
pub(crate) enum Door {
    Token(SecretString),
    ThisMachine,
}

impl Door {
    /// Nothing when the settings would leave it open to everybody.
    pub(crate) fn new(settings: &Settings) -> Option<Self> {
        match &settings.realtime.api_token {
            Some(token) => Some(Self::Token(token.clone())),
            None => settings.deployment.demo.then_some(Self::ThisMachine),
        }
    }

    /// Whether anything may be asked from there.
    fn admit_from(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let admitted = match self {
            Self::Token(_) => true,
            Self::ThisMachine => {
                // Of this machine, too, only our own pages: another program's may be anybody's.
                single(headers, &HOST).is_some_and(|host| {
                    let origin = headers.contains_key(ORIGIN).then(|| single(headers, &ORIGIN));
                    is_loopback(host)
                        && origin.is_none_or(|origin| origin.is_some_and(|origin| is_of_host(origin, host)))
                })
            }
        };
        admitted.then_some(()).ok_or(Refusal::Elsewhere)
    }

    /// Whether the API may be used with what is shown.
    fn admit_with(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        match self {
            Self::Token(token) => bears(headers, token).then_some(()).ok_or(Refusal::Unauthorised),
            Self::ThisMachine => Ok(()),
        }
    }

    /// Whether a socket may be asked for from there; its ticket comes later. Browsers let any page open a socket
    /// anywhere, and say only in `Origin` which one it is: of this machine in a demonstration, of the very host
    /// that is asked otherwise. Programs send none.
    pub(crate) fn admit_socket(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let host = single(headers, &HOST).filter(|host| !host.is_empty());
        let host = host.ok_or(Refusal::Elsewhere)?;
        let origin = headers.contains_key(ORIGIN).then(|| single(headers, &ORIGIN));
        match self {
            Self::Token(_) => {
                let ours = origin.is_none_or(|origin| origin.is_some_and(|origin| is_of_host(origin, host)));
                ours.then_some(()).ok_or(Refusal::ForeignPage)
            }
            Self::ThisMachine => self.admit_from(headers),
        }
    }
}

/// Middleware for all addresses: lets in who asks from where one may.
pub(crate) async fn here<B: MessageBody>(
    realtime: Data<Realtime>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let admitted = realtime.door.admit_from(request.headers());
    admit(admitted, request, next).await
}

/// Middleware for the API: lets in whoever bears the token, if there is one.
pub(crate) async fn bearer<B: MessageBody>(
    realtime: Data<Realtime>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let admitted = realtime.door.admit_with(request.headers());
    match &admitted {
        Ok(()) => prove(request.request()),
        Err(_) => wrong_token(request.peer_addr()),
    }
    admit(admitted, request, next).await
}

/// Anybody may try, as often as they like.
fn wrong_token(peer: Option<SocketAddr>) {
    static LINES: Sparing = Sparing::new();
    if let Some(more) = LINES.due() {
        let peer = peer.map(|peer| peer.to_string()).unwrap_or_default();
        warn!(peer, more, "request without the right token from {peer}");
    }
}

async fn admit<B: MessageBody>(
    admitted: Result<(), Refusal>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match admitted {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(refusal) => {
            metrics::counter!("realtime_refused_total", "result" => refusal.result()).increment(1);
            Ok(request
                .into_response(refusal.error_response())
                .map_into_right_body())
        }
    }
}

/// The header's value, unless it is missing, given twice or no text: another reader could choose the other one.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

fn bears(headers: &HeaderMap, token: &SecretString) -> bool {
    single(headers, &AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .is_some_and(|(_, given)| {
            given
                .trim()
                .as_bytes()
                .ct_eq(token.expose_secret().as_bytes())
                .into()
        })
}

/// Whether a page of that origin came from that host and port.
fn is_of_host(origin: &str, host: &str) -> bool {
    [("http://", ":80"), ("https://", ":443")]
        .iter()
        .filter_map(|(scheme, port)| Some((origin.strip_prefix(scheme)?, port)))
        .any(|(authority, port)| {
            // A browser leaves out the port that goes without saying; a proxy may not.
            let bare = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
            bare(authority) == bare(host)
        })
}

/// Whether `host` or `host:port` is this machine by its very name.
fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').unwrap_or(("", "")),
        None => authority
            .find(':')
            .map_or((authority, ""), |at| authority.split_at(at)),
    };
    let port_fits = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok());
    let names_us =
        host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    port_fits && names_us
}

#[cfg(test)]
mod tests {
    use super::{is_loopback, is_of_host};

    #[test]
    fn a_page_is_of_the_host_it_came_from() {
        for (origin, host) in [
            ("https://phones.example.com", "phones.example.com"),
            ("https://phones.example.com", "Phones.example.com:443"),
            ("http://10.0.0.1:8081", "10.0.0.1:8081"),
        ] {
            assert!(is_of_host(origin, host), "{origin} {host}");
        }
        for (origin, host) in [
            ("null", "null"),
            ("https://example.com", "phones.example.com"),
            ("https://phones.example.com:8443", "phones.example.com"),
            ("http://phones.example.com:443", "phones.example.com"),
            ("https://phones.example.com/", "phones.example.com"),
        ] {
            assert!(!is_of_host(origin, host), "{origin} {host}");
        }
    }

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for ours in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1",
            "127.0.0.1:8081",
            "127.8.8.8",
            "[::1]",
            "[::1]:8081",
        ] {
            assert!(is_loopback(ours), "{ours}");
        }
        for other in [
            "",
            ":8081",
            "localhost.",
            "localhost:",
            "localhost:port",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "127.0.0.1:1@example.com",
            "10.0.0.1",
            "0.0.0.0",
            "[::1",
            "[::1]x",
            "[::2]",
        ] {
            assert!(!is_loopback(other), "{other}");
        }
    }
}
