//! Making the agents of the settings known to the live system.

use std::sync::atomic::Ordering;
use std::time::Duration;

use switchboard_domain::Agent;
use switchboard_store::StoreError;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::app::Realtime;

/// The first pause after Redis did not answer; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// An agent waits no longer than this for a Redis that is back.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

impl Realtime {
    /// Makes the settings' agents known: new ones as they begin, known ones with the name and the place to answer
    /// that the settings give them now. What they said of themselves and the call they are on stay. Whom only newer
    /// processes can read is left as they are: those made them known.
    ///
    /// # Errors
    /// When Redis does not answer; those before it are known then.
    pub async fn introduce_agents(&self) -> Result<(), StoreError> {
        // Whoever starts first names the stream of events.
        self.store.name_epoch(&self.rng.hex128()).await?;
        for agent in self.agents.values() {
            match self.introduce(agent).await {
                Err(error) if error.is_unreadable() => {
                    warn!(agent.id = %agent.id, %error, "agent {} is left to newer processes: {error}", agent.id);
                }
                introduced => introduced?,
            }
        }
        self.introduced.store(true, Ordering::Release);
        info!(
            agents = self.agents.len(),
            "{} agents are known",
            self.agents.len()
        );
        Ok(())
    }

    pub(crate) async fn introduce(&self, agent: &Agent) -> Result<(), StoreError> {
        let follow = |known: Option<Agent>| {
            Some(match known {
                Some(known) => Agent {
                    name: agent.name.clone(),
                    answers_on: agent.answers_on.clone(),
                    ..known
                },
                None => agent.clone(),
            })
        };
        self.store.update_agent(&agent.id, follow).await.map(|_| ())
    }

    /// Introduces the agents, again and again until it succeeded or the stop begins.
    pub(crate) async fn keep_introducing(&self, stop: &CancellationToken) {
        let mut pause = FIRST_PAUSE;
        loop {
            let introducing = Box::pin(self.introduce_agents());
            let Some(Err(error)) = stop.run_until_cancelled(introducing).await else {
                return;
            };
            let again = self.rng.jitter(pause);
            warn!(
                error = &error as &dyn std::error::Error,
                again_ms = again.as_millis(),
                "agents cannot be made known yet: {error}"
            );
            if stop
                .run_until_cancelled(tokio::time::sleep(again))
                .await
                .is_none()
            {
                return;
            }
            pause = LONGEST_PAUSE.min(pause * 2);
        }
    }
}
