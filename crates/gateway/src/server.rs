//! The HTTP door: believe a request, then answer it.

use std::borrow::Cow;
use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use switchboard_contracts::{MusicPiece, Routed, VOICE_PATH};
use switchboard_runtime::http::{self, prove};
use switchboard_runtime::{Health, HttpOptions, Metrics, Sparing};
use switchboard_telephony::form::WebhookForm;
use switchboard_telephony::signature::{Request, SETTINGS_HEADER, SIGNATURE_HEADER};
use switchboard_telephony::twiml::{CONTENT_TYPE as TWIML, VoiceResponse};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::app::Gateway;
use crate::documents::hang_up;
use crate::handlers::Answer;

/// Twilio's own requests stay far below this.
const MAX_BODY: usize = 64 * 1024;

/// Answers webhooks on `listener` until `shutdown`, then finishes what it began.
///
/// # Errors
/// When the listener cannot be used.
pub async fn run(
    listener: TcpListener,
    gateway: Gateway,
    metrics: Metrics,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let store = gateway.store.clone();
    let health = Health::new(metrics, shutdown.clone()).check("redis", Duration::from_secs(1), move || {
        let store = store.clone();
        async move { store.ping().await.map_err(|error| error.to_string()) }
    });
    let options = HttpOptions {
        body: MAX_BODY,
        unwelcome: is_unsigned,
        ..gateway.http.clone()
    };
    let operations = gateway.operations.clone();
    let (apart, health_apart) = (operations.is_some(), health.clone());
    let gateway = Arc::new(gateway);
    let following = Arc::clone(&gateway);
    let gateway = Data::from(gateway);
    let routes = move |config: &mut ServiceConfig| {
        config
            .app_data(gateway.clone())
            .route(
                &format!("{VOICE_PATH}{}", MusicPiece::PATH),
                web::get().to(hold_music),
            )
            .route(&format!("{VOICE_PATH}{{address:.*}}"), web::post().to(webhook))
            .route(&format!("{VOICE_PATH}{{address:.*}}"), web::get().to(webhook));
        if apart {
            Health::configure_live(config);
        } else {
            health.configure(config);
        }
    };
    let mut serving = std::pin::pin!(async {
        tokio::try_join!(
            http::serve(listener, options, routes, shutdown.clone()),
            http::serve_operations(operations, health_apart, shutdown.clone())
        )
        .map(|((), ())| ())
    });
    let (hours, store) = (&following.hours, &following.store);
    let meanwhile = async {
        tokio::join!(
            hours.follow(|| store.overrides(), &shutdown),
            hours.follow_feeds(
                || store.feed_marks(),
                move |name| async move { store.feed(&name).await },
                &shutdown
            )
        )
    };
    tokio::select! {
        ended = &mut serving => return ended,
        ((), ()) = meanwhile => {}
    }
    serving.await
}

/// Whether a webhook bears no signature: nobody reads the body of such a request.
fn is_unsigned(request: &ServiceRequest) -> bool {
    let webhook = request
        .path()
        .strip_prefix(VOICE_PATH)
        .is_some_and(|address| address != MusicPiece::PATH);
    let unsigned = webhook
        && matches!(*request.method(), Method::GET | Method::POST)
        && !request.headers().contains_key(SIGNATURE_HEADER);
    if unsigned {
        refused(request.peer_addr(), request.path(), &"no signature");
    }
    unsigned
}

/// Anybody may send such requests, as often as they like.
fn refused(peer: Option<SocketAddr>, path: &str, reason: &dyn fmt::Display) {
    static LINES: Sparing = Sparing::new();
    metrics::counter!("gateway_webhooks_total", "answer" => "refused").increment(1);
    if let Some(more) = LINES.due() {
        let peer = peer.map(|peer| peer.to_string()).unwrap_or_default();
        warn!(%reason, path, peer, more, "webhook refused: {reason}");
    }
}

async fn webhook(request: HttpRequest, body: Bytes, gateway: Data<Gateway>) -> HttpResponse {
    let started = Instant::now();
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let url = gateway.public.join(target);
    let signed = Request {
        method: request.method().as_str(),
        url: &url,
        content_type: header("content-type"),
        body: &body,
    };
    let signature = header(SIGNATURE_HEADER);
    if let Err(reason) = gateway
        .validator
        .validate(signed, signature, header(SETTINGS_HEADER))
    {
        refused(request.peer_addr(), request.path(), &reason);
        return HttpResponse::Forbidden().finish();
    }
    prove(&request);
    let Some(routed) = Routed::parse(request.path(), request.query_string()) else {
        return HttpResponse::NotFound().finish();
    };
    let form = if request.method() == Method::GET {
        WebhookForm::parse(request.query_string().as_bytes())
    } else {
        WebhookForm::parse(&said(&body, &routed, request.query_string()))
    };
    // A signature says who, not when, nor where one field ends: see what was captured and sent again.
    if let Err(reason) = form.plausible(&gateway.account) {
        warn!(%reason, path = request.path(), fields = ?form, "webhook refused: {reason}");
        metrics::counter!("gateway_webhooks_total", "answer" => "refused").increment(1);
        return HttpResponse::Forbidden().finish();
    }
    // The same request sent twice has the same signature, whether or not the carrier numbers its retries.
    let id = format!("{}:{}", request.path(), signature.unwrap_or_default());
    let answer = gateway.answer(&routed, &form, &id, &url).await;
    metrics::histogram!("gateway_webhook_seconds").record(started.elapsed().as_secs_f64());
    metrics::counter!("gateway_webhooks_total", "answer" => "given").increment(1);
    info!(
        path = request.path(),
        micros = started.elapsed().as_micros(),
        "webhook {} answered",
        request.path()
    );
    match answer {
        Ok(Answer::Document(document)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, TWIML))
            .body(render(&document)),
        Ok(Answer::Noted) => HttpResponse::NoContent().finish(),
        Err(missing) => {
            warn!(field = missing.field, "webhook without {}", missing.field);
            HttpResponse::BadRequest().body(missing.to_string())
        }
    }
}

/// The form, and behind it what the line had said when it asked for the first time. The signature covers both.
fn said<'a>(body: &'a [u8], routed: &Routed, query: &str) -> Cow<'a, [u8]> {
    if routed.again {
        Cow::Owned([body, b"&", query.as_bytes()].concat())
    } else {
        Cow::Borrowed(body)
    }
}

/// A document that cannot be rendered is our fault; the caller must still get one.
fn render(document: &VoiceResponse) -> String {
    document.render().unwrap_or_else(|reason| {
        error!(
            error = &reason as &dyn std::error::Error,
            "document cannot be rendered: {reason}"
        );
        hang_up().render().unwrap_or_default()
    })
}

async fn hold_music(request: HttpRequest, gateway: Data<Gateway>) -> HttpResponse {
    let MusicPiece { at, seconds } = MusicPiece::parse(request.query_string());
    let tag = gateway.music.tag(at, seconds);
    // One or several tags, each perhaps marked as weak, which makes no difference to a file.
    let known = request
        .headers()
        .get_all(IF_NONE_MATCH)
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    if known {
        return HttpResponse::NotModified().insert_header((ETAG, tag)).finish();
    }
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "audio/wav"))
        .insert_header((ETAG, tag))
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .body(gateway.music.piece(at, seconds))
}
