//! More of what scenarios do: other numbers, keys at the right moment, messages.

use std::time::Duration;

use anyhow::ensure;
use switchboard_simulator::{LegId, Sound};

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
            |view| {
                view.leg(caller)
                    .is_some_and(|leg| matches!(leg.hears, Some(Sound::Text(text)) if text.contains(words)))
            },
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
}
