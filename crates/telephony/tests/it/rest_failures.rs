//! What is repeated, what is not, and what a failure means.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard_telephony::{
    CallSid, Party,
    rest::{BreakerPolicy, CallFilter, CreateCall, Fate, RestClient, RestError, RetryPolicy},
};

use crate::fake::{CALL, CONFERENCE, QUEUE, Reply, config, with_fake};

fn call() -> CallSid {
    CALL.parse().unwrap()
}

fn ok() -> Reply {
    Reply::Json(
        200,
        json!({"sid": CALL, "call_sid": CALL, "status": "in-progress"}),
    )
}

fn refusal(status: u16, code: impl Into<Value>) -> Reply {
    let message = "The phone number +447700900123 is not valid";
    Reply::Json(
        status,
        json!({"code": code.into(), "message": message, "status": status}),
    )
}

#[tokio::test]
async fn a_429_is_repeated_and_then_left_to_others() {
    let busy = || refusal(429, 20429);
    with_fake(vec![busy(), busy(), ok(), busy(), busy(), busy()], async |fake| {
        let client = fake.client();
        client.complete_call(&call()).await.unwrap();
        assert_eq!(fake.seen().len(), 3);
        let error = client.complete_call(&call()).await.unwrap_err();
        assert!(matches!(error, RestError::RateLimited { .. }));
        assert_eq!(error.fate(), Fate::Retry(Duration::from_millis(5)));
        assert_eq!(fake.seen().len(), 6);
        assert!(fake.seen().iter().all(|seen| seen.body == "Status=completed"));
    })
    .await;
}

#[tokio::test]
async fn a_long_retry_after_is_not_waited_for() {
    with_fake(vec![Reply::With(429, ("Retry-After", "90"))], async |fake| {
        let error = fake.client().complete_call(&call()).await.unwrap_err();
        assert_eq!(error.fate(), Fate::Retry(Duration::from_secs(90)));
        assert_eq!(fake.seen().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn no_answer_in_time_is_never_repeated() {
    with_fake(vec![Reply::Never, Reply::Never], async |fake| {
        let mut config = fake.config();
        config.timeout = Duration::from_secs(1);
        config.connect_timeout = Duration::from_millis(900);
        let client = RestClient::new(config).unwrap();
        let number = Party::Line("+447700900123".into());
        let create = CreateCall::new(number.clone(), number, "https://h.test/x");
        let error = client.create_call(&create).await.unwrap_err();
        assert!(matches!(error, RestError::NoAnswer(_)), "{error:?}");
        assert_eq!(error.fate(), Fate::Unknown);
        let error = client.fetch_call(&call()).await.unwrap_err();
        assert_eq!(error.fate(), Fate::Unknown);
        assert_eq!(fake.seen().len(), 2);
        assert!(!format!("{error:?} {error}").contains(CALL), "a URL in {error:?}");
    })
    .await;
}

#[tokio::test]
async fn a_5xx_is_never_repeated() {
    with_fake(
        vec![Reply::With(503, ("Retry-After", "1")), refusal(408, Value::Null)],
        async |fake| {
            let client = fake.client();
            for status in [503, 408] {
                let error = client.complete_call(&call()).await.unwrap_err();
                assert!(
                    matches!(error, RestError::Server { status: said } if said == status),
                    "{error:?}"
                );
                assert_eq!(error.fate(), Fate::Unknown);
            }
            assert_eq!(fake.seen().len(), 2);
        },
    )
    .await;
}

#[tokio::test]
async fn a_connection_that_never_came_about_is_tried_again() {
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut config = config(&format!("http://127.0.0.1:{port}"));
    config.retry = RetryPolicy {
        attempts: 3,
        base: Duration::from_millis(1),
        cap: Duration::from_secs(2),
    };
    // Opens with the third attempt: so there were three.
    config.breaker = BreakerPolicy {
        failures: 3,
        open_for: Duration::from_mins(10),
    };
    let client = RestClient::new(config).unwrap();
    let error = client.complete_call(&call()).await.unwrap_err();
    assert!(matches!(error, RestError::Connect { .. }), "{error:?}");
    assert_eq!(error.fate(), Fate::Retry(Duration::from_secs(2)));
    let error = client.complete_call(&call()).await.unwrap_err();
    assert!(matches!(error, RestError::BreakerOpen { .. }), "{error:?}");
}

#[tokio::test]
async fn the_breaker_opens_and_recovers() {
    let failure = || refusal(500, 20500);
    with_fake(vec![failure(), failure()], async |fake| {
        let mut config = fake.config();
        config.breaker = BreakerPolicy {
            failures: 2,
            open_for: Duration::from_millis(1500),
        };
        let client = RestClient::new(config).unwrap();
        for _ in 0..2 {
            assert_eq!(
                client.fetch_call(&call()).await.unwrap_err().fate(),
                Fate::Unknown
            );
        }
        // Open: nothing goes out, and the answer says when to come again.
        let Fate::Retry(after) = client.fetch_call(&call()).await.unwrap_err().fate() else {
            panic!("the breaker is not open");
        };
        assert_eq!(fake.seen().len(), 2);
        // The one that goes to see fails: open again.
        fake.then(failure());
        tokio::time::sleep(after).await;
        assert_eq!(
            client.fetch_call(&call()).await.unwrap_err().fate(),
            Fate::Unknown
        );
        let Fate::Retry(after) = client.fetch_call(&call()).await.unwrap_err().fate() else {
            panic!("the breaker is not open again");
        };
        assert_eq!(fake.seen().len(), 3);
        // It succeeds: closed.
        for _ in 0..3 {
            fake.then(ok());
        }
        tokio::time::sleep(after).await;
        for _ in 0..3 {
            client.fetch_call(&call()).await.unwrap();
        }
        assert_eq!(fake.seen().len(), 6);
    })
    .await;
}

#[tokio::test]
async fn refusals_do_not_open_the_breaker() {
    let script = (0..5).map(|_| refusal(404, 20404)).chain([ok()]).collect();
    with_fake(script, async |fake| {
        let mut config = fake.config();
        config.breaker = BreakerPolicy {
            failures: 1,
            open_for: Duration::from_mins(10),
        };
        let client = RestClient::new(config).unwrap();
        for _ in 0..5 {
            assert_eq!(
                client.fetch_call(&call()).await.unwrap_err().fate(),
                Fate::NotWhereThought
            );
        }
        client.fetch_call(&call()).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_4xx_says_where_the_call_is_not_or_that_we_are_wrong() {
    #[derive(Debug, Clone, Copy)]
    enum On {
        Member,
        Call,
        Conference,
        List,
    }
    let cases = [
        (On::Member, 400, json!(21220), Fate::NotWhereThought),
        (On::Member, 400, json!(99_999), Fate::NotWhereThought),
        (On::Member, 404, json!(20404), Fate::NotWhereThought),
        (On::Member, 401, json!(20003), Fate::Refused),
        (On::Member, 403, json!(null), Fate::Refused),
        (On::Call, 400, json!(21220), Fate::NotWhereThought),
        (On::Call, 400, json!(null), Fate::NotWhereThought),
        (On::Call, 400, json!("21220"), Fate::NotWhereThought),
        (On::Call, 404, json!(20404), Fate::NotWhereThought),
        (On::Call, 400, json!(21205), Fate::Refused),
        (On::Call, 401, json!(20003), Fate::Refused),
        (On::Call, 302, json!(null), Fate::Refused),
        (On::Conference, 404, json!(20404), Fate::NotWhereThought),
        (On::List, 404, json!(20404), Fate::Refused),
        (On::List, 400, json!(20001), Fate::Refused),
    ];
    for (on, status, code, fate) in cases {
        with_fake(vec![refusal(status, code.clone())], async |fake| {
            let client = fake.client();
            let error = match on {
                On::Member => client
                    .redirect_member(&QUEUE.parse().unwrap(), &call(), "https://h.test")
                    .await
                    .unwrap_err(),
                On::Call => client.redirect_call(&call(), "https://h.test").await.unwrap_err(),
                On::Conference => client
                    .complete_conference(&CONFERENCE.parse().unwrap())
                    .await
                    .unwrap_err(),
                On::List => client.list_calls(&CallFilter::default()).await.unwrap_err(),
            };
            assert_eq!(error.fate(), fate, "{on:?} {status} {code}");
            assert_eq!(fake.seen().len(), 1);
            assert!(
                !format!("{error:?} {error}").contains("+44"),
                "a number in {error:?}"
            );
        })
        .await;
    }
}

#[tokio::test]
async fn odd_answers_are_unknown() {
    let page = "<html>all is well</html>".to_owned();
    let long = format!("{{\"sid\":\"{CALL}\",\"x\":\"{}\"}}", "x".repeat(1_000_000));
    let script = vec![
        Reply::Text(200, "text/html", page.clone()),
        Reply::Text(200, "application/json", String::new()),
        Reply::Json(200, json!([1])),
        Reply::Json(200, json!({"sid": "CA../../x"})),
        Reply::Json(200, json!({"sid": {"a": 1}})),
        Reply::Text(200, "application/json", long),
        Reply::Text(502, "text/html", page.clone()),
    ];
    let count = script.len();
    with_fake(script, async |fake| {
        let client = fake.client();
        for _ in 0..count {
            assert_eq!(
                client
                    .redirect_call(&call(), "https://h.test")
                    .await
                    .unwrap_err()
                    .fate(),
                Fate::Unknown
            );
        }
        fake.then(Reply::Text(200, "text/html", page));
        let listing = client.list_calls(&CallFilter::default()).await;
        assert_eq!(listing.unwrap_err().fate(), Fate::Unknown);
        assert_eq!(fake.seen().len(), count + 1);
    })
    .await;
}

#[test]
fn errors_travel() {
    fn travels<T: Send + Sync + std::error::Error + 'static>() {}
    travels::<RestError>();
    travels::<switchboard_telephony::twiml::RenderError>();
}
