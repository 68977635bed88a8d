//! The pure rules of a phone call: state machine, agents, menu, ids and phone numbers.
//!
//! Everything a call may do is decided here, from what it was, what happened and what time it is:
//! [`decide`] answers with the events that follow and the effects they ask for, [`Call::apply`] turns an
//! event into the call after it, and [`instruction`] says what the caller's line is to do now. Shells
//! (services, workers) load a call, ask, and commit the answer in one step.
//!
//! ```
//! use switchboard_domain::*;
//!
//! let policy = Policy::default();
//! let now = Timestamp::from_millis(1_700_000_000_000);
//! let incoming = Command::Incoming(Incoming {
//!     id: CallId::new("CA0123").unwrap(),
//!     caller: Caller::read("+442079460750", Country::GB),
//!     dialled: "+442079460100".into(),
//!     open: true,
//!     sources: vec![],
//! });
//! let decision = decide(None, None, &incoming, now, &policy).unwrap();
//! let call = decision.call_after(None).unwrap();
//! assert!(matches!(call.state, State::Greeting { attempt: 0 }));
//! ```
//!
//! It never does I/O, never waits, and never asks for the time or for chance.

mod agent;
mod call;
mod caller;
mod estimate;
mod ids;
mod menu;
mod phone;
mod policy;
mod profile;
mod text;
mod time;

pub use agent::{Access, Agent, AnswersOn, Connection, Presence};
pub use call::{
    Adopted, At, Call, Cause, Claim, ClaimOrigin, ClaimTicket, Command, Decision, Effect, EndReason, Event,
    Incoming, Instruction, Leg, OfficeRing, Party, QueueExit, Recording, Rejected, State, Talk,
    VoicemailReason, Waiting, check_agent, check_call, decide, instruction,
};
pub use caller::Caller;
pub use estimate::{Answered, estimate};
pub use ids::{AgentId, CallId, ConferenceName, IdError, LegId, QueueName, SourceName};
pub use menu::{Menu, MenuChoice, MenuPick};
pub use phone::{Country, PhoneNumber, PhoneNumberError, Undialable};
pub use policy::{MenuPolicy, Policy};
pub use profile::{Certainty, Lookup, LookupOutcome, Profile};
pub use text::{is_invisible, one_line};
pub use time::Timestamp;
