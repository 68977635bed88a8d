//! A server of calendars that can be told to misbehave.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, IF_NONE_MATCH};
use actix_web::{HttpRequest, HttpResponse, web};
use switchboard_runtime::Lifecycle;
use switchboard_runtime::http::{HttpOptions, serve};

use crate::pages::anywhere;

/// What is answered.
#[derive(Clone, Debug)]
pub(super) enum Answer {
    Calendar(String),
    Status(u16),
    Silence,
}

#[derive(Clone)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    /// Requests, and those of them that were told that nothing has changed.
    asked: Arc<Mutex<(usize, usize)>>,
}

impl Server {
    pub(super) fn start(lifecycle: &Lifecycle) -> Self {
        let (listener, address) = anywhere();
        let server = Self {
            address,
            answer: Arc::new(Mutex::new(Answer::Status(404))),
            asked: Arc::default(),
        };
        server.clone().listen(listener, lifecycle);
        server
    }

    fn listen(self, listener: TcpListener, lifecycle: &Lifecycle) {
        let page = move |request: HttpRequest| {
            let server = self.clone();
            async move { server.respond(&request).await }
        };
        let routes = move |config: &mut web::ServiceConfig| {
            config.default_service(web::get().to(page.clone()));
        };
        let serving = serve(listener, HttpOptions::default(), routes, lifecycle.token());
        lifecycle.spawn_vital("calendars", serving);
    }

    pub(super) fn answers(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(super) fn asked(&self) -> (usize, usize) {
        *self.asked.lock().unwrap()
    }

    async fn respond(&self, request: &HttpRequest) -> HttpResponse {
        let answer = self.answer.lock().unwrap().clone();
        self.asked.lock().unwrap().0 += 1;
        match answer {
            Answer::Calendar(text) => {
                let state = format!("\"{:x}\"", text.bytes().map(u64::from).sum::<u64>());
                let known = request.headers().get(IF_NONE_MATCH);
                if known.is_some_and(|known| known.as_bytes() == state.as_bytes()) {
                    self.asked.lock().unwrap().1 += 1;
                    return HttpResponse::NotModified().finish();
                }
                HttpResponse::Ok().insert_header((ETAG, state)).body(text)
            }
            Answer::Status(status) => HttpResponse::build(StatusCode::from_u16(status).unwrap()).finish(),
            Answer::Silence => {
                tokio::time::sleep(Duration::from_secs(5)).await;
                HttpResponse::Ok().finish()
            }
        }
    }
}
