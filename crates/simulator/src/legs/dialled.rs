//! Legs of a Dial: they ring, are screened, and wait to be bridged.

use std::sync::Arc;

use super::{CallStatus, Interrupt, Line};
use crate::exchange::Exchange;
use crate::id::LegId;
use crate::judge::{Party, What};
use crate::signal::Signal;

/// News for the dialling leg.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Child {
    /// Somebody picked up; screening begins.
    Answered,
    /// Screening is over; it may be bridged.
    Ready,
    /// REST sent it elsewhere; it lives on by itself.
    Redirected,
    /// It is over.
    Ended(CallStatus),
}

/// The life of a leg of a Dial.
pub(crate) async fn dialled(exchange: Arc<Exchange>, leg: LegId) {
    let line = Line { exchange, leg };
    let status = line.dialled().await;
    line.finish(status);
}

impl Line {
    async fn dialled(&self) -> CallStatus {
        if let Err(status) = self.ring_out().await {
            return status;
        }
        self.tell_parent(Child::Answered);
        let screening = self
            .exchange
            .peek()
            .leg(&self.leg)
            .and_then(|leg| leg.new.first.clone());
        if let Some(source) = screening {
            match self.screen(&source).await {
                Ok(true) => {}
                Ok(false) => {
                    self.note(What::HungUp(Party::Twiml));
                    return CallStatus::Completed;
                }
                Err(interrupt) => return self.out(interrupt).await,
            }
        }
        self.set_awaiting(true);
        self.tell_parent(Child::Ready);
        loop {
            let interrupt = self.idle().await;
            if !matches!(interrupt, Interrupt::Bridged) {
                return self.out(interrupt).await;
            }
            self.set_awaiting(false);
        }
    }

    fn set_awaiting(&self, awaiting: bool) {
        if let Some(leg) = self.exchange.lock().leg_mut(&self.leg) {
            leg.awaiting_bridge = awaiting;
        }
    }

    /// What becomes of an answered leg that was interrupted.
    async fn out(&self, interrupt: Interrupt) -> CallStatus {
        match interrupt {
            Interrupt::Redirect(source) => {
                {
                    let mut state = self.exchange.lock();
                    for other in state.bridged_with(&self.leg) {
                        state.close_bridge(&self.leg, &other);
                    }
                }
                self.tell_parent(Child::Redirected);
                self.live(source).await
            }
            Interrupt::Stop(_) => {
                self.note(What::HungUp(Party::Dialler));
                CallStatus::Completed
            }
            Interrupt::HungUp
            | Interrupt::PickedUp
            | Interrupt::Declined
            | Interrupt::Child(..)
            | Interrupt::Bridged
            | Interrupt::Conference
            | Interrupt::ConferenceOver => CallStatus::Completed,
        }
    }

    fn tell_parent(&self, news: Child) {
        let mut state = self.exchange.lock();
        let above = state
            .leg(&self.leg)
            .and_then(|leg| leg.new.parent.clone().zip(leg.new.of_dial));
        if let Some((parent, dial)) = above {
            state.signal(
                &parent,
                Signal::Child {
                    dial,
                    child: self.leg.clone(),
                    news,
                },
            );
        }
    }
}
