//! A simulator with frozen time, and an application that says what a test tells it to.

use std::collections::HashMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::Value;
use switchboard_simulator::{
    Application, ClockMode, LegId, Number, Simulator, SimulatorConfig, Sound, View, What, run, sign,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000001";
pub(crate) const TOKEN: &str = "a-token-for-tests";
pub(crate) const OFFICE: &str = "+442071838750";
pub(crate) const CALLER: &str = "+447700900123";
pub(crate) const LIMIT: Duration = Duration::from_secs(10);

/// A request that the application received.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) url: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) form: Vec<(String, String)>,
}

impl Received {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.form
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

#[derive(Clone)]
struct Canned {
    status: u16,
    content_type: Option<&'static str>,
    body: String,
    delay: Duration,
}

#[derive(Default)]
struct Book {
    canned: HashMap<String, Canned>,
    received: Vec<Received>,
    signatures_wrong: usize,
    url: String,
}

/// The tiny application.
#[derive(Clone)]
pub(crate) struct Fake {
    book: Arc<Mutex<Book>>,
}

impl Fake {
    /// Answers requests for a path with these verbs, from now on.
    pub(crate) fn twiml(&self, path: &str, verbs: &str) {
        self.raw(path, 200, Some("text/xml"), &document(verbs));
    }

    pub(crate) fn raw(&self, path: &str, status: u16, content_type: Option<&'static str>, body: &str) {
        let canned = Canned {
            status,
            content_type,
            body: body.to_owned(),
            delay: Duration::ZERO,
        };
        self.book.lock().unwrap().canned.insert(path.to_owned(), canned);
    }

    pub(crate) fn slow(&self, path: &str, delay: Duration) {
        let mut book = self.book.lock().unwrap();
        book.canned.get_mut(path).unwrap().delay = delay;
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.book.lock().unwrap().url)
    }

    pub(crate) fn received(&self, path: &str) -> Vec<Received> {
        let book = self.book.lock().unwrap();
        assert_eq!(book.signatures_wrong, 0, "a webhook was signed wrongly");
        book.received
            .iter()
            .filter(|one| one.path == path)
            .cloned()
            .collect()
    }

    pub(crate) fn last(&self, path: &str) -> Received {
        self.received(path)
            .pop()
            .unwrap_or_else(|| panic!("no request for {path}"))
    }
}

pub(crate) fn document(verbs: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{verbs}</Response>")
}

async fn answer(request: HttpRequest, body: web::Bytes, fake: web::Data<Fake>) -> HttpResponse {
    let canned = {
        let mut book = fake.book.lock().unwrap();
        let form: Vec<(String, String)> = form_urlencoded::parse(&body).into_owned().collect();
        let url = format!("{}{}", book.url, request.uri());
        let headers: HashMap<String, String> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let given = headers.get("x-twilio-signature").cloned().unwrap_or_default();
        let mut bare = url::Url::parse(&url).unwrap();
        bare.set_port(None).unwrap();
        if given != sign(TOKEN, &url, &form) && given != sign(TOKEN, bare.as_str(), &form) {
            book.signatures_wrong += 1;
        }
        let path = request.path().to_owned();
        book.received.push(Received {
            method: request.method().to_string(),
            path: path.clone(),
            url,
            headers,
            form,
        });
        book.canned.get(&path).cloned()
    };
    let Some(canned) = canned else {
        return HttpResponse::NoContent().finish();
    };
    tokio::time::sleep(canned.delay).await;
    let mut response = HttpResponse::build(actix_web::http::StatusCode::from_u16(canned.status).unwrap());
    if let Some(kind) = canned.content_type {
        response.content_type(kind);
    }
    response.body(canned.body)
}

/// Both of them, running until dropped.
pub(crate) struct World {
    pub(crate) sim: Simulator,
    pub(crate) app: Fake,
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
    shutdown: CancellationToken,
    _tasks: JoinSet<()>,
}

impl Drop for World {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut SimulatorConfig)) -> Self {
        let fake_listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", fake_listener.local_addr().unwrap());
        let app = Fake {
            book: Arc::new(Mutex::new(Book {
                url: url.clone(),
                ..Book::default()
            })),
        };
        let data = app.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new(data.clone()))
                .default_service(web::to(answer))
        })
        .workers(1)
        .disable_signals()
        .listen(fake_listener)
        .unwrap()
        .run();

        let mut config = SimulatorConfig::new(ACCOUNT, TOKEN);
        config.numbers.push(Number {
            number: OFFICE.to_owned(),
            voice_url: format!("{url}/voice"),
            voice_fallback_url: Some(format!("{url}/fallback")),
            status_callback: Some(format!("{url}/status")),
        });
        config.application = Application {
            sid: String::from("AP00000000000000000000000000000001"),
            voice_url: format!("{url}/agent"),
            status_callback: None,
        };
        change(&mut config);
        let sim = Simulator::new(config);
        sim.set_clock(ClockMode::Frozen);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let shutdown = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            server.await.unwrap();
        });
        let (running, token) = (sim.clone(), shutdown.clone());
        tasks.spawn(async move {
            run(listener, running, token).await.unwrap();
        });
        let http = reqwest::Client::new();
        Self {
            sim,
            app,
            base,
            http,
            shutdown,
            _tasks: tasks,
        }
    }

    /// Waits until nothing is under way.
    pub(crate) async fn idle(&self) {
        let result = self.sim.wait_idle(LIMIT).await;
        assert!(result.is_ok(), "never idle:\n{}", self.sim.timeline());
    }

    /// Lets so many virtual seconds pass, and everything settle.
    pub(crate) async fn seconds(&self, seconds: i64) {
        self.idle().await;
        self.sim.advance(seconds * 1000).await;
        self.idle().await;
    }

    /// A caller dials; the first document has been fetched.
    pub(crate) async fn call(&self) -> LegId {
        let leg = self.sim.dial(CALLER, OFFICE);
        self.idle().await;
        leg
    }

    pub(crate) async fn holds(&self, what: &str, predicate: impl FnMut(&View<'_>) -> bool) {
        let result = self.sim.wait_for(predicate, LIMIT).await;
        assert!(result.is_ok(), "{what} did not happen:\n{}", self.sim.timeline());
    }

    /// Whether a leg heard a text.
    pub(crate) fn heard(&self, leg: &LegId, text: &str) -> bool {
        self.saw(leg, &What::Heard(Sound::Text(text.to_owned())))
    }

    pub(crate) fn saw(&self, leg: &LegId, what: &What) -> bool {
        self.sim.timeline().of(leg).any(|entry| &entry.what == what)
    }

    pub(crate) fn status(&self, leg: &LegId) -> String {
        self.sim.leg(leg).unwrap().status.to_string()
    }

    /// A REST request; status and body.
    pub(crate) async fn rest(&self, method: &str, path: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let url = format!("{}/2010-04-01/Accounts/{ACCOUNT}/{path}", self.base);
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, url).basic_auth(ACCOUNT, Some(TOKEN));
        if !form.is_empty() {
            request = request.form(form);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let body = response.bytes().await.unwrap();
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }
}
