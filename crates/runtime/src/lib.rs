//! What every Switchboard process needs: settings, telemetry, lifecycle, health, metrics.
//!
//! - [`settings`]: one typed [`Settings`](settings::Settings) for the whole deployment.
//! - [`Clock`] and [`Rng`]: time and randomness that shells pass down.
//! - [`Lifecycle`]: stopping, and every spawned task.
//! - [`telemetry`], [`Metrics`], [`Health`], [`http`]: what a process tells about itself, and where.
//! - [`Masked`]: phone numbers in logs.
//! - [`Schedules`] and [`LiveSchedules`]: opening hours by number and queue, with the overrides and calendars of the
//!   running system.
//! - [`DataDir`] and [`PrivateRedis`]: a folder of our own with a Redis server of our own.
//!
//! It must never know a carrier's protocol or a key in Redis, and decides nothing about calls: it only reads the
//! settings into the domain's own [`Policy`](switchboard_domain::Policy).

mod blocked;
mod clock;
mod data_dir;
mod feeds;
mod health;
pub mod http;
mod lifecycle;
mod live_feeds;
mod live_schedules;
mod masked;
mod metrics;
pub mod open_files;
mod overrides;
mod private_redis;
mod probe;
mod process;
mod rng;
pub mod rules;
mod schedules;
pub mod settings;
mod sparing;
pub mod telemetry;

pub use blocked::Blocked;
pub use clock::Clock;
pub use data_dir::{DataDir, DataDirError};
pub use feeds::{FeedCopy, FeedMark};
pub use health::Health;
pub use http::HttpOptions;
pub use lifecycle::{Lifecycle, Outcome};
pub use live_schedules::LiveSchedules;
pub use masked::Masked;
pub use metrics::Metrics;
pub use overrides::{as_override, read_overrides};
pub use private_redis::{PrivateRedis, PrivateRedisError, PrivateRedisOptions};
pub use probe::probe;
pub use process::{Last, Process, ServiceArgs, SettingsArgs, VERSION, run_process, run_service};
pub use rng::Rng;
pub use schedules::{FeedFault, Schedules};
pub use sparing::Sparing;
