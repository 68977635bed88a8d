//! Names and texts that XML would take for its own: they come through whole, and nothing they hold is markup.

use crate::house::{House, always, never};
use crate::line::{Line, attribute, dialled, text};
use crate::queue::{in_queue, left};

/// What a person may type into a setting, and what they must not be able to say with it.
const ODD: &str = r#"Smith & <Sons> \"Ltd\" 'é' ]]></Say><Hangup/> &amp; \u0007\u0000\uFFFE 🙂"#;
/// The same, as a caller hears it.
const HEARD: &str = "Smith & <Sons> \"Ltd\" 'é' ]]></Say><Hangup/> &amp; ";

fn texts() -> String {
    let names = [
        "name",
        "greeting",
        "closed_message",
        "queue_message",
        "hold_message",
        "voicemail_message",
        "recorded_message",
        "not_understood_message",
        "office_screen_message",
        "taken_message",
        "sorry_message",
        "goodbye_message",
    ];
    let lines: Vec<String> = names
        .iter()
        .map(|name| format!("{name} = \"{name} {ODD}\"\n"))
        .collect();
    format!(
        "[office]\n{}\n[menu]\nprompt = \"prompt {ODD}\"\n",
        lines.concat()
    )
}

fn says(document: &str, name: &str) {
    let parsed = roxmltree::Document::parse(document).unwrap();
    let wanted = format!("{name} {HEARD}");
    let said: Vec<_> = parsed
        .descendants()
        .filter(|node| node.has_tag_name("Say"))
        .filter_map(|node| node.text())
        .collect();
    assert!(
        said.iter().any(|text| text.starts_with(&wanted)),
        "{wanted}: {said:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_texts_are_said_as_they_are_at_every_step_of_a_call() {
    let house = House::with(always().text("odd texts", &texts())).await;
    let mut line = Line::caller_from(1, "\u{1}<&\"'>\u{fffe}");
    let menu = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    says(&menu, "greeting");
    says(&menu, "prompt");
    let again = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "<&>")])
        .await;
    says(&again, "not_understood_message");
    let enqueue = line
        .ask(&house, &attribute(&again, "action"), &[("Digits", "1")])
        .await;
    let (wait, way_out) = (attribute(&enqueue, "waitUrl"), attribute(&enqueue, "action"));
    says(&line.ask(&house, &wait, &in_queue("0")).await, "queue_message");
    house.advance(std::time::Duration::from_secs(181)).await;
    line.ask(&house, &wait, &in_queue("181")).await;
    let ring = line.ask(&house, &way_out, &left("leave")).await;
    let (phone, screen) = dialled(&ring).swap_remove(0);
    let mut desk = Line::office(2, &line, &phone);
    let screened = desk.ask(&house, &screen, &[]).await;
    says(&screened, "office_screen_message");
    desk.ask(&house, &attribute(&screened, "action"), &[("Digits", "&")])
        .await;
    let parsed = roxmltree::Document::parse(&ring).unwrap();
    assert!(parsed.descendants().all(|node| !node.has_tag_name("Sons")));
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_texts_are_said_as_they_are_at_night() {
    let house = House::with(never().text("odd texts", &texts())).await;
    let mut line = Line::caller(1);
    let closed = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
    says(&closed, "closed_message");
    let thanks = line
        .ask(
            &house,
            &attribute(&closed, "action"),
            &[
                ("RecordingUrl", "http://x/<&>"),
                ("RecordingDuration", "8"),
                ("Digits", ""),
            ],
        )
        .await;
    says(&thanks, "recorded_message");
    assert!(!text(&closed, "Say").contains('\u{7}'));
    house.close().await;
}
