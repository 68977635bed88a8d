//! Names are resolved here, so that the address that was judged is the one that is connected to: a name that leads
//! elsewhere a moment later gains nothing.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::net::lookup_host;

use crate::addresses::{Allowed, is_public};

/// What may be reached beside the public Internet.
#[derive(Debug, Clone)]
pub(crate) struct Judge {
    pub(crate) allowed: Arc<[Allowed]>,
}

impl Judge {
    pub(crate) fn may_reach(&self, address: IpAddr) -> bool {
        is_public(address) || self.allowed.iter().any(|allowed| allowed.holds(address))
    }

    pub(crate) fn is_host(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.allowed.iter().any(|allowed| allowed.is_host(name))
    }
}

/// Why a name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("leads to an address that is not public and that the settings do not allow")]
pub(crate) struct NotAllowed;

impl Resolve for Judge {
    fn resolve(&self, name: Name) -> Resolving {
        let judge = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = lookup_host((name.as_str(), 0)).await?.collect();
            let all = judge.is_host(name.as_str());
            let may: Vec<SocketAddr> = found
                .iter()
                .filter(|found| all || judge.may_reach(found.ip()))
                .copied()
                .collect();
            if may.is_empty() && !found.is_empty() {
                return Err(Box::new(NotAllowed) as Box<dyn std::error::Error + Send + Sync>);
            }
            Ok(Box::new(may.into_iter()) as Addrs)
        })
    }
}
