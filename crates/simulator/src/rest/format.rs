//! The JSON of the resources, types as Twilio has them: durations of calls are text, sizes are numbers.

use serde_json::{Value, json};

use crate::conference::{Conference, Participant};
use crate::config::Number;
use crate::legs::{CallStatus, Leg};
use crate::queue::{Member, Queue};
use crate::recording::Recording;
use crate::state::State;
use crate::webhook::rfc2822;

impl State {
    pub(super) fn base(&self) -> String {
        format!("/2010-04-01/Accounts/{}", self.config.account_sid)
    }

    pub(super) fn call_json(&self, leg: &Leg) -> Value {
        let uri = format!("{}/Calls/{}", self.base(), leg.id);
        let below = |name: &str| format!("{uri}/{name}.json");
        let over = leg.status.is_final();
        json!({
            "sid": leg.id,
            "account_sid": self.config.account_sid,
            "parent_call_sid": leg.new.parent,
            "to": leg.new.to,
            "to_formatted": leg.new.to,
            "from": leg.new.from,
            "from_formatted": leg.new.from,
            "phone_number_sid": null,
            "status": leg.status.rest(),
            "start_time": leg.answered_ms.map(rfc2822),
            "end_time": leg.ended_ms.map(rfc2822),
            "date_created": rfc2822(leg.created_ms),
            "date_updated": rfc2822(leg.ended_ms.or(leg.answered_ms).unwrap_or(leg.created_ms)),
            "duration": over.then(|| leg.duration_s().to_string()),
            "price": null,
            "price_unit": "USD",
            "direction": leg.new.direction.as_str(),
            "answered_by": null,
            "api_version": "2010-04-01",
            "forwarded_from": null,
            "group_sid": null,
            "caller_name": null,
            "queue_time": leg.queue_time_ms.to_string(),
            "trunk_sid": null,
            "uri": format!("{uri}.json"),
            "subresource_uris": {
                "notifications": below("Notifications"),
                "recordings": below("Recordings"),
                "payments": below("Payments"),
                "events": below("Events"),
                "siprec": below("Siprec"),
                "streams": below("Streams"),
                "transcriptions": below("Transcriptions"),
                "user_defined_message_subscriptions": below("UserDefinedMessageSubscriptions"),
                "user_defined_messages": below("UserDefinedMessages"),
            },
        })
    }

    pub(super) fn queue_json(&self, queue: &Queue) -> Value {
        let uri = format!("{}/Queues/{}", self.base(), queue.sid);
        json!({
            "sid": queue.sid,
            "friendly_name": queue.name,
            "current_size": queue.members.len(),
            "average_wait_time": queue.average_s(self.clock.now_ms()),
            "max_size": queue.max_size,
            "account_sid": self.config.account_sid,
            "date_created": rfc2822(queue.created_ms),
            "date_updated": rfc2822(queue.updated_ms),
            "uri": format!("{uri}.json"),
            "subresource_uris": { "members": format!("{uri}/Members.json") },
        })
    }

    pub(super) fn member_json(&self, queue: &Queue, member: &Member) -> Value {
        json!({
            "call_sid": member.leg,
            "queue_sid": queue.sid,
            "date_enqueued": rfc2822(member.since_ms),
            "position": queue.place(&member.leg).unwrap_or(0),
            "wait_time": (self.clock.now_ms() - member.since_ms) / 1000,
            "uri": format!("{}/Queues/{}/Members/{}.json", self.base(), queue.sid, member.leg),
        })
    }

    pub(super) fn conference_json(&self, conference: &Conference) -> Value {
        let uri = format!("{}/Conferences/{}", self.base(), conference.sid);
        json!({
            "sid": conference.sid,
            "friendly_name": conference.name,
            "status": conference.status.as_str(),
            "region": conference.region,
            "reason_conference_ended": conference.reason,
            "call_sid_ending_conference": conference.ended_by,
            "api_version": "2010-04-01",
            "account_sid": self.config.account_sid,
            "date_created": rfc2822(conference.created_ms),
            "date_updated": rfc2822(conference.updated_ms),
            "uri": format!("{uri}.json"),
            "subresource_uris": {
                "participants": format!("{uri}/Participants.json"),
                "recordings": format!("{uri}/Recordings.json"),
            },
        })
    }

    pub(super) fn participant_json(&self, conference: &Conference, participant: &Participant) -> Value {
        let status = self
            .leg(&participant.leg)
            .map_or("complete", |leg| match leg.status {
                CallStatus::Queued => "queued",
                CallStatus::Initiated => "connecting",
                CallStatus::Ringing => "ringing",
                CallStatus::InProgress => "connected",
                CallStatus::Completed => "complete",
                CallStatus::Busy | CallStatus::NoAnswer | CallStatus::Failed | CallStatus::Canceled => {
                    "failed"
                }
            });
        json!({
            "call_sid": participant.leg,
            "conference_sid": conference.sid,
            "label": participant.label,
            "muted": participant.muted,
            "hold": participant.hold,
            "coaching": participant.coaching.is_some(),
            "call_sid_to_coach": participant.coaching,
            "end_conference_on_exit": participant.end_on_exit,
            "start_conference_on_enter": participant.start_on_enter,
            "status": status,
            "queue_time": null,
            "account_sid": self.config.account_sid,
            "date_created": rfc2822(participant.joined_ms),
            "date_updated": rfc2822(participant.updated_ms),
            "uri": format!(
                "{}/Conferences/{}/Participants/{}.json",
                self.base(), conference.sid, participant.leg
            ),
        })
    }

    pub(super) fn recording_json(&self, recording: &Recording) -> Value {
        let uri = format!("{}/Recordings/{}", self.base(), recording.sid);
        let done = !recording.is_live() && recording.status != "processing";
        json!({
            "sid": recording.sid,
            "call_sid": recording.leg,
            "conference_sid": null,
            "status": recording.status,
            "duration": done.then(|| recording.seconds.to_string()),
            "channels": 1,
            "source": recording.source,
            "start_time": rfc2822(recording.started_ms),
            "price": null,
            "price_unit": "USD",
            "error_code": null,
            "media_url": format!("{}{uri}", self.config.api_url),
            "encryption_details": null,
            "api_version": "2010-04-01",
            "account_sid": self.config.account_sid,
            "date_created": rfc2822(recording.started_ms),
            "date_updated": rfc2822(recording.updated_ms),
            "uri": format!("{uri}.json"),
            "subresource_uris": {
                "add_on_results": format!("{uri}/AddOnResults.json"),
                "transcriptions": format!("{uri}/Transcriptions.json"),
            },
        })
    }

    pub(super) fn name_of_number(&self, number: &Number) -> String {
        let listing = self.listings.get(&number.number);
        listing
            .and_then(|listing| listing.friendly_name.clone())
            .unwrap_or_else(|| number.number.clone())
    }

    pub(super) fn number_json(&self, number: &Number) -> Value {
        let sid = number.sid();
        let uri = format!("{}/IncomingPhoneNumbers/{sid}", self.base());
        let listing = self.listings.get(&number.number).cloned().unwrap_or_default();
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        json!({
            "sid": sid,
            "account_sid": self.config.account_sid,
            "friendly_name": self.name_of_number(number),
            "phone_number": number.number,
            "api_version": "2010-04-01",
            "voice_url": number.voice_url,
            "voice_method": listing.voice_method.unwrap_or_else(|| String::from("POST")),
            "voice_fallback_url": text(&number.voice_fallback_url),
            "voice_fallback_method": "POST",
            "voice_caller_id_lookup": false,
            "voice_receive_mode": "voice",
            "voice_application_sid": text(&listing.application_sid),
            "status_callback": text(&number.status_callback),
            "status_callback_method": "POST",
            "sms_url": "",
            "sms_method": "POST",
            "sms_fallback_url": "",
            "sms_fallback_method": "POST",
            "sms_application_sid": "",
            "address_requirements": "none",
            "address_sid": null,
            "bundle_sid": null,
            "identity_sid": null,
            "emergency_status": "Inactive",
            "emergency_address_sid": null,
            "emergency_address_status": "unregistered",
            "trunk_sid": null,
            "beta": false,
            "capabilities": { "voice": true, "sms": false, "mms": false, "fax": false },
            "origin": "twilio",
            "status": "in-use",
            "type": "local",
            "date_created": rfc2822(listing.created_ms),
            "date_updated": rfc2822(listing.updated_ms),
            "uri": format!("{uri}.json"),
            "subresource_uris": { "assigned_add_ons": format!("{uri}/AssignedAddOns.json") },
        })
    }
}
