//! Where each service listens, and how much it does at once.

use std::{num::NonZero, time::Duration};

use secrecy::SecretString;

use crate::{
    http::Network,
    settings::{listen::Listen, read::section},
};

section! {
    /// `connections`: who may hold connections to the public ports, and how many.
    pub Connections {
        /// Proxies of our own. Their connections are never ended early.
        proxies: Vec<Network>,
        /// Connections of one address on which nothing has been signed and no token shown.
        per_address: NonZero<usize>,
        /// How long such a connection waits for its next request.
        unproven_idle: Duration,
    }
}

section! {
    /// `gateway`: answers the carrier.
    pub Gateway {
        /// Webhooks.
        listen: Listen,
        /// Health and metrics. `None`: at the same place as webhooks.
        operations: Option<Listen>,
    }
}

section! {
    /// `realtime`: answers agents.
    pub Realtime {
        /// The API of agents.
        listen: Listen,
        /// Health and metrics. `None`: at the same place as the API.
        operations: Option<Listen>,
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
