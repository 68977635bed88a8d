//! Recordings: made by Record, processed for a moment, then there to be fetched.

use crate::id::LegId;
use crate::judge::What;
use crate::state::State;
use crate::webhook::Webhook;

/// A recording and its file's length.
pub(crate) struct Recording {
    pub(crate) sid: String,
    pub(crate) leg: LegId,
    pub(crate) seconds: i64,
    pub(crate) started_ms: i64,
    pub(crate) updated_ms: i64,
    /// `processing`, `completed` or `absent`.
    pub(crate) status: &'static str,
}

/// What a Record verb hands over.
pub(crate) struct Made {
    pub(crate) seconds: i64,
    pub(crate) started_ms: i64,
    pub(crate) callback: Option<String>,
    pub(crate) method: String,
    /// The statuses to tell, separated by blanks.
    pub(crate) events: String,
}

impl State {
    /// Keeps a recording; its SID and URL. The file exists and the callback is sent a moment later.
    pub(crate) fn keep_recording(&mut self, leg: &LegId, made: Made) -> (String, String) {
        let sid = self.dice.sid("RE");
        let now = self.clock.now_ms();
        self.recordings.push(Recording {
            sid: sid.clone(),
            leg: leg.clone(),
            seconds: made.seconds,
            started_ms: made.started_ms,
            updated_ms: now,
            status: "processing",
        });
        self.note(
            leg,
            What::Recorded {
                sid: sid.clone(),
                seconds: made.seconds,
            },
        );
        let account = &self.config.account_sid;
        let url = format!(
            "{}/2010-04-01/Accounts/{account}/Recordings/{sid}",
            self.config.api_url
        );
        let (id, file, leg) = (sid.clone(), url.clone(), leg.clone());
        let processing_ms = self.config.timings.recording_processing_ms;
        self.spawn(move |exchange| async move {
            exchange.sleep(processing_ms).await;
            let mut state = exchange.lock();
            let status = if made.seconds > 0 { "completed" } else { "absent" };
            let now = state.clock.now_ms();
            if let Some(recording) = state.recordings.iter_mut().find(|recording| recording.sid == id) {
                recording.status = status;
                recording.updated_ms = now;
            }
            let Some(callback) = made.callback else { return };
            if !made.events.split_whitespace().any(|event| event == status) {
                return;
            }
            let pair = |name: &str, value: String| (name.to_owned(), value);
            let params = vec![
                pair("AccountSid", state.config.account_sid.clone()),
                pair("CallSid", leg.to_string()),
                pair("RecordingSid", id),
                pair("RecordingUrl", file),
                pair("RecordingStatus", status.to_owned()),
                pair("RecordingDuration", made.seconds.to_string()),
                pair("RecordingChannels", String::from("1")),
                pair("RecordingStartTime", crate::webhook::rfc2822(made.started_ms)),
                pair("RecordingSource", String::from("RecordVerb")),
            ];
            let key = leg.to_string();
            state.notify(
                &key,
                Webhook {
                    leg: Some(leg),
                    url: callback,
                    method: made.method,
                    params,
                },
            );
        });
        (sid, url)
    }
}
