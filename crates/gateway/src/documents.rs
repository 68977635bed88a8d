//! Instructions and answers as TwiML.

use std::collections::BTreeSet;
use std::time::Duration;

use switchboard_domain::{CallId, ConferenceName, Instruction, PhoneNumber, QueueName, VoicemailReason};
use switchboard_telephony::twiml::{
    Beep, Conference, ConferenceCallback, Dial, Enqueue, Gather, Noun, Number, Pause, Play, Prompt, Record,
    Redirect, Say, Verb, VoiceResponse,
};

use crate::app::Gateway;
use crate::handlers::Line;

/// How long an office phone may think before its mailbox is assumed.
const SCREEN_TIMEOUT: Duration = Duration::from_secs(6);
/// Silence that ends a message.
const SILENCE: Duration = Duration::from_secs(5);
const MUSIC: Duration = Duration::from_secs(crate::music::SECONDS as u64);
/// Slow speech, in characters a second: what is read aloud takes no longer than this says.
const SPEECH: usize = 10;

impl Gateway {
    /// The document for a caller's line.
    pub(crate) fn document(&self, line: &Line, instruction: &Instruction) -> VoiceResponse {
        let call = &line.call;
        match instruction {
            Instruction::Menu { attempt } => self.menu_document(*attempt),
            Instruction::Enqueue { queue } => self.enqueue(queue),
            Instruction::Hold => self.hold(),
            Instruction::Leave => VoiceResponse(vec![Verb::Leave]),
            Instruction::RingOffice {
                round,
                attempt,
                skipped,
            } => self.ring(call, *round, *attempt, 0, skipped, false),
            Instruction::Conference { name, claim } => self.caller_conference(call, name, *claim),
            Instruction::Voicemail { why } => self.voicemail(line, *why, false),
            Instruction::AskAgain => VoiceResponse(vec![
                Pause::seconds(1).into(),
                Redirect::new(self.urls.resume()).into(),
            ]),
            Instruction::HangUp => self.goodbye(),
        }
    }

    fn say(&self, text: &str) -> Say {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Say {
            voice: some(&self.script.voice),
            language: some(&self.script.language),
            ..Say::new(text)
        }
    }

    fn menu_document(&self, attempt: u8) -> VoiceResponse {
        let lead = if attempt == 0 {
            &self.script.greeting
        } else {
            &self.script.not_understood
        };
        let action = self.urls.menu(attempt);
        let gather = Gather {
            num_digits: Some(1),
            timeout: Some(self.script.menu_timeout),
            prompts: vec![
                Prompt::Say(self.say(lead)),
                Prompt::Say(self.say(&self.script.menu_prompt)),
            ],
            ..Gather::new(action.clone())
        };
        VoiceResponse(vec![gather.into(), Redirect::new(action).into()])
    }

    fn enqueue(&self, queue: &QueueName) -> VoiceResponse {
        let enqueue = Enqueue {
            action: Some(self.urls.left_queue(queue)),
            wait_url: Some(self.urls.wait(queue)),
            ..Enqueue::new(queue.as_str())
        };
        VoiceResponse(vec![self.say(&self.script.queue).into(), enqueue.into()])
    }

    /// The menu begins with the greeting; a caller who goes into the queue without one hears it all the same.
    pub(crate) fn greeted(&self, mut document: VoiceResponse) -> VoiceResponse {
        if document.0.iter().any(|verb| matches!(verb, Verb::Enqueue(_))) {
            document.0.insert(0, self.say(&self.script.greeting).into());
        }
        document
    }

    /// Music for at most as long as the wait loop may sleep: at its end the carrier asks again.
    fn hold(&self) -> VoiceResponse {
        let length = self.script.wait_document;
        if length < MUSIC {
            return VoiceResponse(vec![Pause { length }.into()]);
        }
        let music = Play::new(self.urls.music()).into();
        let characters = self.script.hold.chars().count();
        let speech = Duration::from_secs(characters.div_ceil(SPEECH).try_into().unwrap_or(u64::MAX));
        if characters == 0 || length < MUSIC.saturating_add(speech) {
            return VoiceResponse(vec![music]);
        }
        VoiceResponse(vec![self.say(&self.script.hold).into(), music])
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
        let nouns: Vec<Noun> = self
            .script
            .phones
            .iter()
            .skip(batch * Dial::MAX_NOUNS)
            .take(Dial::MAX_NOUNS)
            .filter(|phone| !skipped.contains(phone))
            .map(|phone| {
                let url = Some(self.urls.office_screen(call, phone, direct));
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
            timeout: Some(self.script.ring_time),
            ..Dial::ring(nouns)
        };
        VoiceResponse(vec![dial.into()])
    }

    /// What somebody who picks up an office phone hears. It ends with a hang-up: a document that simply ends
    /// would connect the caller, even to a mailbox.
    pub(crate) fn screen_office(&self, call: &CallId, phone: Option<&str>, direct: bool) -> VoiceResponse {
        self.ask_for_key(
            self.urls.office_accept(call, phone, direct),
            &self.script.office_screen,
        )
    }

    /// What an agent hears who is called on a phone.
    pub(crate) fn screen_agent(&self, accept: String) -> VoiceResponse {
        self.ask_for_key(accept, &self.script.agent_screen)
    }

    fn ask_for_key(&self, action: String, text: &str) -> VoiceResponse {
        let gather = Gather {
            num_digits: Some(1),
            timeout: Some(SCREEN_TIMEOUT),
            prompts: vec![Prompt::Say(self.say(text))],
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
        VoiceResponse(vec![self.say(&self.script.taken).into(), Verb::Hangup])
    }

    /// For a caller whose call is over and whose line is still up.
    pub(crate) fn goodbye(&self) -> VoiceResponse {
        VoiceResponse(vec![self.say(&self.script.goodbye).into(), Verb::Hangup])
    }

    /// For a line that we cannot help.
    pub(crate) fn sorry(&self) -> VoiceResponse {
        VoiceResponse(vec![self.say(&self.script.sorry).into(), Verb::Hangup])
    }

    fn conference(&self, call: &CallId, name: &ConferenceName, claim: u32, label: &str) -> Conference {
        Conference {
            start_on_enter: Some(true),
            beep: Some(Beep::Never),
            participant_label: Some(label.to_owned()),
            wait_url: Some(String::new()),
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
                self.message_after(&self.script.office.closed_words(hours.as_ref()), direct)
            }
            VoicemailReason::NoAnswer | VoicemailReason::Asked => self.no_answer(direct),
        }
    }

    /// Says that nobody is free and takes a message.
    pub(crate) fn no_answer(&self, direct: bool) -> VoiceResponse {
        self.message_after(&self.script.voicemail, direct)
    }

    fn message_after(&self, text: &str, direct: bool) -> VoiceResponse {
        let record = Record {
            timeout: Some(SILENCE),
            finish_on_key: Some("#".to_owned()),
            max_length: Some(self.script.voicemail_max),
            play_beep: Some(true),
            recording_status_callback: Some(self.urls.recording_notice()),
            ..Record::new(self.urls.recorded(direct))
        };
        VoiceResponse(vec![self.say(text).into(), record.into()])
    }

    /// After a message.
    pub(crate) fn thanks(&self) -> VoiceResponse {
        VoiceResponse(vec![self.say(&self.script.recorded).into(), Verb::Hangup])
    }
}

/// The caller's name in a conference.
pub(crate) const CALLER: &str = "caller";
/// The agent's name in a conference.
pub(crate) const AGENT: &str = "agent";

/// Ends the line.
pub(crate) fn hang_up() -> VoiceResponse {
    VoiceResponse(vec![Verb::Hangup])
}
