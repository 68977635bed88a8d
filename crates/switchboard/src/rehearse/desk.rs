//! More of what scenarios do: other numbers, keys at the right moment, messages.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use switchboard_domain::ClaimTicket;
use switchboard_simulator::{LegId, LegView, Sound, View};

use super::stage::Stage;
use crate::services::Service;

impl Stage<'_> {
    /// Rings another number than the office's first.
    pub(super) fn dial_to(&self, from: &str, to: &str) -> LegId {
        self.system.simulator.dial(from, to)
    }

    /// The caller presses keys when they hear these words.
    pub(super) async fn press_at(&mut self, caller: &LegId, words: &str, keys: &str) -> anyhow::Result<()> {
        self.until(
            &format!("the caller hears {words:?}"),
            Duration::from_secs(90),
            |view| view.leg(caller).is_some_and(|leg| is_told(&leg, words)),
        )
        .await?;
        ensure!(
            self.system.simulator.press(caller, keys),
            "the caller's line is gone"
        );
        Ok(())
    }

    /// Listens to the message of a call: status, type and sound.
    pub(super) async fn listen(&self, call: &LegId) -> anyhow::Result<(u16, String, Vec<u8>)> {
        let base = self.system.fleet.address(Service::Realtime);
        let url = format!("{base}/api/v1/calls/{}/recording", call.as_str());
        let answer = self.system.fleet.http().get(url).send().await?;
        let kind = answer
            .headers()
            .get("content-type")
            .and_then(|kind| kind.to_str().ok());
        let (status, kind) = (answer.status().as_u16(), kind.unwrap_or_default().to_owned());
        Ok((status, kind, answer.bytes().await?.to_vec()))
    }

    /// The agent's softphone tells that its agent has hung up: of the claim with that ticket, on that line.
    pub(super) async fn tell_hung_up(&self, agent: &str, ticket: &str, leg: &LegId) -> anyhow::Result<Value> {
        let ticket: ClaimTicket = ticket.parse().ok().context("no ticket")?;
        let body = json!({ "agentId": agent, "claim": ticket.claim, "leg": leg.as_str() });
        let (status, body) = self
            .post_body(&format!("calls/{}/hang-up", ticket.call), &body)
            .await?;
        ensure!(status == 200, "{agent}'s softphone cannot tell: {body}");
        Ok(body)
    }

    /// The agent says whether they are there.
    pub(super) async fn presence(&self, agent: &str, word: &str) -> anyhow::Result<()> {
        let base = self.system.fleet.address(Service::Realtime);
        let request = self
            .system
            .fleet
            .http()
            .put(format!("{base}/api/v1/agents/{agent}/presence"))
            .header("content-type", "application/json")
            .body(json!({ "presence": word }).to_string());
        let status = request.send().await?.status();
        ensure!(status == 200, "{agent} cannot be {word}: {status}");
        Ok(())
    }

    /// Waits until a line hears these words.
    pub(super) async fn hears(&mut self, leg: &LegId, words: &str, within: Duration) -> anyhow::Result<()> {
        let what = format!("{} hears {words:?}", leg.as_str());
        self.until(&what, within, |view| {
            view.leg(leg).is_some_and(|leg| is_told(&leg, words))
        })
        .await
        .map(|_| ())
    }

    /// Waits until whoever has picked up that phone hears these words, and says on which line.
    pub(super) async fn hears_at(
        &mut self,
        phone: &str,
        words: &str,
        within: Duration,
    ) -> anyhow::Result<LegId> {
        let told = |view: &View<'_>| {
            let legs = view.legs().into_iter();
            legs.filter(|leg| leg.to == phone && leg.ended_ms.is_none())
                .find(|leg| is_told(leg, words))
                .map(|leg| leg.id)
        };
        self.until(&format!("{phone} hears {words:?}"), within, |view| {
            told(view).is_some()
        })
        .await?;
        self.system
            .simulator
            .look(told)
            .with_context(|| format!("{phone} is gone"))
    }

    /// Says which of the carrier's requests one of the workers has measured, by endpoint and outcome.
    pub(super) async fn measured(
        &self,
        worker: Service,
        endpoint: &str,
        outcome: &str,
    ) -> anyhow::Result<u64> {
        let url = format!("{}/metrics", self.system.fleet.address(worker));
        let text = self.system.fleet.http().get(url).send().await?.text().await?;
        let labels = [
            format!("endpoint=\"{endpoint}\""),
            format!("outcome=\"{outcome}\""),
        ];
        let line = text.lines().find(|line| {
            line.starts_with("twilio_request_seconds_count{")
                && labels.iter().all(|label| line.contains(label))
        });
        let count = line.and_then(|line| line.rsplit(' ').next());
        Ok(count.map_or(Ok(0), str::parse)?)
    }
}

fn is_told(leg: &LegView, words: &str) -> bool {
    matches!(&leg.hears, Some(Sound::Text(text)) if text.contains(words))
}
