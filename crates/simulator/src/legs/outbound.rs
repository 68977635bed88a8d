//! Legs that REST creates: they wait for their turn, ring, and run the document they were given.

use std::sync::Arc;

use super::{CallStatus, Interrupt, Line, Progress, Wake};
use crate::exchange::Exchange;
use crate::id::LegId;
use crate::judge::What;
use crate::people::Behaviour;

/// The life of a leg created by REST, which may start at `turn`, in milliseconds of the simulator's clock.
pub(crate) async fn outbound(exchange: Arc<Exchange>, leg: LegId, turn: i64) {
    let line = Line { exchange, leg };
    let status = line.outbound(turn).await;
    line.finish(status);
}

impl Line {
    async fn outbound(&self, turn: i64) -> CallStatus {
        loop {
            match self.pause(Some(turn)).await {
                Ok(Wake::Time) => break,
                Ok(Wake::Digit(_) | Wake::Answer(..)) => {}
                Err(Interrupt::Stop(status)) => return status,
                Err(_) => return CallStatus::Canceled,
            }
        }
        if let Some(leg) = self.exchange.lock().leg_mut(&self.leg) {
            leg.status = CallStatus::Initiated;
        }
        if let Err(status) = self.ring_out().await {
            return status;
        }
        let first = self
            .exchange
            .peek()
            .leg(&self.leg)
            .and_then(|leg| leg.new.first.clone());
        match first {
            Some(source) => self.live(source).await,
            None => CallStatus::Completed,
        }
    }

    /// Rings a phone until it is answered; else the status that the leg ends with.
    pub(super) async fn ring_out(&self) -> Result<(), CallStatus> {
        let (behaviour, setup_ms, until, rejected) = {
            let mut state = self.exchange.lock();
            let now = state.clock.now_ms();
            let Some(leg) = state.leg(&self.leg) else {
                return Err(CallStatus::Failed);
            };
            let (to, timeout_ms) = (leg.new.to.clone(), leg.new.timeout_ms);
            state.note(&self.leg, What::Dialled(to.clone()));
            state.progress(&self.leg, Progress::Initiated);
            let rejected = CallStatus::from(state.config.switches.rejected_leg_status);
            (
                state.behaviour(&to),
                state.config.timings.setup_ms,
                now.saturating_add(timeout_ms),
                rejected,
            )
        };
        self.sleep(setup_ms).await.map_err(refused(rejected))?;
        match behaviour {
            Behaviour::Unreachable => return Err(CallStatus::Failed),
            Behaviour::Busy => return Err(CallStatus::Busy),
            Behaviour::Ring
            | Behaviour::PickUp { .. }
            | Behaviour::Mailbox { .. }
            | Behaviour::Reject { .. } => {}
        }
        {
            let mut state = self.exchange.lock();
            // A browser in a call says nothing at all: it rings out.
            let browser = state
                .leg(&self.leg)
                .is_some_and(|leg| leg.new.to.starts_with("client:"));
            if !browser && state.in_a_call(&self.leg) {
                return Err(CallStatus::Busy);
            }
            if let Some(leg) = state.leg_mut(&self.leg) {
                leg.status = CallStatus::Ringing;
            }
            state.note(&self.leg, What::Ringing);
            state.progress(&self.leg, Progress::Ringing);
            state.react_to_ringing(&self.leg, &behaviour);
        }
        loop {
            match self.pause(Some(until)).await {
                Ok(Wake::Time) => return Err(CallStatus::NoAnswer),
                Ok(Wake::Digit(_) | Wake::Answer(..)) => {}
                Err(Interrupt::PickedUp) => {
                    self.answer();
                    self.exchange.lock().react_to_talking(&self.leg, &behaviour);
                    return Ok(());
                }
                Err(interrupt) => return Err(refused(rejected)(interrupt)),
            }
        }
    }
}

/// The status of a leg that was interrupted before it was answered.
fn refused(rejected: CallStatus) -> impl Fn(Interrupt) -> CallStatus {
    move |interrupt| match interrupt {
        Interrupt::Stop(status) => status,
        Interrupt::HungUp | Interrupt::Declined => rejected,
        Interrupt::PickedUp
        | Interrupt::Redirect(_)
        | Interrupt::Child(..)
        | Interrupt::Bridged
        | Interrupt::Conference
        | Interrupt::ConferenceOver => CallStatus::Failed,
    }
}
