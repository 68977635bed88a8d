//! Answers without state: Redis did not answer within its budget, and the caller must not notice.

use std::collections::BTreeSet;
use std::time::Duration;

use switchboard_contracts::Welcome;
use switchboard_domain::{Instruction, QueueName, VoicemailReason};
use switchboard_telephony::twiml::VoiceResponse;

use super::step::Line;
use crate::app::Gateway;
use crate::hold::Told;

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

    /// A line that waits, by the carrier's own count: until the office would ring, music and the way out; then, or if
    /// the carrier does not say how long, out of the queue, because nobody else counts.
    pub(super) fn direct_wait(
        &self,
        line: &Line,
        queue: Option<&QueueName>,
        waited: Option<Duration>,
        asks_for_voicemail: bool,
        welcome: Welcome,
    ) -> VoiceResponse {
        match self.rings_in(line, waited) {
            Some(left) if !asks_for_voicemail => {
                let queue = queue.unwrap_or_else(|| self.policy.default_queue_of(&line.dialled));
                let told = Told {
                    waited,
                    waits: true,
                    longest: Some(left),
                    welcome,
                    ..Told::default()
                };
                self.hold(self.script(&line.dialled), queue, &told)
            }
            Some(_) | None => self.document(line, &Instruction::Leave),
        }
    }

    /// A line that was told to leave the queue. The carrier does not say by which request, but by the time there is
    /// no doubt: before the office would ring only the key for the voicemail leads out, and no document with it lasts
    /// longer than that. The one exception, an agent who was ready in the very moment in which Redis went away, costs
    /// no conversation: the job that moves the caller finds them at the voicemail as well.
    pub(super) fn direct_left_queue(&self, line: &Line, waited: Option<Duration>) -> VoiceResponse {
        let has_key = self.script(&line.dialled).message_key.is_some();
        match self.rings_in(line, waited) {
            Some(_) if has_key => self.no_answer(&line.dialled, true),
            Some(_) | None => self.direct_ring(line),
        }
    }

    /// How long it is until the office rings for somebody who has waited so long; nothing when it is time, and when
    /// nobody knows.
    fn rings_in(&self, line: &Line, waited: Option<Duration>) -> Option<Duration> {
        let left = self.script(&line.dialled).unanswered_after.checked_sub(waited?)?;
        (!left.is_zero()).then_some(left)
    }
}
