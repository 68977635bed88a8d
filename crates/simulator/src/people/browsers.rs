//! Agents' browsers, as the Voice SDK would behave: they connect to the application, hang up, or die.

use std::time::Duration;

use crate::id::LegId;
use crate::judge::{What, Who};
use crate::legs::{CallStatus, Direction, NewLeg, inbound};
use crate::people::callers::at_the_end;
use crate::signal::Act;
use crate::simulator::Simulator;
use crate::softphone::HungUp;
use crate::state::State;
use crate::webhook::Source;

impl Simulator {
    /// A browser connects to the application. The parameters arrive as form parameters beside the
    /// standard ones, whatever they claim.
    pub fn browser_connect(&self, identity: &str, params: &[(String, String)]) -> LegId {
        let mut state = self.exchange.lock();
        let application = state.config.application.clone();
        let mut extra = params.to_vec();
        if state.config.switches.application_sid_sent {
            extra.push((String::from("ApplicationSid"), application.sid));
        }
        // A browser calls no number, unless it says so itself.
        let to = params
            .iter()
            .find(|(name, _)| name == "To")
            .map(|(_, to)| to.clone())
            .unwrap_or_default();
        extra.retain(|(name, _)| name != "To");
        let new = NewLeg {
            direction: Direction::Inbound,
            from: format!("client:{identity}"),
            to: to.clone(),
            who: Who::Agent(identity.to_owned()),
            parent: None,
            of_dial: None,
            fallback: None,
            first: Some(Source::Url {
                url: application.voice_url,
                method: String::from("POST"),
            }),
            extra,
            callback: application.status_callback.map(at_the_end),
            timeout_ms: i64::MAX / 4,
        };
        let leg = state.add_leg(new, CallStatus::Ringing);
        state.note(&leg, What::Dialled(to));
        let id = leg.clone();
        state.spawn(move |exchange| inbound(exchange, id));
        leg
    }

    /// The agent hangs up in the browser; false when the leg is over. The page learns why its line ended.
    pub fn browser_disconnect(&self, leg: &LegId) -> bool {
        let mut state = self.exchange.lock();
        let softphone = state.config.softphone.clone();
        let Some(line) = state.legs.get_mut(leg).filter(|line| line.is_live()) else {
            return false;
        };
        line.hung_up = true;
        let hung_up = HungUp {
            identity: match &line.new.who {
                Who::Agent(identity) => identity.clone(),
                other => other.to_string(),
            },
            leg: leg.clone(),
            params: line.new.extra.clone(),
        };
        let ended = state.act(leg, Act::HangUp);
        if let Some(softphone) = softphone {
            state.spawn_aside(softphone.hung_up(hung_up));
        }
        ended
    }

    /// Waits until a browser's line is over, in real time and not longer than `limit`: whether its agent hung up, as the
    /// Voice SDK tells the page; `None` when it is not over yet.
    pub async fn browser_ended(&self, leg: &LegId, limit: Duration) -> Option<bool> {
        let over = |state: &State| state.leg(leg).is_none_or(|line| !line.is_live());
        // A wait that is over without it is an answer too.
        let _ = self.exchange.wait_until(over, limit).await;
        let state = self.exchange.peek();
        if over(&state) {
            Some(state.leg(leg).is_some_and(|line| line.hung_up))
        } else {
            None
        }
    }

    /// The browser's tab dies: nothing is signalled, the leg vanishes when the network notices; see
    /// [`Timings::browser_death_ms`](crate::Timings::browser_death_ms). False when the leg is over.
    pub fn browser_dies(&self, leg: &LegId) -> bool {
        let mut state = self.exchange.lock();
        if !state.leg(leg).is_some_and(crate::legs::Leg::is_live) {
            return false;
        }
        state.note(leg, What::Died);
        let after_ms = state.config.timings.browser_death_ms;
        state.plan(leg, after_ms, Act::Vanish);
        true
    }
}
