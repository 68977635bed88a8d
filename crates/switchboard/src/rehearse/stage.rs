//! What scenarios do: let time pass, be a caller, an agent, an operator.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde_json::{Value, json};
use switchboard_queue::jobs::{DEADLINES, LOOKUP, RECORDS};
use switchboard_queue::{QueueStats, Stats};
use switchboard_simulator::{Behaviour, LegId, Press, Sound, View};
use tokio::time::Instant;

use super::system::System;
use crate::services::Service;

/// How long the system may take, in real time, to come to rest.
pub(super) const REST: Duration = Duration::from_secs(20);
/// The shortest step of virtual time: nothing in a telephone network happens faster.
const TICK_MS: i64 = 20;

/// Before a deadline, and not yet at it however slow this machine is.
const BRINK_MS: i64 = 500;

/// The office of the rehearsal.
pub(super) const OFFICE: &str = "+442079460000";
/// Its phones.
pub(super) const FRONT_DESK: &str = "+442079460011";
pub(super) const WORKSHOP: &str = "+441632960012";
pub(super) const DUTY_MOBILE: &str = "+447700900013";
pub(super) const PHONES: [&str; 3] = [FRONT_DESK, WORKSHOP, DUTY_MOBILE];
/// The desk phone of the agent who has one.
pub(super) const DYLANS_PHONE: &str = "+447700900021";
/// A caller whom the demonstration's customer database knows, another one, and one whom it does not know.
pub(super) const MARA: &str = "+447700900101";
pub(super) const OLIVER: &str = "+447700900102";
pub(super) const STRANGER: &str = "+441632960999";

/// What an agent is told who pressed Answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answered {
    /// The call is theirs; this lets their browser to the caller.
    Yours(String),
    /// In the API's own word why not.
    No(String, Value),
}

/// What the workers have to do.
#[derive(Debug)]
struct Work {
    now_ms: i64,
    queues: Vec<QueueStats>,
}

impl Work {
    fn next_due_ms(&self) -> Option<i64> {
        self.queues.iter().filter_map(|queue| queue.next_due_ms).min()
    }

    /// How long it is until the next job is due, by Redis' clock.
    fn next_due_in_ms(&self) -> Option<i64> {
        self.next_due_ms().map(|due| due - self.now_ms)
    }

    /// Something runs or could run. What is overdue will: whoever takes it is on the way back to Redis.
    fn is_waiting(&self) -> bool {
        let now = |queue: &QueueStats| queue.ready > 0 || queue.leased > 0;
        self.queues.iter().any(now) || self.next_due_ms().is_some_and(|due| due <= self.now_ms)
    }
}

/// One scenario's view of its system.
pub(super) struct Stage<'a> {
    pub(super) system: &'a mut System,
    pub(super) redis_up: bool,
}

impl<'a> Stage<'a> {
    pub(super) fn new(system: &'a mut System) -> Self {
        Self {
            system,
            redis_up: true,
        }
    }

    // --- time ---

    /// Waits until nothing is in flight: no webhook, no request, no job that could run.
    pub(super) async fn settle(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + REST;
        let mut calm = 0;
        while calm < 2 {
            if Instant::now() > deadline {
                let work = self.work().await?;
                bail!(
                    "the system did not come to rest within {} s: {work:?}",
                    REST.as_secs()
                );
            }
            let left = deadline.saturating_duration_since(Instant::now());
            self.system
                .simulator
                .wait_idle(left)
                .await
                .context("the carrier did not come to rest")?;
            let busy = self.work().await?.is_some_and(|work| work.is_waiting());
            if busy || !self.system.simulator.is_idle() {
                calm = 0;
                tokio::time::sleep(Duration::from_millis(2)).await;
            } else {
                calm += 1;
            }
        }
        Ok(())
    }

    /// The queues on which somebody works; nothing while Redis is away.
    async fn work(&self) -> anyhow::Result<Option<Work>> {
        if !self.redis_up {
            return Ok(None);
        }
        let Stats {
            now_ms, mut queues, ..
        } = self.stats().await?;
        queues.retain(|queue| match queue.name.as_str() {
            LOOKUP => self.system.fleet.runs(Service::WorkerLookup),
            // What is kept for good, nobody on the line waits for.
            RECORDS => false,
            _ => self.system.fleet.runs(Service::WorkerCalls),
        });
        Ok(Some(Work { now_ms, queues }))
    }

    /// A connection from before a restart of Redis fails once; that is this rehearsal's own, not the system's.
    async fn stats(&self) -> anyhow::Result<Stats> {
        let deadline = Instant::now() + REST;
        loop {
            match self.system.admin.stats().await {
                Err(error) if error.is_transient() && Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                done => return Ok(done?),
            }
        }
    }

    /// Lets that much virtual time pass, stopping wherever something is due.
    pub(super) async fn pass(&mut self, time: Duration) -> anyhow::Result<()> {
        let target = self.system.simulator.now_ms() + i64::try_from(time.as_millis())?;
        while self.step(target).await? {}
        Ok(())
    }

    /// One step towards `target`; false when it is reached.
    async fn step(&mut self, target: i64) -> anyhow::Result<bool> {
        self.settle().await?;
        let now = self.system.simulator.now_ms();
        if now >= target {
            return Ok(false);
        }
        // Each by its own clock: they are read a moment apart, and a job that one of them takes for done and the other
        // for still to come would be passed over.
        let job = self.work().await?.and_then(|work| work.next_due_in_ms());
        let timer = self.system.simulator.next_timer_ms().map(|at| at - now);
        let by = [job, timer.filter(|left| *left > 0), Some(target - now)]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or_default()
            .max(TICK_MS);
        self.advance(by).await?;
        Ok(true)
    }

    /// Moves time on without waiting for anything to come to rest: whatever happens next meets what was due.
    pub(super) async fn rush(&mut self, time: Duration) -> anyhow::Result<()> {
        self.advance(i64::try_from(time.as_millis())?).await
    }

    /// Lets time pass until just before the next deadline of a waiting call.
    pub(super) async fn pass_to_the_brink(&mut self) -> anyhow::Result<()> {
        self.settle().await?;
        let stats = self.stats().await?;
        let due = stats
            .queues
            .iter()
            .find(|queue| queue.name == DEADLINES)
            .and_then(|queue| queue.next_due_ms);
        let left = due.context("nobody waits")? - stats.now_ms - BRINK_MS;
        // Something of an earlier call may be due before: that passes first.
        let Ok(left) = u64::try_from(left) else {
            self.pass(Duration::from_secs(1)).await?;
            return Box::pin(self.pass_to_the_brink()).await;
        };
        self.pass(Duration::from_millis(left)).await
    }

    async fn advance(&mut self, by_ms: i64) -> anyhow::Result<()> {
        // A Redis that is away catches up when it is back.
        if self.redis_up {
            self.system
                .store
                .advance_clock(Duration::from_millis(u64::try_from(by_ms)?))
                .await?;
        }
        self.system.simulator.advance(by_ms).await;
        Ok(())
    }

    /// Lets time pass until something is true of the lines, and says how long it took.
    pub(super) async fn until(
        &mut self,
        what: &str,
        limit: Duration,
        is_true: impl Fn(&View<'_>) -> bool,
    ) -> anyhow::Result<Duration> {
        let began = self.system.simulator.now_ms();
        let target = began + i64::try_from(limit.as_millis())?;
        loop {
            self.settle().await?;
            if self.system.simulator.look(|view| is_true(view)) {
                let took = self.system.simulator.now_ms() - began;
                return Ok(Duration::from_millis(u64::try_from(took)?));
            }
            ensure!(
                self.step(target).await?,
                "not within {} s: {what}",
                limit.as_secs()
            );
        }
    }

    // --- callers ---

    pub(super) fn dial(&self, from: &str) -> LegId {
        self.system.simulator.dial(from, OFFICE)
    }

    /// Dials, chooses sales and waits in the queue.
    pub(super) async fn caller_in_queue(&mut self, from: &str) -> anyhow::Result<LegId> {
        let caller = self.caller_choosing(from).await?;
        self.until("the caller is in the queue", Duration::from_secs(20), |view| {
            view.leg(&caller)
                .is_some_and(|leg| leg.queue.is_some() && leg.hears.is_some())
        })
        .await?;
        Ok(caller)
    }

    /// Dials, chooses sales and is told to hold the line, on the way into the queue.
    pub(super) async fn caller_told_to_hold(&mut self, from: &str) -> anyhow::Result<LegId> {
        let caller = self.caller_choosing(from).await?;
        self.until(
            "the caller is told to hold the line",
            Duration::from_secs(20),
            |view| {
                view.leg(&caller).is_some_and(
                    |leg| matches!(leg.hears, Some(Sound::Text(text)) if text.contains("hold the line")),
                )
            },
        )
        .await?;
        Ok(caller)
    }

    async fn caller_choosing(&mut self, from: &str) -> anyhow::Result<LegId> {
        let caller = self.dial(from);
        self.until("the caller hears the menu", Duration::from_secs(10), |view| {
            view.leg(&caller).is_some_and(|leg| leg.hears.is_some())
        })
        .await?;
        ensure!(
            self.system.simulator.press(&caller, "1"),
            "the caller's line is gone"
        );
        Ok(caller)
    }

    pub(super) fn hang_up(&self, leg: &LegId) {
        self.system.simulator.hang_up(leg);
    }

    // --- agents ---

    pub(super) async fn answer(&self, agent: &str, call: &LegId) -> anyhow::Result<Answered> {
        let (status, body) = self
            .post(&format!("calls/{}/answer", call.as_str()), agent)
            .await?;
        let result = body
            .get("result")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        if status == 200 {
            let ticket = body.get("ticket").and_then(Value::as_str).context("no ticket")?;
            return Ok(Answered::Yours(ticket.to_owned()));
        }
        Ok(Answered::No(result, body))
    }

    /// Answers and expects to get the call.
    pub(super) async fn take(&self, agent: &str, call: &LegId) -> anyhow::Result<String> {
        match self.answer(agent, call).await? {
            Answered::Yours(ticket) => Ok(ticket),
            Answered::No(result, _) => bail!("{agent} was told {result:?} instead of getting the call"),
        }
    }

    /// Gives the call back.
    pub(super) async fn release(&self, agent: &str, call: &LegId) -> anyhow::Result<()> {
        let (status, body) = self
            .post(&format!("calls/{}/release", call.as_str()), agent)
            .await?;
        ensure!(status == 200, "{agent} cannot give the call back: {body}");
        Ok(())
    }

    pub(super) async fn hang_up_as(&self, agent: &str, call: &LegId) -> anyhow::Result<()> {
        let (status, body) = self
            .post(&format!("calls/{}/hang-up", call.as_str()), agent)
            .await?;
        ensure!(status == 200, "{agent} cannot hang up: {body}");
        Ok(())
    }

    async fn post(&self, path: &str, agent: &str) -> anyhow::Result<(u16, Value)> {
        self.post_body(path, &json!({ "agentId": agent })).await
    }

    pub(super) async fn post_body(&self, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let url = format!("{}/api/v1/{path}", self.system.fleet.address(Service::Realtime));
        let body = serde_json::to_string(body)?;
        let request = self
            .system
            .fleet
            .http()
            .post(url)
            .header("content-type", "application/json")
            .body(body);
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        let text = answer.text().await?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }

    /// The agent's browser connects with the ticket, as the Voice SDK would.
    pub(super) fn browser(&self, agent: &str, ticket: &str) -> LegId {
        let parameters = [("claim".to_owned(), ticket.to_owned())];
        self.system.simulator.browser_connect(agent, &parameters)
    }

    /// What agents see of all live calls.
    pub(super) async fn live(&self) -> anyhow::Result<Value> {
        let url = format!("{}/api/v1/live", self.system.fleet.address(Service::Realtime));
        Ok(serde_json::from_str(
            &self.system.fleet.http().get(url).send().await?.text().await?,
        )?)
    }

    // --- phones ---

    /// Somebody is at that phone: picks up and presses the key.
    pub(super) fn person_at(&self, phone: &str, after: Duration) {
        let after_ms = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
        let press = Some(Press {
            digits: "1".to_owned(),
            after_ms: 4_000,
        });
        self.system
            .simulator
            .set_phone(phone, Behaviour::PickUp { after_ms, press });
    }

    pub(super) fn mailbox_at(&self, phone: &str) {
        let mailbox = Behaviour::Mailbox {
            after_ms: 1_000,
            hang_up_after_ms: 60_000,
        };
        self.system.simulator.set_phone(phone, mailbox);
    }

    pub(super) fn phone_is(&self, phone: &str, behaviour: Behaviour) {
        self.system.simulator.set_phone(phone, behaviour);
    }
}
