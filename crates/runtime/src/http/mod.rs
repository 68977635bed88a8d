//! A web server on a given listener, with limits, that stops when it is told to.

mod connections;
mod guarded;
mod limits;
mod network;

use std::{io, net::TcpListener, time::Duration};

use actix_http::{HttpService, KeepAlive, error::DispatchError};
use actix_service::{IntoServiceFactory as _, ServiceFactory, ServiceFactoryExt as _, map_config};
use actix_web::{
    App, Error,
    dev::{AppConfig, Server, ServiceRequest},
    middleware::from_fn,
    rt::net::TcpStream,
    web::{self, ServiceConfig},
};
use tokio_util::sync::CancellationToken;

pub use self::{
    connections::ConnectionLimits,
    limits::{RequestLimits, prove, within_limits},
    network::Network,
};
use self::{connections::Connections, guarded::Guarded};
use crate::{
    Health, open_files,
    settings::{Listen, Settings},
};

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
    /// For a request's body to arrive whole.
    pub body_within: Duration,
    /// Requests that are answered with 403 before their body is read.
    pub unwelcome: fn(&ServiceRequest) -> bool,
    /// How many connections may be open that have proven nothing.
    pub unproven: ConnectionLimits,
    /// How long requests may go on after the stop has begun, in whole seconds.
    pub finish_within: Duration,
}

impl Default for HttpOptions {
    /// Two threads, 10,000 connections on each, 5 s for a head, 75 s idle, 256 `KiB` within 5 s, 10 s to finish.
    fn default() -> Self {
        Self {
            threads: 2,
            connections: 10_000,
            head_within: Duration::from_secs(5),
            idle: Duration::from_secs(75),
            body: 256 * 1024,
            body_within: Duration::from_secs(5),
            unwelcome: |_| false,
            unproven: ConnectionLimits::default(),
            finish_within: Duration::from_secs(10),
        }
    }
}

impl HttpOptions {
    /// For a public port, with what the settings say about those who connect.
    pub fn public(settings: &Settings) -> Self {
        let connections = &settings.connections;
        Self {
            unproven: ConnectionLimits {
                proxies: connections.proxies.clone(),
                per_address: connections.per_address.get(),
                unproven: open_files::share_of_unproven(),
                idle: Some(connections.unproven_idle),
            },
            ..Self::default()
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
    let address = listener.local_addr()?;
    let guard = Guard::new(&options);
    let builder = Server::build()
        .workers(options.threads.max(1))
        .max_concurrent_connections(options.connections)
        .shutdown_timeout(options.finish_within.as_secs().max(1))
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let (body, head_within, idle) = (options.body, options.head_within, options.idle);
    // Put together by hand, because only its parts let a connection be ended from outside.
    let factory = move || {
        let app = App::new()
            .app_data(guard.data())
            .app_data(web::PayloadConfig::new(body))
            .app_data(web::FormConfig::default().limit(body))
            .app_data(web::JsonConfig::default().limit(body))
            .configure(configure.clone())
            .wrap(from_fn(within_limits));
        let stopping = stopping.clone();
        let service = HttpService::build()
            // Hidden in its documentation, and how its own server makes idle connections close at a stop.
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KeepAlive::Timeout(idle))
            .client_request_timeout(head_within)
            .client_disconnect_timeout(Duration::from_secs(1))
            .local_addr(address)
            .finish(map_config(
                app.into_factory().map_err(|error: Error| error.error_response()),
                move |()| AppConfig::default(),
            ))
            .tcp();
        guard.round(service)
    };
    let server = builder.listen("http", listener, factory)?.run();
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

/// Keeps the limits of a server that is put together elsewhere: [`round`](Guard::round) its connections, and
/// [`within_limits`] as its outermost middleware, with [`data`](Guard::data).
#[derive(Clone, Debug)]
pub struct Guard {
    connections: Connections,
    data: web::Data<RequestLimits>,
}

impl Guard {
    /// With these limits.
    pub fn new(options: &HttpOptions) -> Self {
        let connections = Connections::new(options.unproven.clone());
        Self {
            connections: connections.clone(),
            data: web::Data::new(RequestLimits {
                connections,
                body_within: options.body_within,
                unwelcome: options.unwelcome,
            }),
        }
    }

    /// What the middleware needs to find.
    pub fn data(&self) -> web::Data<RequestLimits> {
        self.data.clone()
    }

    /// What serves connections, with each ended when its time is over.
    pub fn round<F>(
        &self,
        service: F,
    ) -> impl ServiceFactory<
        TcpStream,
        Config = (),
        Response = (),
        Error = DispatchError,
        InitError = F::InitError,
    > + use<F>
    where
        F: ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError>,
        F::Service: 'static,
        F::Future: 'static,
        F::InitError: 'static,
    {
        Guarded::new(service, self.connections.clone())
    }
}

/// Serves health and metrics alone: an operations port.
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

/// Serves health and metrics where `listen` says, if it does.
///
/// # Errors
/// As [`serve`], and when the address cannot be had.
pub async fn serve_operations(
    listen: Option<Listen>,
    health: Health,
    stop: CancellationToken,
) -> io::Result<()> {
    match listen {
        Some(listen) => serve_health(listen.bind()?, health, stop).await,
        None => Ok(()),
    }
}
