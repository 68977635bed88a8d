//! What must have happened, read off the lines.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use switchboard_simulator::{Entry, LegId, LegView, Sound, Timeline, View, What};

use super::stage::{PHONES, Stage};
use crate::services::Service;

/// Time for what must happen at once: a few requests and a document.
pub(super) const SOON: Duration = Duration::from_secs(10);

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The longest that a waiting line may go without asking; a little for the request itself.
const WAIT_DOCUMENT_MS: i64 = 20_000 + 500;
/// By how much the first document may last longer: it begins with what those hear who join a queue.
const WELCOME_MS: i64 = 10_000;
/// So long after joining the gateway takes a request for the first one.
const JUST_JOINED_MS: i64 = 4_000;
/// Dead letters looked at in each queue; a system that runs for long has older ones, too.
const MANY: u32 = 100;
/// Errors of documents: what cannot be parsed, and what no verb takes.
const BAD_DOCUMENT: RangeInclusive<u32> = 12_100..=13_999;

/// What must be true of every scenario's time-line, whatever it is about.
pub(super) fn sound(timeline: &Timeline) -> anyhow::Result<()> {
    // When a line asked last, and when it joined the queue.
    let mut asked: HashMap<&LegId, (i64, i64)> = HashMap::new();
    for Entry {
        at_ms,
        leg,
        what,
        who: _,
    } in &timeline.0
    {
        if let What::Warning { code, text } = what {
            ensure!(
                !BAD_DOCUMENT.contains(code),
                "a document of ours is wrong: {code} {text}"
            );
        }
        let Some(leg) = leg else { continue };
        let asks = matches!(what, What::Webhook(line) if line.contains("/voice/wait"));
        if let Some((before, joined)) = asked
            .get(leg)
            .filter(|_| asks || matches!(what, What::LeftQueue { .. }))
        {
            let gap = at_ms - before;
            let welcome = if before - joined < JUST_JOINED_MS {
                WELCOME_MS
            } else {
                0
            };
            ensure!(
                gap <= WAIT_DOCUMENT_MS + welcome,
                "{} waited {gap} ms without asking",
                leg.as_str()
            );
        }
        if asks {
            let joined = asked.get(leg).map_or(*at_ms, |(_, joined)| *joined);
            asked.insert(leg, (*at_ms, joined));
        } else if matches!(what, What::Enqueued(_)) {
            asked.insert(leg, (*at_ms, *at_ms));
        } else if matches!(what, What::LeftQueue { .. }) {
            asked.remove(leg);
        }
    }
    Ok(())
}

impl Stage<'_> {
    /// Waits until two lines can talk with each other.
    pub(super) async fn bridged(
        &mut self,
        one: &LegId,
        other: &LegId,
        within: Duration,
    ) -> anyhow::Result<Duration> {
        let what = format!("{} talks with {}", one.as_str(), other.as_str());
        self.until(&what, within, |view| view.are_bridged(one, other))
            .await
    }

    /// Waits until the line talks with an office phone, and says with which.
    pub(super) async fn bridged_with_phone(
        &mut self,
        caller: &LegId,
        phone: &str,
        within: Duration,
    ) -> anyhow::Result<LegId> {
        let talks = |view: &View<'_>| {
            view.legs()
                .into_iter()
                .find(|leg| leg.to == phone && view.are_bridged(caller, &leg.id))
                .map(|leg| leg.id)
        };
        self.until(&format!("the caller talks with {phone}"), within, |view| {
            talks(view).is_some()
        })
        .await?;
        self.system
            .simulator
            .look(talks)
            .ok_or_else(|| anyhow::anyhow!("they have parted again"))
    }

    /// Waits until a line is over.
    pub(super) async fn over(&mut self, leg: &LegId, within: Duration) -> anyhow::Result<Duration> {
        let what = format!("{} ends", leg.as_str());
        self.until(&what, within, |view| {
            view.leg(leg).is_none_or(|leg| leg.ended_ms.is_some())
        })
        .await
    }

    /// Every line is over, and nobody sees a live call or a busy agent: nothing is left hanging.
    pub(super) async fn all_over(&mut self) -> anyhow::Result<()> {
        self.until("every line ends", Duration::from_secs(60), |view| {
            view.legs().iter().all(|leg| leg.ended_ms.is_some())
        })
        .await?;
        self.settle().await?;
        let calls = self.calls_in_view().await?;
        let live = self.live().await?;
        ensure!(calls == 0, "agents still see {calls} live calls: {live}");
        let busy = live
            .get("agents")
            .and_then(|agents| agents.as_array())
            .is_some_and(|agents| agents.iter().any(|agent| agent.get("engagedCallId").is_some()));
        ensure!(!busy, "an agent is still busy: {live}");
        Ok(())
    }

    /// The two never talked.
    pub(super) fn never_bridged(&self, one: &LegId, other: &LegId) -> anyhow::Result<()> {
        let met = self
            .system
            .simulator
            .bridges()
            .iter()
            .any(|bridge| bridge.joins(one, other));
        ensure!(!met, "{} talked with {}", one.as_str(), other.as_str());
        Ok(())
    }

    /// Nobody ever talked with two at the same time.
    pub(super) fn nobody_twice(&self) -> anyhow::Result<()> {
        let bridges = self.system.simulator.bridges();
        for (index, bridge) in bridges.iter().enumerate() {
            for later in bridges.iter().skip(index + 1) {
                let end = bridge.to_ms.unwrap_or(i64::MAX);
                let shared = later.has(&bridge.a) || later.has(&bridge.b);
                ensure!(
                    !(shared && later.from_ms < end),
                    "somebody talked with two: {bridge:?} and {later:?}"
                );
            }
        }
        Ok(())
    }

    /// The two talked in one go: nobody was torn away and brought back.
    pub(super) fn talked_once(&self, one: &LegId, other: &LegId) -> anyhow::Result<()> {
        let times = self
            .system
            .simulator
            .bridges()
            .iter()
            .filter(|bridge| bridge.joins(one, other))
            .count();
        ensure!(
            times == 1,
            "{} and {} were brought together {times} times",
            one.as_str(),
            other.as_str()
        );
        Ok(())
    }

    /// Waits until somebody is asked for a message.
    pub(super) async fn asked_for_a_message(
        &mut self,
        caller: &LegId,
        within: Duration,
    ) -> anyhow::Result<Duration> {
        let caller = caller.clone();
        self.until("the caller is asked for a message", within, move |view| {
            view.timeline()
                .iter()
                .any(|entry| entry.leg.as_ref() == Some(&caller) && entry.what == What::Heard(Sound::Beep))
        })
        .await
    }

    /// How many live calls agents see.
    pub(super) async fn calls_in_view(&self) -> anyhow::Result<usize> {
        let live = self.live().await?;
        Ok(live
            .get("calls")
            .and_then(|calls| calls.as_array())
            .map_or(0, Vec::len))
    }

    /// Nothing of ours was given up: no job is in the dead letters.
    pub(super) async fn no_dead_letters(&self) -> anyhow::Result<()> {
        for queue in self.system.admin.stats().await?.queues {
            let letters = self.system.admin.dead(&queue.name, MANY).await?;
            if let Some(letter) = letters
                .iter()
                .find(|letter| letter.died_at_ms >= self.system.began_ms)
            {
                anyhow::bail!("job {} was given up: {}", letter.id, letter.reason);
            }
        }
        Ok(())
    }

    /// How often each office phone was rung.
    pub(super) fn times_rung(&self, phone: &str) -> usize {
        self.system
            .simulator
            .legs()
            .iter()
            .filter(|leg| leg.to == phone)
            .count()
    }

    /// No office phone was rung.
    pub(super) fn office_silent(&self) -> anyhow::Result<()> {
        for phone in PHONES {
            ensure!(self.times_rung(phone) == 0, "the office phone {phone} was rung");
        }
        Ok(())
    }

    /// Every office phone was rung for the first time `after` the line joined the queue, give or take `slack`, and
    /// never earlier.
    pub(super) fn office_rang(&self, caller: &LegId, after: Duration, slack: Duration) -> anyhow::Result<()> {
        let joined = self.joined_ms(caller)?;
        for phone in PHONES {
            let first = self
                .system
                .simulator
                .legs()
                .into_iter()
                .filter(|leg: &LegView| leg.to == phone)
                .map(|leg| leg.created_ms)
                .min();
            let Some(first) = first else {
                anyhow::bail!("the office phone {phone} was not rung")
            };
            let waited = first - joined;
            ensure!(
                waited <= ms(after + slack),
                "{phone} rang {waited} ms after the caller joined, over {after:?}"
            );
            ensure!(
                waited >= ms(after) - 10_000,
                "{phone} rang {waited} ms after the caller joined, too early"
            );
        }
        Ok(())
    }

    fn joined_ms(&self, caller: &LegId) -> anyhow::Result<i64> {
        let timeline = self.system.simulator.timeline();
        let joined = timeline
            .of(caller)
            .find(|entry| matches!(entry.what, What::Enqueued(_)));
        joined
            .map(|entry| entry.at_ms)
            .ok_or_else(|| anyhow::anyhow!("the caller never joined the queue"))
    }

    /// How a call ended, by its history: the one question that the lines cannot answer.
    pub(super) async fn end_of(&self, caller: &LegId) -> anyhow::Result<String> {
        let fleet = &self.system.fleet;
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
        let reason = reason.and_then(Value::as_str).map(str::to_owned);
        reason.with_context(|| format!("call {} has no end in its history: {history}", caller.as_str()))
    }

    /// The call's history says that it ended for this reason.
    pub(super) async fn ended_as(&self, caller: &LegId, reason: &str) -> anyhow::Result<()> {
        self.settle().await?;
        let told = self.end_of(caller).await?;
        ensure!(
            told.strip_prefix("END_REASON_") == Some(reason),
            "{} ended as {told}, not {reason}",
            caller.as_str()
        );
        Ok(())
    }

    /// Soon no line is left but these: no phone rings for nobody, and nobody is left on one.
    pub(super) async fn quiet_but(&mut self, stay: &[&LegId]) -> anyhow::Result<()> {
        self.until("the other lines end", SOON, |view| {
            view.legs()
                .iter()
                .all(|leg| leg.ended_ms.is_some() || stay.contains(&&leg.id))
        })
        .await
        .map(|_| ())
    }

    /// The line heard a text that holds these words.
    pub(super) fn heard(&self, leg: &LegId, words: &str) -> bool {
        self.system
            .simulator
            .timeline()
            .texts(leg)
            .iter()
            .any(|text| text.contains(words))
    }

    /// How often the line heard a text that holds these words.
    pub(super) fn times_heard(&self, leg: &LegId, words: &str) -> usize {
        self.system
            .simulator
            .timeline()
            .texts(leg)
            .iter()
            .filter(|text| text.contains(words))
            .count()
    }

    /// The carrier was asked something that, with its answer, has all these parts.
    pub(super) fn asked_of_carrier(&self, parts: &[&str]) -> bool {
        let asked =
            |what: &What| matches!(what, What::Rest(line) if parts.iter().all(|part| line.contains(part)));
        let timeline = self.system.simulator.timeline();
        timeline.0.iter().any(|entry| asked(&entry.what))
    }

    /// Somebody on the line pressed a key.
    pub(super) fn pressed(&self, leg: &LegId) -> bool {
        self.system
            .simulator
            .timeline()
            .of(leg)
            .any(|entry| matches!(entry.what, What::Pressed(_)))
    }

    /// The line heard a beep: it was asked to leave a message.
    pub(super) fn beeped(&self, leg: &LegId) -> bool {
        self.system
            .simulator
            .timeline()
            .of(leg)
            .any(|entry| entry.what == What::Heard(Sound::Beep))
    }

    /// The line left a message.
    pub(super) fn recorded(&self, leg: &LegId) -> bool {
        self.system
            .simulator
            .timeline()
            .of(leg)
            .any(|entry| matches!(entry.what, What::Recorded { .. }))
    }
}
