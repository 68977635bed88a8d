//! `find-recording` and `delete-recording`: a message whose news was lost, and one that was kept long enough.

use std::time::Duration;

use switchboard_contracts::v1;
use switchboard_domain::{Command, Recording};
use switchboard_queue::JobError;
use switchboard_telephony::RecordingSid;
use switchboard_telephony::rest::{Fate, RecordingState};
use tracing::{info, warn};

use super::Carrier;
use super::carrier::sid;
use crate::error::of_carrier;

/// Until a recording that is being stored is looked at again.
const STORING: Duration = Duration::from_mins(1);

impl Carrier {
    /// Asks the carrier for messages of a call that ended without one.
    pub(super) async fn find_recording(&self, job: &v1::FindRecording, name: &str) -> Result<(), JobError> {
        let Some((call, _)) = self.calls.read(&job.call_id).await? else {
            return Ok(());
        };
        let Some(line) = sid(&call).filter(|_| call.recording.is_none()) else {
            return Ok(());
        };
        let found = self.rest.list_recordings(&line).await.map_err(of_carrier)?;
        let mut storing = false;
        for recording in found.items {
            match recording.state {
                Some(RecordingState::Completed) => {
                    let seconds = recording
                        .duration
                        .and_then(|length| u32::try_from(length.as_secs()).ok());
                    if seconds == Some(0) {
                        continue;
                    }
                    warn!(call.id = %call.id, "call {}: its message was found, which nobody told", call.id);
                    metrics::counter!("worker_repairs_total", "what" => "recording").increment(1);
                    let recorded = Command::Recorded(Recording {
                        id: recording.sid.as_str().to_owned(),
                        seconds,
                    });
                    self.calls.step(&call.id, name, &recorded).await?;
                    return Ok(());
                }
                Some(
                    RecordingState::InProgress
                    | RecordingState::Paused
                    | RecordingState::Stopped
                    | RecordingState::Processing,
                ) => storing = true,
                Some(RecordingState::Absent | RecordingState::Deleted) | None => {}
            }
        }
        if storing {
            Err(JobError::again(STORING))
        } else {
            Ok(())
        }
    }

    /// Deletes a message at the carrier. Whatever keeps it from being done is tried again: what was promised to be
    /// forgotten must not stay because of a bad day.
    pub(super) async fn delete_recording(&self, job: &v1::DeleteRecording) -> Result<(), JobError> {
        let recording: RecordingSid = job.recording_id.parse().map_err(JobError::dead)?;
        match self.rest.delete_recording(&recording).await {
            Ok(()) => info!(
                call.id = job.call_id,
                "message of call {} is deleted", job.call_id
            ),
            Err(error) if error.fate() == Fate::NotWhereThought => {}
            Err(error) => return Err(of_carrier(error)),
        }
        Ok(())
    }
}
