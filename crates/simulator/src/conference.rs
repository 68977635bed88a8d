//! Conferences: who is in, who hears whom, and what is told about it.

use crate::id::LegId;
use crate::judge::{Sound, What};
use crate::signal::Signal;
use crate::state::State;
use crate::webhook::{Webhook, rfc2822};

/// The status of a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConferenceStatus {
    Init,
    InProgress,
    Completed,
}

impl Conference {
    pub(crate) fn is_over(&self) -> bool {
        self.status == ConferenceStatus::Completed
    }
}

impl ConferenceStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::InProgress => "in-progress",
            Self::Completed => "completed",
        }
    }
}

/// A conference; a name used again after the end is a new one.
pub(crate) struct Conference {
    pub(crate) sid: String,
    pub(crate) name: String,
    /// Where it is mixed.
    pub(crate) region: String,
    pub(crate) status: ConferenceStatus,
    pub(crate) participants: Vec<Participant>,
    /// The first participant's; nobody else's counts.
    listener: Option<Listener>,
    sequence: u32,
    /// Two have been in it at once: whoever is left alone hears silence, no longer music.
    shared: bool,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    pub(crate) reason: Option<&'static str>,
    pub(crate) ended_by: Option<LegId>,
}

/// Somebody in a conference.
#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the flags that the REST resource has"
)]
pub(crate) struct Participant {
    pub(crate) leg: LegId,
    pub(crate) label: Option<String>,
    pub(crate) muted: bool,
    pub(crate) hold: bool,
    pub(crate) hold_document: Option<(String, String)>,
    pub(crate) coaching: Option<String>,
    pub(crate) start_on_enter: bool,
    pub(crate) end_on_exit: bool,
    situation: Option<Situation>,
    pub(crate) joined_ms: i64,
    pub(crate) updated_ms: i64,
}

/// What a participant hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Situation {
    Waiting,
    Talking,
    Held,
}

/// Where events are told.
#[derive(Clone)]
pub(crate) struct Listener {
    pub(crate) url: String,
    pub(crate) method: String,
    pub(crate) events: Vec<String>,
}

/// How somebody enters.
#[expect(clippy::struct_excessive_bools, reason = "the attributes of the noun")]
pub(crate) struct Entrance {
    pub(crate) name: String,
    /// Where it is to be mixed; the region that the leg comes from if nothing.
    pub(crate) region: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) muted: bool,
    pub(crate) start_on_enter: bool,
    pub(crate) end_on_exit: bool,
    pub(crate) beep: bool,
    pub(crate) listener: Option<Listener>,
}

impl State {
    pub(crate) fn conference(&self, sid: &str) -> Option<&Conference> {
        self.conferences.iter().find(|conference| conference.sid == sid)
    }

    pub(crate) fn conference_mut(&mut self, sid: &str) -> Option<&mut Conference> {
        self.conferences
            .iter_mut()
            .find(|conference| conference.sid == sid)
    }

    pub(crate) fn participant(&self, sid: &str, leg: &LegId) -> Option<&Participant> {
        self.conference(sid)?
            .participants
            .iter()
            .find(|participant| &participant.leg == leg)
    }

    pub(crate) fn situation(&self, sid: &str, leg: &LegId) -> Option<Situation> {
        self.participant(sid, leg)?.situation
    }

    pub(crate) fn hold_document(&self, sid: &str, leg: &LegId) -> Option<(String, String)> {
        self.participant(sid, leg)?.hold_document.clone()
    }

    /// A new conference that nobody is in yet; its SID.
    pub(crate) fn open_conference(
        &mut self,
        name: &str,
        region: String,
        listener: Option<Listener>,
    ) -> String {
        let now = self.clock.now_ms();
        let sid = self.dice.sid("CF");
        self.conferences.push(Conference {
            sid: sid.clone(),
            name: name.to_owned(),
            region,
            status: ConferenceStatus::Init,
            participants: Vec::new(),
            listener,
            sequence: 0,
            shared: false,
            created_ms: now,
            updated_ms: now,
            reason: None,
            ended_by: None,
        });
        sid
    }

    /// Puts a leg into the living conference of a name, or into a new one; its SID, or an error code.
    pub(crate) fn join_conference(&mut self, id: &LegId, entrance: Entrance) -> Result<String, u32> {
        let now = self.clock.now_ms();
        let region = entrance.region.clone().unwrap_or_else(|| self.region_of(id));
        // Each region has its own: a name is that of one conference in one region.
        let living = self
            .conferences
            .iter()
            .find(|one| one.name == entrance.name && one.region == region && !one.is_over())
            .map(|one| one.sid.clone());
        let sid =
            living.unwrap_or_else(|| self.open_conference(&entrance.name, region, entrance.listener.clone()));
        let Some(conference) = self.conference_mut(&sid) else {
            return Err(0);
        };
        // One that REST opened is told about as the first who comes wants it.
        if conference.participants.is_empty() && conference.listener.is_none() {
            conference.listener = entrance.listener;
        }
        let taken = |one: &Participant| one.label.is_some() && one.label == entrance.label;
        if conference.participants.iter().any(taken) {
            return Err(16025);
        }
        let others: Vec<LegId> = conference
            .participants
            .iter()
            .map(|one| one.leg.clone())
            .collect();
        conference.participants.push(Participant {
            leg: id.clone(),
            label: entrance.label,
            muted: entrance.muted,
            hold: false,
            hold_document: None,
            coaching: None,
            start_on_enter: entrance.start_on_enter,
            end_on_exit: entrance.end_on_exit,
            situation: None,
            joined_ms: now,
            updated_ms: now,
        });
        let starts = entrance.start_on_enter && conference.status == ConferenceStatus::Init;
        if starts {
            conference.status = ConferenceStatus::InProgress;
        }
        if let Some(leg) = self.leg_mut(id) {
            leg.conference = Some(sid.clone());
        }
        self.note(id, What::JoinedConference(entrance.name));
        self.conference_event(&sid, "participant-join", Some(id), Vec::new());
        if starts {
            self.conference_event(&sid, "conference-start", None, Vec::new());
        }
        if entrance.beep {
            for other in others {
                self.note(&other, What::Heard(Sound::Beep));
            }
        }
        self.refresh_conference(&sid);
        Ok(sid)
    }

    /// Takes a leg out; does nothing if it is out already. Ends the conference when that is due.
    pub(crate) fn leave_conference(&mut self, sid: &str, id: &LegId, kicked: bool) {
        let Some(participant) = self.participant(sid, id).cloned() else {
            if let Some(leg) = self.leg_mut(id) {
                leg.conference = None;
            }
            return;
        };
        self.step_out(sid, &participant);
        if let Some(leg) = self.leg_mut(id).filter(|_| !kicked) {
            leg.conference = None;
        }
        let empty = self
            .conference(sid)
            .is_some_and(|conference| conference.participants.is_empty());
        let reason = match (participant.end_on_exit, empty, kicked) {
            (true, _, false) => "participant-with-end-conference-on-exit-left",
            (true, _, true) => "participant-with-end-conference-on-exit-kicked",
            (false, true, false) => "last-participant-left",
            (false, true, true) => "last-participant-kicked",
            (false, false, _) => return,
        };
        self.end_conference(sid, reason, Some(&participant));
    }

    /// Ends a conference; everybody left in it goes on with what follows.
    pub(crate) fn end_conference(&mut self, sid: &str, reason: &'static str, by: Option<&Participant>) {
        let now = self.clock.now_ms();
        let Some(conference) = self.conference_mut(sid) else {
            return;
        };
        if conference.status == ConferenceStatus::Completed {
            return;
        }
        conference.status = ConferenceStatus::Completed;
        conference.updated_ms = now;
        conference.reason = Some(reason);
        conference.ended_by = by.map(|participant| participant.leg.clone());
        for participant in conference.participants.clone() {
            self.step_out(sid, &participant);
            self.signal(&participant.leg, Signal::ConferenceOver(sid.to_owned()));
        }
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let mut more = vec![
            pair("ReasonConferenceEnded", reason.to_owned()),
            pair("Reason", format!("Conference ended: {reason}")),
        ];
        if let Some(by) = by {
            more.push(pair("CallSidEndingConference", by.leg.to_string()));
            if let Some(label) = &by.label {
                more.push(pair("ParticipantLabelEndingConference", label.clone()));
            }
        }
        self.conference_event(sid, "conference-end", None, more);
    }

    fn step_out(&mut self, sid: &str, participant: &Participant) {
        self.conference_event(sid, "participant-leave", Some(&participant.leg), Vec::new());
        let Some(conference) = self.conference_mut(sid) else {
            return;
        };
        let name = conference.name.clone();
        conference.participants.retain(|one| one.leg != participant.leg);
        self.refresh_conference(sid);
        for other in self.bridged_with(&participant.leg) {
            self.close_bridge(&participant.leg, &other);
        }
        self.note(&participant.leg, What::LeftConference(name));
    }

    /// Works out anew what each participant hears and who can talk with whom; tells whom it concerns.
    pub(crate) fn refresh_conference(&mut self, sid: &str) {
        let now = self.clock.now_ms();
        let Some(conference) = self.conference_mut(sid) else {
            return;
        };
        conference.updated_ms = now;
        let running = conference.status == ConferenceStatus::InProgress;
        conference.shared |= running && conference.participants.len() > 1;
        let waits = !running || !conference.shared;
        let mut changed = Vec::new();
        for participant in &mut conference.participants {
            let situation = if participant.hold {
                Situation::Held
            } else if waits {
                Situation::Waiting
            } else {
                Situation::Talking
            };
            let before = participant.situation.replace(situation);
            if before.is_some_and(|before| before != situation) {
                changed.push(participant.leg.clone());
            }
        }
        let participants = conference.participants.clone();
        for leg in changed {
            self.signal(&leg, Signal::Conference(sid.to_owned()));
        }
        for (index, one) in participants.iter().enumerate() {
            for other in participants.iter().skip(index + 1) {
                let hear = |who: &Participant| !who.hold && !who.muted;
                if running && hear(one) && hear(other) {
                    self.open_bridge(&one.leg, &other.leg);
                } else {
                    self.close_bridge(&one.leg, &other.leg);
                }
            }
        }
    }

    /// Tells the listener of a conference about an event, if it asked for such.
    pub(crate) fn conference_event(
        &mut self,
        sid: &str,
        event: &str,
        about: Option<&LegId>,
        more: Vec<(String, String)>,
    ) {
        let participant = about.and_then(|leg| self.participant(sid, leg)).cloned();
        let account = self.config.account_sid.clone();
        let now = self.clock.now_ms();
        let Some(conference) = self.conference_mut(sid) else {
            return;
        };
        let Some(listener) = conference.listener.clone() else {
            return;
        };
        let kind = match event {
            "participant-join" => "join",
            "participant-leave" => "leave",
            "participant-mute" | "participant-unmute" => "mute",
            "participant-hold" | "participant-unhold" => "hold",
            "participant-modify" => "modify",
            "conference-start" => "start",
            "conference-end" => "end",
            "announcement-end" | "announcement-fail" => "announcement",
            _ => return,
        };
        if !listener.events.iter().any(|wanted| wanted == kind) {
            return;
        }
        let sequence = conference.sequence;
        conference.sequence += 1;
        let pair = |name: &str, value: String| (name.to_owned(), value);
        let mut params = vec![
            pair("ConferenceSid", sid.to_owned()),
            pair("FriendlyName", conference.name.clone()),
            pair("AccountSid", account),
            pair("SequenceNumber", sequence.to_string()),
            pair("Timestamp", rfc2822(now)),
            pair("StatusCallbackEvent", event.to_owned()),
        ];
        let leg = participant.map(|one| {
            params.push(pair("CallSid", one.leg.to_string()));
            if let Some(label) = one.label {
                params.push(pair("ParticipantLabel", label));
            }
            params.push(pair("Muted", one.muted.to_string()));
            params.push(pair("Hold", one.hold.to_string()));
            params.push(pair("Coaching", one.coaching.is_some().to_string()));
            params.push(pair("EndConferenceOnExit", one.end_on_exit.to_string()));
            params.push(pair("StartConferenceOnEnter", one.start_on_enter.to_string()));
            one.leg
        });
        params.extend(more);
        let hook = Webhook {
            leg,
            url: listener.url,
            method: listener.method,
            params,
        };
        self.notify(sid, hook);
    }
}
