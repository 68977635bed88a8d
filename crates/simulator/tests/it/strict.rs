//! The strict reading of documents.

use switchboard_simulator::{Where, faults_of};

use crate::world::document;

fn faults(verbs: &str, place: Where) -> Vec<String> {
    faults_of(&document(verbs), place)
}

#[test]
fn good_documents_have_no_fault() {
    let dial = r#"<Dial action="/ended" timeout="20"><Number url="screen">+442079460011</Number></Dial>"#;
    let gather = r#"<Gather action="/menu" numDigits="1"><Say voice="Polly.Amy" language="en-GB">Press 1.</Say></Gather>"#;
    for (verbs, place) in [
        (dial.to_owned(), Where::Call),
        (format!("{gather}<Redirect>/menu</Redirect>"), Where::Call),
        (format!("{gather}<Hangup/>"), Where::Screening),
        (String::new(), Where::Screening),
        (
            "<Say>Please wait.</Say><Play>music.wav</Play>".to_owned(),
            Where::Queue,
        ),
        ("<Leave/>".to_owned(), Where::Queue),
        (
            "<Play>m.wav</Play><Redirect>again</Redirect>".to_owned(),
            Where::Conference,
        ),
        (
            r#"<Enqueue waitUrl="" action="/left">sales &amp; more</Enqueue>"#.to_owned(),
            Where::Call,
        ),
    ] {
        assert_eq!(faults(&verbs, place), Vec::<String>::new(), "{verbs}");
    }
}

#[test]
fn each_rule_finds_what_breaks_it() {
    let number = "<Number>+442079460011</Number>";
    let eleven = number.repeat(11);
    let long = "x".repeat(5_000);
    for (verbs, place, fault) in [
        ("<Say>Bye.</Say>".to_owned(), Where::Call, "hangs up"),
        (String::new(), Where::Call, "empty"),
        (
            r#"<Gather action="/a"><Say>1?</Say></Gather>"#.to_owned(),
            Where::Screening,
            "picked up",
        ),
        ("<Play>m.wav</Play>".to_owned(), Where::Conference, "loop"),
        ("<Hangup/><Say>Never.</Say>".to_owned(), Where::Call, "never runs"),
        ("<say>x</say><Hangup/>".to_owned(), Where::Call, "not possible"),
        ("<Leave/>".to_owned(), Where::Call, "not possible"),
        (
            "<Dial action=\"/a\"><Number>1</Number></Dial>".to_owned(),
            Where::Call,
            "its text",
        ),
        (
            format!("<Dial action=\"/a\">{eleven}</Dial>"),
            Where::Call,
            "11 nouns",
        ),
        (
            format!("<Dial action=\"/a\" timeout=\"3\">{number}</Dial>"),
            Where::Call,
            "not a value",
        ),
        (
            format!("<Dial action=\"/a\" colour=\"red\">{number}</Dial>"),
            Where::Call,
            "no attribute",
        ),
        (
            format!("<Dial action=\"/a\"><Conference>a</Conference>{number}</Dial>"),
            Where::Call,
            "and to others",
        ),
        (format!("<Say>{long}</Say><Hangup/>"), Where::Call, "its text"),
        ("<Record/>".to_owned(), Where::Call, "without an action"),
        (
            "<Redirect method=\"post\">/a</Redirect>".to_owned(),
            Where::Call,
            "not a value",
        ),
        ("<Redirect>/a b</Redirect>".to_owned(), Where::Call, "its text"),
        ("<Say>a & b</Say><Hangup/>".to_owned(), Where::Call, "parsed"),
    ] {
        let found = faults(&verbs, place);
        assert!(
            found.iter().any(|one| one.contains(fault)),
            "{verbs} at {place:?}: {found:?}"
        );
    }
    let late = format!(" {}", document("<Hangup/>"));
    assert!(!faults_of(&late, Where::Call).is_empty());
    let heavy = document(&"<Pause length=\"1\"/>".repeat(4_000));
    assert!(faults_of(&heavy, Where::Queue)[0].contains("bytes"));
}
