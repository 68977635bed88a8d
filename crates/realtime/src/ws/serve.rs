//! The life of one connection: what it asks for, what it misses, and then whatever happens.

use std::rc::Rc;

use switchboard_contracts::v1;
use switchboard_contracts::v1::ResetReason;
use switchboard_contracts::v1::server_frame::Frame as Content;
use switchboard_store::StoreError;
use tokio::sync::SemaphorePermit;
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use crate::ws::close::Close;
use crate::ws::conn::{Conn, Heard, Order};
use crate::ws::encode::{Form, Frame};
use crate::ws::feed;
use crate::ws::hub::{Hub, Joined};
use crate::ws::pieces::together;
use crate::ws::places::Place;

/// How a connection ended.
#[derive(Debug, Clone, Copy)]
enum End {
    /// By us; whether the client had said goodbye before.
    Close(Close, bool),
    /// It was gone.
    Gone,
}

/// Where the telling begins.
#[derive(Debug, Clone, Copy)]
enum Begin {
    /// With what the client asks for.
    Open,
    /// With everything, because what it has is worth nothing.
    Reset(ResetReason),
    /// Where it was.
    CatchUp,
}

/// Takes the connection out of the hub, however its task ends.
struct Seat {
    hub: Rc<Hub>,
    conn: Rc<Conn>,
    _place: Place,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.hub.leave(&self.conn);
        self.hub.realtime.connections.leave(&self.conn.agent);
    }
}

/// Serves a connection from its first message to its end.
pub(crate) async fn serve(hub: Rc<Hub>, conn: Rc<Conn>, place: Place) {
    let seat = Seat {
        hub,
        conn,
        _place: place,
    };
    let (hub, conn) = (&seat.hub, &seat.conn);
    hub.realtime.connections.enter(&conn.agent);
    let since = Instant::now();
    let mut begin = Begin::Open;
    let end = loop {
        // In a box, because it is large and soon over, while the connection stays for hours.
        if let Err(end) = Box::pin(until_told(hub, conn, begin)).await {
            break end;
        }
        match live(hub, conn).await {
            Ok(again) => begin = again,
            Err(end) => break end,
        }
    };
    hub.leave(conn);
    let why = match end {
        End::Close(close, answered) => {
            let within = hub.realtime.sockets.limits.close_within;
            Box::pin(conn.farewell(close, answered, &hub.scratch, within)).await;
            close.word()
        }
        End::Gone => "gone",
    };
    metrics::counter!("realtime_sockets_closed_total", "why" => why).increment(1);
    info!(agent.id = %conn.agent, socket = conn.id, why, seconds = since.elapsed().as_secs(),
        bytes = conn.written.get(), "socket of agent {} closed: {why}", conn.agent);
}

/// Until the connection has everything and the hub sends it what happens.
async fn until_told(hub: &Rc<Hub>, conn: &Rc<Conn>, begin: Begin) -> Result<(), End> {
    tokio::select! {
        told = tell(hub, conn, begin) => told,
        () = hub.stop.cancelled() => Err(End::Close(Close::Restart, false)),
    }
}

async fn tell(hub: &Rc<Hub>, conn: &Rc<Conn>, begin: Begin) -> Result<(), End> {
    match begin {
        Begin::Open => {
            let position = opening(hub, conn).await?;
            conn.cork();
            answer(hub, conn, position).await?;
        }
        Begin::Reset(reason) => everything(hub, conn, Some(reason)).await?,
        Begin::CatchUp => {}
    }
    loop {
        let entries = match hub.join(conn) {
            Joined::In => {
                conn.uncork();
                return Ok(());
            }
            Joined::Stopping => return Err(End::Close(Close::Restart, false)),
            Joined::Excluded => return Err(End::Close(Close::Excluded, false)),
            Joined::Reset(reason) => {
                everything(hub, conn, Some(reason)).await?;
                continue;
            }
            Joined::Miss(entries) => entries,
            Joined::Behind => {
                let _turn = turn(hub).await?;
                feed::older(&hub.realtime, conn.last.get())
                    .await
                    .map_err(|failure| away(&failure))?
            }
        };
        match (entries.first(), entries.last()) {
            (Some(first), Some(last)) if first.offset == conn.last.get() + 1 => {
                let gap = together(&entries, conn.form);
                conn.put(&gap);
                conn.last.set(last.offset);
                // What is little goes out with what follows it; much at the client's own pace.
                if gap.len() > hub.realtime.sockets.limits.backlog / 4 {
                    flushed(hub, conn).await?;
                }
            }
            (_, _) => everything(hub, conn, Some(ResetReason::TooOld)).await?,
        }
    }
}

/// The first message of the client.
async fn opening(hub: &Hub, conn: &Conn) -> Result<Option<v1::Position>, End> {
    let limits = &hub.realtime.sockets.limits;
    let deadline = Instant::now() + limits.open_within;
    loop {
        let heard = timeout_at(deadline, conn.next(&hub.scratch, limits.message)).await;
        let heard = heard.map_err(|_| End::Close(Close::Late, false))?;
        if let Some(frame) = said(conn, heard)? {
            return match frame {
                Said::Open(open) => Ok(open.position),
                Said::Unknown => Err(End::Close(Close::Policy, false)),
            };
        }
    }
}

/// What a client can say.
enum Said {
    Open(v1::Open),
    /// Something that a newer client knows.
    Unknown,
}

/// A message, or how the connection ends; nothing when the hub's order is of no account here.
fn said(conn: &Conn, heard: Heard) -> Result<Option<Said>, End> {
    let close = |close| Err(End::Close(close, false));
    match heard {
        Heard::Message(text, message) => {
            if text != (conn.form == Form::Json) {
                return close(Close::Unsupported);
            }
            let frame = conn
                .form
                .read(&message)
                .map_err(|fault| End::Close(fault, false))?;
            Ok(Some(match frame.frame {
                Some(v1::client_frame::Frame::Open(open)) => Said::Open(open),
                None => Said::Unknown,
            }))
        }
        Heard::Goodbye(_) => Err(End::Close(Close::Goodbye, true)),
        Heard::Broken(fault) => close(fault),
        Heard::Gone => Err(End::Gone),
        Heard::Ordered(Order::Close(why)) => close(why),
        Heard::Ordered(Order::Reset(_) | Order::CatchUp) => Ok(None),
    }
}

/// Answers the client's first message.
async fn answer(hub: &Hub, conn: &Conn, position: Option<v1::Position>) -> Result<(), End> {
    let refused = match &position {
        Some(position) => resume(hub, conn, position).await?.err(),
        None => None,
    };
    let resumed = position.is_some() && refused.is_none();
    let (epoch, end) = {
        let known = hub.realtime.sockets.board.read();
        (known.epoch.clone(), known.end)
    };
    let now = hub.realtime.store.last_known_time();
    let heartbeat = hub.realtime.sockets.limits.heartbeat.as_millis();
    let hello = v1::Hello {
        position: Some(v1::Position {
            epoch,
            offset: end.max(conn.last.get()),
        }),
        agent_id: conn.agent.to_string(),
        now_ms: now
            .map(switchboard_domain::Timestamp::as_millis)
            .unwrap_or_default(),
        heartbeat_ms: u32::try_from(heartbeat).unwrap_or(u32::MAX),
        resumed,
    };
    conn.put(Frame::of(Content::Hello(hello)).bytes(conn.form));
    let how = match (resumed, refused) {
        (true, _) => "resumed",
        (false, Some(_)) => "reset",
        (false, None) => "snapshot",
    };
    metrics::counter!("realtime_sockets_opened_total", "how" => how).increment(1);
    info!(agent.id = %conn.agent, socket = conn.id, how, "socket of agent {} open: {how}", conn.agent);
    if resumed {
        Ok(())
    } else {
        // It takes a while; whoever tries two ways wants to know which one is answered.
        conn.uncork();
        everything(hub, conn, refused).await
    }
}

/// Whether everything that followed the position can be told.
async fn resume(hub: &Hub, conn: &Conn, position: &v1::Position) -> Result<Result<(), ResetReason>, End> {
    let at_hand = {
        let known = hub.realtime.sockets.board.read();
        if known.epoch != position.epoch {
            return Ok(Err(ResetReason::Epoch));
        }
        conn.generation.set(known.generation);
        position.offset <= known.end && known.reaches(position.offset)
    };
    if !at_hand {
        // The board may lag behind another process', and remembers less than the stream.
        let _turn = turn(hub).await?;
        let stream = hub.realtime.store.stream_end().await;
        let stream = stream.map_err(|failure| away(&failure))?;
        let missing_from = position.offset.saturating_add(1);
        if stream.epoch.as_ref() != Some(&position.epoch) {
            return Ok(Err(ResetReason::Epoch));
        }
        if position.offset > stream.last {
            return Ok(Err(ResetReason::Ahead));
        }
        if missing_from <= stream.last && (stream.first == 0 || stream.first > missing_from) {
            return Ok(Err(ResetReason::TooOld));
        }
    }
    conn.last.set(position.offset);
    Ok(Ok(()))
}

/// Tells everything live, after a reset if there is a reason for one.
async fn everything(hub: &Hub, conn: &Conn, reason: Option<ResetReason>) -> Result<(), End> {
    let sockets = &hub.realtime.sockets;
    if let Some(reason) = reason {
        let reset = Content::Reset(v1::Reset {
            reason: reason.into(),
        });
        conn.put(Frame::of(reset).bytes(conn.form));
    }
    let deadline = Instant::now() + sockets.limits.open_within;
    let mut changes = sockets.board.changes();
    let taken = loop {
        let taken = hub.realtime.taken().await.map_err(|failure| away(&failure))?;
        {
            let known = sockets.board.read();
            if taken.generation == known.generation && taken.epoch == known.epoch {
                break taken;
            }
        }
        // The snapshot is of a stream that the board has not come to yet.
        sockets.check.notify_one();
        if timeout_at(deadline, changes.changed()).await.is_err() {
            return Err(End::Close(Close::Away, false));
        }
    };
    conn.generation.set(taken.generation);
    conn.last.set(taken.offset);
    conn.put(taken.frame.bytes(conn.form));
    // Before the next piece: a large snapshot is no reason to call a client slow.
    flushed(hub, conn).await?;
    conn.office.set(0);
    hub.give_office(conn);
    Ok(())
}

async fn turn(hub: &Hub) -> Result<SemaphorePermit<'_>, End> {
    let turn = hub.realtime.sockets.turn().await;
    turn.ok_or(End::Close(Close::Away, false))
}

async fn flushed(hub: &Hub, conn: &Conn) -> Result<(), End> {
    let within = hub.realtime.sockets.limits.progress_within;
    if conn.flushed(within).await {
        Ok(())
    } else {
        Err(End::Close(Close::TooSlow, false))
    }
}

/// While the hub sends. Ends with where the telling begins again, or how the connection ends.
async fn live(hub: &Hub, conn: &Conn) -> Result<Begin, End> {
    loop {
        let heard = conn.next(&hub.scratch, hub.realtime.sockets.limits.message).await;
        if let Heard::Ordered(order) = &heard {
            match order {
                Order::Reset(reason) => return Ok(Begin::Reset(*reason)),
                Order::CatchUp => return Ok(Begin::CatchUp),
                Order::Close(_) => {}
            }
        }
        if let Some(Said::Open(_)) = said(conn, heard)? {
            return Err(End::Close(Close::Policy, false));
        }
    }
}

fn away(failure: &StoreError) -> End {
    warn!(
        error = failure as &dyn std::error::Error,
        "a socket cannot be told anything: {failure}"
    );
    End::Close(Close::Away, false)
}

#[cfg(test)]
mod tests {
    use crate::ws::conn::Conn;

    /// How large the future is that a function makes.
    fn size<A, B, C, F: Future>(_: impl Fn(A, B, C) -> F) -> usize {
        size_of::<F>()
    }

    #[test]
    fn a_connection_that_waits_is_small() {
        // Ten thousand of them wait all day. What is large is boxed, and gone when it is over.
        let task = size(super::serve);
        assert!(task <= 640, "{task} bytes of a task");
        let conn = size_of::<Conn>();
        assert!(conn <= 512, "{conn} bytes of a connection");
    }
}
