//! Addresses that Twilio is given: read as they were written, and proof against a carrier or proxy that puts a query in
//! order before it requests it, whose signature would then be over another text.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use switchboard_contracts::{MusicPiece, OfficePhone, Route, Routed, VOICE_PATH, VoiceUrls, Welcome};
use switchboard_domain::{AgentId, CallId, ClaimTicket, PhoneNumber, QueueName};

fn routes() -> impl Strategy<Value = Route> {
    let call = || "[A-Za-z0-9._-]{1,64}".prop_map(|id| CallId::new(&id).unwrap());
    let queue = || of("[A-Za-z0-9._-]{1,48}".prop_map(|name| QueueName::new(&name).unwrap()));
    let number = "\\+[1-9][0-9]{6,14}".prop_map(|text| PhoneNumber::parse(&text).unwrap());
    let ticket = (call(), any::<u32>(), "[A-Za-z0-9+/=&?# ~%]{1,40}");
    let ticket = ticket.prop_map(|(call, claim, token)| ClaimTicket { call, claim, token });
    let agent = "[A-Za-z0-9_]{1,64}".prop_map(|id| AgentId::new(&id).unwrap());
    let phone = (of(call()), of(number), any::<u32>());
    let phone = phone.prop_map(|(call, phone, round)| OfficePhone { call, phone, round });
    prop_oneof![
        Just(Route::Incoming),
        any::<u8>().prop_map(|attempt| Route::Menu { attempt }),
        (
            queue(),
            any::<bool>(),
            select(vec![Welcome::Nothing, Welcome::Queue, Welcome::Greeting])
        )
            .prop_map(|(queue, key, welcome)| Route::Wait { queue, key, welcome }),
        queue().prop_map(|queue| Route::LeftQueue { queue }),
        any::<bool>().prop_map(|astray| Route::Resume { astray }),
        any::<u32>().prop_map(|claim| Route::AfterConference { claim }),
        Just(Route::OfficeRing),
        phone.clone().prop_map(Route::OfficeScreen),
        phone.prop_map(Route::OfficeAccept),
        (any::<u32>(), any::<u32>(), any::<u32>()).prop_map(|(round, attempt, batch)| Route::OfficeEnded {
            round,
            attempt,
            batch: batch as usize,
        }),
        (of(ticket), of(agent), any::<bool>()).prop_map(|(claim, agent, asked)| Route::AgentConnect {
            claim,
            agent,
            asked
        }),
        (of(call()), any::<u32>()).prop_map(|(call, claim)| Route::Conference { call, claim }),
        Just(Route::Voicemail),
        Just(Route::Recorded),
        Just(Route::RecordingNotice),
        Just(Route::Status),
        (of(call()), any::<u32>()).prop_map(|(call, claim)| Route::AgentStatus { call, claim }),
        Just(Route::Fallback),
    ]
}

fn parse(target: &str) -> Option<Routed> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Routed::parse(path, query)
}

fn sorted(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return target.to_owned();
    };
    let mut parts: Vec<&str> = query.split('&').collect();
    parts.sort_unstable();
    format!("{path}?{}", parts.join("&"))
}

fn written_again(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else {
        return target.to_owned();
    };
    let pairs = form_urlencoded::parse(query.as_bytes());
    let query: String = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    format!("{path}?{query}")
}

proptest! {
    #[test]
    fn every_address_is_read_as_it_was_written(route in routes(), direct: bool, again: bool) {
        let routed = Routed { route, direct, again };
        prop_assert_eq!(parse(&routed.target()), Some(routed));
    }

    #[test]
    fn no_address_changes_when_its_query_is_sorted(route in routes(), direct: bool, again: bool) {
        let target = Routed { route, direct, again }.target();
        prop_assert_eq!(sorted(&target), target);
    }

    #[test]
    fn pieces_of_music_are_read_as_they_were_written(at: u64, seconds: u64) {
        let piece = MusicPiece { at, seconds };
        let target = piece.target();
        let query = target.strip_prefix(VOICE_PATH).and_then(|rest| rest.strip_prefix("media/hold.wav?"));
        prop_assert_eq!(query.map(MusicPiece::parse), Some(piece));
    }

    #[test]
    fn no_query_is_refused(path in "[a-z/-]{0,16}", query in ".{0,64}") {
        let _ = Routed::parse(&format!("{VOICE_PATH}{path}"), &query);
        let known = Routed::parse(&format!("{VOICE_PATH}wait"), &query);
        prop_assert!(known.is_some());
    }
}

/// What carriers' libraries and proxies do when they parse a query and write it again.
#[test]
fn no_address_in_use_changes_when_its_query_is_written_again() {
    let urls = VoiceUrls::new("https://phones.example.com/");
    let call = CallId::new("CA0123456789abcdef0123456789abcdef").unwrap();
    let phone = PhoneNumber::parse("+442079460011").unwrap();
    let queue = QueueName::new("sales-2.uk_a").unwrap();
    let ticket = ClaimTicket {
        call: call.clone(),
        claim: 3,
        token: "a9B-_x".into(),
    };
    for url in [
        urls.menu(1),
        urls.wait(&queue, Welcome::Queue),
        urls.wait_key(&queue),
        urls.left_queue(&queue),
        urls.astray(),
        urls.after_conference(2),
        urls.office_screen(&call, &phone, 1, true),
        urls.office_accept(&call, Some(&phone), 1, true),
        urls.office_ended(2, 1, 0, true),
        urls.agent_connect(&ticket, &AgentId::new("ada_1").unwrap(), true),
        urls.agent_status(&call, 3),
        urls.conference(&call, 3),
        urls.recorded(true),
        urls.recording_notice(),
        urls.music(3, 12),
    ] {
        assert_eq!(sorted(&url), url);
        assert_eq!(written_again(&url), url);
    }
}

/// Documents of live calls hold addresses as every earlier release wrote them.
#[test]
fn addresses_of_an_earlier_release_are_read() {
    let call = CallId::new("CA01").ok();
    let phone = OfficePhone {
        call: call.clone(),
        phone: PhoneNumber::parse("+442079460011").ok(),
        round: 2,
    };
    let unknown = OfficePhone {
        phone: None,
        ..phone.clone()
    };
    let queue = QueueName::new("sales-uk").ok();
    let agent = AgentId::new("ada_1").ok();
    let claim: Option<ClaimTicket> = "CA01~1~x-y".parse().ok();
    for (target, route, direct) in [
        ("menu?attempt=1", Route::Menu { attempt: 1 }, false),
        (
            "wait?queue=sales%2Duk&key=1",
            Route::Wait {
                queue,
                key: true,
                welcome: Welcome::Nothing,
            },
            false,
        ),
        (
            "office/screen?call=CA01&phone=%2B442079460011&round=2&mode=direct",
            Route::OfficeScreen(phone),
            true,
        ),
        (
            "office/accept?call=CA01&phone=&round=2",
            Route::OfficeAccept(unknown),
            false,
        ),
        (
            "office/ended?round=1&attempt=2&batch=3",
            Route::OfficeEnded {
                round: 1,
                attempt: 2,
                batch: 3,
            },
            false,
        ),
        (
            "agent/connect?claim=CA01%7E1%7Ex%2Dy&agent=ada%5F1&asked=1",
            Route::AgentConnect {
                claim,
                agent,
                asked: true,
            },
            false,
        ),
        (
            "status?call=CA01&claim=4",
            Route::AgentStatus { call, claim: 4 },
            false,
        ),
        (
            "office/ended?mode=direct&round=x&attempt=-1",
            Route::OfficeEnded {
                round: 0,
                attempt: 0,
                batch: 0,
            },
            true,
        ),
    ] {
        let read = parse(&format!("{VOICE_PATH}{target}"));
        assert_eq!(
            read,
            Some(Routed {
                route,
                direct,
                again: false
            }),
            "{target}"
        );
    }
    assert_eq!(parse("/twilio/voice/nothing"), None);
    assert_eq!(parse("/twilio/sms/incoming"), None);
}
