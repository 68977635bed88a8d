//! The agents of the settings, made known to the live system, and those taken out that the settings leave out.
//!
//! During a rolling update processes were started with different lists. The newest list counts, and only processes that
//! were started with it apply it: two never take turns at undoing each other's.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sha1::{Digest as _, Sha1};
use switchboard_domain::{Access, Agent, AgentId, AnswersOn};
use switchboard_store::{ExcludedBy, StoreError};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::access::set_access;
use crate::app::Realtime;

/// The first pause after Redis did not answer; doubled up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// An agent waits no longer than this for a Redis that is back.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
/// How long a list counts when no process stands behind it any more: a process that starts again must not find that an
/// older list has come into force meanwhile.
const HOLD_LIST_FOR: Duration = Duration::from_secs(15);

impl Realtime {
    /// Makes the settings' agents known, if their list is the one in force: new ones as they begin, known ones with
    /// the name and the place to answer that the settings give them now. What they said of themselves and the call
    /// they are on stay. Whom the settings do not name is an agent no longer. Whom only newer processes can read is left
    /// as they are: those made them known.
    ///
    /// # Errors
    /// When Redis does not answer; those before it are known then.
    pub async fn introduce_agents(&self) -> Result<(), StoreError> {
        // Whoever starts first names the stream of events.
        self.store.name_epoch(&self.rng.hex128()).await?;
        if self.is_list_in_force().await? {
            self.apply_list().await?;
            info!(
                agents = self.agents.len(),
                "{} agents are known",
                self.agents.len()
            );
        } else {
            info!("another process was started with a newer list of agents, which is in force");
        }
        self.introduced.store(true, Ordering::Release);
        Ok(())
    }

    /// Whether the list of this process's settings is the one in force.
    pub(crate) async fn is_list_in_force(&self) -> Result<bool, StoreError> {
        let in_force = self.store.agent_list(&self.agent_list, HOLD_LIST_FOR).await?;
        Ok(in_force == self.agent_list)
    }

    /// Makes the live system's agents those of the settings.
    pub(crate) async fn apply_list(&self) -> Result<(), StoreError> {
        let exclusions = self.store.exclusions().await?;
        for (id, agent) in &self.agents {
            match exclusions.get(id).map(|exclusion| exclusion.by) {
                None => match self.introduce(agent).await {
                    Err(error) if error.is_unreadable() => {
                        warn!(agent.id = %id, %error, "agent {id} is left to newer processes: {error}");
                    }
                    introduced => introduced?,
                },
                Some(ExcludedBy::Settings) => self.let_act(id, Access::Active).await?,
                // Until a person takes it back.
                Some(ExcludedBy::Command) => {}
            }
        }
        for id in self.store.agent_ids().await? {
            if self.agents.contains_key(&id) || exclusions.contains_key(&id) {
                continue;
            }
            match self.let_act(&id, Access::Removed).await {
                // What cannot be read here is left alone: a newer build may have written it.
                Err(error) if !error.is_unavailable() => {
                    warn!(agent.id = %id, error = &error as &dyn std::error::Error,
                        "agent {id} is not in the settings and cannot be removed: {error}");
                }
                done => done?,
            }
        }
        Ok(())
    }

    async fn let_act(&self, id: &AgentId, access: Access) -> Result<(), StoreError> {
        let wanted = (access, ExcludedBy::Settings);
        let make = || self.agents.get(id).cloned();
        set_access(&self.store, &self.policy, id, wanted, make).await?;
        self.exclusions.look_now();
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

/// Names a list of agents by what it says of them.
pub(crate) fn name_of_list(agents: &BTreeMap<AgentId, Agent>) -> String {
    let mut digest = Sha1::new();
    for (id, agent) in agents {
        let on = match &agent.answers_on {
            AnswersOn::Browser => "browser",
            AnswersOn::Phone(number) => number.as_str(),
        };
        // Neither an id nor a number has one of these in it.
        digest.update(format!("{id}\n{on}\n{}\0", agent.name));
    }
    digest.finalize().iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}
