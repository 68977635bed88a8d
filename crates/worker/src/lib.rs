//! The job handlers: caller lookup, everything a call asks of Twilio, and what is kept for good.
//!
//! Three processes: `worker-lookup` asks sources who is calling; `worker-calls` keeps deadlines and tells the carrier
//! what was decided; `worker-records` writes into SQL what took effect in Redis, and keeps calendars up to date. Each handler reads the call again before it does anything, does what is still wanted, and may
//! run twice. What it learns goes back into the call as a command, decided by the domain.
//!
//! It never answers a webhook, never decides what happens to a call, and never repeats a request to the carrier
//! whose outcome it has not looked at.

mod calls;
mod error;
mod lookup;
mod process;
mod records;
mod step;
mod sweeping;

pub use error::WorkerError;
pub use process::{Deps, STORE_BUDGET, records_config, run_calls, run_lookup, run_records};
