//! Addresses that we give to Twilio: the contract between whoever makes them (gateway, workers) and the gateway,
//! which answers there. Absolute, over the configured public URL, so that they mean the same whichever document
//! holds them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use switchboard_domain::{AgentId, CallId, PhoneNumber, QueueName};

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

    fn url(&self, path: &str, query: &[(&str, String)]) -> String {
        let mut target = format!("{}{VOICE_PATH}{path}", self.base);
        for (index, (name, value)) in query.iter().enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            target.push(mark);
            target.push_str(name);
            target.push('=');
            target.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        }
        target
    }

    /// After the menu.
    pub fn menu(&self, attempt: u8) -> String {
        self.url("menu", &[("attempt", attempt.to_string())])
    }

    /// For each wait document; the first one says what those hear who join a queue, after the greeting for those who
    /// have not heard it.
    pub fn wait(&self, queue: &QueueName, greeted: bool) -> String {
        let first = if greeted { "queue" } else { "greeting" };
        self.url(
            "wait",
            &[("queue", queue.to_string()), ("first", first.to_owned())],
        )
    }

    /// For a key that is pressed while waiting.
    pub fn wait_key(&self, queue: &QueueName) -> String {
        self.url("wait", &[("queue", queue.to_string()), ("key", "1".to_owned())])
    }

    /// After the queue.
    pub fn left_queue(&self, queue: &QueueName) -> String {
        self.url("left-queue", &[("queue", queue.to_string())])
    }

    /// For a line that we move: the state says what it is to do.
    pub fn resume(&self) -> String {
        self.url("resume", &[])
    }

    /// For a line that asked although it should be talking through an office phone.
    pub fn astray(&self) -> String {
        self.url("resume", &[("astray", "1".to_owned())])
    }

    /// For a caller whose conference of that claim is over.
    pub fn after_conference(&self, claim: u32) -> String {
        self.url(
            "resume",
            &[("after", "conference".to_owned()), ("claim", claim.to_string())],
        )
    }

    /// For an office phone that was picked up.
    pub fn office_screen(&self, call: &CallId, phone: &PhoneNumber, round: u32, direct: bool) -> String {
        self.url(
            "office/screen",
            &with_mode(office(call, phone.as_str(), round), direct),
        )
    }

    /// For the key pressed at an office phone.
    pub fn office_accept(&self, call: &CallId, phone: Option<&str>, round: u32, direct: bool) -> String {
        let query = office(call, phone.unwrap_or_default(), round);
        self.url("office/accept", &with_mode(query, direct))
    }

    /// When the office phones are done.
    pub fn office_ended(&self, round: u32, attempt: u32, batch: usize, direct: bool) -> String {
        let query = vec![
            ("round", round.to_string()),
            ("attempt", attempt.to_string()),
            ("batch", batch.to_string()),
        ];
        self.url("office/ended", &with_mode(query, direct))
    }

    /// For an agent's leg; `asked` marks that the key was asked for.
    pub fn agent_connect(&self, ticket: &str, agent: &AgentId, asked: bool) -> String {
        let mut query = vec![("claim", ticket.to_owned()), ("agent", agent.to_string())];
        if asked {
            query.push(("asked", "1".to_owned()));
        }
        self.url("agent/connect", &query)
    }

    /// For news of an agent's leg that we called.
    pub fn agent_status(&self, call: &CallId, claim: u32) -> String {
        self.url(
            "status",
            &[("call", call.to_string()), ("claim", claim.to_string())],
        )
    }

    /// For a line that is to hear the office ring.
    pub fn office_ring(&self) -> String {
        self.url("office/ring", &[])
    }

    /// For news of a conference.
    pub fn conference(&self, call: &CallId, claim: u32) -> String {
        self.url(
            "conference",
            &[("call", call.to_string()), ("claim", claim.to_string())],
        )
    }

    /// After the message.
    pub fn recorded(&self, direct: bool) -> String {
        self.url("recorded", &with_mode(Vec::new(), direct))
    }

    /// For the news that a message is stored.
    pub fn recording_notice(&self) -> String {
        self.url("recorded", &[("notice", "1".to_owned())])
    }

    /// So many seconds of the music for those who wait, from that second on.
    pub fn music(&self, at: u64, seconds: u64) -> String {
        self.url(
            "media/hold.wav",
            &[("at", at.to_string()), ("for", seconds.to_string())],
        )
    }
}

fn office(call: &CallId, phone: &str, round: u32) -> Vec<(&'static str, String)> {
    vec![
        ("call", call.to_string()),
        ("phone", phone.to_owned()),
        ("round", round.to_string()),
    ]
}

fn with_mode(mut query: Vec<(&'static str, String)>, direct: bool) -> Vec<(&'static str, String)> {
    if direct {
        query.push(("mode", "direct".to_owned()));
    }
    query
}
