//! Recordings: made by Record or asked for by REST, processed for a moment, then there to be fetched.

use crate::id::LegId;
use crate::judge::What;
use crate::state::State;
use crate::webhook::Webhook;

/// A recording and its file's length.
pub(crate) struct Recording {
    pub(crate) sid: String,
    pub(crate) leg: LegId,
    /// How it came to be: `RecordVerb`, `StartCallRecordingAPI`.
    pub(crate) source: &'static str,
    pub(crate) seconds: i64,
    pub(crate) started_ms: i64,
    pub(crate) updated_ms: i64,
    /// `in-progress`, `paused`, `processing`, `completed` or `absent`.
    pub(crate) status: &'static str,
    listener: Option<Listener>,
}

/// Where the progress of a recording is told.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) url: String,
    pub(crate) method: String,
    /// The statuses to tell, separated by blanks.
    pub(crate) events: String,
}

/// What a Record verb hands over.
pub(crate) struct Made {
    pub(crate) seconds: i64,
    pub(crate) started_ms: i64,
    pub(crate) listener: Option<Listener>,
}

impl Recording {
    /// Whether it still runs, or would if it were not paused.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self.status, "in-progress" | "paused")
    }

    /// Below the account, without a suffix.
    fn path(&self, account: &str) -> String {
        format!("/2010-04-01/Accounts/{account}/Recordings/{}", self.sid)
    }
}

impl State {
    /// Keeps a recording; its SID and URL. The file exists and the callback is sent a moment later.
    pub(crate) fn keep_recording(&mut self, leg: &LegId, made: Made) -> (String, String) {
        let sid = self.add_recording(leg, "RecordVerb", made);
        self.process_recording(&sid);
        let url = self.recording(&sid).map(|one| self.recording_url(one));
        (sid, url.unwrap_or_default())
    }

    /// Begins to record a live call.
    pub(crate) fn start_recording(&mut self, leg: &LegId, listener: Option<Listener>) -> String {
        let made = Made {
            seconds: 0,
            started_ms: self.clock.now_ms(),
            listener,
        };
        let sid = self.add_recording(leg, "StartCallRecordingAPI", made);
        self.turn_recording(&sid, "in-progress");
        sid
    }

    /// Ends a recording that runs; its file follows.
    pub(crate) fn stop_recording(&mut self, sid: &str) {
        let now = self.clock.now_ms();
        let Some(recording) = self.recordings.iter_mut().find(|one| one.sid == sid) else {
            return;
        };
        recording.seconds = (now - recording.started_ms + 500) / 1000;
        recording.status = "processing";
        recording.updated_ms = now;
        self.process_recording(sid);
    }

    /// A call is over, and with it whatever recorded it.
    pub(crate) fn stop_recordings_of(&mut self, leg: &LegId) {
        let live: Vec<String> = self
            .recordings
            .iter()
            .filter(|one| &one.leg == leg && one.is_live())
            .map(|one| one.sid.clone())
            .collect();
        for sid in live {
            self.stop_recording(&sid);
        }
    }

    pub(crate) fn recording(&self, sid: &str) -> Option<&Recording> {
        self.recordings.iter().find(|one| one.sid == sid)
    }

    fn recording_url(&self, recording: &Recording) -> String {
        format!(
            "{}{}",
            self.config.api_url,
            recording.path(&self.config.account_sid)
        )
    }

    fn add_recording(&mut self, leg: &LegId, source: &'static str, made: Made) -> String {
        let sid = self.dice.sid("RE");
        let Made {
            seconds,
            started_ms,
            listener,
        } = made;
        self.recordings.push(Recording {
            sid: sid.clone(),
            leg: leg.clone(),
            source,
            seconds,
            started_ms,
            updated_ms: self.clock.now_ms(),
            status: "processing",
            listener,
        });
        sid
    }

    fn process_recording(&mut self, sid: &str) {
        let Some(recording) = self.recording(sid) else {
            return;
        };
        let (leg, seconds) = (recording.leg.clone(), recording.seconds);
        let id = sid.to_owned();
        self.note(
            &leg,
            What::Recorded {
                sid: id.clone(),
                seconds,
            },
        );
        let processing_ms = self.config.timings.recording_processing_ms;
        self.spawn(move |exchange| async move {
            exchange.sleep(processing_ms).await;
            let status = if seconds > 0 { "completed" } else { "absent" };
            exchange.lock().turn_recording(&id, status);
        });
    }

    /// Gives a recording a status, and tells whoever wants to know.
    pub(crate) fn turn_recording(&mut self, sid: &str, status: &'static str) {
        let now = self.clock.now_ms();
        let Some(recording) = self.recordings.iter_mut().find(|one| one.sid == sid) else {
            return;
        };
        recording.status = status;
        recording.updated_ms = now;
        let Some(listener) = recording.listener.clone() else {
            return;
        };
        if !listener.events.split_whitespace().any(|event| event == status) {
            return;
        }
        let Some(recording) = self.recording(sid) else {
            return;
        };
        let leg = recording.leg.clone();
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let params = vec![
            pair("AccountSid", self.config.account_sid.clone()),
            pair("CallSid", leg.to_string()),
            pair("RecordingSid", sid.to_owned()),
            pair("RecordingUrl", self.recording_url(recording)),
            pair("RecordingStatus", status.to_owned()),
            pair("RecordingDuration", recording.seconds.to_string()),
            pair("RecordingChannels", String::from("1")),
            pair(
                "RecordingStartTime",
                crate::webhook::rfc2822(recording.started_ms),
            ),
            pair("RecordingSource", recording.source.to_owned()),
        ];
        let key = leg.to_string();
        let hook = Webhook {
            leg: Some(leg),
            url: listener.url,
            method: listener.method,
            params,
        };
        self.notify(&key, hook);
    }
}
