//! Answers without state: Redis did not answer within its budget, and the caller must not notice.

use std::collections::BTreeSet;

use switchboard_domain::{CallId, VoicemailReason};
use switchboard_telephony::twiml::VoiceResponse;

use super::step::Line;
use crate::app::Gateway;

impl Gateway {
    /// A caller without a call: in opening hours the office rings, else they may leave a message.
    pub(super) fn direct_incoming(&self, line: &Line) -> VoiceResponse {
        if self.is_open(&line.dialled, line.queue.as_ref(), self.now()) {
            return self.direct_ring(&line.call);
        }
        self.voicemail(line, VoicemailReason::Closed, true)
    }

    /// Rings the office, and takes a message if nobody answers.
    pub(super) fn direct_ring(&self, call: &CallId) -> VoiceResponse {
        self.direct_batch(call, 0)
    }

    /// The next ten phones, or the voicemail after the last.
    pub(super) fn direct_batch(&self, call: &CallId, batch: usize) -> VoiceResponse {
        if batch < self.script.batches() {
            return self.ring(call, 0, 0, batch, &BTreeSet::new(), true);
        }
        self.no_answer(true)
    }
}
