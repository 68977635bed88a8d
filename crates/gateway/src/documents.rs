//! Instructions and answers as TwiML.

use std::collections::BTreeSet;
use std::time::Duration;

use switchboard_contracts::{OfficePhone, Welcome};
use switchboard_domain::{CallId, ConferenceName, Instruction, PhoneNumber, QueueName, VoicemailReason};
use switchboard_telephony::twiml::{
    Beep, Conference, ConferenceCallback, Dial, Enqueue, Gather, Noun, Number, Pause, Prompt, Record,
    Redirect, Verb, VoiceResponse,
};

use crate::app::Gateway;
use crate::handlers::Line;
use crate::hold::Told;
use crate::script::Script;

/// How long an office phone may think before its mailbox is assumed.
const SCREEN_TIMEOUT: Duration = Duration::from_secs(6);
/// Silence that ends a message.
const SILENCE: Duration = Duration::from_secs(5);

impl Gateway {
    /// The document for a caller's line.
    pub(crate) fn document(&self, line: &Line, instruction: &Instruction) -> VoiceResponse {
        let call = &line.call;
        let script = self.script(&line.dialled);
        match instruction {
            Instruction::Menu { attempt } => self.menu_document(script, *attempt),
            Instruction::Enqueue { queue } => self.enqueue(queue, Welcome::Queue),
            // Of whom nothing more is known.
            Instruction::Hold => self.hold(script, &self.policy.default_queue, &Told::default()),
            Instruction::Leave => VoiceResponse(vec![Verb::Leave]),
            Instruction::RingOffice {
                round,
                attempt,
                skipped,
            } => self.ring(call, *round, *attempt, 0, skipped, false),
            Instruction::Conference { name, claim } => self.caller_conference(call, name, *claim),
            Instruction::Voicemail { why } => self.voicemail(line, *why, false),
            Instruction::AskAgain { astray } => {
                let url = if *astray {
                    self.urls.astray()
                } else {
                    self.urls.resume()
                };
                VoiceResponse(vec![Pause::seconds(1).into(), Redirect::new(url).into()])
            }
            Instruction::HangUp => goodbye(script),
        }
    }

    fn menu_document(&self, script: &Script, attempt: u8) -> VoiceResponse {
        let lead = if attempt == 0 {
            &script.greeting
        } else {
            &script.not_understood
        };
        let action = self.urls.menu(attempt);
        let gather = Gather {
            num_digits: Some(1),
            timeout: Some(script.menu_timeout),
            prompts: vec![
                Prompt::Say(script.say(lead)),
                Prompt::Say(script.say(&script.menu_prompt)),
            ],
            ..Gather::new(action.clone())
        };
        VoiceResponse(vec![gather.into(), Redirect::new(action).into()])
    }

    /// Nothing is said before the queue is joined: there no key is heard, and the carrier does not count yet how long
    /// somebody waits. The first wait document says it.
    fn enqueue(&self, queue: &QueueName, welcome: Welcome) -> VoiceResponse {
        let enqueue = Enqueue {
            action: Some(self.urls.left_queue(queue)),
            wait_url: Some(self.urls.wait(queue, welcome)),
            ..Enqueue::new(queue.as_str())
        };
        VoiceResponse(vec![enqueue.into()])
    }

    /// The menu begins with the greeting; a caller who goes into the queue without one hears it all the same.
    pub(crate) async fn first_told(&self, line: &Line, instruction: &Instruction) -> VoiceResponse {
        match instruction {
            Instruction::Enqueue { queue } => self.enqueue(queue, Welcome::Greeting),
            Instruction::Menu { .. }
            | Instruction::Hold
            | Instruction::Leave
            | Instruction::RingOffice { .. }
            | Instruction::Conference { .. }
            | Instruction::Voicemail { .. }
            | Instruction::AskAgain { .. }
            | Instruction::HangUp => self.told(line, instruction).await,
        }
    }

    /// Rings one batch of office phones, each of which must press the key. In direct mode no state is known,
    /// and the addresses say so.
    pub(crate) fn ring(
        &self,
        call: &CallId,
        round: u32,
        attempt: u32,
        batch: usize,
        skipped: &BTreeSet<PhoneNumber>,
        direct: bool,
    ) -> VoiceResponse {
        let script = &self.scripts.office;
        let nouns: Vec<Noun> = script
            .phones
            .iter()
            .skip(batch * Dial::MAX_NOUNS)
            .take(Dial::MAX_NOUNS)
            .filter(|phone| !skipped.contains(phone))
            .map(|phone| {
                let url = Some(self.urls.office_screen(call, phone, round, direct));
                Noun::Number(Number {
                    url,
                    ..Number::new(phone.as_str())
                })
            })
            .collect();
        let action = self.urls.office_ended(round, attempt, batch, direct);
        if nouns.is_empty() {
            // Nobody left to ring in this batch: that is an answer too.
            return VoiceResponse(vec![Redirect::new(action).into()]);
        }
        let dial = Dial {
            action: Some(action),
            timeout: Some(script.ring_time),
            ..Dial::ring(nouns)
        };
        VoiceResponse(vec![dial.into()])
    }

    /// What somebody who picks up an office phone hears. It ends with a hang-up: a document that simply ends
    /// would connect the caller, even to a mailbox.
    /// The words are the office's, about the line that was dialled.
    pub(crate) fn screen_office(
        &self,
        call: &CallId,
        dialled: &str,
        asked: &OfficePhone,
        direct: bool,
    ) -> VoiceResponse {
        let accept = self
            .urls
            .office_accept(call, asked.phone.as_ref(), asked.round, direct);
        self.ask_for_key(accept, &self.script(dialled).office_screen)
    }

    /// What an agent hears who is called on a phone.
    pub(crate) fn screen_agent(&self, dialled: &str, accept: String) -> VoiceResponse {
        self.ask_for_key(accept, &self.script(dialled).agent_screen)
    }

    fn ask_for_key(&self, action: String, text: &str) -> VoiceResponse {
        let gather = Gather {
            num_digits: Some(1),
            timeout: Some(SCREEN_TIMEOUT),
            prompts: vec![Prompt::Say(self.scripts.office.say(text))],
            ..Gather::new(action)
        };
        VoiceResponse(vec![gather.into(), Verb::Hangup])
    }

    /// Lets an office phone through to the caller.
    pub(crate) fn let_through() -> VoiceResponse {
        VoiceResponse(Vec::new())
    }

    /// For whoever is too late.
    pub(crate) fn taken(&self) -> VoiceResponse {
        let script = &self.scripts.office;
        VoiceResponse(vec![script.say(&script.taken).into(), Verb::Hangup])
    }

    /// For a line that we cannot help.
    pub(crate) fn sorry(&self) -> VoiceResponse {
        let script = &self.scripts.office;
        VoiceResponse(vec![script.say(&script.sorry).into(), Verb::Hangup])
    }

    fn conference(&self, call: &CallId, name: &ConferenceName, claim: u32, label: &str) -> Conference {
        Conference {
            start_on_enter: Some(true),
            beep: Some(Beep::Never),
            participant_label: Some(label.to_owned()),
            wait_url: Some(String::new()),
            region: self.conference_region.clone(),
            status_callback: Some(self.urls.conference(call, claim)),
            status_callback_events: vec![
                ConferenceCallback::Start,
                ConferenceCallback::End,
                ConferenceCallback::Join,
                ConferenceCallback::Leave,
            ],
            ..Conference::new(name.as_str())
        }
    }

    /// The caller's leaving ends the conference for all; the agent's does not, so that a lost agent does not
    /// cost the caller their line.
    fn caller_conference(&self, call: &CallId, name: &ConferenceName, claim: u32) -> VoiceResponse {
        let conference = Conference {
            end_on_exit: Some(true),
            ..self.conference(call, name, claim, CALLER)
        };
        let dial = Dial {
            action: Some(self.urls.after_conference(claim)),
            ..Dial::conference(conference)
        };
        VoiceResponse(vec![dial.into()])
    }

    /// The agent's side of the conference.
    pub(crate) fn agent_conference(&self, call: &CallId, name: &ConferenceName, claim: u32) -> VoiceResponse {
        let conference = Conference {
            end_on_exit: Some(false),
            ..self.conference(call, name, claim, AGENT)
        };
        VoiceResponse(vec![Dial::conference(conference).into(), Verb::Hangup])
    }

    /// Says why nobody answers and takes a message.
    pub(crate) fn voicemail(&self, line: &Line, why: VoicemailReason, direct: bool) -> VoiceResponse {
        match why {
            VoicemailReason::Closed => {
                let hours = self.hours_now(&line.dialled, line.queue.as_ref());
                let script = self.script(&line.dialled);
                self.message_after(script, &script.office.closed_words(hours.as_ref()), direct)
            }
            VoicemailReason::NoAnswer | VoicemailReason::Asked => self.no_answer(&line.dialled, direct),
        }
    }

    /// Says that nobody is free and takes a message.
    pub(crate) fn no_answer(&self, dialled: &str, direct: bool) -> VoiceResponse {
        let script = self.script(dialled);
        self.message_after(script, &script.voicemail, direct)
    }

    /// Says that their number has too many calls and takes a message. Nothing is known of the call until there is one.
    pub(crate) fn beyond_limit(&self, dialled: &str) -> VoiceResponse {
        let script = self.script(dialled);
        self.message_after(script, &script.limit, true)
    }

    fn message_after(&self, script: &Script, text: &str, direct: bool) -> VoiceResponse {
        let record = Record {
            timeout: Some(SILENCE),
            finish_on_key: Some("#".to_owned()),
            max_length: Some(script.voicemail_max),
            play_beep: Some(true),
            recording_status_callback: Some(self.urls.recording_notice()),
            ..Record::new(self.urls.recorded(direct))
        };
        VoiceResponse(vec![script.say(text).into(), record.into()])
    }
}

/// After a message.
pub(crate) fn thanks(script: &Script) -> VoiceResponse {
    VoiceResponse(vec![script.say(&script.recorded).into(), Verb::Hangup])
}

/// For a caller whose call is over and whose line is still up.
pub(crate) fn goodbye(script: &Script) -> VoiceResponse {
    VoiceResponse(vec![script.say(&script.goodbye).into(), Verb::Hangup])
}

/// The caller's name in a conference.
pub(crate) const CALLER: &str = "caller";
/// The agent's name in a conference.
pub(crate) const AGENT: &str = "agent";

/// Ends the line.
pub(crate) fn hang_up() -> VoiceResponse {
    VoiceResponse(vec![Verb::Hangup])
}
