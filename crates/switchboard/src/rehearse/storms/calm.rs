//! After a storm: the carrier behaves, services run, people finish what they say, and every call comes to an end.

use std::time::Duration;

use anyhow::ensure;
use serde_json::Value;
use switchboard_simulator::{Faults, LegId, View};

use super::people::People;
use crate::services::Service;

/// A look around, in virtual time.
const TURN: Duration = Duration::from_secs(20);
/// Nobody waits, rings and leaves a message for longer: the deadline, two rounds of the office's phones, a message, and
/// the way there.
const TURNS: u32 = 60;

impl People<'_> {
    /// Waits until every line is over, then looks whether anything is left.
    pub(super) async fn come_to_an_end(&mut self) -> anyhow::Result<()> {
        self.services_start().await?;
        // What was held back is on its way; nothing more is lost.
        self.stage.faults(Faults::default());
        for _ in 0..TURNS {
            self.stage.pass(TURN).await?;
            for leg in self.talking() {
                // One side or the other has said all.
                if self.below(2) == 0 {
                    self.stage.hang_up(&leg);
                }
            }
            if self.all_lines_over() {
                break;
            }
        }
        // The sweep finds what nobody was told.
        self.stage.pass(Duration::from_mins(1)).await?;
        self.stage.all_over().await?;
        self.stage.no_dead_letters().await?;
        for caller in &self.callers {
            self.ended_with_a_reason(caller).await?;
        }
        Ok(())
    }

    fn talking(&self) -> Vec<LegId> {
        let talks = |view: &View<'_>| -> Vec<LegId> {
            view.legs()
                .into_iter()
                .filter(|leg| leg.ended_ms.is_none() && !leg.bridged_with.is_empty())
                .map(|leg| leg.id)
                .collect()
        };
        self.stage.system.simulator.look(talks)
    }

    fn all_lines_over(&self) -> bool {
        let over = |view: &View<'_>| view.legs().iter().all(|leg| leg.ended_ms.is_some());
        self.stage.system.simulator.look(over)
    }

    /// The one question that the lines cannot answer: what the history says of a call that is over.
    async fn ended_with_a_reason(&self, caller: &LegId) -> anyhow::Result<()> {
        let fleet = &self.stage.system.fleet;
        let url = format!(
            "{}/api/v1/calls/{}/history",
            fleet.address(Service::Realtime),
            caller.as_str()
        );
        let answer = fleet.http().get(url).send().await?;
        let history: Value = serde_json::from_str(&answer.text().await?)?;
        let events = history.get("events").and_then(Value::as_array);
        let last = events.and_then(|events| {
            events
                .iter()
                .filter_map(|event| event.pointer("/call/entered/state"))
                .next_back()
        });
        let reason = last.and_then(|state| state.pointer("/ended/reason"));
        ensure!(
            reason.is_some_and(Value::is_string),
            "call {} has no end in its history: {history}",
            caller.as_str()
        );
        Ok(())
    }
}
