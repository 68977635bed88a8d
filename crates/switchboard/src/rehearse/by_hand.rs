//! Opening hours of a running system, changed by hand for one scenario and given back.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::stage::Stage;
use crate::services::Service;

/// Every gateway promises to know of an override after so long, and which one is asked next is nobody's choice.
const LEARNT: Duration = Duration::from_secs(1);
/// The reason of every override that a rehearsal makes.
const WHY: &str = "a rehearsal";
/// Who does it.
const WHO: &str = "amelia";

impl Stage<'_> {
    /// Takes an override back.
    pub(super) async fn withdraw_override(&self, agent: &str, id: &str) -> anyhow::Result<()> {
        let body = json!({ "agentId": agent });
        let (status, body) = self
            .post_body(&format!("hours/overrides/{id}/withdraw"), &body)
            .await?;
        ensure!(status == 200, "{agent} cannot take override {id} back: {body}");
        Ok(())
    }

    /// Opens or closes for some hours by hand, as an agent does on a screen.
    pub(super) async fn override_hours(&self, agent: &str, open: bool) -> anyhow::Result<()> {
        let body = json!({ "agentId": agent, "open": open, "reason": WHY, "until": "+12h" });
        let (status, body) = self.post_body("hours/overrides", &body).await?;
        ensure!(status == 200, "{agent} cannot override the hours: {body}");
        Ok(())
    }

    /// Closes the office until the rehearsal gives it back.
    pub(super) async fn close_by_hand(&self) -> anyhow::Result<()> {
        self.override_hours(WHO, false).await?;
        tokio::time::sleep(LEARNT).await;
        Ok(())
    }

    /// Takes back whatever a rehearsal did to the hours.
    pub(super) async fn give_hours_back(&self) -> anyhow::Result<()> {
        let url = format!("{}/api/v1/hours", self.system.fleet.address(Service::Realtime));
        let answer = self.system.fleet.http().get(url).send().await?;
        ensure!(answer.status().is_success(), "the hours: {}", answer.status());
        let hours: Value = serde_json::from_str(&answer.text().await?)?;
        let overrides = hours.get("overrides").and_then(Value::as_array);
        let text = |over: &Value, field: &str| over.get(field).and_then(Value::as_str).map(str::to_owned);
        for over in overrides.context("the hours tell of no overrides")? {
            let ours = text(over, "reason").is_some_and(|reason| reason == WHY);
            let past = text(over, "state").is_some_and(|state| state == "over");
            if ours && !past {
                let id = text(over, "id").context("an override without an id")?;
                self.withdraw_override(WHO, &id).await?;
            }
        }
        tokio::time::sleep(LEARNT).await;
        Ok(())
    }
}
