//! One address that Twilio calls: written and read here and nowhere else, so that whoever makes an address and whoever
//! answers there cannot disagree.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use switchboard_domain::{AgentId, CallId, ClaimTicket, PhoneNumber, QueueName};

use super::VOICE_PATH;

/// What stands in a query as it is: whatever reads and writes the query again leaves it so.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

/// Which address was called, with what its query says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// A caller rings.
    Incoming,
    /// After the menu.
    Menu {
        /// Which reading of it, from 0.
        attempt: u8,
    },
    /// For each wait document.
    Wait {
        /// Which queue.
        queue: Option<QueueName>,
        /// A key was pressed.
        key: bool,
        /// What is said first.
        welcome: Welcome,
    },
    /// After the queue.
    LeftQueue {
        /// Which queue.
        queue: Option<QueueName>,
    },
    /// For a line that we move: the state says what it is to do.
    Resume {
        /// Told to ask here because it should be talking through an office phone.
        astray: bool,
    },
    /// For a caller whose conference is over.
    AfterConference {
        /// The conference of which claim.
        claim: u32,
    },
    /// For a line that is to hear the office ring.
    OfficeRing,
    /// For an office phone that was picked up.
    OfficeScreen(OfficePhone),
    /// For the key pressed at an office phone.
    OfficeAccept(OfficePhone),
    /// When the office phones are done.
    OfficeEnded {
        /// Which round; 0 when nobody numbered it.
        round: u32,
        /// Which ring of the round.
        attempt: u32,
        /// Which ten of the phones.
        batch: usize,
    },
    /// For an agent's leg.
    AgentConnect {
        /// What the leg shows; a browser shows it in a parameter of its own.
        claim: Option<ClaimTicket>,
        /// Whose leg it is.
        agent: Option<AgentId>,
        /// The key was asked for.
        asked: bool,
    },
    /// For news of a conference.
    Conference {
        /// Of which call.
        call: Option<CallId>,
        /// Of which claim.
        claim: u32,
    },
    /// For a caller who is to leave a message.
    Voicemail,
    /// After the message.
    Recorded,
    /// For the news that a message is stored.
    RecordingNotice,
    /// For news of a caller's line.
    Status,
    /// For news of an agent's leg that we called.
    AgentStatus {
        /// For which call.
        call: Option<CallId>,
        /// For which claim.
        claim: u32,
    },
    /// When another address failed.
    Fallback,
}

/// What a caller hears first in the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Welcome {
    /// Nothing: they have heard it, before they joined or in an earlier document.
    #[default]
    Nothing,
    /// That they have joined.
    Queue,
    /// The greeting, and that they have joined.
    Greeting,
}

impl Welcome {
    fn written(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            Self::Queue => Some("queue".to_owned()),
            Self::Greeting => Some("greeting".to_owned()),
        }
    }

    fn read(text: Option<&str>) -> Self {
        match text {
            Some("queue") => Self::Queue,
            Some("greeting") => Self::Greeting,
            Some(_) | None => Self::Nothing,
        }
    }
}

/// What the address says that a picked up office phone asks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficePhone {
    /// For which call.
    pub call: Option<CallId>,
    /// Which phone.
    pub phone: Option<PhoneNumber>,
    /// In which round; 0 when nobody numbered it.
    pub round: u32,
}

/// A route and whether it was reached without state (Redis was away when its URL was made).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Routed {
    /// Which address.
    pub route: Route,
    /// Nothing is known of the call but what the address holds.
    pub direct: bool,
    /// It was asked before, and the query repeats what was said then.
    pub again: bool,
}

/// Names and values of a query, in the order of the names: whoever sorts it finds it sorted.
type Query = BTreeMap<&'static str, String>;

impl Routed {
    /// Marks an address that is asked again.
    pub const AGAIN: &str = "again";

    /// Path and query.
    pub fn target(&self) -> String {
        let (path, mut query) = written(&self.route);
        if self.direct {
            query.insert("mode", "direct".to_owned());
        }
        if self.again {
            query.insert(Self::AGAIN, "1".to_owned());
        }
        target(path, &query)
    }

    /// Reads path and query, in whichever order; `None` when there is no such address. Odd values in the query of a
    /// signed request are our own old addresses at worst: they count as missing.
    pub fn parse(path: &str, query: &str) -> Option<Self> {
        let query = Asked::read(query);
        Some(Self {
            route: read(path.strip_prefix(VOICE_PATH)?, &query)?,
            direct: query.text("mode") == Some("direct"),
            again: query.has(Self::AGAIN),
        })
    }
}

/// A piece of the music for those who wait. It is fetched unsigned, and so never taken for one of the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MusicPiece {
    /// From which second on.
    pub at: u64,
    /// How many seconds.
    pub seconds: u64,
}

impl MusicPiece {
    /// Below [`VOICE_PATH`].
    pub const PATH: &'static str = "media/hold.wav";
    /// How much is played when the address does not say.
    const SECONDS: u64 = 12;

    /// Path and query.
    pub fn target(self) -> String {
        let Self { at, seconds } = self;
        let query = Query::from([("at", at.to_string()), ("for", seconds.to_string())]);
        target(Self::PATH, &query)
    }

    /// Reads the query.
    pub fn parse(query: &str) -> Self {
        let query = Asked::read(query);
        let number = |name| query.text(name).and_then(|text| text.parse().ok());
        Self {
            at: number("at").unwrap_or(0),
            seconds: number("for").unwrap_or(Self::SECONDS),
        }
    }
}

fn target(path: &str, query: &Query) -> String {
    let mut target = format!("{VOICE_PATH}{path}");
    for (index, (name, value)) in query.iter().enumerate() {
        target.push(if index == 0 { '?' } else { '&' });
        target.push_str(name);
        target.push('=');
        target.extend(utf8_percent_encode(value, ENCODED));
    }
    target
}

fn written(route: &Route) -> (&'static str, Query) {
    let mut query = Query::new();
    let mut note = |name, value: Option<String>| {
        if let Some(value) = value {
            query.insert(name, value);
        }
    };
    let flag = |set: bool| set.then(|| "1".to_owned());
    let path = match route {
        Route::Incoming => "incoming",
        Route::Menu { attempt } => {
            note("attempt", Some(attempt.to_string()));
            "menu"
        }
        Route::Wait { queue, key, welcome } => {
            note("queue", queue.as_ref().map(ToString::to_string));
            note("key", flag(*key));
            note("first", welcome.written());
            "wait"
        }
        Route::LeftQueue { queue } => {
            note("queue", queue.as_ref().map(ToString::to_string));
            "left-queue"
        }
        Route::Resume { astray } => {
            note("astray", flag(*astray));
            "resume"
        }
        Route::AfterConference { claim } => {
            note("after", Some("conference".to_owned()));
            note("claim", Some(claim.to_string()));
            "resume"
        }
        Route::OfficeRing => "office/ring",
        Route::OfficeScreen(OfficePhone { call, phone, round })
        | Route::OfficeAccept(OfficePhone { call, phone, round }) => {
            note("call", call.as_ref().map(ToString::to_string));
            note("phone", phone.as_ref().map(|phone| phone.as_str().to_owned()));
            note("round", Some(round.to_string()));
            if matches!(route, Route::OfficeScreen(_)) {
                "office/screen"
            } else {
                "office/accept"
            }
        }
        Route::OfficeEnded {
            round,
            attempt,
            batch,
        } => {
            note("round", Some(round.to_string()));
            note("attempt", Some(attempt.to_string()));
            note("batch", Some(batch.to_string()));
            "office/ended"
        }
        Route::AgentConnect { claim, agent, asked } => {
            note("claim", claim.as_ref().map(ToString::to_string));
            note("agent", agent.as_ref().map(ToString::to_string));
            note("asked", flag(*asked));
            "agent/connect"
        }
        Route::Conference { call, claim } => {
            note("call", call.as_ref().map(ToString::to_string));
            note("claim", Some(claim.to_string()));
            "conference"
        }
        Route::Voicemail => "voicemail",
        Route::Recorded => "recorded",
        Route::RecordingNotice => {
            note("notice", flag(true));
            "recorded"
        }
        Route::Status => "status",
        Route::AgentStatus { call, claim } => {
            note("call", call.as_ref().map(ToString::to_string));
            note("claim", Some(claim.to_string()));
            "status"
        }
        Route::Fallback => "fallback",
    };
    (path, query)
}

/// A query as it came; of a name that stands there twice the last value counts.
struct Asked(BTreeMap<String, String>);

impl Asked {
    fn read(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> u32 {
        self.text(name).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    fn call(&self) -> Option<CallId> {
        self.text("call").and_then(|id| CallId::new(id).ok())
    }

    fn queue(&self) -> Option<QueueName> {
        self.text("queue").and_then(|name| QueueName::new(name).ok())
    }

    fn phone(&self) -> OfficePhone {
        OfficePhone {
            call: self.call(),
            phone: self.text("phone").and_then(|text| PhoneNumber::parse(text).ok()),
            round: self.number("round"),
        }
    }
}

fn read(path: &str, query: &Asked) -> Option<Route> {
    Some(match path {
        "incoming" => Route::Incoming,
        "menu" => Route::Menu {
            attempt: u8::try_from(query.number("attempt")).unwrap_or(u8::MAX),
        },
        "wait" => Route::Wait {
            queue: query.queue(),
            key: query.has("key"),
            welcome: Welcome::read(query.text("first")),
        },
        "left-queue" => Route::LeftQueue { queue: query.queue() },
        "resume" if query.has("after") => Route::AfterConference {
            claim: query.number("claim"),
        },
        "resume" => Route::Resume {
            astray: query.has("astray"),
        },
        "office/ring" => Route::OfficeRing,
        "office/screen" => Route::OfficeScreen(query.phone()),
        "office/accept" => Route::OfficeAccept(query.phone()),
        "office/ended" => Route::OfficeEnded {
            round: query.number("round"),
            attempt: query.number("attempt"),
            batch: query.number("batch") as usize,
        },
        "agent/connect" => Route::AgentConnect {
            claim: query.text("claim").and_then(|text| text.parse().ok()),
            agent: query.text("agent").and_then(|id| AgentId::new(id).ok()),
            asked: query.has("asked"),
        },
        "conference" => Route::Conference {
            call: query.call(),
            claim: query.number("claim"),
        },
        "voicemail" => Route::Voicemail,
        "recorded" if query.has("notice") => Route::RecordingNotice,
        "recorded" => Route::Recorded,
        "status" if query.has("claim") => Route::AgentStatus {
            call: query.call(),
            claim: query.number("claim"),
        },
        "status" => Route::Status,
        "fallback" => Route::Fallback,
        _ => return None,
    })
}
