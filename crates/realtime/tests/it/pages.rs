//! The console's files through the real door, whether the page was built or is the placeholder that says how.

use reqwest::header::{ACCEPT_ENCODING, HOST, IF_NONE_MATCH, ORIGIN};
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;
use switchboard_console::asset;
use switchboard_runtime::settings::Layers;

use crate::house::{House, TOKEN, outside};

const DEMO_POLICY: &str = "connect-src 'self' http://127.0.0.1:8090;";

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response
        .headers()
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

async fn get(house: &House, path: &str) -> Response {
    house.page(Method::GET, path).send().await.unwrap()
}

/// What no page may be without.
fn is_guarded(response: &Response) {
    let policy = header(response, "content-security-policy");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    assert_eq!(header(response, "x-content-type-options"), "nosniff");
    assert_eq!(header(response, "x-frame-options"), "DENY");
    assert_eq!(header(response, "referrer-policy"), "no-referrer");
}

/// A program is told so in its own words, and never shown a page.
async fn is_refused(response: Response, status: u16, result: &str) {
    assert_eq!(response.status().as_u16(), status);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!(body["result"], result);
}

#[tokio::test]
async fn every_address_within_the_page_leads_to_it() {
    let house = House::start().await;
    let page = asset("/", "").unwrap();
    for path in ["/", "/index.html", "/calls", "/calls/CA1"] {
        let response = get(&house, path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        is_guarded(&response);
        assert!(header(&response, "content-security-policy").contains(DEMO_POLICY));
        assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
        assert_eq!(header(&response, "cache-control"), "no-cache");
        assert_eq!(header(&response, "vary"), "accept-encoding");
        assert_eq!(header(&response, "etag"), page.etag);
        assert_eq!(response.bytes().await.unwrap(), page.bytes.to_vec(), "{path}");
    }
    house.end().await;
}

/// The files that the page names: none in the placeholder, which needs none.
fn named() -> Vec<String> {
    let page = asset("/", "").unwrap();
    let text = std::str::from_utf8(&page.bytes).unwrap();
    let quoted = text.split('"').filter(|part| part.starts_with('/'));
    let files: Vec<_> = quoted.map(ToOwned::to_owned).collect();
    assert_eq!(
        files.is_empty(),
        text.contains("The console is not built yet"),
        "{text}"
    );
    files
}

#[tokio::test]
async fn what_the_page_names_is_there_packed_and_to_keep() {
    let house = House::start().await;
    for path in named() {
        for (accepted, encoding) in [("gzip, br", "br"), ("gzip", "gzip"), ("identity", "")] {
            let response = house
                .page(Method::GET, &path)
                .header(ACCEPT_ENCODING, accepted)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            is_guarded(&response);
            assert_eq!(header(&response, "content-encoding"), encoding, "{path}");
            let keep = header(&response, "cache-control");
            assert_eq!(keep.contains("immutable"), path.starts_with("/assets/"), "{path}");
            let file = asset(&path, accepted).unwrap();
            assert_eq!(header(&response, "content-type"), file.content_type);
            assert_eq!(response.bytes().await.unwrap(), file.bytes.to_vec(), "{path}");
        }
    }
    house.end().await;
}

#[tokio::test]
async fn what_a_browser_has_is_not_sent_again() {
    let house = House::start().await;
    let etag = asset("/", "").unwrap().etag;
    let weak = format!("\"other\", W/{etag}");
    for (known, status) in [
        (etag.as_str(), StatusCode::NOT_MODIFIED),
        (&weak, StatusCode::NOT_MODIFIED),
        ("*", StatusCode::NOT_MODIFIED),
        ("\"other\"", StatusCode::OK),
        ("", StatusCode::OK),
    ] {
        let response = house
            .page(Method::GET, "/")
            .header(IF_NONE_MATCH, known)
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{known}");
        is_guarded(&response);
        for (name, value) in [
            ("etag", etag.as_str()),
            ("cache-control", "no-cache"),
            ("vary", "accept-encoding"),
        ] {
            assert_eq!(header(&response, name), value, "{known}");
        }
        let sent = response.bytes().await.unwrap();
        assert_eq!(sent.is_empty(), status == StatusCode::NOT_MODIFIED);
    }
    house.end().await;
}

#[tokio::test]
async fn a_head_is_the_answer_without_its_body() {
    let house = House::start().await;
    let whole = get(&house, "/").await;
    let head = house.page(Method::HEAD, "/").send().await.unwrap();
    assert_eq!(head.status(), StatusCode::OK);
    let named = |response: &Response| {
        let mut headers = response.headers().clone();
        headers.remove("date");
        headers
    };
    assert_eq!(named(&head), named(&whole));
    assert_ne!(header(&head, "content-length"), "0");
    assert!(head.bytes().await.unwrap().is_empty());
    house.end().await;
}

#[tokio::test]
async fn the_addresses_of_programs_never_answer_a_page() {
    let house = House::start().await;
    for path in [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/nothing",
        "/api/v2/live",
        "//api/v1/live",
        "/%61pi/v1/nothing",
        "/API/v1/live",
        "/health/nothing",
        "/metrics/nothing",
    ] {
        is_refused(get(&house, path).await, 404, "no_such_address").await;
        let post = house.page(Method::POST, path).send().await.unwrap();
        is_refused(post, 404, "no_such_address").await;
    }
    // They stay where they were.
    for path in ["/api/v1/live", "/health/live", "/health/ready", "/metrics"] {
        assert_eq!(get(&house, path).await.status(), StatusCode::OK, "{path}");
    }
    for path in ["/assets/gone.js", "/favicon.ico", "/..%2fCargo.toml", "/a//b.js"] {
        is_refused(get(&house, path).await, 404, "no_such_address").await;
    }
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
        let response = house.page(method, "/calls").send().await.unwrap();
        assert_eq!(header(&response, "allow"), "GET, HEAD");
        is_refused(response, 405, "wrong_method").await;
    }
    house.end().await;
}

#[tokio::test]
async fn a_demonstration_is_seen_from_this_machine_only() {
    let house = House::start().await;
    for path in ["/", "/assets/x.js", "/health/ready", "/metrics", "/api/v1/demo"] {
        for (name, value) in [
            (HOST, "phones.example.com"),
            (HOST, "127.0.0.1.example.com:8081"),
            (ORIGIN, "https://example.com"),
            (ORIGIN, "null"),
        ] {
            let request = house.page(Method::GET, path).header(name, value);
            is_refused(request.send().await.unwrap(), 403, "elsewhere").await;
        }
    }
    for host in ["localhost:8081", "[::1]:8081"] {
        let request = house.page(Method::GET, "/").header(HOST, host);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    }
    house.end().await;
}

#[tokio::test]
async fn where_a_token_is_needed_the_console_lets_nobody_in() {
    let token = Layers::demo().set(&format!("realtime.api_token={TOKEN}"));
    for layers in [outside(), token] {
        let house = House::start_with(&layers, std::time::Duration::from_secs(5)).await;
        for path in ["/", "/index.html", "/calls/CA1", "/assets/x.js"] {
            let response = house
                .page(Method::GET, path)
                .bearer_auth(TOKEN)
                .send()
                .await
                .unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{path}");
            is_guarded(&response);
            assert_eq!(header(&response, "cache-control"), "no-store");
            assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
            let text = response.text().await.unwrap();
            assert!(text.contains("no sign-in"), "{text}");
        }
        is_refused(get(&house, "/api/nothing").await, 404, "no_such_address").await;
        house.end().await;
    }
}

#[tokio::test]
async fn a_demonstration_says_where_the_simulator_is() {
    for (layers, url) in [
        (Layers::demo(), "http://127.0.0.1:8090"),
        (
            Layers::demo().set("simulator.listen=localhost:9990"),
            "http://localhost:9990",
        ),
        (
            Layers::demo()
                .set("deployment.inside_container=true")
                .set("simulator.listen=0.0.0.0:8090"),
            "http://127.0.0.1:8090",
        ),
    ] {
        let house = House::start_with(&layers, std::time::Duration::from_secs(5)).await;
        let reply = house.get("/demo").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body["simulatorUrl"], url);
        let page = get(&house, "/").await;
        let policy = header(&page, "content-security-policy");
        assert!(policy.contains(&format!("connect-src 'self' {url};")), "{policy}");
        house.end().await;
    }
}
