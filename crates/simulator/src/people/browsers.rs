//! Agents' browsers, as the Voice SDK would behave: they connect to the application, hang up, or die.

use crate::id::LegId;
use crate::judge::{What, Who};
use crate::legs::{CallStatus, Direction, NewLeg, inbound};
use crate::people::callers::at_the_end;
use crate::signal::Act;
use crate::simulator::Simulator;
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

    /// The agent hangs up in the browser; false when the leg is over.
    pub fn browser_disconnect(&self, leg: &LegId) -> bool {
        self.hang_up(leg)
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
