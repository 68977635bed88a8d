//! After a storm: the carrier behaves, services run, people finish what they say, and every call comes to an end.

use std::time::Duration;

use switchboard_simulator::{Faults, LegId, View};

use super::people::People;

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
            self.stage.end_of(caller).await?;
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
}
