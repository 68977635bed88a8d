//! Live calls, agents and their event stream in Redis, committed by one script.
//!
//! # What is in Redis
//!
//! Every key starts with the deployment's prefix, `{sb}` by default, whose braces put all of them on one node.
//!
//! | key | type | what |
//! | --- | --- | --- |
//! | `{sb}:call:ID` | hash | `version`, `data` (the [`Call`](switchboard_domain::Call) as JSON), `holder` (agent or empty), `events` (how many so far), `c0` … `c255` (which command made each of the last versions) |
//! | `{sb}:call:ID:events` | list | the call's own history, oldest first, as JSON of `contracts::v1::Event` |
//! | `{sb}:agent:ID` | hash | `version`, `data` |
//! | `{sb}:agents` | set | ids of all agents |
//! | `{sb}:available` | set | agents who are available; what [`Store::is_nobody_there`] looks at |
//! | `{sb}:phones` | hash | the call that somebody has at a phone, by the phone; an older build does not keep it |
//! | `{sb}:indexed` | string | the sweep has compared the two above with everything live; expires |
//! | `{sb}:live` | sorted set | calls that have not ended, by arrival |
//! | `{sb}:waiting` | sorted set | calls that wait for an agent, claimed ones included, in the order in which they are to be answered |
//! | `{sb}:stream` | stream | the last events of everything, with ids `1-0`, `2-0`, `3-0` …; capped; for screens only |
//! | `{sb}:events` | channel | every entry of the stream as it is added: its number, a space, its JSON |
//! | `{sb}:epoch` | string | names this stream; a position is worth something within one epoch only |
//! | `{sb}:ticket:TICKET` | string | the agent who got this ticket for a socket; expires, and is taken by its first use |
//! | `{sb}:ended` | sorted set | marks of calls that ended, by when: for a month, and two hundred thousand at most |
//! | `{sb}:refused` | sorted set | marks of calls that were refused because of their number's limit, by when; as many at most |
//! | `{sb}:from:HASH:live` | set | calls of one number that may not have ended; only where limits are set; expires |
//! | `{sb}:from:HASH:hour` | hash | `since`, `count`: calls of that number within an hour; expires |
//! | `{sb}:answers` | list | the last answers, as when and how long the caller had waited, for estimates; expires |
//! | `{sb}:overrides` | hash | overrides of opening hours, by id, as JSON of `contracts::v1::Override` |
//! | `{sb}:overrides-withdrawn` | sorted set | ids of those that were taken back, by their end; so that none comes again |
//! | `{sb}:feeds` | hash | the last good copy of each calendar of days off, by the setting that names it |
//! | `{sb}:feed-marks` | hash | how each of these copies stands: what processes look at |
//! | `{sb}:clock-offset` | string | virtual time, in ms; absent in production |
//!
//! # How a call changes
//!
//! [`Store::transact`] loads a call with the agent concerned, asks a pure function what follows, and commits the
//! answer with one Lua script: if nobody changed either meanwhile it writes both, appends the events, pushes the
//! jobs and publishes; else it writes nothing, and the function is asked again on what is there now. A commit
//! whose answer is lost is looked for by its command id and version before it is tried again, so it happens once.
//!
//! No write can fail half way: a script looks at versions, types and jobs first, and its first write is one that
//! Redis refuses as a whole when it has no memory left or is a replica. Ended calls expire; live ones never do.
//!
//! What a newer version has written in a form that this one does not know is left as it is, and does not keep the rest
//! from anybody: a step says [`StoreError::Unreadable`], a snapshot tells which those are.
//!
//! Fields that a newer version has added survive when this one writes the record anew.
//!
//! It never decides what happens to a call, never waits longer than its budget, and has no copy of a call
//! outside Redis.

mod admission;
mod agents;
mod answers;
mod clock;
mod commit;
mod connection;
mod error;
mod feeds;
mod index;
mod keys;
mod line;
mod live;
mod once;
mod overrides;
mod record;
mod rewrite;
mod script;
mod stream;
mod tickets;
mod transact;
mod unreadable;

pub use admission::{Admission, CallerLimit, TurnedAway};
pub use clock::ClockReading;
pub use connection::{Store, StoreConfig};
pub use error::{StoreError, TransactError};
pub use index::AtPhones;
pub use live::Snapshot;
pub use overrides::{Author, MOST_OVERRIDES, OverridePut, OverrideWithdrawn};
pub use stream::{StreamEnd, StreamEntry, Subscription};
pub use transact::{Committed, Target};
pub use unreadable::{Kept, Unreadable};
