//! The office ring: the caller's dial, and the phones that are picked up.

use switchboard_contracts::OfficePhone;
use switchboard_domain::{Adopted, At, Call, Command, Instruction, LegId, Party, State, Talk, instruction};
use switchboard_store::Committed;
use switchboard_telephony::form::{DialEnded, Gathered, VoiceRequest};
use switchboard_telephony::twiml::VoiceResponse;

use super::step::{call_id, log_failure, note_odd};
use super::{Unanswered, Webhook};
use crate::app::Gateway;
use crate::documents::hang_up;

impl Gateway {
    /// A caller's line that was moved here to hear the office ring.
    pub(super) async fn office_ring(&self, webhook: &Webhook<'_>) -> Result<VoiceResponse, Unanswered> {
        let request = VoiceRequest::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let commands = vec![Command::Ask(At::OfficeRing)];
        match self
            .caller_step(webhook, &line, |_| Adopted::Office, |_| commands.clone())
            .await?
        {
            Ok(Committed { call: Some(call), .. }) => {
                Ok(self.told(&line, &instruction(&call, &At::OfficeRing)).await)
            }
            Ok(Committed {
                turned_away: Some(why),
                ..
            }) => Ok(self.turned_away(&line, why)),
            Ok(_) => Ok(self.direct_ring(&line)),
            Err(failure) => {
                log_failure(&line.call, &failure);
                Ok(self.direct_ring(&line))
            }
        }
    }

    /// Somebody, or a mailbox, picked up an office phone.
    pub(super) async fn office_screened(
        &self,
        webhook: &Webhook<'_>,
        asked: &OfficePhone,
    ) -> Result<VoiceResponse, Unanswered> {
        let request = VoiceRequest::from_form(webhook.form)?;
        note_odd(&call_id(request.call.sid.as_str()), &request.odd);
        let Some(call) = asked
            .call
            .clone()
            .or_else(|| request.call.parent.as_ref().map(|sid| call_id(sid.as_str())))
        else {
            return Ok(hang_up());
        };
        // Which line it is; the office's own words when nobody knows.
        let mut dialled = String::new();
        if let Some(number) = &asked.phone {
            let commands = |known: Option<&Call>| {
                let screened = Command::OfficeScreened {
                    phone: number.clone(),
                };
                self.queue_first(webhook, known).chain([screened]).collect()
            };
            match self.known_step(webhook, &call, commands).await? {
                Ok(Committed {
                    call: Some(state),
                    now,
                    ..
                }) if !state.is_open_to_office(now) => return Ok(self.taken()),
                Ok(step) => dialled = step.call.map(|call| call.dialled).unwrap_or_default(),
                // A screening without state is a screening all the same.
                Err(failure) => log_failure(&call, &failure),
            }
        }
        Ok(self.screen_office(&call, &dialled, asked, webhook.direct))
    }

    /// A key was pressed at an office phone.
    pub(super) async fn office_accepted(
        &self,
        webhook: &Webhook<'_>,
        asked: &OfficePhone,
    ) -> Result<VoiceResponse, Unanswered> {
        let OfficePhone { call, phone, round } = asked;
        let request = Gathered::from_form(webhook.form)?;
        note_odd(&call_id(request.call.sid.as_str()), &request.odd);
        let pressed = request.digits.as_deref().and_then(|digits| digits.chars().next());
        let parent = || request.call.parent.as_ref().map(|sid| call_id(sid.as_str()));
        let Some(call) = call
            .clone()
            .or_else(parent)
            .filter(|_| pressed == Some(self.scripts.office.accept_key))
        else {
            return Ok(hang_up());
        };
        let Ok(leg) = LegId::new(request.call.sid.as_str()) else {
            return Ok(hang_up());
        };
        let accept = Command::OfficeAccepted {
            phone: phone.clone(),
            leg: leg.clone(),
            round: *round,
        };
        let commands =
            |known: Option<&Call>| self.queue_first(webhook, known).chain([accept.clone()]).collect();
        match self.known_step(webhook, &call, commands).await? {
            Ok(Committed {
                call: Some(state), ..
            }) if has_office_leg(&state, &leg) => Ok(Self::let_through()),
            Ok(_) => Ok(self.taken()),
            Err(failure) => {
                // Nobody can say who was first but the carrier, which connects only one.
                log_failure(&call, &failure);
                Ok(Self::let_through())
            }
        }
    }

    /// In direct mode the office rings for a caller who may be known after all: as one who hears the menu, from a
    /// commit that arrived too late for its own answer, or from before Redis went away. They were never able to
    /// choose; as one who waits they can be taken by an office phone, and keep a deadline if none does.
    fn queue_first(
        &self,
        webhook: &Webhook<'_>,
        known: Option<&Call>,
    ) -> impl Iterator<Item = Command> + use<> {
        let attempt = known
            .filter(|_| webhook.direct)
            .and_then(|call| menu_attempt(&call.state));
        let dialled = known.map(|call| call.dialled.as_str()).unwrap_or_default();
        attempt
            .map(|attempt| self.default_queue(dialled, attempt))
            .into_iter()
    }

    /// The office phones are done: nobody came, or the talk is over.
    pub(super) async fn office_ended(
        &self,
        webhook: &Webhook<'_>,
        round: u32,
        attempt: u32,
        batch: usize,
    ) -> Result<VoiceResponse, Unanswered> {
        let request = DialEnded::from_form(webhook.form)?;
        let line = self.line_of(&request.call, webhook.form);
        note_odd(&line.call, &request.odd);
        let bridged = request.bridged;
        let more = bridged != Some(true) && batch + 1 < self.scripts.office.batches();
        let at = At::OfficeEnded {
            round,
            attempt,
            bridged,
        };
        // They may have talked while nothing was known of it.
        let talked = request
            .dialled
            .as_ref()
            .filter(|_| webhook.direct && bridged == Some(true))
            .and_then(|sid| LegId::new(sid.as_str()).ok())
            .map(|leg| Command::OfficeAccepted {
                phone: None,
                leg,
                round: 0,
            });
        let commands = |known: Option<&Call>| {
            // Somebody pressed the key and was never connected: the rest of the phones must not hide that.
            let failed =
                bridged == Some(false) && known.is_some_and(|call| matches!(call.state, State::Talking(_)));
            let ended = (!more || failed).then(|| Command::Ask(at.clone()));
            self.queue_first(webhook, known)
                .chain(talked.clone())
                .chain(ended)
                .collect()
        };
        let found = |_| {
            if bridged == Some(true) {
                Adopted::Talking
            } else {
                Adopted::Office
            }
        };
        match self.caller_step(webhook, &line, found, commands).await? {
            Ok(Committed { call: Some(call), .. }) => {
                let next = instruction(&call, &at);
                // The rest of more than ten phones ring in the same ring; another one begins with the first.
                if more
                    && let Instruction::RingOffice {
                        round: current,
                        attempt: ring,
                        skipped,
                    } = &next
                    && *ring == attempt
                    && (round == 0 || *current == round)
                {
                    let left_out = Box::pin(self.left_out(&line.call, skipped)).await;
                    return Ok(self.ring(&line.call, *current, *ring, batch + 1, &left_out, false));
                }
                Ok(self.told(&line, &next).await)
            }
            Ok(_) => Ok(hang_up()),
            Err(failure) => {
                log_failure(&line.call, &failure);
                if bridged == Some(true) {
                    return Ok(hang_up());
                }
                Ok(self.direct_batch(&line, batch + 1))
            }
        }
    }
}

fn has_office_leg(call: &Call, leg: &LegId) -> bool {
    matches!(&call.state, State::Talking(Talk { with: Party::Office { leg: Some(winner), .. }, .. }) if winner == leg)
}

fn menu_attempt(state: &State) -> Option<u8> {
    match state {
        State::Greeting { attempt } => Some(*attempt),
        State::Closed
        | State::Queued(_)
        | State::Claimed { .. }
        | State::Connecting { .. }
        | State::RingingOffice { .. }
        | State::Talking(_)
        | State::Voicemail { .. }
        | State::Ended { .. } => None,
    }
}
