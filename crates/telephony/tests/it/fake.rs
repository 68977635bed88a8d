//! A server on loopback that answers from a script and remembers what it was asked.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, http::StatusCode, web};
use secrecy::SecretString;
use serde_json::Value;
use switchboard_telephony::rest::{BreakerPolicy, RestClient, RestConfig, RetryPolicy};
use url::Url;

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const CALL: &str = "CA0000000000000000000000000000000a";
pub(crate) const OTHER: &str = "CA0000000000000000000000000000000b";
pub(crate) const QUEUE: &str = "QU00000000000000000000000000000002";
pub(crate) const CONFERENCE: &str = "CF00000000000000000000000000000003";

/// One answer.
pub(crate) enum Reply {
    Json(u16, Value),
    Text(u16, &'static str, String),
    With(u16, (&'static str, &'static str)),
    /// The request is read and never answered.
    Never,
}

/// One request, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Method and target, below the account's path.
    pub line: String,
    pub body: String,
    pub authorization: String,
    pub content_type: String,
}

#[derive(Clone, Default)]
pub(crate) struct Fake {
    script: Arc<Mutex<VecDeque<Reply>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
    pub port: u16,
}

impl Fake {
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }

    pub(crate) fn then(&self, reply: Reply) {
        self.script.lock().unwrap().push_back(reply);
    }

    pub(crate) fn config(&self) -> RestConfig {
        config(&format!("http://127.0.0.1:{}", self.port))
    }

    pub(crate) fn client(&self) -> RestClient {
        RestClient::new(self.config()).unwrap()
    }

    async fn answer(&self, request: HttpRequest, body: web::Bytes) -> HttpResponse {
        let header = |name: &str| {
            request
                .headers()
                .get(name)
                .map_or("", |value| value.to_str().unwrap())
                .to_owned()
        };
        let target = request.uri().path_and_query().unwrap().as_str();
        let base = format!("/2010-04-01/Accounts/{ACCOUNT}/");
        self.seen.lock().unwrap().push(Seen {
            line: format!(
                "{} {}",
                request.method(),
                target.strip_prefix(&base).unwrap_or(target)
            ),
            body: String::from_utf8(body.to_vec()).unwrap(),
            authorization: header("authorization"),
            content_type: header("content-type"),
        });
        let reply = self.script.lock().unwrap().pop_front();
        let status = |code| HttpResponse::build(StatusCode::from_u16(code).unwrap());
        match reply {
            Some(Reply::Json(code, value)) => status(code).json(value),
            Some(Reply::Text(code, content_type, body)) => status(code).content_type(content_type).body(body),
            Some(Reply::With(code, header)) => status(code).insert_header(header).finish(),
            Some(Reply::Never) => std::future::pending().await,
            // Off the script: a status that no test expects.
            None => status(418).finish(),
        }
    }
}

/// Short waits, so that what is waited for happens soon; still long enough that a slow machine does not
/// time out by itself, except where a test means to.
pub(crate) fn config(base: &str) -> RestConfig {
    let token = SecretString::from("token:with spaces");
    let mut config = RestConfig::new(Url::parse(base).unwrap(), ACCOUNT.parse().unwrap(), token);
    config.timeout = Duration::from_secs(20);
    config.connect_timeout = Duration::from_secs(10);
    config.retry = RetryPolicy {
        attempts: 3,
        base: Duration::from_millis(1),
        cap: Duration::from_millis(5),
    };
    config.breaker = BreakerPolicy {
        failures: 100,
        open_for: Duration::from_millis(50),
    };
    config
}

/// Runs `test` against a server with this script.
pub(crate) async fn with_fake(script: Vec<Reply>, test: impl AsyncFnOnce(Fake)) {
    let mut fake = Fake {
        script: Arc::new(Mutex::new(script.into())),
        ..Fake::default()
    };
    let shared = fake.clone();
    let server = HttpServer::new(move || {
        let fake = shared.clone();
        App::new().default_service(web::to(move |request: HttpRequest, body: web::Bytes| {
            let fake = fake.clone();
            async move { fake.answer(request, body).await }
        }))
    })
    .workers(1)
    .disable_signals()
    .bind(("127.0.0.1", 0))
    .unwrap();
    fake.port = server.addrs()[0].port();
    let server = server.run();
    let handle = server.handle();
    let (stopped, ()) = tokio::join!(server, async {
        test(fake).await;
        handle.stop(false).await;
    });
    stopped.unwrap();
}
