//! The deployment as a whole, and what it stands on.

use std::{num::NonZero, path::PathBuf, time::Duration};

use secrecy::SecretString;
use url::Url;

use crate::settings::read::section;

section! {
    /// `deployment`: what all processes of one installation share.
    pub Deployment {
        /// Names the installation among others in one Redis: all its keys begin with this name in braces.
        name: String,
        /// A demonstration on this machine, with a simulated carrier.
        demo: bool,
        /// Whether the clock of the system may be moved. For demonstrations and tests only.
        allow_virtual_time: bool,
        /// In demo mode: the process runs in a container whose ports are published on the machine's loopback only, so
        /// that it may listen on every address inside.
        inside_container: bool,
    }
}

section! {
    /// `redis`: where live calls and jobs are kept.
    pub Redis {
        /// Address with credentials (`redis://`, `rediss://` or `redis+unix://`). `None`: the process starts a
        /// private server in the data folder.
        url: Option<SecretString>,
        /// How long a webhook waits for Redis before it answers without it.
        budget: Duration,
        /// Connections of a process for large reads, beside the few that everything else shares.
        pool_size: NonZero<usize>,
    }
}

section! {
    /// `records`: where what must outlive Redis is kept.
    pub Records {
        /// Address with credentials (`postgres://` or `sqlite://`). `None`: a file in the data folder.
        url: Option<SecretString>,
        /// Connections that a process holds at most.
        pool_size: NonZero<u32>,
    }
}

section! {
    /// `data`: what stays on this machine.
    pub Data {
        /// The folder of the private Redis and of everything else that outlives the process. It belongs to one
        /// process at a time.
        dir: PathBuf,
    }
}

section! {
    /// `public`: how the outside reaches us.
    pub Public {
        /// The address under which the carrier reaches the gateway. Webhook signatures are made over it, so it must
        /// be exactly what is configured at the carrier.
        base_url: Url,
    }
}

section! {
    /// `twilio`: the account that carries the calls.
    pub Twilio {
        /// The account: `AC` and 32 hexadecimal digits.
        account_sid: String,
        /// Signs webhooks and authenticates REST calls.
        auth_token: SecretString,
        /// Where the REST API is: the carrier's own, a region's, or the simulator's.
        api_base: Url,
        /// For one REST call, from the first byte sent to the last received.
        timeout: Duration,
        /// For the connection alone.
        connect_timeout: Duration,
        /// The `TwiML` application that agents' browsers call through: `AP` and 32 hexadecimal digits.
        application_sid: Option<String>,
        /// Signs the access tokens of agents' browsers: `SK` and 32 hexadecimal digits.
        api_key_sid: Option<String>,
        /// Its secret.
        api_key_secret: Option<SecretString>,
        /// The name of the shared key with which a webhook rule at Twilio signs requests by HMAC-SHA256. Whatever
        /// names no key is signed with `auth_token`, as before.
        shared_key_id: Option<String>,
        /// That key.
        shared_key: Option<SecretString>,
        /// Where conversations are mixed, such as `ie1`.
        conference_region: Option<String>,
        /// Where agents' browsers enter the carrier's network, such as `dublin`.
        edge: Option<String>,
    }
}
