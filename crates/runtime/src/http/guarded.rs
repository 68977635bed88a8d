//! A server's connections, each ended when its time is over.

use actix_http::error::DispatchError;
use actix_service::{Service, ServiceFactory};
use actix_web::rt::net::TcpStream;
use futures::{FutureExt as _, future::LocalBoxFuture};

use super::connections::Connections;
use crate::Sparing;

static SPOILT: Sparing = Sparing::new();

/// Wraps what serves connections, so that one whose time is over ends, whatever it is doing.
#[derive(Debug)]
pub(crate) struct Guarded<S> {
    inner: S,
    connections: Connections,
}

impl<S> Guarded<S> {
    pub(crate) fn new(inner: S, connections: Connections) -> Self {
        Self { inner, connections }
    }
}

impl<F> ServiceFactory<TcpStream> for Guarded<F>
where
    F: ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError>,
    F::Service: 'static,
    F::Future: 'static,
    F::InitError: 'static,
{
    type Response = ();
    type Error = DispatchError;
    type Config = ();
    type Service = Guarded<F::Service>;
    type InitError = F::InitError;
    type Future = LocalBoxFuture<'static, Result<Self::Service, Self::InitError>>;

    fn new_service(&self, (): ()) -> Self::Future {
        let (made, connections) = (self.inner.new_service(()), self.connections.clone());
        async move { Ok(Guarded::new(made.await?, connections)) }.boxed_local()
    }
}

impl<S> Service<TcpStream> for Guarded<S>
where
    S: Service<TcpStream, Response = (), Error = DispatchError>,
    S::Future: 'static,
{
    type Response = ();
    type Error = DispatchError;
    type Future = LocalBoxFuture<'static, Result<(), DispatchError>>;

    actix_service::forward_ready!(inner);

    fn call(&self, stream: TcpStream) -> Self::Future {
        let peer = stream.peer_addr();
        let admitted = peer.as_ref().ok().map(|peer| self.connections.admit(*peer));
        let serving = self.inner.call(stream);
        async move {
            let ended = match admitted {
                Some(admitted) => tokio::select! {
                    biased;
                    ended = serving => ended,
                    () = admitted.connection.overdue() => {
                        metrics::counter!("http_connections_overdue_total").increment(1);
                        Ok(())
                    }
                },
                None => serving.await,
            };
            if let (Err(DispatchError::Parse(reason)), Ok(peer)) = (&ended, peer) {
                metrics::counter!("http_requests_unreadable_total").increment(1);
                if let Some(more) = SPOILT.due() {
                    tracing::info!(%peer, more, "request of {peer} cannot be read: {reason}");
                }
            }
            ended
        }
        .boxed_local()
    }
}
