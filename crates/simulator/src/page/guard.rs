//! Who may use the page and the control API: this machine, by its own name, and the page that is served here.
//!
//! It listens on loopback, which alone is not enough. A name of somebody else's that resolves to 127.0.0.1 makes a
//! browser send requests here with that name as `Host`, and a page from elsewhere sends its own `Origin`.
//!
//! One thing is open to the pages that this machine serves at other ports: the browsers, because the agents' console
//! plays its telephone here. Whatever else runs at some port here has no business with the rest.

use std::net::IpAddr;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, HOST, HeaderMap,
    HeaderName, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse};

/// What a page of this machine may use that is served at another port.
const OPEN: &str = "/sim/v1/browsers/";

/// Middleware: refuses whoever came by another name or from a page that has no business here.
pub(crate) async fn guard<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    if !admits(request.path(), request.headers()) {
        let refusal = HttpResponse::Forbidden().json(serde_json::json!({
            "error": "only this machine's own pages may ask, and only by its own name"
        }));
        return Ok(request.into_response(refusal).map_into_right_body());
    }
    let origin = request.headers().get(ORIGIN).cloned();
    let mut response = if request.method() == Method::OPTIONS {
        let mut answer = HttpResponse::NoContent();
        answer.insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, PUT"));
        answer.insert_header((ACCESS_CONTROL_ALLOW_HEADERS, "content-type"));
        request.into_response(answer.finish()).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    Ok(response)
}

fn admits(path: &str, headers: &HeaderMap) -> bool {
    let Some(host) = single(headers, &HOST).filter(|host| is_loopback(host)) else {
        return false;
    };
    if !headers.contains_key(ORIGIN) {
        // A person's tools, or a page that is being opened.
        return true;
    }
    let page = single(headers, &ORIGIN)
        .and_then(authority)
        .filter(|page| is_loopback(page));
    page.is_some_and(|page| page.eq_ignore_ascii_case(host) || path.starts_with(OPEN))
}

/// The header's value, unless it is missing, given twice or no text: another reader could choose the other one.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

/// `host:port` of a page's origin.
fn authority(origin: &str) -> Option<&str> {
    origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"))
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
    use actix_web::http::header::{HOST, HeaderMap, HeaderValue, ORIGIN};

    use super::{admits, is_loopback};

    /// Whether a page of this origin may use the browsers.
    fn is_loopback_origin(origin: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("127.0.0.1:8090"));
        headers.insert(ORIGIN, HeaderValue::from_str(origin).unwrap());
        admits("/sim/v1/browsers/connect", &headers)
    }

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for ours in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1",
            "127.0.0.1:8090",
            "127.8.8.8",
            "[::1]",
            "[::1]:8090",
        ] {
            assert!(is_loopback(ours), "{ours}");
            assert!(is_loopback_origin(&format!("http://{ours}")), "{ours}");
        }
        for other in [
            "",
            ":8090",
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
        for other in [
            "null",
            "",
            "localhost",
            "file://localhost",
            "http://localhost/",
            "http://example.com",
        ] {
            assert!(!is_loopback_origin(other), "{other}");
        }
    }
}
