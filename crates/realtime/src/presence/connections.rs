//! Which agents have a screen connected to this process.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use switchboard_domain::AgentId;
use tokio::sync::Notify;

/// The count of each agent's sockets, and who came or went since it was asked last.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    inner: Mutex<Inner>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    sockets: HashMap<AgentId, u32>,
    touched: HashSet<AgentId>,
}

/// Who came and who went, each as it is now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) arrived: Vec<AgentId>,
    pub(crate) left: Vec<AgentId>,
}

impl Connections {
    /// A socket of this agent is open.
    pub(crate) fn enter(&self, agent: &AgentId) {
        let mut inner = self.lock();
        let sockets = inner.sockets.entry(agent.clone()).or_default();
        *sockets += 1;
        if *sockets == 1 {
            inner.touched.insert(agent.clone());
            drop(inner);
            self.changed.notify_one();
        }
    }

    /// It is gone.
    pub(crate) fn leave(&self, agent: &AgentId) {
        let mut inner = self.lock();
        let Some(sockets) = inner.sockets.get_mut(agent) else {
            return;
        };
        *sockets = sockets.saturating_sub(1);
        if *sockets == 0 {
            inner.sockets.remove(agent);
            // Nobody is in a hurry to know: a page that is loaded anew goes as well.
            inner.touched.insert(agent.clone());
        }
    }

    pub(crate) fn has(&self, agent: &AgentId) -> bool {
        self.lock().sockets.contains_key(agent)
    }

    /// Everybody who is connected.
    pub(crate) fn all(&self) -> Vec<AgentId> {
        self.lock().sockets.keys().cloned().collect()
    }

    /// Who came or went since this was asked last. Who did both is named as they are now.
    pub(crate) fn take(&self) -> Changes {
        let mut inner = self.lock();
        let mut changes = Changes::default();
        for agent in std::mem::take(&mut inner.touched) {
            if inner.sockets.contains_key(&agent) {
                changes.arrived.push(agent);
            } else {
                changes.left.push(agent);
            }
        }
        changes
    }

    /// When somebody has come.
    pub(crate) async fn arrival(&self) {
        self.changed.notified().await;
    }

    /// Counts are changed in one step each: a panic elsewhere cannot have left one half done.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use switchboard_domain::AgentId;

    use super::{Changes, Connections};

    #[test]
    fn an_agent_is_there_from_the_first_socket_to_the_last() {
        let (connections, amelia) = (Connections::default(), AgentId::new("amelia").unwrap());
        let came = Changes {
            arrived: vec![amelia.clone()],
            left: Vec::new(),
        };
        let went = Changes {
            arrived: Vec::new(),
            left: vec![amelia.clone()],
        };
        connections.enter(&amelia);
        connections.enter(&amelia);
        assert_eq!(connections.take(), came);
        connections.leave(&amelia);
        assert_eq!(connections.take(), Changes::default());
        assert!(connections.has(&amelia));
        connections.leave(&amelia);
        assert!(!connections.has(&amelia) && connections.all().is_empty());
        assert_eq!(connections.take(), went);
        // A page that is loaded anew.
        connections.enter(&amelia);
        connections.leave(&amelia);
        connections.enter(&amelia);
        assert_eq!(connections.take(), came);
        connections.leave(&amelia);
        connections.leave(&amelia);
        assert_eq!(connections.take(), went);
    }
}
