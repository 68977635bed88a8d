//! A Redis backend for apalis: jobs that start at once, or exactly when they are due.
//!
//! apalis gives workers, layers and the monitor; this crate gives them a data structure in Redis, the
//! scripts that move jobs through it, and an engine that feeds a worker from it. It promises: at least
//! once; pickup in well under a millisecond when idle; due times in milliseconds and never early; the
//! jobs of a killed worker run again within a lease; attempts counted across crashes; poison ends in
//! the dead letters; a Redis restart is survived without a human.
//!
//! # The data structure
//!
//! All keys of a deployment share a [`Prefix`] with one hash tag, `{sb}` below, so that one script may
//! touch a call and its jobs. A *queue* is a class of isolation with its own concurrency; a *job* has a
//! constant, hand-written name and belongs to one queue.
//!
//! | key | type | holds |
//! | --- | --- | --- |
//! | `{sb}:q:NAME:ready` | list | ids that may run; pushed left, popped right |
//! | `{sb}:q:NAME:high` | list | the same for jobs of high [`Priority`] |
//! | `{sb}:q:NAME:due` | sorted set | ids that run later, by due time in ms of virtual time |
//! | `{sb}:q:NAME:lease` | sorted set | ids that a worker holds, by expiry in ms of *real* time |
//! | `{sb}:q:NAME:job` | hash | id → envelope (JSON: high, `pushed_at_ms`, `due_ms`, name, attempts, traceparent, payload) |
//! | `{sb}:q:NAME:att` | hash | id → deliveries so far; the number of a delivery is its fencing *token* |
//! | `{sb}:q:NAME:rel` | hash | id → deliveries that do not count as attempts: handed back, or left to other workers |
//! | `{sb}:q:NAME:fail` | hash | id → why the last attempt failed |
//! | `{sb}:q:NAME:dead` | sorted set | ids that were given up, by time of death; the newest 10,000 |
//! | `{sb}:q:NAME:grave` | hash | id → the dead letter: reason, attempts, envelope |
//! | `{sb}:q:NAME:recent` | list | the last jobs that ended well, newest first; a hundred at most |
//! | `{sb}:q:NAME:count` | hash | what became of jobs → how often, for good ([`Counts`]) |
//! | `{sb}:q:NAME:seq` | string | counter for ids that nobody chose |
//! | `{sb}:q:NAME:sent:WORKER` | string | the last answer sent to a worker, for the case that it got lost |
//! | `{sb}:q:idem:KEY` | string | a used idempotency key, with a time to live |
//! | `{sb}:q:queues` | set | names of all queues ever pushed to |
//! | `{sb}:q:workers` | string | counter that makes workers' names unique |
//! | `{sb}:q:wake` | channel | "look now": a queue's name, or `*` after a jump of the virtual clock |
//! | `{sb}:clock-offset` | string | what virtual time is ahead of Redis' `TIME`, ms; tests and simulator only |
//!
//! A job is in exactly one of `ready` (or `high`), `due` and `lease`, and in `job` all that time:
//!
//! ```text
//!   push ----> due --(time)--> ready --fetch--> lease --done--> gone
//!     \___________________________^  ^           | |  \__retry after a delay__> due
//!                                    |           | \____given up, or expired___> dead
//!                                    \_expired,__/       in the last attempt
//!                                      handed back
//! ```
//!
//! The attempt number is `att` minus `rel`; `att` itself only rises, so that an old token never comes
//! back. Settling or renewing a delivery checks the token: a worker that stalled past its lease is
//! refused (fencing). Leases live in real time because they say whether a process is alive; a jump of
//! the virtual clock must not declare every worker dead.
//!
//! What is pushed or requeued is done, dead, dropped, or still there, and [`Counts`] add up to that. A job
//! that ended leaves nothing but its count and, for a while, a line among the recent ones.
//!
//! # How a worker finds its jobs
//!
//! A push wakes idle workers over the channel, in the same script, if they could not know of the job
//! otherwise; a fetch answers how long there is nothing to do, to the microsecond, and the worker sleeps
//! until then. A tick of a second bounds the worst case. A fetch takes as many jobs as there are free
//! slots, from `high` first; every eighth begins with `ready`, so that nobody starves. It makes at most 200
//! due jobs ready and takes at most 100 expired leases away, however many there are: one script must not
//! hold Redis for long. Nothing it does walks a list.
//!
//! # Failures
//!
//! A handler's [`JobError`] says what becomes of its job: tried again after its own delay or the worker's
//! [`Backoff`], run again without having failed, left to another worker, or given up. A panic and an
//! exceeded time limit are failed attempts; so is a lease that ran out. After the job's own limit it goes to
//! the dead letters, from where [`Admin`] shows, requeues or drops it.
//!
//! Across a deployment: unknown fields of an envelope or payload are ignored; a payload that cannot be read
//! is a dead letter; a *name* that a worker does not know is left to others for ten minutes, because they
//! may be newer; names that are out of use are drained by [`Router::retired`] and [`Router::formerly`].
//!
//! # Adding a job
//!
//! 1. Write the payload type: small, ids only, able to read what an older version wrote.
//! 2. `impl Job for It`, with a name written by hand, a queue and a limit of attempts; the product's list is
//!    [`jobs`].
//! 3. Push it: [`Producer::push`], or [`Push::write_args`] for a script that commits something else in
//!    the same breath (see [`script::PUSH`]). A push within a [`trace::scope`] carries the trace along.
//! 4. Register a handler: `Router::new().on::<It>(handler)`. It may run twice, so it re-reads the state.
//!
//! # What it must never do
//!
//! It never decides what happens to a call, never runs a job before it is due, never drops a job
//! silently, and no error of Redis ends a worker.

mod admin;
mod backend;
mod backoff;
mod engine;
mod envelope;
mod error;
mod job;
mod job_error;
pub mod jobs;
mod keys;
mod layer;
mod letter;
pub mod line;
mod link;
mod metric;
mod names;
mod options;
mod priority;
mod producer;
mod push;
mod router;
pub mod script;
mod stats;
pub mod trace;
mod view;
mod worker;

pub use admin::{Admin, Dropped};
pub use backoff::Backoff;
pub use error::{Error, Result};
pub use job::{Job, JobContext};
pub use job_error::{Fate, JobError};
pub use keys::{Keys, Prefix};
pub use letter::DeadJob;
pub use names::Names;
pub use options::{WorkerHealth, WorkerOptions};
pub use priority::Priority;
pub use producer::{Producer, Pushed};
pub use push::Push;
pub use router::{Handler, Router};
pub use stats::{Counts, QueueStats, Stats};
pub use view::{Finished, JobState, JobView};
pub use worker::{run, run_all};
