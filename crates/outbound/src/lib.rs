//! How this system asks others: which addresses it may reach, and when it leaves somebody alone.
//!
//! # Addresses
//!
//! An address that a person configured leads to a company's own network as easily as out of it. Whoever writes the
//! settings file decides where the system may go, so what stands there is asked as written: an own CRM stands inside.
//! Whoever sets an address on a screen, and every server that answers with a redirect, does not: where that leads
//! is judged after the name was resolved, and the connection is made to the very address that was judged.
//!
//! # Breakers
//!
//! One [`Breaker`] guards one thing: a source of knowledge, the carrier's API. It counts failures in a row, lets nobody
//! through for a while, and then one question that decides.
//!
//! The crate never decides what an answer means, never asks again by itself, and never puts an address into an error.

mod addresses;
mod breaker;
mod guard;
mod resolver;

pub use addresses::{Allowed, AllowedFault, is_public};
pub use breaker::{Breaker, BreakerPolicy, Change, Permit, Verdict};
pub use guard::{AddressGuard, GuardOptions, Origin, OutboundError, Reach, Redirects};
