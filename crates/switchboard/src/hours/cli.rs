//! The words of `switchboard hours`.

use chrono::NaiveDate;
use clap::{Args, Subcommand};

/// How to ask about opening hours.
#[derive(Debug, Clone, Args)]
pub(crate) struct Hours {
    /// One JSON object or array instead of text
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// With the overrides of the running system
    #[arg(long, global = true)]
    pub(super) live: bool,
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
    /// Open or close by hand, in the running system; it applies within a second
    #[command(subcommand)]
    Override(OverrideCommand),
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

#[derive(Debug, Clone, Subcommand)]
pub(super) enum OverrideCommand {
    /// Open, whatever week, holidays and older overrides say
    Open(Span),
    /// Close, likewise
    Close(Span),
    /// Show all, and which one counts now
    List,
    /// Take one back
    Withdraw {
        /// Its id, as `list` shows it
        id: String,
        /// Who says so
        #[arg(long, env = "USER", default_value = "the command line")]
        author: String,
    },
}

/// For how long, and why.
#[derive(Debug, Clone, Args)]
pub(super) struct Span {
    /// A time of the office, as for `check`
    #[arg(long, value_name = "TIME", default_value = "now")]
    pub(super) from: String,
    /// Likewise; a date includes its day. The end of the day unless given
    #[arg(long, value_name = "TIME")]
    pub(super) until: Option<String>,
    /// Why, for those who read it on their screens
    #[arg(long, default_value = "")]
    pub(super) reason: String,
    /// Who says so
    #[arg(long, env = "USER", default_value = "the command line")]
    pub(super) author: String,
}
