//! Several numbers, each with its own words, voice and menu; and callers who are not let in.

use crate::house::{House, always};
use crate::line::{Line, attribute};

/// A second number that speaks German, and a third without a menu.
pub(crate) const LINES: &str = r#"
[office]
numbers = ["+442079460000", "+49401234560", "+442079460001"]
blocked = ["+447700900199", "+4470*", "sip:nuisance@example.com"]

[lines.hamburg]
numbers = ["+49401234560"]
name = "Hafen & Gasse"
language = "de-DE"
voice = "Polly.Vicki"
greeting = "Vielen Dank für Ihren Anruf bei {office}."
closed_message = "Wir haben geschlossen."
holiday_message = "Wir haben heute wegen {holiday} geschlossen."
queue_message = "Bitte bleiben Sie am Apparat."
hold_message = "Danke, dass Sie warten."
position_message = "Sie sind Nummer {position}."
next_message = "Sie sind der Nächste."
estimate_message = "Es dauert etwa {minutes} Minuten."
estimate_minute_message = "Es dauert etwa eine Minute."
message_offer = "Für eine Nachricht drücken Sie die {message_key}."
voicemail_message = "Bitte sprechen Sie nach dem Ton."
recorded_message = "Wir haben Ihre Nachricht."
not_understood_message = "Das haben wir nicht verstanden."
sorry_message = "Es tut uns leid."
goodbye_message = "Auf Wiederhören."
menu.prompt = "Für den Verkauf drücken Sie die 3."
menu.choices = [{ digit = "3", label = "Verkauf", queue = "verkauf" }]
menu.default_queue = "empfang"
menu.attempts = 3

[lines.direct]
numbers = ["+442079460001"]
greeting = "This is the direct line of {office}."
menu.choices = []
menu.default_queue = "direct"
"#;

async fn house() -> House {
    House::with(always().text("lines", LINES)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_number_has_its_greeting_language_voice_and_menu() {
    let house = house().await;
    let mut line = Line::caller_to(1, "+49401234560");
    let menu = line.ask(&house, "incoming", &[]).await;
    let enqueue = line
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "3")])
        .await;
    assert!(enqueue.contains("verkauf</Enqueue>"), "{enqueue}");
    let wait = attribute(&enqueue, "waitUrl");
    line.ask(&house, &wait, &[("QueueTime", "0")]).await;
    line.ask(&house, &wait, &[("QueueTime", "61")]).await;
    line.ask(&house, &format!("{wait}&key=1"), &[("Digits", "9")])
        .await;
    let left = attribute(&enqueue, "action");
    line.ask(&house, &left, &[("QueueResult", "leave")]).await;
    insta::assert_snapshot!(line.record);
    assert!(!line.record.contains("Polly.Amy"), "another voice was heard");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_chooses_nothing_takes_the_default_way_of_their_number() {
    let house = house().await;
    let mut line = Line::caller_to(1, "+49401234560");
    let mut document = line.ask(&house, "incoming", &[]).await;
    for attempt in 0..3 {
        assert!(document.contains("<Gather"), "reading {attempt}: {document}");
        document = line
            .ask(&house, &attribute(&document, "action"), &[("Digits", "1")])
            .await;
    }
    assert!(document.contains("empfang</Enqueue>"), "{document}");

    let mut line = Line::caller_to(2, "+442079460001");
    let document = line.ask(&house, "incoming", &[]).await;
    assert!(document.contains("direct</Enqueue>"), "{document}");
    let first = line
        .ask(
            &house,
            &attribute(&document, "waitUrl"),
            &crate::queue::in_queue("0"),
        )
        .await;
    assert!(first.contains("direct line of Harbour and Lane"), "{first}");

    let mut line = Line::caller(3);
    let document = line.ask(&house, "incoming", &[]).await;
    assert!(document.contains("For sales, press 1"), "{document}");
    house.close().await;
}

/// Whoever picks up an office phone hears which line it is, in words of their own.
#[tokio::test(flavor = "multi_thread")]
async fn the_office_hears_which_line_was_dialled() {
    let house = house().await;
    let mut caller = Line::caller_to(1, "+49401234560");
    let menu = caller.ask(&house, "incoming", &[]).await;
    caller
        .ask(&house, &attribute(&menu, "action"), &[("Digits", "3")])
        .await;
    let mut phone = Line::office(2, &caller, "+442079460011");
    let at = format!("office/screen?call={}&phone=%2B442079460011", caller.sid);
    let screen = phone.ask(&house, &at, &[]).await;
    assert!(
        screen.contains("A caller is waiting for Hafen &amp; Gasse."),
        "{screen}"
    );
    assert!(screen.contains("Polly.Amy"), "{screen}");
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn blocked_callers_are_refused_and_nothing_is_kept_of_them() {
    let house = house().await;
    let before = house.digest().await;
    for (number, from) in (1..).zip(["+447700900199", "+447012345678", "SIP:nuisance@example.com"]) {
        let mut line = Line::caller_from(number, from);
        let document = line.ask(&house, "incoming", &[("CallStatus", "ringing")]).await;
        assert!(
            document.contains("<Reject reason=\"rejected\""),
            "{from}: {document}"
        );
        line.tell(&house, "status", &[("CallStatus", "no-answer")]).await;
    }
    assert_eq!(before, house.digest().await, "something was kept");
    // Everybody else is welcome, also those who hide their number.
    for (number, from) in (10..).zip([
        "+447700900198",
        "anonymous",
        "client:kiosk",
        "sip:ada@example.test",
    ]) {
        let document = Line::caller_from(number, from).ask(&house, "incoming", &[]).await;
        assert!(document.contains("<Gather"), "{from}: {document}");
    }
    house.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_numbers_are_refused_where_the_office_wants_it() {
    let house = House::with(always().set("office.withheld=reject")).await;
    for (number, from, refused) in [
        (1, "anonymous", true),
        (2, "+266696687", true),
        (3, "", true),
        (4, "+447700900198", false),
        (5, "client:kiosk", false),
    ] {
        let document = Line::caller_from(number, from).ask(&house, "incoming", &[]).await;
        assert_eq!(
            document.contains("<Reject reason=\"busy\""),
            refused,
            "{from}: {document}"
        );
    }
    house.close().await;
}
