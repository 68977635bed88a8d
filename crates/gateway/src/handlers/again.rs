//! Requests about a call that is kept in a form which only newer processes know, as in the middle of an update.
//!
//! Whatever this process did by its own lights would be wrong: who has the call, and where the caller's line belongs, it
//! cannot know. The line asks again, at the same address and with what it said, until a process answers that can read
//! the call. Nobody is rung for it, and nothing is written.

use switchboard_contracts::{Route, Routed};
use switchboard_telephony::form::QueueWait;
use switchboard_telephony::twiml::{Pause, Redirect, VoiceResponse};

use super::{Answer, Webhook};
use crate::app::Gateway;
use crate::hold::{AFTER, Told};

/// What a line says once, with the request that ends a verb. The carrier does not repeat it after a redirect, so the
/// address says it again.
const SAID_ONCE: [&str; 10] = [
    "Digits",
    "QueueResult",
    "QueueTime",
    "DialCallStatus",
    "DialCallSid",
    "DialBridged",
    "DialCallDuration",
    "RecordingSid",
    "RecordingDuration",
    "claim",
];

/// Between two requests, in seconds: a process that can read the call is not long away.
const PAUSE: u64 = 1;

impl Gateway {
    pub(super) fn ask_again(&self, route: &Route, webhook: &Webhook<'_>) -> Answer {
        let asks = Redirect::new(again(webhook));
        let document = match route {
            Route::Wait {
                queue,
                key,
                welcome: _,
            } => {
                let Ok(request) = QueueWait::from_form(webhook.form) else {
                    return Answer::Noted;
                };
                let line = self.line_of(&request.call, webhook.form);
                let queue = queue
                    .as_ref()
                    .unwrap_or_else(|| self.policy.default_queue_of(&line.dialled));
                let told = Told {
                    waited: request.waited,
                    longest: Some(AFTER),
                    ..Told::default()
                };
                let mut music = self.hold(self.script(&line.dialled), queue, &told);
                // Without a key the line asks by itself when the music ends.
                if *key {
                    music.0.push(asks.into());
                }
                music
            }
            Route::Incoming
            | Route::Menu { .. }
            | Route::LeftQueue { .. }
            | Route::Resume { .. }
            | Route::AfterConference { .. }
            | Route::OfficeRing
            | Route::OfficeScreen(_)
            | Route::OfficeAccept(_)
            | Route::OfficeEnded { .. }
            | Route::AgentConnect { .. }
            | Route::Voicemail
            | Route::Recorded
            | Route::Fallback => VoiceResponse(vec![Pause::seconds(PAUSE).into(), asks.into()]),
            // News come once; what is lost of them, the sweep of a newer worker finds.
            Route::Conference { .. } | Route::RecordingNotice | Route::Status | Route::AgentStatus { .. } => {
                return Answer::Noted;
            }
        };
        Answer::Document(document)
    }
}

/// The address of this very request, and what it said.
fn again(webhook: &Webhook<'_>) -> String {
    let (address, query) = webhook.url.split_once('?').unwrap_or((webhook.url, ""));
    let mut known: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let mut say = |name: &str, value: &str| {
        if !known.iter().any(|(other, _)| other == name) {
            known.push((name.to_owned(), value.to_owned()));
        }
    };
    say(Routed::AGAIN, "1");
    for name in SAID_ONCE {
        if let Some(value) = webhook.form.get(name) {
            say(name, value);
        }
    }
    // As all our addresses: whoever sorts the query finds it sorted.
    known.sort();
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&known)
        .finish();
    format!("{address}?{query}")
}
