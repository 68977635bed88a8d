//! What is heard while waiting, and the way out of it.

use std::time::Duration;

use crate::house::{House, always, weekly};
use crate::line::{attribute, sid};
use crate::queue::{in_queue, left, waiting};
use switchboard_domain::{Command, LegId};
use switchboard_gateway::Gateway;
use switchboard_runtime::Clock;
use switchboard_runtime::settings::Layers;
use switchboard_store::{Store, StoreConfig};

/// What is heard in a document, and how many seconds it may take: speech by the slow pace that the gateway reckons
/// with, music by its address, and the time for a key.
pub(crate) fn length(document: &str) -> u64 {
    let parsed = roxmltree::Document::parse(document).unwrap();
    let seconds = |node: roxmltree::Node<'_, '_>| match node.tag_name().name() {
        "Say" => node.text().unwrap_or_default().chars().count().div_ceil(10) as u64,
        "Play" => {
            let (_, of) = node.text().unwrap().split_once("for=").unwrap();
            of.parse().unwrap()
        }
        "Pause" => node.attribute("length").unwrap().parse().unwrap(),
        "Gather" => node.attribute("timeout").unwrap().parse().unwrap(),
        _ => 0,
    };
    parsed
        .descendants()
        .filter(roxmltree::Node::is_element)
        .map(seconds)
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_document_is_never_longer_than_the_settings_say() {
    for wait_document in [20, 14, 5, 2, 1] {
        let house = House::with(always().set(&format!("calls.wait_document={wait_document}s"))).await;
        let (mut line, wait, _) = waiting(&house, 1).await;
        for waited in [0, 1, 17, 45, 59, 60, 62, 121] {
            let document = line.ask(&house, &wait, &in_queue(&waited.to_string())).await;
            // The welcome comes before it, once.
            let welcome = if waited < 3 { 8 } else { 0 };
            let length = length(&document);
            assert!(
                (1..=wait_document + welcome).contains(&length),
                "{wait_document}: {length} s of {document}"
            );
        }
        house.close().await;
    }
}

/// Whatever is decided by the passing of time, the line asks soon after it: the workers may be dead.
#[tokio::test(flavor = "multi_thread")]
async fn no_document_lasts_much_beyond_the_moment_at_which_something_is_decided() {
    let house = House::with(always().set("calls.wait_document=20s")).await;
    house.agent("amelia", None).await;
    house.agent("dylan", Some("+447700900021")).await;
    let mut callers = Vec::new();
    for number in 1..=3 {
        callers.push(waiting(&house, number).await);
    }
    let longest = 12;
    let (line, wait, _) = &mut callers[0];
    let music = line.ask(&house, wait, &in_queue("75")).await;
    assert_eq!(length(&music), longest + 1, "far from everything: {music}");
    house.advance(Duration::from_secs(175)).await;
    let soon = 3..=5 + 3;
    let music = line.ask(&house, wait, &in_queue("175")).await;
    assert!(soon.contains(&length(&music)), "five seconds left: {music}");
    // Nobody calls dylan's phone.
    house.answer(&callers[1].0.sid, "amelia").await;
    house.answer(&callers[2].0.sid, "dylan").await;
    house.advance(Duration::from_secs(10)).await;
    for (line, wait, _) in &mut callers[1..] {
        let music = line.ask(&house, wait, &in_queue("185")).await;
        assert!(soon.contains(&length(&music)), "five seconds left: {music}");
    }
    house.advance(Duration::from_secs(5)).await;
    for (line, wait, _) in &mut callers {
        let leave = line.ask(&house, wait, &in_queue("190")).await;
        assert!(leave.contains("<Leave"), "{leave}");
        assert_eq!(house.state(&line.sid).await, "ringing_office");
    }
    house.close().await;
}

/// Without Redis the carrier's own count tells how long it still takes.
#[tokio::test(flavor = "multi_thread")]
async fn nor_does_one_that_is_made_without_redis() {
    let mut house = House::open().await;
    let (mut line, wait, _) = waiting(&house, 1).await;
    house.redis.stop().await.unwrap();
    for (waited, longest) in [("20", 20), ("170", 10), ("177", 3), ("179", 1)] {
        let music = line.ask_once(&house, &wait, &in_queue(waited)).await;
        assert!((1..=longest).contains(&length(&music)), "{waited}: {music}");
    }
    let leave = line.ask_once(&house, &wait, &in_queue("180")).await;
    assert!(leave.contains("<Leave"), "{leave}");
    house.close().await;
}

/// As the carrier would ask, each time the last document is over: every minute something is said, once, and the music
/// goes on where it stopped.
#[tokio::test(flavor = "multi_thread")]
async fn announcements_come_every_minute_and_the_music_goes_on_between_them() {
    let house = House::with(always().set("calls.unanswered_after=10m")).await;
    let (mut line, wait, _) = waiting(&house, 1).await;
    let (mut waited, mut said, mut music) = (0, Vec::new(), None);
    while waited < 240 {
        let document = line.ask(&house, &wait, &in_queue(&waited.to_string())).await;
        if document.contains("<Say") {
            said.push(waited / 60);
            assert!(waited % 60 < 3, "at {waited} s");
            music = None;
        }
        if let Some((_, at)) = document.split_once("at=") {
            let at: u64 = at.split("&amp;").next().unwrap().parse().unwrap();
            if let Some(expected) = music {
                assert_eq!(at, expected, "at {waited} s");
            }
        }
        waited += length(&document);
        music = Some(waited % 12);
    }
    assert_eq!(said, [0, 1, 2, 3]);
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_are_told_their_place_and_the_time_when_it_is_known() {
    let house = House::with(always().set("calls.unanswered_after=10m")).await;
    // Six calls answered, half a minute after each other.
    for number in 1..=6 {
        let (line, ..) = waiting(&house, number).await;
        house.advance(Duration::from_secs(40)).await;
        let leg = LegId::new(&sid("CA", 100 + number)).unwrap();
        house
            .job_does(
                &line.sid,
                Command::OfficeAccepted {
                    phone: None,
                    leg,
                    round: 0,
                },
            )
            .await;
        house.job_does(&line.sid, Command::CallerGone).await;
    }
    let mut lines = Vec::new();
    for number in 11..=13 {
        lines.push(waiting(&house, number).await);
    }
    let words = [
        "You are the next to be answered.",
        "You are number 2 in the queue.",
        "You are number 3 in the queue.",
    ];
    let times = ["in about a minute", "about 2 minutes", "about 2 minutes"];
    for (((line, wait, _), words), time) in lines.iter_mut().zip(words).zip(times) {
        let document = line.ask(&house, wait, &in_queue("60")).await;
        assert!(document.contains(words), "{document}");
        assert!(document.contains(time), "{document}");
        assert!(document.contains("press 9"), "{document}");
    }
    // Nobody answers any more: what was known is known no longer.
    house.advance(Duration::from_secs(200)).await;
    let (line, wait, _) = &mut lines[2];
    let document = line.ask(&house, wait, &in_queue("120")).await;
    assert!(document.contains("You are number 3"), "{document}");
    assert!(!document.contains("We expect"), "{document}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_waits_may_leave_a_message_at_any_time() {
    let house = House::open().await;
    let (mut line, wait, left_queue) = waiting(&house, 1).await;
    line.record.clear();
    let hold = line.ask(&house, &wait, &in_queue("14")).await;
    let pressed = attribute(&hold, "action");
    // Another key is no reason to lose the place.
    let again = line.ask(&house, &pressed, &[("Digits", "5")]).await;
    assert!(again.contains("<Play"), "{again}");
    assert_eq!(house.state(&line.sid).await, "queued");
    let leave = line.ask(&house, &pressed, &[("Digits", "9")]).await;
    assert!(leave.contains("<Leave"), "{leave}");
    let record = line.ask(&house, &left_queue, &left("leave")).await;
    assert!(record.contains("<Record"), "{record}");
    let recording = sid("RE", 1);
    let message = [("RecordingSid", recording.as_str()), ("RecordingDuration", "7")];
    line.ask(&house, &attribute(&record, "action"), &message).await;
    let call = house.call(&line.sid).await;
    assert_eq!(call.state.name(), "ended");
    assert_eq!(call.recording.unwrap().id, recording);
    insta::assert_snapshot!(line.record);
    house.close().await;
}

/// An agent has pressed Answer: the key comes too late, and costs nobody the conversation.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_being_connected_is_not_taken_away_by_a_key() {
    let house = House::open().await;
    house.agent("amelia", None).await;
    let (mut line, wait, _) = waiting(&house, 1).await;
    house.answer(&line.sid, "amelia").await;
    let music = line.ask(&house, &wait, &in_queue("62")).await;
    assert!(!music.contains("<Gather") && !music.contains("<Say"), "{music}");
    line.ask(&house, &format!("{wait}&key=1"), &[("Digits", "9")])
        .await;
    assert_eq!(house.state(&line.sid).await, "claimed");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn music_of_the_offices_own_is_played_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hold.wav");
    // Five seconds of 8 kHz µ-law, each second its own byte.
    let format: Vec<u8> = [
        [7, 0, 1, 0],
        8_000_u32.to_le_bytes(),
        8_000_u32.to_le_bytes(),
        [1, 0, 8, 0],
    ]
    .concat();
    let samples: Vec<u8> = (0..5_u8).flat_map(|second| vec![second; 8_000]).collect();
    let head = [
        b"RIFF\0\0\0\0WAVEfmt ".as_slice(),
        &[16, 0, 0, 0],
        &format,
        b"data",
        &40_000_u32.to_le_bytes(),
    ];
    std::fs::write(&path, [head.concat(), samples].concat()).unwrap();
    let layers = || always().set(&format!("office.music={}", path.display()));
    let house = House::with(layers()).await;
    let (mut line, wait, _) = waiting(&house, 1).await;
    let document = line.ask(&house, &wait, &in_queue("14")).await;
    let url = document
        .split("<Play loop=\"1\">")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    assert!(url.contains("at=4&for=12"), "{url}");
    let piece = house
        .door
        .get(&crate::line::target(&url))
        .send()
        .await
        .unwrap()
        .bytes()
        .await
        .unwrap();
    let seconds: Vec<u8> = piece[44..].chunks(8_000).map(|second| second[0]).collect();
    assert_eq!(seconds, [4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0]);
    house.close().await;
    std::fs::write(&path, b"ID3").unwrap();
    let store = Store::new(StoreConfig::new("redis://127.0.0.1:1", "{sb}")).unwrap();
    let refused = Gateway::new(&layers().load().unwrap(), store, Clock::system())
        .unwrap_err()
        .to_string();
    assert!(
        refused.contains("office.music") && refused.contains("not a WAV file"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_to_be_said_there_is_only_music() {
    let silent = "[office]\nmessage_key = \"\"\n[calls]\nannounce_every = \"0s\"\n";
    let layers = Layers::demo()
        .text("hours", &weekly(r#"["24h"]"#))
        .text("silent", silent);
    let house = House::with(layers).await;
    let (mut line, wait, _) = waiting(&house, 1).await;
    for waited in ["8", "60", "61"] {
        let document = line.ask(&house, &wait, &in_queue(waited)).await;
        assert!(
            !document.contains("<Say") && !document.contains("<Gather"),
            "{document}"
        );
        assert_eq!(length(&document), 12);
    }
    line.ask(&house, &format!("{wait}&key=1"), &[("Digits", "9")])
        .await;
    assert_eq!(house.state(&line.sid).await, "queued");
    house.close().await;
}
