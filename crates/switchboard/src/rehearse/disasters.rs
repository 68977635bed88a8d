//! What goes wrong in scenarios, and what operators do about it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::Faults;
use tokio::time::Instant;

use super::stage::{REST, Stage};
use super::turns::{Front, Turns};
use crate::services::Service;

impl Stage<'_> {
    pub(super) fn faults(&mut self, faults: Faults) {
        self.system.had_faults = true;
        self.system.simulator.set_faults(faults);
    }

    pub(super) async fn kill(&mut self, service: Service) -> anyhow::Result<()> {
        self.system.fleet.kill(service).await
    }

    pub(super) async fn start(&mut self, service: Service) -> anyhow::Result<()> {
        self.system.fleet.start(service).await
    }

    /// A second one of a service, beside the one that runs.
    pub(super) async fn start_another(&mut self, service: Service) -> anyhow::Result<()> {
        self.system.fleet.start_another(service).await.map(|_| ())
    }

    /// Two gateways instead of one, which know of each other's calls what Redis knows.
    pub(super) async fn two_gateways(&mut self, turns: Turns) -> anyhow::Result<Arc<Front>> {
        self.system.fleet.two_of(Service::Gateway, turns).await
    }

    /// Redis does not answer any more.
    pub(super) async fn stall_redis(&mut self) -> anyhow::Result<()> {
        self.system.redis.stall().await?;
        self.redis_up = false;
        Ok(())
    }

    pub(super) async fn kill_redis(&mut self) -> anyhow::Result<()> {
        self.system.redis.kill().await?;
        self.redis_up = false;
        Ok(())
    }

    /// Redis dies and starts again with nothing of what it knew.
    pub(super) async fn redis_loses_everything(&mut self) -> anyhow::Result<()> {
        self.kill_redis().await?;
        self.system.redis.forget()?;
        self.redis_back(true).await
    }

    /// Redis is back, and its clock is where everybody else's is.
    pub(super) async fn redis_back(&mut self, killed: bool) -> anyhow::Result<()> {
        self.system.redis.back(killed).await?;
        let deadline = Instant::now() + REST;
        let now_ms = loop {
            match self.system.store.clock().await {
                Ok(reading) => break reading.now.as_millis(),
                Err(error) => ensure!(Instant::now() < deadline, "redis does not come back: {error}"),
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        };
        let behind = self.system.simulator.now_ms().saturating_sub(now_ms).max(0);
        self.system
            .store
            .advance_clock(Duration::from_millis(u64::try_from(behind)?))
            .await?;
        // Services find their way back in real time, of which a rehearsal has next to none.
        self.system.fleet.all_ready().await?;
        self.redis_up = true;
        Ok(())
    }
}
