//! Answers agents: their commands over HTTP, and what happens to calls.
//!
//! Under `/api/v1` an agent answers a call, gives it back, hangs up and says whether they are there; `/live` and a
//! call's history show what is. A command is checked at the door, stepped through the same pure rules as every
//! webhook, and committed once: of two agents who answer at the same time one has the call, and the other is told
//! who. What each request takes and gives stands in `openapi.json` beside the sources.
//!
//! At every other address are the agents' screens, as far as somebody may see them (`pages`).
//!
//! On a websocket, `/api/v1/socket`, an agent is shown everything live and then everything that happens: each event
//! once, in order, over any interruption. `proto/README.md` says how to write a client.
//!
//! Under `/api/v1/agents` they are disabled and removed. Whether an agent is there is derived from their sockets
//! (`presence`), whatever they said last.
//!
//! Under `/api/v1/hours` stands whether the office is open and why, day by day, and agents open or close it by hand.
//!
//! Under `/api/v1/jobs` an operator looks into the job queues, lets a job that failed run again, or drops it.
//!
//! Every answer has a `result` that programs read. A refusal is a problem document (RFC 9457) with the same
//! member, made in one place.
//!
//! It never decides what happens to a call, never tells anybody but the winner the secret of a claim, and never
//! keeps anything that another process would need.

mod access;
mod agents;
mod app;
mod asked;
mod body;
mod carrier;
mod commands;
mod demo;
mod exclusions;
mod guard;
mod hours;
mod jobs;
mod pages;
mod presence;
mod reads;
mod recording;
mod refusal;
mod server;
mod span;
mod voice_token;
mod web;
mod ws;

pub use access::{AgentView, list_agents, set_access};
pub use app::{Realtime, RealtimeError, agents_of, open_store};
pub use server::run;
pub use ws::{Cadence, SocketLimits};
