//! Where each service listens, and how much it does at once.

use std::num::NonZero;

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
