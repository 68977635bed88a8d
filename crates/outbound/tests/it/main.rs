//! Asking real servers on this machine, which is no public place.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::net::TcpListener;
use std::time::Duration;

use actix_web::http::header::LOCATION;
use actix_web::web::{self, Query};
use actix_web::{App, HttpResponse, HttpServer};
use reqwest::Request;
use switchboard_outbound::{AddressGuard, GuardOptions, Origin, OutboundError, Reach, Redirects};
use url::Url;

/// A server that answers `/fine`, and sends whoever asks `/to?place=…` there.
fn serve() -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let app = || {
        let to = |Query(query): Query<Vec<(String, String)>>| async move {
            HttpResponse::Found()
                .insert_header((LOCATION, query[0].1.clone()))
                .finish()
        };
        App::new()
            .route("/fine", web::get().to(|| async { "fine" }))
            .route("/to", web::get().to(to))
    };
    let server = HttpServer::new(app)
        .workers(1)
        .disable_signals()
        .listen(listener)
        .unwrap();
    actix_web::rt::spawn(server.run());
    base.parse().unwrap()
}

fn guard(allowed: &[&str], redirects: Redirects) -> AddressGuard {
    AddressGuard::new(GuardOptions {
        reach: Reach {
            allowed: allowed.iter().map(|allowed| allowed.parse().unwrap()).collect(),
            proxies: false,
        },
        timeout: Some(Duration::from_secs(10)),
        redirects,
    })
    .unwrap()
}

const ANYWHERE: Redirects = Redirects::Anywhere(5);

async fn ask(guard: &AddressGuard, origin: Origin, url: Url) -> Result<u16, OutboundError> {
    let request = Request::new(reqwest::Method::GET, url);
    guard
        .send(origin, request)
        .await
        .map(|response| response.status().as_u16())
}

/// As the server is called by its name.
fn by_name(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_host(Some("localhost")).unwrap();
    url
}

fn to(server: &Url, place: &str) -> Url {
    let mut url = server.join("to").unwrap();
    url.query_pairs_mut().append_pair("place", place);
    url
}

#[actix_web::test]
async fn what_stands_in_the_settings_is_asked_as_written() {
    let server = serve();
    let guard = guard(&[], ANYWHERE);
    let fine = server.join("fine").unwrap();
    assert_eq!(ask(&guard, Origin::Settings, fine.clone()).await.unwrap(), 200);
    assert_eq!(ask(&guard, Origin::Settings, by_name(&fine)).await.unwrap(), 200);
}

#[actix_web::test]
async fn what_is_set_on_a_screen_does_not_lead_inside() {
    let server = serve();
    let fine = server.join("fine").unwrap();
    let strict = guard(&[], ANYWHERE);
    // By its number, and by a name that leads there.
    for url in [fine.clone(), by_name(&fine)] {
        let refused = ask(&strict, Origin::Screen, url).await;
        assert!(matches!(refused, Err(OutboundError::NotAllowed)), "{refused:?}");
    }
    for url in [
        "http://169.254.169.254/latest",
        "http://[::ffff:127.0.0.1]/",
        "http://0x7f.1/",
        "http://2130706433/",
    ] {
        let refused = ask(&strict, Origin::Screen, url.parse().unwrap()).await;
        assert!(
            matches!(refused, Err(OutboundError::NotAllowed)),
            "{url}: {refused:?}"
        );
    }
    // Unless the settings allow it.
    let network = guard(&["127.0.0.0/8", "::1"], ANYWHERE);
    assert_eq!(ask(&network, Origin::Screen, fine.clone()).await.unwrap(), 200);
    assert_eq!(ask(&network, Origin::Screen, by_name(&fine)).await.unwrap(), 200);
    let host = guard(&["localhost"], ANYWHERE);
    assert_eq!(ask(&host, Origin::Screen, by_name(&fine)).await.unwrap(), 200);
    assert!(matches!(
        ask(&host, Origin::Screen, fine).await,
        Err(OutboundError::NotAllowed)
    ));
}

#[actix_web::test]
async fn a_redirect_is_judged_also_of_a_server_in_the_settings() {
    let (server, inside) = (serve(), serve());
    let inside = inside.join("fine").unwrap();
    let strict = guard(&[], ANYWHERE);
    for place in [inside.clone(), by_name(&inside)] {
        let refused = ask(&strict, Origin::Settings, to(&server, place.as_str())).await;
        assert!(
            matches!(refused, Err(OutboundError::NotAllowed)),
            "{place}: {refused:?}"
        );
    }
    // It may move its own pages, and lead where the settings allow.
    assert_eq!(
        ask(&strict, Origin::Settings, to(&server, "/fine"))
            .await
            .unwrap(),
        200
    );
    let open = guard(&["127.0.0.1"], ANYWHERE);
    assert_eq!(
        ask(&open, Origin::Settings, to(&server, inside.as_str()))
            .await
            .unwrap(),
        200
    );
    for (place, refused) in [("ftp://127.0.0.1/", "leaves https"), ("http://", "leads nowhere")] {
        let answer = ask(&open, Origin::Settings, to(&server, place)).await;
        let error = answer.unwrap_err().to_string();
        assert!(error.contains(refused), "{place}: {error}");
    }
    let round = to(
        &server,
        to(&server, to(&server, to(&server, "/fine").as_str()).as_str()).as_str(),
    );
    assert_eq!(ask(&strict, Origin::Settings, round.clone()).await.unwrap(), 200);
    let two = guard(&[], Redirects::Anywhere(2));
    let refused = ask(&two, Origin::Settings, round).await;
    assert!(
        matches!(refused, Err(OutboundError::TooManyRedirects)),
        "{refused:?}"
    );
}

#[actix_web::test]
async fn where_only_the_own_origin_is_followed_another_is_the_answer() {
    let (server, other) = (serve(), serve());
    let guard = guard(&["127.0.0.1"], Redirects::SameOrigin(1));
    assert_eq!(
        ask(&guard, Origin::Settings, to(&server, "/fine")).await.unwrap(),
        200
    );
    let elsewhere = to(&server, other.join("fine").unwrap().as_str());
    assert_eq!(ask(&guard, Origin::Settings, elsewhere).await.unwrap(), 302);
}
