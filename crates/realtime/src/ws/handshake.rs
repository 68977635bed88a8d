//! From an HTTP request to a socket: everything that stands before a handler otherwise.
//!
//! Any request with `Upgrade: websocket` comes here, whatever its address and method, and with its connection.

use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

use actix_codec::Framed;
use actix_http::h1::Codec;
use actix_http::{Request, Version};
use actix_web::body::MessageBody as _;
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION};
use actix_web::{HttpMessage as _, HttpResponse, ResponseError as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};
use socket2::SockRef;
use switchboard_domain::AgentId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tracing::{Instrument as _, debug, field::Empty, info, info_span, warn};

use crate::refusal::Refusal;
use crate::ws::conn::{Conn, Order};
use crate::ws::encode::Form;
use crate::ws::hub::Hub;
use crate::ws::places::Place;
use crate::ws::serve::serve;

const ADDRESS: &str = "/api/v1/socket";
/// What RFC 6455 has a server add to the client's key.
const PROOF: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// How a ticket is shown among the subprotocols.
const TICKET: &str = "ticket.";
/// For writing an answer of some hundred bytes, and for the client to take a refusal.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Longer than this without an acknowledgement of what was sent, and the other side is gone. Heartbeats are sent all
/// the time, so there is always something to acknowledge.
const UNACKNOWLEDGED: Duration = Duration::from_secs(20);

/// What a request asks for, before its ticket is looked at.
struct Asked<'a> {
    ticket: &'a str,
    form: Form,
    /// The client named it, so it is told.
    named: bool,
    proof: String,
}

/// Who is let in.
struct Admitted {
    agent: AgentId,
    place: Place,
    form: Form,
    answer: String,
}

/// Takes over the connection of a request that asks for a socket.
pub(crate) async fn upgrade(
    hub: Rc<Hub>,
    request: Request,
    framed: Framed<TcpStream, Codec>,
) -> Result<(), actix_web::Error> {
    let span = info_span!(
        "request",
        request.id = hub.realtime.rng.hex128(),
        http.method = %request.method(),
        http.route = if request.path() == ADDRESS { ADDRESS } else { "" },
        http.status = Empty,
    );
    take_over(hub, request, framed).instrument(span).await;
    Ok(())
}

async fn take_over(hub: Rc<Hub>, request: Request, framed: Framed<TcpStream, Codec>) {
    let parts = framed.into_parts();
    let mut stream = parts.io;
    let span = tracing::Span::current();
    let admitted = match admit(&hub, &request).await {
        Ok(admitted) => admitted,
        Err(refusal) => {
            span.record("http.status", refusal.status_code().as_u16());
            metrics::counter!("realtime_refused_total", "result" => refusal.result()).increment(1);
            info!(result = refusal.result(), "no socket: {refusal}");
            return refuse(stream, &refusal).await;
        }
    };
    span.record("http.status", 101);
    // Not louder: it will be said that the socket is open, and after a broken line all come at once.
    debug!(agent.id = %admitted.agent, form = admitted.form.name(), "socket for agent {}", admitted.agent);
    let Admitted {
        agent,
        place,
        form,
        answer,
    } = admitted;
    let written = timeout(ANSWER_WITHIN, stream.write_all(answer.as_bytes())).await;
    if !matches!(written, Ok(Ok(()))) {
        return;
    }
    if let Err(error) = tune(&stream, hub.realtime.sockets.limits.send_buffer) {
        // It works without, only worse: a slow client is noticed later.
        warn!(
            error = &error as &dyn std::error::Error,
            "a socket cannot be tuned: {error}"
        );
    }
    let conn = Rc::new(Conn::new(hub.number(), agent, form, stream));
    // The first frames may have come with the request.
    if !parts.read_buf.is_empty()
        && let Err(fault) = conn.hear(&parts.read_buf, hub.realtime.sockets.limits.message)
    {
        conn.order(Order::Close(fault));
    }
    // On this thread, as the hub is; the web server's own state for the connection goes with the return.
    actix_web::rt::spawn(serve(hub, conn, place));
}

fn tune(stream: &TcpStream, send_buffer: Option<usize>) -> std::io::Result<()> {
    let socket = SockRef::from(stream);
    if let Some(size) = send_buffer {
        socket.set_send_buffer_size(size)?;
    }
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    stream.set_nodelay(true)
}

async fn admit(hub: &Hub, request: &Request) -> Result<Admitted, Refusal> {
    let realtime = &hub.realtime;
    if request.path() != ADDRESS {
        return Err(Refusal::NoSuchAddress);
    }
    if request.method() != Method::GET {
        return Err(Refusal::WrongMethod("GET"));
    }
    realtime.door.admit_socket(request.headers())?;
    let asked = asked(request)?;
    if hub.stop.is_cancelled() || !realtime.sockets.is_ready() {
        return Err(Refusal::Away);
    }
    let place = realtime.sockets.places.take().ok_or(Refusal::Full)?;
    // Last, because it is used up.
    let turn = realtime.sockets.ticket_turn().await.ok_or(Refusal::Away)?;
    let agent = realtime
        .store
        .take_ticket(asked.ticket)
        .await
        .map_err(|failure| Refusal::of_store(&failure))?
        .ok_or(Refusal::NoTicket)?;
    drop(turn);
    realtime.exclusions.admit(&agent)?;
    let protocol = if asked.named {
        format!("sec-websocket-protocol: {}\r\n", asked.form.name())
    } else {
        String::new()
    };
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n\
         sec-websocket-accept: {}\r\n{protocol}\r\n",
        asked.proof
    );
    Ok(Admitted {
        agent,
        place,
        form: asked.form,
        answer,
    })
}

fn asked(request: &Request) -> Result<Asked<'_>, Refusal> {
    let headers = request.headers();
    if request.version() != Version::HTTP_11 || !request.upgrade() {
        return Err(Refusal::Handshake("Connection: Upgrade over HTTP/1.1"));
    }
    if only(headers, SEC_WEBSOCKET_VERSION.as_str()) != Some("13") {
        return Err(Refusal::NoUpgrade);
    }
    let key = only(headers, SEC_WEBSOCKET_KEY.as_str())
        .filter(|key| STANDARD.decode(key).is_ok_and(|bytes| bytes.len() == 16))
        .ok_or(Refusal::Handshake("Sec-WebSocket-Key, 16 bytes in base 64"))?;
    let offered = || {
        headers
            .get_all(SEC_WEBSOCKET_PROTOCOL)
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(str::trim)
    };
    let named = offered().find_map(Form::named);
    if named.is_none() && offered().any(|name| name.starts_with("switchboard.")) {
        return Err(Refusal::Handshake(
            "the subprotocol switchboard.v1.json or switchboard.v1.proto",
        ));
    }
    let mut tickets = offered().filter_map(|name| name.strip_prefix(TICKET));
    let ticket = tickets.next().filter(|ticket| is_ticket(ticket));
    let ticket = ticket.filter(|_| tickets.next().is_none());
    let mut proof = Sha1::new();
    proof.update(key);
    proof.update(PROOF);
    Ok(Asked {
        ticket: ticket.ok_or(Refusal::NoTicket)?,
        form: named.unwrap_or(Form::Json),
        named: named.is_some(),
        proof: STANDARD.encode(proof.finalize()),
    })
}

/// What could be one of ours; nothing else becomes part of a key.
fn is_ticket(text: &str) -> bool {
    text.len() == 32
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
}

fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    let value = values.next()?.to_str().ok()?.trim();
    values.next().is_none().then_some(value)
}

/// Answers with why not, and waits a moment for the client to go: closing on unread bytes would take the answer back.
async fn refuse(mut stream: TcpStream, refusal: &Refusal) {
    let answer = raw(refusal.error_response());
    let whole = async {
        stream.write_all(&answer).await?;
        stream.shutdown().await?;
        let mut rest = [0; 512];
        while stream.read(&mut rest).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _ = timeout(ANSWER_WITHIN, whole).await;
}

/// An answer as it is on the wire.
fn raw(response: HttpResponse) -> Vec<u8> {
    let (head, body) = response.into_parts();
    let body = body.try_into_bytes().unwrap_or_default();
    let status = head.status();
    let mut text = format!(
        "HTTP/1.1 {} {}\r\n",
        status.as_u16(),
        status.canonical_reason().unwrap_or_default()
    );
    for (name, value) in head.headers() {
        let _ = write!(text, "{name}: {}\r\n", value.to_str().unwrap_or_default());
    }
    let _ = write!(
        text,
        "content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&body);
    bytes
}
