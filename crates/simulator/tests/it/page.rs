//! The page and who may have it.

use reqwest::header::{CONTENT_TYPE, HOST, ORIGIN};
use reqwest::{Method, StatusCode};

use crate::world::{ACCOUNT, TOKEN, World};

const ADDRESSES: &[(&str, &str)] = &[
    ("GET", "/"),
    ("GET", "/assets/nothing.js"),
    ("HEAD", "/"),
    ("GET", "/sim/v1/feed"),
    ("GET", "/sim/v1/clock"),
    ("GET", "/sim/v1/har"),
    ("GET", "/sim/v1/nothing"),
    ("POST", "/sim/v1/dial"),
    ("PUT", "/sim/v1/faults"),
    ("OPTIONS", "/sim/v1/dial"),
];

async fn status(
    world: &World,
    method: &str,
    path: &str,
    headers: &[(reqwest::header::HeaderName, &str)],
) -> StatusCode {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut request = world.http.request(method, format!("{}{path}", world.base));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    request.send().await.unwrap().status()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_name_or_another_page_is_refused_everywhere() {
    let world = World::new();
    for (method, path) in ADDRESSES {
        for (header, value) in [
            (HOST, "attacker.example"),
            (HOST, "localhost.attacker.example"),
            (ORIGIN, "http://attacker.example"),
            (ORIGIN, "null"),
        ] {
            let got = status(&world, method, path, &[(header.clone(), value)]).await;
            assert_eq!(
                got,
                StatusCode::FORBIDDEN,
                "{method} {path} with {header}: {value}"
            );
        }
        let twice = [
            (ORIGIN, "http://127.0.0.1:1"),
            (ORIGIN, "http://attacker.example"),
        ];
        assert_eq!(
            status(&world, method, path, &twice).await,
            StatusCode::FORBIDDEN,
            "{method} {path}"
        );
        let ours = [(HOST, "localhost:8090"), (ORIGIN, "http://localhost:8090")];
        let got = status(&world, method, path, &ours).await;
        assert_ne!(got, StatusCode::FORBIDDEN, "{method} {path}");
        for neighbour in [
            "http://localhost:8081",
            "http://127.0.0.1:8090",
            "http://localhost",
        ] {
            let headers = [(HOST, "localhost:8090"), (ORIGIN, neighbour)];
            let got = status(&world, method, path, &headers).await;
            assert_eq!(got, StatusCode::FORBIDDEN, "{method} {path} from {neighbour}");
        }
    }
    // The application's own door has a lock of its own, and may be known by any name.
    let api = format!("{}/2010-04-01/Accounts/{ACCOUNT}/Calls.json", world.base);
    let request = world
        .http
        .get(api)
        .header(HOST, "simulator:8090")
        .basic_auth(ACCOUNT, Some(TOKEN));
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_at_another_port_may_play_its_telephone_here() {
    let world = World::new();
    let console = "http://127.0.0.1:8081";
    let connect = format!("{}/sim/v1/browsers/connect", world.base);
    let disconnect = format!("{}/sim/v1/browsers/disconnect", world.base);
    for url in [&connect, &disconnect] {
        let asked = world.http.request(Method::OPTIONS, url).header(ORIGIN, console);
        let asked = asked.send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::NO_CONTENT);
        assert_eq!(asked.headers()["access-control-allow-origin"], console);
        assert_eq!(asked.headers()["access-control-allow-headers"], "content-type");
        for stranger in [
            "http://attacker.example",
            "http://127.0.0.1.attacker.example:8081",
            "null",
        ] {
            let asked = world.http.request(Method::OPTIONS, url).header(ORIGIN, stranger);
            let asked = asked.send().await.unwrap();
            assert_eq!(asked.status(), StatusCode::FORBIDDEN, "{url} from {stranger}");
            assert!(!asked.headers().contains_key("access-control-allow-origin"));
        }
    }
    let post = async |url: &str, body: String| {
        let request = world
            .http
            .post(url)
            .header(ORIGIN, console)
            .header(CONTENT_TYPE, "application/json");
        request.body(body).send().await.unwrap()
    };
    let done = post(&connect, r#"{"identity": "amelia"}"#.to_owned()).await;
    assert_eq!(done.status(), StatusCode::CREATED);
    assert_eq!(done.headers()["access-control-allow-origin"], console);
    assert_eq!(done.headers()["vary"], "origin");
    let leg = done.text().await.unwrap();
    // Letting go of a line that is over is no conflict: the other side may always have been faster.
    for _ in 0..2 {
        let gone = post(&disconnect, leg.clone()).await;
        assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    }
    let unknown = format!(r#"{{"leg": "CA{}"}}"#, "f".repeat(32));
    let never = post(&disconnect, unknown).await;
    assert_eq!(never.status(), StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_is_served_with_a_policy_and_a_tag() {
    let world = World::new();
    let page = world.http.get(&world.base).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(
        page.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    assert!(
        page.headers()["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    assert_eq!(page.headers()["x-content-type-options"], "nosniff");
    assert_eq!(page.headers()["cache-control"], "no-cache");
    let tag = page.headers()["etag"].clone();
    assert!(page.text().await.unwrap().contains("<title>Simulator"));
    let again = world
        .http
        .get(&world.base)
        .header("if-none-match", tag)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(
        status(&world, "GET", "/../Cargo.toml", &[]).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        status(&world, "GET", "/%2e%2e/%2e%2e/Cargo.toml", &[]).await,
        StatusCode::NOT_FOUND
    );
}
