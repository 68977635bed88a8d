//! Who may not act, as far as this process knows: as Redis said within the last second.

use std::collections::BTreeMap;
use std::sync::Arc;

use switchboard_domain::{Access, AgentId};
use switchboard_store::Exclusion;
use tokio::sync::{Notify, watch};

use crate::refusal::Refusal;

#[derive(Debug)]
pub(crate) struct Exclusions {
    known: watch::Sender<Arc<BTreeMap<AgentId, Exclusion>>>,
    look: Notify,
}

impl Default for Exclusions {
    fn default() -> Self {
        Self {
            known: watch::Sender::new(Arc::default()),
            look: Notify::new(),
        }
    }
}

impl Exclusions {
    /// Refuses whoever may not act.
    pub(crate) fn admit(&self, agent: &AgentId) -> Result<(), Refusal> {
        let access = self.known.borrow().get(agent).map(|exclusion| exclusion.access);
        admit(access.unwrap_or_default())
    }

    /// Whether that agent may act.
    pub(crate) fn is_out(&self, agent: &AgentId) -> bool {
        self.known.borrow().contains_key(agent)
    }

    pub(crate) fn set(&self, known: BTreeMap<AgentId, Exclusion>) {
        self.known.send_replace(Arc::new(known));
    }

    /// Tells of every change.
    pub(crate) fn changes(&self) -> watch::Receiver<Arc<BTreeMap<AgentId, Exclusion>>> {
        self.known.subscribe()
    }

    /// Somebody heard that there is news.
    pub(crate) fn look_now(&self) {
        self.look.notify_one();
    }

    pub(crate) async fn asked(&self) {
        self.look.notified().await;
    }
}

/// Refuses whoever may not act.
pub(crate) fn admit(access: Access) -> Result<(), Refusal> {
    match access {
        Access::Active => Ok(()),
        Access::Disabled => Err(Refusal::Disabled),
        Access::Removed => Err(Refusal::NoSuchAgent),
    }
}
