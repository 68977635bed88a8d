//! Servers that are slow, dead, broken or elsewhere.

use std::{
    error::Error,
    net::TcpListener,
    time::{Duration, Instant},
};

use actix_web::http::header;
use secrecy::SecretString;
use switchboard_lookup::{Fate, HttpConfig, Nonsense, Source, SourceError};

use crate::{
    AMPLE, NUMBER, ask, certain, config,
    crm::{Behaviour, Crm, json, status},
    named,
};

#[actix_web::test]
async fn a_slow_source_costs_its_deadline_and_no_more() {
    for behaviour in [Behaviour::Hangs, Behaviour::Drips] {
        let crm = Crm::start(behaviour);
        let mut config = config(&crm.url);
        config.limits.deadline = Duration::from_millis(60);
        let start = Instant::now();
        let error = ask(config).await.unwrap_err();
        assert!(matches!(error, SourceError::TimedOut), "{error:?}");
        assert_eq!(error.public(), "did not answer");
        assert!(matches!(error.fate(), Fate::RetryAfter(_)));
        assert!(start.elapsed() >= Duration::from_millis(60));
        assert!(start.elapsed() < AMPLE / 2);
        crm.stop().await;
    }
}

#[actix_web::test]
async fn the_budget_of_the_asker_can_be_shorter() {
    let crm = Crm::start(Behaviour::Hangs);
    let source = config(&crm.url).build("lookup").unwrap();
    let error = source
        .look_up(NUMBER, Duration::from_millis(30))
        .await
        .unwrap_err();
    assert!(matches!(error, SourceError::TimedOut));
    crm.stop().await;
}

#[actix_web::test]
async fn a_dead_source_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = ask(config(&url)).await.unwrap_err();
    assert!(matches!(error, SourceError::Unreachable(_)), "{error:?}");
    assert_eq!(error.public(), "did not answer");
}

#[actix_web::test]
async fn a_connection_that_breaks_is_unreachable() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let cut = async {
        let (mut socket, _) = listener.accept().await.unwrap();
        let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"people\":";
        tokio::io::AsyncReadExt::read(&mut socket, &mut [0; 4096])
            .await
            .unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut socket, half)
            .await
            .unwrap();
    };
    let (error, ()) = futures::join!(ask(config(&url)), cut);
    assert!(matches!(error, Err(SourceError::Unreachable(_))), "{error:?}");
}

#[actix_web::test]
async fn statuses_tell_what_to_do() {
    let crm = Crm::start(status(500));
    for (code, public, again) in [
        (500, "had an error", true),
        (503, "had an error", true),
        (408, "had an error", true),
        (429, "did not answer", true),
        (400, "refused", false),
        (401, "refused", false),
        (403, "refused", false),
    ] {
        crm.now(status(code));
        let error = ask(config(&crm.url)).await.unwrap_err();
        assert_eq!(
            (code, error.public(), error.fate() != Fate::GiveUp),
            (code, public, again)
        );
    }
    crm.stop().await;
}

#[actix_web::test]
async fn a_source_may_ask_for_patience_but_not_for_ever() {
    let crm = Crm::start(status(429));
    for (said, wait) in [
        ("7", 7),
        ("99999", 60),
        ("0", 1),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 5),
    ] {
        crm.now(Behaviour::Header(429, header::RETRY_AFTER, said.to_owned()));
        let error = ask(config(&crm.url)).await.unwrap_err();
        assert_eq!(
            error.fate(),
            Fate::RetryAfter(Duration::from_secs(wait)),
            "{said}"
        );
    }
    crm.stop().await;
}

#[actix_web::test]
async fn a_redirect_to_another_host_is_not_followed() {
    let other = Crm::start(json(r#"{"people":[{"given":"Mallory"}]}"#));
    let crm = Crm::start(Behaviour::Header(
        302,
        header::LOCATION,
        format!("{}/find", other.url),
    ));
    let config = HttpConfig {
        bearer: Some(SecretString::from("s3cret")),
        ..config(&crm.url)
    };
    let error = ask(config).await.unwrap_err();
    assert!(
        matches!(error, SourceError::Nonsense(Nonsense::Redirect)),
        "{error:?}"
    );
    assert_eq!((crm.hits(), other.hits()), (1, 0));
    crm.stop().await;
    other.stop().await;
}

#[actix_web::test]
async fn a_redirect_on_the_same_host_is_followed_a_few_times() {
    let crm = Crm::start(Behaviour::Moved(r#"{"people":[{"given":"Ada"}]}"#.into()));
    assert_eq!(ask(config(&crm.url)).await.unwrap(), certain(named("Ada")));
    assert_eq!(crm.seen()[1].header("referer"), None);

    crm.now(Behaviour::Header(302, header::LOCATION, "/again".to_owned()));
    let before = crm.hits();
    let error = ask(config(&crm.url)).await.unwrap_err();
    assert!(
        matches!(error, SourceError::Nonsense(Nonsense::Redirect)),
        "{error:?}"
    );
    assert!((2..=5).contains(&(crm.hits() - before)));
    crm.stop().await;
}

#[actix_web::test]
async fn errors_name_neither_number_nor_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let config = HttpConfig {
        bearer: Some(SecretString::from("s3cret")),
        ..config(&url)
    };
    assert!(!format!("{config:?}").contains("s3cret"));
    let error = ask(config).await.unwrap_err();
    let mut said = format!("{error} {error:?}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        said = format!("{said} {inner} {inner:?}");
        cause = inner.source();
    }
    assert!(!said.contains("2079460018") && !said.contains("s3cret"), "{said}");
}
