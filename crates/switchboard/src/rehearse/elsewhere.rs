//! A running system, which the rehearsal finds and leaves as it is.

use secrecy::SecretString;
use url::Url;

use crate::services::Service;

/// Where a running system is, which this rehearsal did not start and does not end.
#[derive(Debug, Clone)]
pub(super) struct Elsewhere {
    pub(super) gateway: Url,
    pub(super) agents: Url,
    /// The ports at which gateway and realtime say whether they are ready, where they are not the same.
    pub(super) operations: [Option<u16>; 2],
    /// What its API asks for.
    pub(super) token: Option<SecretString>,
}

impl Elsewhere {
    /// Where a service says whether it is ready, if that is a place of its own.
    pub(super) fn operations_of(&self, service: Service) -> Option<String> {
        let [gateway, realtime] = self.operations;
        let (url, port) = match service {
            Service::Gateway => (&self.gateway, gateway),
            Service::Realtime => (&self.agents, realtime),
            Service::WorkerLookup | Service::WorkerCalls | Service::WorkerRecords => return None,
        };
        Some(format!("http://{}:{}", url.host_str()?, port?))
    }
}
