//! The web server, with sockets taken over from it.
//!
//! The same server as `runtime::http` makes, put together by hand, because only its parts know of an upgrade that
//! hands out the connection itself.

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::sync::Arc;

use actix_http::{HttpService, KeepAlive, Request};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::{AppConfig, Server};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error};
use socket2::SockRef;
use switchboard_runtime::HttpOptions;
use switchboard_runtime::http::{Guard, within_limits};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::app::Realtime;
use crate::guard::here;
use crate::ws::{Hub, upgrade};

/// Connections that wait to be accepted: after a restart everybody comes back in the same second. The system may
/// have a lower limit of its own.
const BACKLOG: i32 = 4096;

/// Serves what `configure` adds, and sockets, until `stop` is cancelled, all sockets were told so and the requests
/// that run then have been answered.
///
/// # Errors
/// When the listener cannot be used or a thread cannot be started.
pub(crate) async fn serve<F>(
    listener: TcpListener,
    options: HttpOptions,
    realtime: Arc<Realtime>,
    configure: F,
    stop: CancellationToken,
) -> io::Result<()>
where
    F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let address = listener.local_addr()?;
    SockRef::from(&listener).listen(BACKLOG)?;
    let builder = Server::build()
        .workers(options.threads.max(1))
        .max_concurrent_connections(options.connections)
        .shutdown_timeout(options.finish_within.as_secs().max(1))
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let guard = Guard::new(&options);
    let (sockets, hub_stop) = (Arc::clone(&realtime), stop.clone());
    // Called once on each thread, within its runtime.
    let factory = move || {
        let hub = Hub::new(Arc::clone(&sockets), hub_stop.clone());
        actix_web::rt::spawn(Rc::clone(&hub).run());
        let configure = configure.clone();
        let app = App::new()
            .app_data(guard.data())
            .app_data(web::PayloadConfig::new(options.body))
            .configure(configure)
            // Round everything, also what no route is for.
            .wrap(from_fn(here))
            .wrap(from_fn(within_limits));
        let stopping = stopping.clone();
        let service = HttpService::build()
            // Hidden in its documentation, and how its own server makes idle connections close at a stop.
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KeepAlive::Timeout(options.idle))
            .client_request_timeout(options.head_within)
            .client_disconnect_timeout(std::time::Duration::from_secs(1))
            .tcp_nodelay(true)
            .local_addr(address)
            .upgrade(fn_service(move |(request, framed): (Request, _)| {
                upgrade(Rc::clone(&hub), request, framed)
            }))
            .finish(map_config(
                app.into_factory().map_err(|error: Error| error.error_response()),
                move |()| AppConfig::default(),
            ))
            .tcp();
        guard.round(service)
    };
    let server = builder.listen("realtime", listener, factory)?.run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = stop.cancelled() => {}
    }
    // The threads go with the server, so the farewells come first. New requests are answered meanwhile, sockets
    // refused.
    let limits = &realtime.sockets.limits;
    let within = limits.drain_over * 2 + limits.close_within;
    tokio::select! {
        ended = &mut server => return ended,
        left = timeout(within, realtime.sockets.places.empty()) => if left.is_err() {
            warn!("some sockets did not close in time");
        },
    }
    // The server's own future carries the stop out: both must be polled.
    let (ended, ()) = tokio::join!(server, handle.stop(true));
    ended
}
