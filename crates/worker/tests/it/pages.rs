//! Stands where the gateway would: answers every request of the carrier with a document that the test chose.

use std::collections::HashMap;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};

use actix_web::{HttpRequest, HttpResponse, web};
use switchboard_runtime::http::{HttpOptions, serve};
use tokio_util::sync::CancellationToken;

/// Documents by path. A `{CallSid}` in one is the line's own.
#[derive(Clone, Default)]
pub(crate) struct Pages {
    documents: Arc<Mutex<HashMap<String, String>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A line that is told this stays up and does nothing.
const NOTHING: &str = r#"<Say>Hello.</Say><Pause length="3600"/>"#;

impl Pages {
    pub(crate) fn say(&self, path: &str, verbs: &str) {
        let path = format!("/twilio/voice/{path}");
        self.documents.lock().unwrap().insert(path, verbs.to_owned());
    }

    /// How often a line was sent to that path.
    pub(crate) fn times_asked(&self, path: &str) -> usize {
        let path = format!("/twilio/voice/{path}");
        self.asked
            .lock()
            .unwrap()
            .iter()
            .filter(|asked| **asked == path)
            .count()
    }

    fn answer(&self, path: &str, form: &HashMap<String, String>) -> String {
        self.asked.lock().unwrap().push(path.to_owned());
        let documents = self.documents.lock().unwrap();
        let verbs = documents.get(path).map_or(NOTHING, String::as_str);
        let line = form.get("CallSid").map_or("", String::as_str);
        format!("<Response>{}</Response>", verbs.replace("{CallSid}", line))
    }

    pub(crate) async fn serve(self, listener: TcpListener, stop: CancellationToken) -> std::io::Result<()> {
        let page = move |request: HttpRequest, form: web::Form<HashMap<String, String>>| {
            let document = self.answer(request.path(), &form);
            async move { HttpResponse::Ok().content_type("text/xml").body(document) }
        };
        let routes = move |config: &mut web::ServiceConfig| {
            config.default_service(web::post().to(page.clone()));
        };
        serve(listener, HttpOptions::default(), routes, stop).await
    }
}

pub(crate) fn anywhere() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}
