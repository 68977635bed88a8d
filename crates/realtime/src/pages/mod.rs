//! The console's files, at every address that is nobody else's.
//!
//! What may be kept is kept for ever, because its name holds a hash of it; the page that names it is asked for each
//! time, and mostly answered with 304. A browser is told to trust nothing but this server, and in a demonstration the
//! simulator, where the agents' telephones are.

mod closed;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, ETAG, HeaderMap,
    IF_NONE_MATCH, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use switchboard_console::{Asset, asset};
use switchboard_runtime::settings::Settings;

use crate::app::Realtime;
use crate::demo;
use crate::guard::Door;
use crate::refusal::Refusal;

/// A name with a hash in it never gets other contents.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What belongs to programs. A mistake of theirs must be told in their words, and not be answered with a page.
const RESERVED: [&str; 3] = ["api", "health", "metrics"];

/// Whether there is a console here, and what its pages may do.
#[derive(Debug)]
pub(crate) struct Pages {
    /// None: nobody is let in.
    policy: Option<String>,
}

impl Pages {
    pub(crate) fn new(settings: &Settings, door: &Door) -> Self {
        let simulator = demo::simulator_url(settings);
        Self {
            // Where a token is asked for, the page could not show one: it has no sign-in.
            policy: matches!(door, Door::ThisMachine)
                .then(|| switchboard_console::content_security_policy(simulator.as_deref())),
        }
    }
}

/// To be configured last: it answers for whatever is left.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(
        web::resource("/{path:.*}")
            .route(web::get().to(page))
            .route(web::head().to(page))
            .default_service(web::to(other)),
    );
    // Within an address that is somebody's, such as /health, it comes to this.
    config.default_service(web::to(|| async {
        Err::<HttpResponse, _>(Refusal::NoSuchAddress)
    }));
}

async fn page(
    request: HttpRequest,
    path: Path<String>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    if is_reserved(&path) {
        return Err(Refusal::NoSuchAddress);
    }
    let Some(policy) = &realtime.pages.policy else {
        return Ok(closed::page());
    };
    let accepted = every(request.headers());
    let file = asset(&path, &accepted).ok_or(Refusal::NoSuchAddress)?;
    Ok(shown(request.headers(), file, policy))
}

async fn other(path: Path<String>) -> Result<HttpResponse, Refusal> {
    Err(if is_reserved(&path) {
        Refusal::NoSuchAddress
    } else {
        Refusal::WrongMethod("GET, HEAD")
    })
}

/// Whether the address is a program's, also when it was written with slashes too many.
fn is_reserved(path: &str) -> bool {
    let first = path.split('/').find(|part| !part.is_empty());
    first.is_some_and(|first| RESERVED.iter().any(|name| first.eq_ignore_ascii_case(name)))
}

/// What the browser can unpack, from as many lines as it was written on.
fn every(headers: &HeaderMap) -> String {
    let lines = headers.get_all(ACCEPT_ENCODING);
    let lines: Vec<_> = lines.filter_map(|line| line.to_str().ok()).collect();
    lines.join(",")
}

fn shown(headers: &HeaderMap, file: Asset, policy: &str) -> HttpResponse {
    let keep = if file.immutable { FOR_EVER } else { "no-cache" };
    if is_known(headers, &file.etag) {
        let mut response = HttpResponse::NotModified();
        response
            .insert_header((ETAG, file.etag))
            .insert_header((CACHE_CONTROL, keep))
            .insert_header((VARY, "accept-encoding"));
        return guarded(&mut response, policy).finish();
    }
    let mut response = HttpResponse::build(StatusCode::OK);
    response
        .content_type(file.content_type)
        .insert_header((ETAG, file.etag))
        .insert_header((CACHE_CONTROL, keep))
        .insert_header((VARY, "accept-encoding"));
    if let Some(encoding) = file.content_encoding {
        response.insert_header((CONTENT_ENCODING, encoding));
    }
    guarded(&mut response, policy).body(match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    })
}

/// What every page is sent with.
fn guarded<'a>(response: &'a mut HttpResponseBuilder, policy: &str) -> &'a mut HttpResponseBuilder {
    response
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        // For browsers that do not know the policy's frame-ancestors.
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        // Which call somebody looks at is nobody's business, a record's own server included.
        .insert_header((REFERRER_POLICY, "no-referrer"))
}

/// Whether the browser has those very bytes. Proxies that compress make a tag weak, which still names them.
fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    headers
        .get_all(IF_NONE_MATCH)
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

#[cfg(test)]
mod tests {
    use super::is_reserved;

    #[test]
    fn the_addresses_of_programs_are_no_pages() {
        for path in [
            "api",
            "api/",
            "api/v1/no-such",
            "/api/v1",
            "//API/v2",
            "health/x",
            "metrics/",
        ] {
            assert!(is_reserved(path), "{path}");
        }
        for path in ["", "calls", "calls/api", "apiary", "healthy", "assets/api.js"] {
            assert!(!is_reserved(path), "{path}");
        }
    }
}
