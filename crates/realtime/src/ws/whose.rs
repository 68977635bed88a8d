//! Whose an event is: the agent's whom it is about, and the agent's who has the call.
//!
//! Others may be told a moment later; whoever talks with a caller must see at once that the caller has gone.

use std::collections::HashMap;
use std::sync::Arc;

use switchboard_contracts::v1;
use switchboard_contracts::v1::call_event::What;
use switchboard_contracts::v1::call_state::State;
use switchboard_contracts::v1::event::Subject;
use switchboard_domain::AgentId;

/// Who has which call, as far as events told so.
#[derive(Debug, Default)]
pub(crate) struct Holders(HashMap<String, Arc<AgentId>>);

impl Holders {
    /// Whose the event is, the next one of the stream.
    pub(crate) fn whose(&mut self, event: &v1::Event) -> Option<Arc<AgentId>> {
        match event.subject.as_ref()? {
            Subject::Agent(agent) => known(&agent.id),
            Subject::Call(event) => self.of_call(event),
            Subject::Hours(_) => None,
        }
    }

    fn of_call(&mut self, event: &v1::CallEvent) -> Option<Arc<AgentId>> {
        let state = match event.what.as_ref()? {
            What::Received(call) => call.state.as_ref(),
            What::Entered(entered) => entered.state.as_ref(),
            What::LegMoved(_)
            | What::ClaimBound(_)
            | What::OfficeReached(_)
            | What::AgentDropped(_)
            | What::LookedUp(_)
            | What::Recorded(_) => None,
        };
        let Some(state) = state.and_then(|state| state.state.as_ref()) else {
            return self.0.get(&event.call_id).cloned();
        };
        match holder(state).and_then(|claim| known(&claim.agent_id)) {
            Some(agent) => {
                self.0.insert(event.call_id.clone(), Arc::clone(&agent));
                Some(agent)
            }
            // Whoever had it until now wants to know that it is gone.
            None => self.0.remove(&event.call_id),
        }
    }
}

fn holder(state: &State) -> Option<&v1::Claim> {
    match state {
        State::Claimed(claimed) => claimed.claim.as_ref(),
        State::Connecting(connecting) => connecting.claim.as_ref(),
        State::Talking(talking) => match talking.with.as_ref()?.party.as_ref()? {
            v1::party::Party::Agent(claim) => Some(claim),
            v1::party::Party::Office(_) => None,
        },
        State::Greeting(_)
        | State::Closed(_)
        | State::Queued(_)
        | State::RingingOffice(_)
        | State::Voicemail(_)
        | State::Ended(_) => None,
    }
}

fn known(agent: &str) -> Option<Arc<AgentId>> {
    AgentId::new(agent).ok().map(Arc::new)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use switchboard_contracts::v1;

    use super::Holders;

    /// What one event after the other is.
    fn whose(events: &[serde_json::Value]) -> Vec<String> {
        let mut holders = Holders::default();
        events
            .iter()
            .map(|event| {
                let event: v1::Event = serde_json::from_value(event.clone()).unwrap();
                let agent = holders.whose(&event);
                agent.map(|agent| agent.to_string()).unwrap_or_default()
            })
            .collect()
    }

    fn entered(call: &str, state: &serde_json::Value) -> serde_json::Value {
        json!({ "call": { "callId": call, "entered": { "state": state } } })
    }

    #[test]
    fn a_call_is_the_agents_who_has_it_until_they_have_heard_that_it_is_gone() {
        let claim = json!({ "number": 1, "agentId": "amelia" });
        let looked_up = |call: &str| json!({ "call": { "callId": call, "lookedUp": { "source": "crm" } } });
        let said = whose(&[
            entered("CA1", &json!({ "queued": {} })),
            looked_up("CA1"),
            entered("CA1", &json!({ "claimed": { "claim": claim } })),
            looked_up("CA1"),
            looked_up("CA2"),
            entered("CA1", &json!({ "connecting": { "claim": claim } })),
            entered("CA1", &json!({ "talking": { "with": { "agent": claim } } })),
            entered("CA1", &json!({ "ended": {} })),
            looked_up("CA1"),
        ]);
        let mine = "amelia";
        assert_eq!(said, ["", "", mine, mine, "", mine, mine, mine, ""]);
    }

    #[test]
    fn an_agents_change_is_their_own_and_the_offices_is_nobodys() {
        let said = whose(&[
            json!({ "agent": { "id": "bashir" } }),
            entered("CA1", &json!({ "talking": { "with": { "office": {} } } })),
            json!({ "hours": {} }),
            json!({}),
        ]);
        assert_eq!(said, ["bashir", "", "", ""]);
    }
}
