//! A web server on a given listener, with limits, that stops when it is told to.

use std::{io, net::TcpListener, time::Duration};

use actix_web::{
    App, HttpServer,
    web::{self, ServiceConfig},
};
use tokio_util::sync::CancellationToken;

use crate::Health;

/// The limits of a server.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Threads, each with its own loop; handlers of one connection stay on one thread.
    pub threads: usize,
    /// Open connections on each thread; more wait in the kernel.
    pub connections: usize,
    /// For a request's head to arrive: who sends it slower than this holds a connection for nothing.
    pub head_within: Duration,
    /// How long a connection without a request stays open. Longer than a balancer's own limit (60 s is usual), or
    /// requests meet a closing connection.
    pub idle: Duration,
    /// Bytes of a request's body.
    pub body: usize,
    /// How long requests may go on after the stop has begun, in whole seconds.
    pub finish_within: Duration,
}

impl Default for HttpOptions {
    /// Two threads, 10,000 connections on each, 5 s for a head, 75 s idle, 256 `KiB`, 10 s to finish.
    fn default() -> Self {
        Self {
            threads: 2,
            connections: 10_000,
            head_within: Duration::from_secs(5),
            idle: Duration::from_secs(75),
            body: 256 * 1024,
            finish_within: Duration::from_secs(10),
        }
    }
}

/// Serves what `configure` adds until `stop` is cancelled and the requests that run then have been answered.
/// Middleware goes round scopes inside `configure`, which runs once on each thread.
///
/// # Errors
/// When the listener cannot be used or a thread cannot be started.
pub async fn serve<F>(
    listener: TcpListener,
    options: HttpOptions,
    configure: F,
    stop: CancellationToken,
) -> io::Result<()>
where
    F: Fn(&mut ServiceConfig) + Clone + Send + 'static,
{
    let body = options.body;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::PayloadConfig::new(body))
            .app_data(web::FormConfig::default().limit(body))
            .app_data(web::JsonConfig::default().limit(body))
            .configure(configure.clone())
    })
    .workers(options.threads.max(1))
    .max_connections(options.connections)
    .client_request_timeout(options.head_within)
    .client_disconnect_timeout(Duration::from_secs(1))
    .keep_alive(options.idle)
    .shutdown_timeout(options.finish_within.as_secs().max(1))
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => return ended,
        () = stop.cancelled() => {}
    }
    // The server's own future carries the stop out: both must be polled.
    let (ended, ()) = tokio::join!(server, handle.stop(true));
    ended
}

/// Serves health and metrics alone: for workers, which have nothing else to say.
///
/// # Errors
/// As [`serve`].
pub async fn serve_health(listener: TcpListener, health: Health, stop: CancellationToken) -> io::Result<()> {
    let options = HttpOptions {
        threads: 1,
        connections: 256,
        ..HttpOptions::default()
    };
    serve(listener, options, move |config| health.configure(config), stop).await
}
