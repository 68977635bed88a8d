//! Which realtime processes live, and which agents are connected to them.

use std::time::Duration;

use switchboard_domain::AgentId;

use crate::{Store, StoreError};

/// What a realtime process says of itself.
#[derive(Debug, Clone)]
pub struct Beat<'a> {
    /// Its name, which no other process ever had.
    pub process: &'a str,
    /// For how long it counts as alive without another beat.
    pub alive_for: Duration,
    /// What is known of its connections there is worth nothing: begin anew.
    pub anew: bool,
    /// Agents who are connected since the last beat.
    pub arrived: &'a [AgentId],
}

/// What it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendance {
    /// Raised whenever somebody may act who might not, or the reverse.
    pub access_version: u64,
    /// How many agents may act.
    pub agents: u64,
    /// How many were among the process's connections before the arrived were added.
    pub known: u64,
    /// Agents of processes that died, who are the process's to look after now.
    pub taken_over: Vec<AgentId>,
}

impl Store {
    /// One beat of a realtime process.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn attend(&self, beat: &Beat<'_>) -> Result<Attendance, StoreError> {
        let mut invocation = self.scripts().attend.arg(self.prefix());
        invocation
            .arg(beat.process)
            .arg(millis(beat.alive_for))
            .arg(u8::from(beat.anew));
        for agent in beat.arrived {
            invocation.arg(agent.as_str());
        }
        let (access_version, agents, known, taken): (u64, u64, u64, Vec<String>) =
            self.read_script(&invocation, self.deadline()).await?;
        Ok(Attendance {
            access_version,
            agents,
            known,
            taken_over: taken.iter().filter_map(|id| AgentId::new(id).ok()).collect(),
        })
    }

    /// Says which list of agents this process was started with, for so long, and answers which one counts: of those
    /// that processes stand behind, the one that was seen first last.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn agent_list(&self, list: &str, hold_for: Duration) -> Result<String, StoreError> {
        let mut invocation = self.scripts().agent_list.arg(self.prefix());
        invocation.arg(list).arg(millis(hold_for));
        self.read_script(&invocation, self.deadline()).await
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
