//! The command line of `jobs`.

use clap::{Args, Subcommand, ValueEnum};
use switchboard_queue::JobState;

/// What to do about jobs.
#[derive(Debug, Args)]
pub(crate) struct Jobs {
    /// JSON instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The queues; or the jobs of one: those that run, are ready, and are due, next first
    List {
        /// Of this queue
        queue: Option<String>,
        /// Only these
        #[arg(long, value_enum)]
        state: Option<Which>,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Everything about one job
    Show {
        /// Its queue
        queue: String,
        /// Its id
        id: String,
    },
    /// The dead letters of a queue, newest first
    Dead {
        /// Its name
        queue: String,
        /// How many at most
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// The last jobs of a queue that ended well, newest first
    Recent {
        /// Its name
        queue: String,
        /// How many at most
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Let a job that failed run now: a dead one, or one that waits to be tried again
    Retry {
        /// Its queue
        queue: String,
        /// Its id
        #[arg(required_unless_present = "all_dead")]
        id: Option<String>,
        /// Every dead letter of the queue
        #[arg(long, conflicts_with = "id")]
        all_dead: bool,
    },
    /// Drop a job for good, dead or waiting
    Drop {
        /// Its queue
        queue: String,
        /// Its id
        #[arg(required_unless_present = "all_dead")]
        id: Option<String>,
        /// Every dead letter of the queue
        #[arg(long, conflicts_with = "id")]
        all_dead: bool,
    },
    /// The queues, drawn again and again
    Watch {
        /// Every so many milliseconds
        #[arg(long, default_value_t = 1000)]
        every_ms: u64,
    },
}

/// Where jobs are.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Which {
    Ready,
    Due,
    Running,
    Dead,
}

impl Which {
    pub(crate) fn state(self) -> JobState {
        match self {
            Self::Ready => JobState::Ready,
            Self::Due => JobState::Due,
            Self::Running => JobState::Running,
            Self::Dead => JobState::Dead,
        }
    }
}
