//! Answers without state: Redis did not answer within its budget, and the caller must not notice.

use std::collections::BTreeSet;

use switchboard_domain::VoicemailReason;
use switchboard_telephony::twiml::VoiceResponse;

use super::step::Line;
use crate::app::Gateway;

impl Gateway {
    /// A caller without a call: in opening hours the office rings, else they may leave a message.
    pub(super) fn direct_incoming(&self, line: &Line) -> VoiceResponse {
        if self.is_open(&line.dialled, line.queue.as_ref(), self.now()) {
            return self.direct_ring(line);
        }
        self.voicemail(line, VoicemailReason::Closed, true)
    }

    /// Rings the office, and takes a message if nobody answers.
    pub(super) fn direct_ring(&self, line: &Line) -> VoiceResponse {
        self.direct_batch(line, 0)
    }

    /// The next ten phones, or the voicemail after the last.
    pub(super) fn direct_batch(&self, line: &Line, batch: usize) -> VoiceResponse {
        if batch < self.scripts.office.batches() {
            return self.ring(&line.call, 0, 0, batch, &BTreeSet::new(), true);
        }
        self.no_answer(&line.dialled, true)
    }
}
