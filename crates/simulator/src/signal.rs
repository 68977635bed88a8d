//! What the task of a leg can be told, and how it sleeps until then.

use tokio::sync::oneshot;

use crate::id::LegId;
use crate::legs::{CallStatus, Child};
use crate::webhook::{Answer, Source};

/// A message in the inbox of a leg.
pub(crate) enum Signal {
    /// A key was pressed at the far end.
    Digit(char),
    /// The far end is gone.
    HungUp,
    /// The far end picked up.
    PickedUp,
    /// The far end refused.
    Declined,
    /// The webhook with this number has been answered, or has failed.
    Answer(u64, Answer),
    /// REST sends the leg to another document.
    Redirect(Source),
    /// REST or the dialling leg ends the leg, with this status.
    Stop(CallStatus),
    /// News of a leg dialled by the Dial with this number.
    Child { dial: u64, child: LegId, news: Child },
    /// The dialling leg has connected us.
    Bridged,
    /// What this leg hears in its conference has changed.
    Conference(String),
    /// The leg is no longer in this conference.
    ConferenceOver(String),
}

/// A sleeping task: how to wake it, and its timer if it has one.
pub(crate) struct Parked {
    pub(crate) wake: oneshot::Sender<()>,
    pub(crate) timer: Option<TimerKey>,
}

/// Timers are ordered by due time, then by age.
pub(crate) type TimerKey = (i64, u64);

/// What happens when virtual time reaches a timer.
pub(crate) enum Timer {
    /// The task of a leg wakes up.
    Leg(LegId),
    /// Some other task wakes up.
    Task(oneshot::Sender<()>),
    /// The person at the far end of a leg does something.
    Person(LegId, Act),
}

/// What a person at a phone does.
pub(crate) enum Act {
    PickUp,
    Press(String),
    HangUp,
    Refuse,
    /// The browser's crash has been noticed.
    Vanish,
}
