//! The words of `switchboard hours`.

use chrono::NaiveDate;
use clap::{Args, Subcommand};

/// How to ask about opening hours.
#[derive(Debug, Clone, Args)]
pub(crate) struct Hours {
    /// One JSON object or array instead of text
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// The schedule that is asked; the main one unless named
    #[arg(long, value_name = "NAME", global = true)]
    pub(super) schedule: Option<String>,
    #[command(subcommand)]
    pub(super) question: Question,
}

#[derive(Debug, Clone, Subcommand)]
pub(super) enum Question {
    /// Open or closed? Exits with 1 when closed
    Check {
        /// A time of the office, such as 2026-12-28T10:00 or 17:30; an instant with its offset; or - for instants
        /// (RFC 3339) from standard input, each answered with a line
        #[arg(long, value_name = "TIME", default_value = "now")]
        at: String,
    },
    /// Which rule decides, what it hides, until when, and what callers hear
    Why {
        /// As for `check`
        #[arg(long, value_name = "TIME", default_value = "now")]
        at: String,
    },
    /// Effective hours, day by day
    Calendar {
        /// The first day; today unless given
        #[arg(long, value_name = "DATE")]
        from: Option<NaiveDate>,
        /// The last day; two weeks unless given
        #[arg(long, value_name = "DATE")]
        until: Option<NaiveDate>,
    },
    /// Public holidays of a country or region
    Holidays {
        /// Such as GB-ENG; the schedule's own unless given
        #[arg(long, value_name = "CODE")]
        region: Option<String>,
        /// This year unless given
        #[arg(long)]
        year: Option<i32>,
    },
}
