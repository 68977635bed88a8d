//! One agent's screen: a websocket that comes back by itself and must not miss anything.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use switchboard_contracts::v1::{
    CallEvent, CallState, Event, LiveSnapshot, Position, StreamEvent, call_event, call_state, event,
    server_frame::Frame,
};
use switchboard_runtime::Rng;
use tokio_util::sync::CancellationToken;

use crate::Ground;
use crate::account::Fault;
use crate::socket::Socket;

/// Longer than two heartbeats: the line is gone, whatever the kernel says.
const SILENCE: Duration = Duration::from_secs(8);
/// After a line that broke; up to twice that.
const PAUSE_MS: u64 = 200;
/// So many screens also follow each call on its own, which costs memory.
const READERS: usize = 5;

/// The screen of one agent.
pub(crate) struct Screen {
    ground: Arc<Ground>,
    agent: String,
    /// Keeps the board that all agents answer from.
    keeps: bool,
    rng: Rng,
    position: Option<Position>,
    /// The last event of each live call, on screens that read them.
    sequences: Option<HashMap<String, u32>>,
}

impl Screen {
    pub(crate) fn new(ground: Arc<Ground>, agent: String, number: usize, rng: Rng) -> Self {
        Self {
            ground,
            agent,
            keeps: number == 0,
            rng,
            position: None,
            sequences: (number < READERS).then(HashMap::new),
        }
    }

    /// Follows until it is over, over as many sockets as it takes.
    pub(crate) async fn watch(mut self, over: CancellationToken) {
        loop {
            tokio::select! {
                () = over.cancelled() => return,
                () = self.follow() => {}
            }
            let pause = Duration::from_millis(PAUSE_MS + self.rng.below(PAUSE_MS));
            tokio::time::sleep(pause).await;
        }
    }

    /// One socket, from its ticket to its end.
    async fn follow(&mut self) {
        let node = self.ground.api.node().clone();
        let Some(ticket) = self.ground.api.ticket(&node, &self.agent).await else {
            return;
        };
        let Ok(mut socket) = Socket::open(&node, &ticket, self.position.clone()).await else {
            return;
        };
        self.ground.account.connected();
        while let Ok(Ok(Some(frame))) = tokio::time::timeout(SILENCE, socket.next()).await {
            self.hear(frame);
        }
    }

    fn hear(&mut self, frame: Frame) {
        match frame {
            Frame::Snapshot(snapshot) => self.replace(snapshot),
            Frame::Event(event) => self.event(event),
            Frame::Reset(_) => {
                self.ground.account.reset();
                self.position = None;
            }
            Frame::Heartbeat(beat) => {
                let here = self
                    .position
                    .as_ref()
                    .map_or(u64::MAX, |position| position.offset);
                if !beat.stale && beat.offset > here {
                    self.missing(&format!(
                        "a heartbeat at {} when {here} was the last event",
                        beat.offset
                    ));
                }
            }
            Frame::Hello(_) | Frame::Office(_) => {}
        }
    }

    fn replace(&mut self, snapshot: LiveSnapshot) {
        self.position = Some(Position {
            epoch: snapshot.epoch,
            offset: snapshot.offset,
        });
        if let Some(sequences) = &mut self.sequences {
            sequences.clear();
        }
        if self.keeps {
            let waiting = snapshot
                .calls
                .into_iter()
                .filter(|call| call.state.as_ref().is_some_and(waits));
            self.ground.board.replace(waiting.map(|call| call.id));
        }
    }

    fn event(&mut self, told: StreamEvent) {
        self.ground.account.told();
        let Some(position) = &mut self.position else {
            return self.missing("an event before the snapshot");
        };
        let expected = position.offset + 1;
        position.offset = told.offset;
        if told.offset != expected {
            self.missing(&format!("event {} instead of {expected}", told.offset));
        }
        if let Some(Event {
            subject: Some(event::Subject::Call(call)),
            ..
        }) = told.event
        {
            self.call(call);
        }
    }

    fn call(&mut self, told: CallEvent) {
        let state = match told.what {
            Some(call_event::What::Received(call)) => call.state,
            Some(call_event::What::Entered(entered)) => entered.state,
            Some(
                call_event::What::LegMoved(_)
                | call_event::What::ClaimBound(_)
                | call_event::What::OfficeReached(_)
                | call_event::What::AgentDropped(_)
                | call_event::What::LookedUp(_)
                | call_event::What::Recorded(_),
            )
            | None => None,
        };
        let ended = matches!(
            state,
            Some(CallState {
                state: Some(call_state::State::Ended(_))
            })
        );
        if let Some(sequences) = &mut self.sequences {
            let before = sequences.insert(told.call_id.clone(), told.sequence);
            if ended {
                sequences.remove(&told.call_id);
            }
            if let Some(before) = before.filter(|before| before + 1 != told.sequence) {
                let (call, now) = (&told.call_id, told.sequence);
                self.missing(&format!("event {now} of {call} after its event {before}"));
            }
        }
        if !self.keeps {
            return;
        }
        match state {
            Some(state) if waits(&state) => self.ground.board.waits(&told.call_id),
            Some(_) if ended => self.ground.board.over(&told.call_id),
            Some(_) => self.ground.board.taken(&told.call_id),
            None => {}
        }
    }

    fn missing(&self, what: &str) {
        self.ground
            .account
            .wrong(Fault::Missing, || format!("{} was told {what}", self.agent));
    }
}

/// Whether an agent may answer a call in that state.
fn waits(state: &CallState) -> bool {
    matches!(
        state.state,
        Some(call_state::State::Queued(_) | call_state::State::RingingOffice(_))
    )
}
