//! Keeps what is derived: who is there by a live connection, and who may act.
//!
//! Once a second this process tells Redis that it lives, and who has connected since. Nothing is written while people
//! stay connected. When an agent's last socket is gone their grace begins; when that is over, one script looks whether
//! another process has them and writes down that nobody is signed in as them. The agents of a process that died
//! are taken over by whichever process beats next, and their grace begins then.

use std::collections::HashSet;
use std::time::Duration;

use switchboard_domain::{Agent, AgentId, AnswersOn, Connection};
use switchboard_store::{Attendance, Beat, GivenUp, StoreError};
use tokio::time::{MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::app::Realtime;
use crate::presence::Grace;

/// Between two beats. Who may act is known everywhere within this.
const EVERY: Duration = Duration::from_millis(800);
/// A process that was not heard of for so long is dead: several beats, and a restart of Redis.
const ALIVE_FOR: Duration = Duration::from_secs(5);
/// Whoever comes with many others is not told of one by one.
const GATHER: Duration = Duration::from_millis(30);
/// Agents read at once.
const MANY: usize = 256;
/// The agents are compared with the settings at least every so many beats: a process of an older build may have added
/// one and taken nobody away.
const COMPARE_EVERY: u32 = 64;

/// Until the stop.
pub(crate) async fn keep(realtime: &Realtime, stop: &CancellationToken) {
    let keeper = Keeper {
        realtime,
        grace: Grace::new(realtime.presence_grace, EVERY),
        held: HashSet::new(),
        anew: false,
        unwritten: HashSet::new(),
        access_version: None,
        agents: None,
        beats: 0,
        failing: false,
    };
    stop.run_until_cancelled(Box::pin(keeper.run())).await;
}

struct Keeper<'a> {
    realtime: &'a Realtime,
    grace: Grace,
    /// Who is in this process's set in Redis.
    held: HashSet<AgentId>,
    /// What Redis knows of it is not what it should be.
    anew: bool,
    /// Who came and is not written down as connected yet.
    unwritten: HashSet<AgentId>,
    access_version: Option<u64>,
    /// How many agents there were when they were compared with the settings.
    agents: Option<u64>,
    beats: u32,
    failing: bool,
}

impl Keeper<'_> {
    async fn run(mut self) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let is_beat = tokio::select! {
                _ = ticks.tick() => true,
                () = self.realtime.connections.arrival() => {
                    sleep(GATHER).await;
                    false
                }
                () = self.realtime.exclusions.asked() => false,
            };
            let done = self.look(is_beat).await;
            self.note(done);
        }
    }

    /// A failure is logged once. Nobody could come back meanwhile.
    fn note(&mut self, done: Result<(), StoreError>) {
        match done {
            Ok(()) => self.failing = false,
            Err(error) => {
                self.anew = true;
                self.grace.begin_anew();
                if !std::mem::replace(&mut self.failing, true) {
                    warn!(
                        error = &error as &dyn std::error::Error,
                        "who is there cannot be told: {error}"
                    );
                }
            }
        }
    }

    async fn look(&mut self, is_beat: bool) -> Result<(), StoreError> {
        let attendance = self.attend().await?;
        if self.access_version != Some(attendance.access_version) {
            let exclusions = self.realtime.store.exclusions().await?;
            self.realtime.exclusions.set(exclusions);
            self.access_version = Some(attendance.access_version);
        }
        self.write_arrivals().await?;
        if is_beat {
            for agent in self.grace.beat() {
                self.give_up(agent).await?;
            }
            self.compare(attendance.agents).await?;
        }
        Ok(())
    }

    /// Tells Redis who has come, and keeps who has gone.
    async fn attend(&mut self) -> Result<Attendance, StoreError> {
        let realtime = self.realtime;
        let changes = realtime.connections.take();
        for agent in changes.left {
            if self.held.contains(&agent) {
                self.grace.begin(agent);
            }
        }
        let mut arrived = changes.arrived;
        loop {
            if self.anew {
                arrived = realtime.connections.all();
                self.unwritten.extend(arrived.iter().cloned());
                arrived.extend(self.grace.agents().cloned());
            }
            for agent in &arrived {
                if realtime.connections.has(agent) {
                    self.grace.end(agent);
                    self.unwritten.insert(agent.clone());
                }
            }
            let beat = Beat {
                process: &realtime.process,
                alive_for: ALIVE_FOR,
                anew: self.anew,
                arrived: &arrived,
            };
            let attendance = realtime.store.attend(&beat).await?;
            if !self.anew && attendance.known != self.held.len() as u64 {
                // Redis has lost it, or another process took this one for dead. Those who were taken over are
                // named again: they are in the set that is dropped now.
                self.anew = true;
                for agent in attendance.taken_over {
                    self.grace.begin(agent);
                }
                self.grace.begin_anew();
                continue;
            }
            if std::mem::take(&mut self.anew) {
                self.held.clear();
            }
            self.held.extend(arrived);
            for agent in &attendance.taken_over {
                self.held.insert(agent.clone());
                if !realtime.connections.has(agent) {
                    self.grace.begin(agent.clone());
                }
            }
            metrics::gauge!("realtime_agents_connected")
                .set(f64::from(u32::try_from(self.held.len()).unwrap_or(u32::MAX)));
            return Ok(attendance);
        }
    }

    /// Writes down that those who came are there by a live connection.
    async fn write_arrivals(&mut self) -> Result<(), StoreError> {
        let waiting: Vec<AgentId> = self.unwritten.iter().cloned().collect();
        for some in waiting.chunks(MANY) {
            let known = self.realtime.store.agents_of(some).await?;
            for agent in some {
                if !self.realtime.connections.has(agent) {
                    self.unwritten.remove(agent);
                    continue;
                }
                // Of a Redis that was emptied: the settings make them known in a moment.
                let Some(known) = known.get(agent) else { continue };
                if connected(known.clone()) != *known {
                    let change = |known: Option<Agent>| known.map(connected);
                    self.realtime.store.update_agent(agent, change).await?;
                }
                self.unwritten.remove(agent);
            }
        }
        Ok(())
    }

    /// Nobody is signed in as them any more, unless they came back meanwhile or are at another process.
    async fn give_up(&mut self, agent: AgentId) -> Result<(), StoreError> {
        if self.realtime.connections.has(&agent) {
            return Ok(());
        }
        match self
            .realtime
            .store
            .lose_agent(&agent, &self.realtime.process)
            .await
        {
            Ok(given_up) => {
                self.held.remove(&agent);
                match given_up {
                    GivenUp::Lost => {
                        info!(agent.id = %agent, "agent {agent} is offline: no screen is connected");
                    }
                    GivenUp::Elsewhere | GivenUp::Untracked => {}
                }
                Ok(())
            }
            Err(error) => {
                self.grace.begin(agent);
                Err(error)
            }
        }
    }

    /// Compares the agents with the settings when their number has changed, and now and then.
    async fn compare(&mut self, agents: u64) -> Result<(), StoreError> {
        self.beats = self.beats.wrapping_add(1);
        let ours = self.realtime.is_list_in_force().await?;
        let due = self.agents != Some(agents) || self.beats.is_multiple_of(COMPARE_EVERY);
        if ours && due {
            self.realtime.apply_list().await?;
            self.agents = Some(self.realtime.store.agent_ids().await?.len() as u64);
        } else if !ours {
            // When it comes to be, everything is compared.
            self.agents = None;
        }
        Ok(())
    }
}

/// The agent with a screen open.
fn connected(agent: Agent) -> Agent {
    let connection = match agent.answers_on {
        AnswersOn::Browser => Connection::Connected,
        // Their phone rings whether a screen is open or not; from now on their own word counts.
        AnswersOn::Phone(_) => Connection::Untracked,
    };
    Agent { connection, ..agent }
}
