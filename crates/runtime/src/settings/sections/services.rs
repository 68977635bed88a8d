//! Where each service listens, and how much it does at once.

use std::num::NonZero;
use std::time::Duration;

use secrecy::SecretString;

use crate::settings::{listen::Listen, read::section};

section! {
    /// `gateway`: answers the carrier.
    pub Gateway {
        /// Webhooks, health and metrics.
        listen: Listen,
    }
}

section! {
    /// `realtime`: answers agents.
    pub Realtime {
        /// The API of agents, health and metrics.
        listen: Listen,
        /// The bearer token of the API. Required outside demo mode.
        api_token: Option<SecretString>,
        /// How long an agent whose screen is gone still counts as there.
        presence_grace: Duration,
    }
}

section! {
    /// `worker_lookup`, `worker_calls`, `worker_records`: run jobs.
    pub Worker {
        /// Health and metrics only.
        listen: Listen,
        /// Jobs that run at the same time in one process.
        concurrency: NonZero<usize>,
    }
}

section! {
    /// `outbound`: where this system goes by itself, to addresses that a person configured.
    pub Outbound {
        /// Hosts and networks that redirects, and addresses set on screens, may lead to although they are not public.
        allow: Vec<String> = "",
        /// Whether the proxies of the environment are used.
        proxies: bool,
    }
}

section! {
    /// `simulator`: stands in for the carrier.
    pub Simulator {
        /// Its REST API, its controls and the demonstration's customer database.
        listen: Listen,
        /// The region of its numbers and telephones.
        region: String,
        /// The region that agents' browsers come in at.
        browser_region: String,
    }
}
