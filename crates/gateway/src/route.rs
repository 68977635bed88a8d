//! Addresses that Twilio calls, read into what they mean.

use std::collections::BTreeMap;

use switchboard_contracts::VOICE_PATH;
use switchboard_domain::{CallId, QueueName};

/// Marks an address that is asked again.
pub(crate) const AGAIN: &str = "again";

/// Which address was called, with what its query says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Route {
    Incoming,
    Menu {
        attempt: u8,
    },
    Wait {
        queue: Option<QueueName>,
        /// A key was pressed.
        key: bool,
    },
    LeftQueue {
        queue: Option<QueueName>,
    },
    Resume {
        /// Told to ask here because it should be talking through an office phone.
        astray: bool,
    },
    AfterConference {
        claim: u32,
    },
    OfficeRing,
    OfficeScreen(OfficePhone),
    OfficeAccept(OfficePhone),
    OfficeEnded {
        round: u32,
        attempt: u32,
        batch: usize,
    },
    AgentConnect {
        claim: Option<String>,
        agent: Option<String>,
        asked: bool,
    },
    Conference {
        call: Option<CallId>,
        claim: u32,
    },
    Voicemail,
    Recorded,
    RecordingNotice,
    Status,
    AgentStatus {
        call: Option<CallId>,
        claim: u32,
    },
    Fallback,
}

/// What the address says that a picked up office phone asks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfficePhone {
    /// For which call.
    pub(crate) call: Option<CallId>,
    /// Which phone.
    pub(crate) phone: Option<String>,
    /// In which round; 0 when nobody numbered it.
    pub(crate) round: u32,
}

/// A route and whether it was reached without state (Redis was away when its URL was made).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Routed {
    pub(crate) route: Route,
    pub(crate) direct: bool,
    /// It was asked before, and the query repeats what was said then.
    pub(crate) again: bool,
}

impl Routed {
    /// Reads path and query; `None` when there is no such address. Odd values in the query of a signed request
    /// are our own old URLs at worst: they count as missing.
    pub(crate) fn parse(path: &str, query: &str) -> Option<Self> {
        let query: BTreeMap<String, String> = url::form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let text = |name: &str| query.get(name).cloned();
        let number = |name: &str| query.get(name).and_then(|value| value.parse().ok()).unwrap_or(0);
        let call = || query.get("call").and_then(|id| CallId::new(id).ok());
        let phone = || OfficePhone {
            call: call(),
            phone: text("phone"),
            round: number("round"),
        };
        let queue = || query.get("queue").and_then(|name| QueueName::new(name).ok());
        let route = match path.strip_prefix(VOICE_PATH)? {
            "incoming" => Route::Incoming,
            "menu" => Route::Menu {
                attempt: u8::try_from(number("attempt")).unwrap_or(u8::MAX),
            },
            "wait" => Route::Wait {
                queue: queue(),
                key: query.contains_key("key"),
            },
            "left-queue" => Route::LeftQueue { queue: queue() },
            "resume" if query.contains_key("after") => Route::AfterConference {
                claim: number("claim"),
            },
            "resume" => Route::Resume {
                astray: query.contains_key("astray"),
            },
            "office/ring" => Route::OfficeRing,
            "office/screen" => Route::OfficeScreen(phone()),
            "office/accept" => Route::OfficeAccept(phone()),
            "office/ended" => Route::OfficeEnded {
                round: number("round"),
                attempt: number("attempt"),
                batch: number("batch") as usize,
            },
            "agent/connect" => Route::AgentConnect {
                claim: text("claim"),
                agent: text("agent"),
                asked: query.contains_key("asked"),
            },
            "conference" => Route::Conference {
                call: call(),
                claim: number("claim"),
            },
            "voicemail" => Route::Voicemail,
            "recorded" if query.contains_key("notice") => Route::RecordingNotice,
            "recorded" => Route::Recorded,
            "status" if query.contains_key("claim") => Route::AgentStatus {
                call: call(),
                claim: number("claim"),
            },
            "status" => Route::Status,
            "fallback" => Route::Fallback,
            _ => return None,
        };
        Some(Self {
            route,
            direct: query.get("mode").is_some_and(|mode| mode == "direct"),
            again: query.contains_key(AGAIN),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_odd_queries_never_fail() {
        let parse = |path: &str, query: &str| Routed::parse(path, query);
        assert_eq!(
            parse("/twilio/voice/menu", "attempt=1"),
            Some(Routed {
                route: Route::Menu { attempt: 1 },
                direct: false,
                again: false,
            })
        );
        assert_eq!(
            parse("/twilio/voice/office/ended", "mode=direct&round=x&attempt=-1"),
            Some(Routed {
                route: Route::OfficeEnded {
                    round: 0,
                    attempt: 0,
                    batch: 0
                },
                direct: true,
                again: false,
            })
        );
        assert_eq!(parse("/twilio/voice/nothing", ""), None);
        assert_eq!(parse("/twilio/sms/incoming", ""), None);
        let wait = parse("/twilio/voice/wait", "queue=%ff%fe&&=&").expect("known");
        let expected = Route::Wait {
            queue: None,
            key: false,
        };
        assert_eq!(wait.route, expected);
    }
}
