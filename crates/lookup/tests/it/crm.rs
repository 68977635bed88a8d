//! A customer system on the loopback that behaves as told.

use std::{
    net::TcpListener,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    dev::ServerHandle,
    http::{StatusCode, header},
    rt,
    web::{self, Bytes, Data},
};
use futures::stream;
use tokio::sync::Semaphore;

/// What it does with a request.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// This status, content type and body.
    Says(u16, &'static str, Vec<u8>),
    /// The same without saying how long the body is.
    Streams(Vec<u8>),
    /// Never answers.
    Hangs,
    /// Starts to answer and never ends.
    Drips,
    /// This status with one header.
    Header(u16, header::HeaderName, String),
    /// Answers this JSON to each request that gets one of the permits.
    Gated(Arc<Semaphore>, String),
    /// To another path on the same host; then as `Says` would.
    Moved(String),
}

pub(crate) struct Crm {
    pub(crate) url: String,
    state: Data<State>,
    handle: ServerHandle,
}

struct State {
    behaviour: Mutex<Behaviour>,
    seen: Mutex<Vec<Seen>>,
    hits: AtomicUsize,
}

#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

pub(crate) fn json(text: &str) -> Behaviour {
    Behaviour::Says(200, "application/json", text.as_bytes().to_vec())
}

pub(crate) fn status(code: u16) -> Behaviour {
    Behaviour::Says(code, "text/html", b"<html>oops</html>".to_vec())
}

impl Crm {
    pub(crate) fn start(behaviour: Behaviour) -> Self {
        let state = Data::new(State {
            behaviour: Mutex::new(behaviour),
            seen: Mutex::default(),
            hits: AtomicUsize::new(0),
        });
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = state.clone();
        let server = HttpServer::new(move || {
            App::new()
                .app_data(shared.clone())
                .default_service(web::to(answer))
        });
        let server = server
            .workers(1)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        rt::spawn(server);
        Self { url, state, handle }
    }

    pub(crate) fn now(&self, behaviour: Behaviour) {
        *self.state.behaviour.lock().unwrap() = behaviour;
    }

    pub(crate) fn hits(&self) -> usize {
        self.state.hits.load(Ordering::SeqCst)
    }

    /// Waits until so many requests have arrived.
    pub(crate) async fn reached(&self, hits: usize) {
        while self.hits() < hits {
            rt::time::sleep(Duration::from_millis(1)).await;
        }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.seen.lock().unwrap().clone()
    }

    pub(crate) async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn answer(request: HttpRequest, body: Bytes, state: Data<State>) -> HttpResponse {
    let text = |value: &header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    state.seen.lock().unwrap().push(Seen {
        method: request.method().to_string(),
        uri: request.uri().to_string(),
        headers: request
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value)))
            .collect(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    state.hits.fetch_add(1, Ordering::SeqCst);
    let behaviour = state.behaviour.lock().unwrap().clone();
    let code = |code: u16| HttpResponse::build(StatusCode::from_u16(code).unwrap());
    match behaviour {
        Behaviour::Says(status, kind, body) => code(status).content_type(kind).body(body),
        Behaviour::Streams(body) => {
            let pieces = body
                .chunks(4096)
                .map(|piece| Ok::<_, actix_web::Error>(Bytes::copy_from_slice(piece)));
            code(200).streaming(stream::iter(pieces.collect::<Vec<_>>()))
        }
        Behaviour::Hangs => std::future::pending().await,
        Behaviour::Drips => code(200).streaming(stream::unfold((), |()| async {
            rt::time::sleep(Duration::from_millis(5)).await;
            Some((Ok::<_, actix_web::Error>(Bytes::from_static(b" ")), ()))
        })),
        Behaviour::Header(status, name, value) => code(status).insert_header((name, value)).finish(),
        Behaviour::Gated(gate, body) => {
            gate.acquire().await.unwrap().forget();
            code(200).body(body)
        }
        Behaviour::Moved(body) if request.path() == "/moved" => code(200).body(body),
        Behaviour::Moved(_) => code(302).insert_header((header::LOCATION, "/moved")).finish(),
    }
}
