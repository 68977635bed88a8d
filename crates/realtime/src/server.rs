//! The HTTP door and its addresses.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use switchboard_runtime::http::serve_operations;
use switchboard_runtime::{Health, Metrics};
use tokio_util::sync::CancellationToken;
use tracing_actix_web::TracingLogger;

use crate::app::Realtime;
use crate::refusal::Refusal;
use crate::span::RequestSpan;
use crate::{
    commands, demo, guard, hours, jobs, pages, presence, reads, recording, voice_token, web as server, ws,
};

/// Commands are a few short fields.
const MAX_BODY: usize = 4 * 1024;

/// Answers agents on `listener` until `shutdown`, then tells sockets to go elsewhere and finishes what it began. The
/// agents of the settings are made known meanwhile, as soon as Redis answers; until then it is not ready.
///
/// # Errors
/// When the listener cannot be used.
pub async fn run(
    listener: TcpListener,
    realtime: Realtime,
    metrics: Metrics,
    shutdown: CancellationToken,
) -> std::io::Result<()> {
    let realtime = Arc::new(realtime);
    let health = health(&realtime, metrics, &shutdown);
    let (apart, health_apart) = (realtime.operations.is_some(), health.clone());
    let shared = Data::from(Arc::clone(&realtime));
    let routes = move |config: &mut ServiceConfig| {
        config.app_data(shared.clone());
        config.service(
            web::scope("/api/v1")
                .configure(api)
                .wrap(from_fn(guard::bearer))
                .wrap(TracingLogger::<RequestSpan>::new()),
        );
        if apart {
            Health::configure_live(config);
        } else {
            health.configure(config);
        }
        pages::routes(config);
    };
    let mut serving = std::pin::pin!(async {
        let public = server::serve(
            listener,
            realtime.http.clone(),
            Arc::clone(&realtime),
            routes,
            shutdown.clone(),
        );
        let operations = realtime.operations.clone();
        tokio::try_join!(
            public,
            serve_operations(operations, health_apart, shutdown.clone())
        )
        .map(|((), ())| ())
    });
    let store = &realtime.store;
    let meanwhile = async {
        tokio::join!(
            realtime.keep_introducing(&shutdown),
            realtime.hours.follow(|| store.overrides(), &shutdown),
            realtime.hours.follow_feeds(
                || store.feed_marks(),
                move |name| async move { store.feed(&name).await },
                &shutdown
            ),
            ws::follow(&realtime, &shutdown)
        )
    };
    tokio::select! {
        ended = &mut serving => return ended,
        ((), (), (), ()) = meanwhile => {}
    }
    serving.await
}

fn health(realtime: &Arc<Realtime>, metrics: Metrics, shutdown: &CancellationToken) -> Health {
    let store = realtime.store.clone();
    let redis = move || {
        let store = store.clone();
        async move { store.ping().await.map_err(|error| error.to_string()) }
    };
    let (realtime, following) = (Arc::clone(realtime), Arc::clone(realtime));
    let agents = move || {
        let known = realtime.introduced.load(Ordering::Acquire);
        async move {
            known
                .then_some(())
                .ok_or_else(|| "the agents are not known yet".to_owned())
        }
    };
    let stream = move || {
        let ready = following.sockets.is_ready() && following.hours.is_known();
        async move {
            ready
                .then_some(())
                .ok_or_else(|| "the event stream is not followed yet".to_owned())
        }
    };
    let limit = Duration::from_secs(1);
    Health::new(metrics, shutdown.clone())
        .check("redis", limit, redis)
        .check("agents", limit, agents)
        .check("stream", limit, stream)
}

fn api(config: &mut ServiceConfig) {
    let post = || web::to(|| async { Err::<String, _>(Refusal::WrongMethod("POST")) });
    let put = || web::to(|| async { Err::<String, _>(Refusal::WrongMethod("PUT")) });
    let get = || web::to(|| async { Err::<String, _>(Refusal::WrongMethod("GET")) });
    config
        .app_data(web::PayloadConfig::new(MAX_BODY))
        .service(
            web::resource("/calls/{id}/answer")
                .route(web::post().to(commands::answer))
                .default_service(post()),
        )
        .service(
            web::resource("/calls/{id}/release")
                .route(web::post().to(commands::release))
                .default_service(post()),
        )
        .service(
            web::resource("/calls/{id}/hang-up")
                .route(web::post().to(commands::hang_up))
                .default_service(post()),
        )
        .service(
            web::resource("/calls/{id}/history")
                .route(web::get().to(reads::history))
                .default_service(get()),
        )
        .service(
            web::resource("/calls/{id}/recording")
                .route(web::get().to(recording::get))
                .default_service(get()),
        )
        .service(
            web::resource("/voice-token")
                .route(web::post().to(voice_token::post))
                .default_service(post()),
        )
        .service(
            web::resource("/agents/{id}/presence")
                .route(web::put().to(presence::put))
                .default_service(put()),
        )
        .service(
            web::resource("/live")
                .route(web::get().to(reads::live))
                .default_service(get()),
        )
        .service(
            web::resource("/demo")
                .route(web::get().to(demo::get))
                .default_service(get()),
        )
        .service(
            web::resource("/tickets")
                .route(web::post().to(ws::post))
                .default_service(post()),
        )
        .configure(hours::addresses)
        .configure(jobs::addresses)
        // Requests that ask for an upgrade do not come here: see `web.rs`.
        .service(
            web::resource("/socket")
                .route(web::get().to(|| async { Err::<String, _>(Refusal::NoUpgrade) }))
                .default_service(get()),
        )
        .default_service(web::to(|| async { Err::<String, _>(Refusal::NoSuchAddress) }));
}
