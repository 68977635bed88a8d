//! Addresses that we give to Twilio: the contract between whoever makes them (gateway, workers) and the gateway,
//! which answers there. Absolute, over the configured public URL, so that they mean the same whichever document
//! holds them.

mod route;

pub use route::{MusicPiece, OfficePhone, Route, Routed, Welcome};

use switchboard_domain::{AgentId, CallId, ClaimTicket, PhoneNumber, QueueName};

/// Everything below this path is answered by the gateway.
pub const VOICE_PATH: &str = "/twilio/voice/";

/// Makes addresses; in direct mode they say so, because then nothing is known of the call but what they hold.
#[derive(Debug, Clone)]
pub struct VoiceUrls {
    base: String,
}

impl VoiceUrls {
    /// Addresses over this public URL, with or without a slash at its end.
    pub fn new(base: &str) -> Self {
        Self {
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    fn url(&self, route: Route, direct: bool) -> String {
        let routed = Routed {
            route,
            direct,
            again: false,
        };
        format!("{}{}", self.base, routed.target())
    }

    /// After the menu.
    pub fn menu(&self, attempt: u8) -> String {
        self.url(Route::Menu { attempt }, false)
    }

    /// For each wait document; the first one says what those hear who join a queue.
    pub fn wait(&self, queue: &QueueName, welcome: Welcome) -> String {
        let queue = Some(queue.clone());
        let key = false;
        self.url(Route::Wait { queue, key, welcome }, false)
    }

    /// For a key that is pressed while waiting.
    pub fn wait_key(&self, queue: &QueueName) -> String {
        let queue = Some(queue.clone());
        let (key, welcome) = (true, Welcome::Nothing);
        self.url(Route::Wait { queue, key, welcome }, false)
    }

    /// After the queue.
    pub fn left_queue(&self, queue: &QueueName) -> String {
        let queue = Some(queue.clone());
        self.url(Route::LeftQueue { queue }, false)
    }

    /// For a line that we move: the state says what it is to do.
    pub fn resume(&self) -> String {
        self.url(Route::Resume { astray: false }, false)
    }

    /// For a line that asked although it should be talking through an office phone.
    pub fn astray(&self) -> String {
        self.url(Route::Resume { astray: true }, false)
    }

    /// For a caller whose conference of that claim is over.
    pub fn after_conference(&self, claim: u32) -> String {
        self.url(Route::AfterConference { claim }, false)
    }

    /// For an office phone that was picked up.
    pub fn office_screen(&self, call: &CallId, phone: &PhoneNumber, round: u32, direct: bool) -> String {
        self.url(Route::OfficeScreen(office(call, Some(phone), round)), direct)
    }

    /// For the key pressed at an office phone.
    pub fn office_accept(
        &self,
        call: &CallId,
        phone: Option<&PhoneNumber>,
        round: u32,
        direct: bool,
    ) -> String {
        self.url(Route::OfficeAccept(office(call, phone, round)), direct)
    }

    /// When the office phones are done.
    pub fn office_ended(&self, round: u32, attempt: u32, batch: usize, direct: bool) -> String {
        let route = Route::OfficeEnded {
            round,
            attempt,
            batch,
        };
        self.url(route, direct)
    }

    /// For an agent's leg; `asked` marks that the key was asked for.
    pub fn agent_connect(&self, ticket: &ClaimTicket, agent: &AgentId, asked: bool) -> String {
        let route = Route::AgentConnect {
            claim: Some(ticket.clone()),
            agent: Some(agent.clone()),
            asked,
        };
        self.url(route, false)
    }

    /// For news of an agent's leg that we called.
    pub fn agent_status(&self, call: &CallId, claim: u32) -> String {
        let call = Some(call.clone());
        self.url(Route::AgentStatus { call, claim }, false)
    }

    /// For a line that is to hear the office ring.
    pub fn office_ring(&self) -> String {
        self.url(Route::OfficeRing, false)
    }

    /// For news of a conference.
    pub fn conference(&self, call: &CallId, claim: u32) -> String {
        let call = Some(call.clone());
        self.url(Route::Conference { call, claim }, false)
    }

    /// After the message.
    pub fn recorded(&self, direct: bool) -> String {
        self.url(Route::Recorded, direct)
    }

    /// For the news that a message is stored.
    pub fn recording_notice(&self) -> String {
        self.url(Route::RecordingNotice, false)
    }

    /// So many seconds of the music for those who wait, from that second on.
    pub fn music(&self, at: u64, seconds: u64) -> String {
        format!("{}{}", self.base, MusicPiece { at, seconds }.target())
    }
}

fn office(call: &CallId, phone: Option<&PhoneNumber>, round: u32) -> OfficePhone {
    OfficePhone {
        call: Some(call.clone()),
        phone: phone.cloned(),
        round,
    }
}
