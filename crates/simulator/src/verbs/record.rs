//! Record: a beep, the caller's words, and where to find them.

use super::Step;
use crate::judge::{Sound, What};
use crate::legs::{Interrupt, Line, Wake};
use crate::recording::{Listener, Made};
use crate::twiml::{Document, Element, Where};

impl Line {
    pub(super) async fn record(&self, verb: &Element, document: &Document) -> Result<Step, Interrupt> {
        self.answer();
        if verb.flag("playBeep", true) {
            self.note(What::Heard(Sound::Beep));
        }
        let started = self.now();
        let speech_ms = self.exchange.peek().config.timings.speech_ms;
        let silence_ms = verb.number("timeout", 5).max(0) * 1000;
        let longest = started + verb.number("maxLength", 3600).max(1) * 1000;
        let until = if silence_ms == 0 {
            longest
        } else {
            longest.min(started + speech_ms + silence_ms)
        };
        let keys = verb.attribute("finishOnKey").unwrap_or("1234567890*#");
        let (digits, ended) = loop {
            match self.pause(Some(until)).await {
                Ok(Wake::Time) => break (String::new(), Ok(())),
                Ok(Wake::Digit(digit)) => {
                    if keys.contains(digit) {
                        break (digit.to_string(), Ok(()));
                    }
                }
                Ok(Wake::Answer(..)) => {}
                Err(Interrupt::HungUp) => break (String::from("hangup"), Err(Interrupt::HungUp)),
                Err(interrupt) => break (String::new(), Err(interrupt)),
            }
        };
        let trim = verb.attribute("trim") != Some("do-not-trim");
        let lasted = self.now() - started;
        let heard = if trim { lasted.min(speech_ms) } else { lasted };
        let seconds = (heard + 500) / 1000;
        let made = Made {
            seconds,
            started_ms: started,
            listener: verb
                .attribute("recordingStatusCallback")
                .filter(|url| !url.is_empty())
                .and_then(|url| document.resolve(url))
                .map(|url| Listener {
                    url,
                    method: verb.method("recordingStatusCallbackMethod"),
                    events: verb
                        .attribute("recordingStatusCallbackEvent")
                        .unwrap_or("completed")
                        .to_owned(),
                }),
        };
        let (sid, url, with_sid) = {
            let mut state = self.exchange.lock();
            let (sid, url) = state.keep_recording(&self.leg, made);
            (sid, url, state.config.switches.record_action_sid)
        };
        let mut more = vec![
            (String::from("RecordingUrl"), url),
            (String::from("RecordingDuration"), seconds.to_string()),
            (String::from("Digits"), digits),
        ];
        if with_sid {
            more.push((String::from("RecordingSid"), sid));
        }
        let (action, method) = Self::action(verb, document).unwrap_or_else(|| {
            (
                document.base.as_ref().map(ToString::to_string),
                String::from("POST"),
            )
        });
        match ended {
            Ok(()) => match action {
                Some(action) => self.go(&action, &method, Where::Call, more).await,
                None => Ok(self.bad_url("action", Where::Call)),
            },
            Err(interrupt) => {
                if let (Some(action), Interrupt::HungUp) = (action, &interrupt) {
                    self.exchange
                        .lock()
                        .request_in_vain(&self.leg, action, &method, more, true);
                }
                Err(interrupt)
            }
        }
    }
}
