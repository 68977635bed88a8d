//! An agent's line: the browser that connects with its ticket, or the phone that was called.

use switchboard_domain::{AgentId, ClaimTicket, Command, ConferenceName, LegId};
use switchboard_store::Committed;
use switchboard_telephony::form::Gathered;
use switchboard_telephony::twiml::VoiceResponse;

use super::step::{call_id, log_failure, note_odd};
use super::{Unanswered, Webhook};
use crate::app::Gateway;
use crate::documents::hang_up;

impl Gateway {
    /// Lets an agent's leg into the conference of the claim whose ticket it shows. A browser sends the ticket as
    /// a parameter of its own and proves who it is by its access token; a phone that we called has both in its
    /// URL, which only we and the carrier know.
    pub(super) async fn agent_connects(
        &self,
        webhook: &Webhook<'_>,
        claim: Option<&ClaimTicket>,
        agent: Option<&AgentId>,
        asked: bool,
    ) -> Result<VoiceResponse, Unanswered> {
        let request = Gathered::from_form(webhook.form)?;
        let leg_id = call_id(request.call.sid.as_str());
        note_odd(&leg_id, &request.odd);
        let identity = request.call.from.as_ref().and_then(|from| from.client());
        // A browser is who its access token says, whatever its parameters say; of any other line only our own URL
        // is believed.
        let (ticket, agent) = match identity {
            Some(identity) => {
                let shown = || webhook.form.get("claim").and_then(|text| text.parse().ok());
                (claim.cloned().or_else(shown), AgentId::new(identity).ok())
            }
            None => (claim.cloned(), agent.cloned()),
        };
        let leg = LegId::new(leg_id.as_str()).ok();
        let (Some(ticket), Some(agent), Some(leg)) = (ticket, agent, leg) else {
            return Ok(self.taken());
        };

        let connects = Command::AgentConnects {
            claim: ticket.claim,
            agent: agent.clone(),
            token: ticket.token.clone(),
            leg: leg.clone(),
        };
        let call = match self
            .known_step(webhook, &ticket.call, |_| vec![connects.clone()])
            .await?
        {
            Ok(Committed { call: Some(call), .. }) => call,
            Ok(_) => return Ok(self.taken()),
            Err(failure) => {
                log_failure(&ticket.call, &failure);
                return Ok(self.sorry());
            }
        };
        let fits = call.state.claim().filter(|claim| {
            claim.number == ticket.claim
                && claim.agent == agent
                && claim.token == ticket.token
                && claim.leg.as_ref() == Some(&leg)
        });
        let Some(claim) = fits else {
            return Ok(self.taken());
        };
        if claim.phone.is_some() && identity.is_none() {
            // A mailbox must not win.
            if !asked {
                let accept = self.urls.agent_connect(&ticket, &agent, true);
                return Ok(self.screen_agent(&call.dialled, accept));
            }
            let pressed = request.digits.as_deref().and_then(|digits| digits.chars().next());
            if pressed != Some(self.scripts.office.accept_key) {
                return Ok(hang_up());
            }
        }
        let name = ConferenceName::of(&call.id, claim.number);
        Ok(self.agent_conference(&call.id, &name, claim.number))
    }
}
