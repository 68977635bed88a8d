//! A running gateway, and requests to it as the carrier makes them.

use std::net::TcpListener;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use switchboard_gateway::{Gateway, run};
use switchboard_runtime::settings::Settings;
use switchboard_runtime::{Clock, Lifecycle, Metrics};
use switchboard_simulator::{Where, faults_of};
use switchboard_store::{Store, StoreConfig};
use switchboard_telephony::signature::{Algorithm, Request, SIGNATURE_HEADER, sign};

/// What the demonstration's settings say; the gateway itself listens elsewhere, as behind a proxy.
pub(crate) const PUBLIC: &str = "http://127.0.0.1:8080";
pub(crate) const VOICE: &str = "/twilio/voice/";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// One gateway process.
pub(crate) struct Door {
    address: String,
    token: SecretString,
    client: reqwest::Client,
    pub(crate) lifecycle: Lifecycle,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

impl Door {
    pub(crate) fn open(settings: &Settings, redis: &str, clock: Clock) -> Self {
        let store = Store::new(StoreConfig {
            budget: settings.redis.budget,
            ended_ttl: settings.calls.ended_ttl,
            ..StoreConfig::new(redis, settings.key_prefix())
        })
        .unwrap();
        let gateway = Gateway::new(settings, store, clock).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let lifecycle = Lifecycle::new();
        let metrics = Metrics::install().unwrap();
        lifecycle.spawn_vital("gateway", run(listener, gateway, metrics, lifecycle.token()));
        Self {
            address,
            token: SecretString::from(settings.twilio.auth_token.expose_secret()),
            client: reqwest::Client::builder()
                .timeout(Duration::from_secs(20))
                .build()
                .unwrap(),
            lifecycle,
        }
    }

    /// Where it listens.
    pub(crate) fn place(&self) -> &str {
        self.address.strip_prefix("http://").unwrap()
    }

    /// The signature of a form sent to this path and query.
    pub(crate) fn signature(&self, target: &str, body: &[u8]) -> String {
        let url = format!("{PUBLIC}{target}");
        let request = Request {
            method: "POST",
            url: &url,
            content_type: Some(FORM),
            body,
        };
        sign(&self.token, Algorithm::HmacSha1, request).unwrap()
    }

    /// Sends a form with this signature, or none.
    pub(crate) async fn send(&self, target: &str, body: &[u8], signature: Option<&str>) -> Reply {
        let mut request = self
            .client
            .post(format!("{}{target}", self.address))
            .header("Content-Type", FORM)
            .body(body.to_vec());
        if let Some(signature) = signature {
            request = request.header(SIGNATURE_HEADER, signature);
        }
        read(target, request.send().await.unwrap()).await
    }

    /// Sends a signed form.
    pub(crate) async fn post(&self, target: &str, body: &[u8]) -> Reply {
        self.send(target, body, Some(&self.signature(target, body))).await
    }

    /// The same as a signed `GET`.
    pub(crate) async fn get_signed(&self, target: &str) -> Reply {
        let url = format!("{PUBLIC}{target}");
        let request = Request {
            method: "GET",
            url: &url,
            content_type: None,
            body: b"",
        };
        let signature = sign(&self.token, Algorithm::HmacSha1, request).unwrap();
        let request = self
            .client
            .get(format!("{}{target}", self.address))
            .header(SIGNATURE_HEADER, signature);
        read(target, request.send().await.unwrap()).await
    }

    /// A plain request, without signature.
    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.client.get(format!("{}{path}", self.address))
    }

    /// Stops it and waits for its end.
    pub(crate) async fn close(self) {
        let outcome = self.lifecycle.shutdown(Duration::from_secs(15)).await;
        assert!(outcome.is_clean(), "{outcome:?}");
    }
}

/// Reads an answer. Whatever is asked of the gateway in any test: a document that it gives has no fault.
async fn read(target: &str, answer: reqwest::Response) -> Reply {
    let content_type = answer.headers().get("content-type");
    let content_type = content_type
        .map_or("", |value| value.to_str().unwrap())
        .to_owned();
    let reply = Reply {
        status: answer.status().as_u16(),
        content_type,
        body: answer.text().await.unwrap(),
    };
    if reply.status == 200 && reply.content_type.starts_with("text/xml") {
        let faults = faults_of(&reply.body, place(target));
        assert!(faults.is_empty(), "{target}: {faults:?} in {}", reply.body);
    }
    reply
}

/// What the carrier runs the document for that it asks for here.
fn place(target: &str) -> Where {
    let path = target.split('?').next().unwrap();
    match path.strip_prefix(VOICE) {
        Some("wait") => Where::Queue,
        Some("office/screen" | "office/accept") => Where::Screening,
        _ => Where::Call,
    }
}
