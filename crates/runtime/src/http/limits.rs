//! Middleware of every server: a request is whole in time, or it is no request.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use actix_web::{
    Error, HttpMessage as _, HttpRequest, HttpResponse,
    body::{EitherBody, MessageBody},
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::PayloadError,
    http::{ConnectionType, StatusCode},
    middleware::Next,
    web::{Bytes, Data},
};
use futures::{FutureExt as _, Stream, StreamExt as _};
use tokio::time::{Sleep, sleep};

use super::connections::Connections;

/// For the answer of a request that was cut short to be read.
const LEAVE: Duration = Duration::from_secs(1);

/// What [`within_limits`] needs to know of its server.
#[derive(Debug)]
pub struct RequestLimits {
    pub(crate) connections: Connections,
    pub(crate) body_within: Duration,
    pub(crate) unwelcome: fn(&ServiceRequest) -> bool,
}

/// Says that the request was signed, or bore a token: its connection is trusted from now on. See
/// [`ConnectionLimits`](super::ConnectionLimits).
pub fn prove(request: &HttpRequest) {
    if let (Some(limits), Some(peer)) = (request.app_data::<Data<RequestLimits>>(), request.peer_addr()) {
        limits.connections.prove(peer);
    }
}

/// Refuses what nobody would read the body of, and gives every other body a time limit.
///
/// Outermost middleware of every server: see [`Guard`](super::Guard).
///
/// # Errors
/// Those of the service inside.
pub async fn within_limits<B: MessageBody>(
    limits: Data<RequestLimits>,
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let peer = request.peer_addr();
    let connection = peer.and_then(|peer| limits.connections.of(peer));
    let leave = || {
        if let Some(connection) = &connection {
            connection.leaves_within(LEAVE);
        }
    };
    if (limits.unwelcome)(&request) {
        leave();
        let refused = answer(StatusCode::FORBIDDEN);
        return Ok(request.into_response(refused).map_into_right_body());
    }
    if let Some(connection) = &connection {
        connection.is_busy();
    }
    let late = Arc::new(AtomicBool::new(false));
    match request.take_payload() {
        Payload::None => {}
        payload @ (Payload::H1 { .. } | Payload::Stream { .. }) => {
            let timed = Timed {
                inner: payload,
                limit: Box::pin(sleep(limits.body_within)),
                late: Arc::clone(&late),
            };
            request.set_payload(Payload::Stream {
                payload: Box::pin(timed),
            });
        }
    }
    let response = next.call(request).await;
    if late.load(Ordering::Relaxed) {
        leave();
        metrics::counter!("http_bodies_late_total").increment(1);
        return response.map(|response| {
            let (request, _) = response.into_parts();
            ServiceResponse::new(request, answer(StatusCode::REQUEST_TIMEOUT)).map_into_right_body()
        });
    }
    if let Some(connection) = &connection {
        connection.is_idle();
    }
    response.map(ServiceResponse::map_into_left_body)
}

fn answer(status: StatusCode) -> HttpResponse {
    let mut response = HttpResponse::new(status);
    response.head_mut().set_connection_type(ConnectionType::Close);
    response
}

/// A body that ends with an error when it is not whole in time.
struct Timed {
    inner: Payload,
    limit: Pin<Box<Sleep>>,
    late: Arc<AtomicBool>,
}

impl Stream for Timed {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Poll::Ready(part) = self.inner.poll_next_unpin(cx) {
            return Poll::Ready(part);
        }
        if self.limit.poll_unpin(cx).is_pending() {
            return Poll::Pending;
        }
        self.late.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
    }
}
