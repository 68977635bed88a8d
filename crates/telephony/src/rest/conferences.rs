//! Conferences and who is in them.

use std::time::Duration;

use super::{
    Listing, RestClient, RestError,
    json::{Object, Resource, one},
    send::About,
};
use crate::{CallSid, ConferenceSid, wire::wire_words};

wire_words! {
    /// Where a conference is in its life.
    ConferenceStatus {
        /// Those inside wait for somebody who may start it.
        Init = "init",
        /// People are talking.
        InProgress = "in-progress",
        /// It is over.
        Completed = "completed",
    }
}

/// What Twilio believes about a conference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conference {
    /// The conference.
    pub sid: ConferenceSid,
    /// The name we gave it.
    pub name: Option<String>,
    /// Where it is in its life.
    pub status: Option<ConferenceStatus>,
}

impl Resource for Conference {
    const NAME: &'static str = "conference";

    fn read(object: Object<'_>) -> Option<Self> {
        Some(Self {
            sid: object.parsed("sid")?,
            name: object.text("friendly_name").map(str::to_owned),
            status: object.word("status"),
        })
    }
}

wire_words! {
    /// How far a leg is into a conference.
    ParticipantStatus {
        /// Waits to be dialled.
        Queued = "queued",
        /// Is being dialled.
        Connecting = "connecting",
        /// Rings.
        Ringing = "ringing",
        /// Is in.
        Connected = "connected",
        /// Was in.
        Complete = "complete",
        /// Never got in.
        Failed = "failed",
    }
}

/// A leg in a conference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The leg.
    pub call: CallSid,
    /// The label we gave it.
    pub label: Option<String>,
    /// How far it is in.
    pub status: Option<ParticipantStatus>,
    /// Whether it is on hold.
    pub hold: Option<bool>,
    /// Whether it is muted.
    pub muted: Option<bool>,
    /// Whether its leaving ends the conference.
    pub end_on_exit: Option<bool>,
    /// How long Twilio expects to hold it back before dialling.
    pub queue_time: Option<Duration>,
}

impl Resource for Participant {
    const NAME: &'static str = "participant";

    fn read(object: Object<'_>) -> Option<Self> {
        Some(Self {
            call: object.parsed("call_sid")?,
            label: object.text("label").map(str::to_owned),
            status: object.word("status"),
            hold: object.flag("hold"),
            muted: object.flag("muted"),
            end_on_exit: object.flag("end_conference_on_exit"),
            queue_time: object.millis("queue_time"),
        })
    }
}

impl RestClient {
    /// Finds the live conference of this name, if there is one. A list that is not complete and does not show it says
    /// nothing, which is [`Unreadable`](RestError::Unreadable): somebody may be talking in it.
    pub async fn find_conference(&self, name: &str) -> Result<Option<Conference>, RestError> {
        // In the order of its life: one that starts between the two questions is found by the second.
        let mut complete = true;
        for status in [ConferenceStatus::Init, ConferenceStatus::InProgress] {
            let filters = [("FriendlyName", name), ("Status", status.as_str())];
            let found: Listing<Conference> = self
                .list("Conferences.json", "conferences", &filters, About::Collection)
                .await?;
            // Checked once more: acting on somebody else's conference would be worse than finding none.
            let ours = found.items.into_iter().find(|conference| {
                conference.name.as_deref() == Some(name)
                    && conference.status != Some(ConferenceStatus::Completed)
            });
            if ours.is_some() {
                return Ok(ours);
            }
            complete &= found.complete;
        }
        if complete {
            Ok(None)
        } else {
            Err(RestError::Unreadable {
                wanted: "list of conferences",
            })
        }
    }

    /// Reads who is in a conference. One that is over has nobody, or is
    /// [`NotWhereThought`](super::Fate::NotWhereThought).
    pub async fn list_participants(
        &self,
        conference: &ConferenceSid,
    ) -> Result<Listing<Participant>, RestError> {
        let resource = format!("Conferences/{conference}/Participants.json");
        self.list(&resource, "participants", &[], About::Live).await
    }

    /// Ends a conference for all who are in it.
    pub async fn complete_conference(&self, conference: &ConferenceSid) -> Result<Conference, RestError> {
        let path = format!("Conferences/{conference}.json");
        one(&self.post(&path, &[("Status", "completed")], About::Live).await?)
    }
}
