//! What attributes and texts may hold.

use url::Url;

use super::Element;

const KEYS: &str = "0123456789*#";
/// Characters of one Say.
const LONGEST_SAY: usize = 4_096;
const LONGEST_QUEUE: usize = 64;
const LONGEST_LABEL: usize = 128;
const LONGEST_IDENTITY: usize = 121;

/// What is wrong with an attribute's value.
pub(super) fn attribute(element: &str, name: &str, value: &str) -> Option<&'static str> {
    let one_of = |choices: &[&str]| choices.contains(&value);
    let words = |choices: &[&str]| value.split(' ').all(|word| choices.contains(&word));
    let number = |from: u32, to: u32| {
        value
            .parse()
            .is_ok_and(|number: u32| (from..=to).contains(&number))
    };
    let fine = match (element, name) {
        (_, "method") => one_of(&["GET", "POST"]),
        (_, name) if name.ends_with("Method") => one_of(&["GET", "POST"]),
        ("Conference" | "Enqueue", "waitUrl") if value.is_empty() => true,
        (
            _,
            "action"
            | "url"
            | "waitUrl"
            | "statusCallback"
            | "recordingStatusCallback"
            | "transcribeCallback",
        ) => is_address(value),
        ("Dial", "timeout") => number(5, 600),
        (_, "timeout") => number(0, 600),
        (_, "timeLimit") => number(1, 86_400),
        (_, "numDigits") => number(1, 999),
        ("Gather", "finishOnKey") => value.len() <= 1 && value.chars().all(|key| KEYS.contains(key)),
        (_, "finishOnKey") => !value.is_empty() && value.chars().all(|key| KEYS.contains(key)),
        ("Gather", "input") => one_of(&["dtmf", "speech", "dtmf speech"]),
        (_, "loop") => number(0, 1_000),
        (_, "length" | "maxLength") => number(1, 14_400),
        (_, "maxParticipants") => number(2, 250),
        ("Conference", "beep") => one_of(&["true", "false", "onEnter", "onExit"]),
        ("Conference", "statusCallbackEvent") => words(&[
            "start",
            "end",
            "join",
            "leave",
            "mute",
            "hold",
            "modify",
            "speaker",
            "announcement",
        ]),
        (_, "statusCallbackEvent") => words(&["initiated", "ringing", "answered", "completed"]),
        (_, "recordingStatusCallbackEvent") => words(&["in-progress", "completed", "absent"]),
        ("Record", "trim") => one_of(&["trim-silence", "do-not-trim"]),
        ("Reject", "reason") => one_of(&["rejected", "busy"]),
        (_, "participantLabel") => !value.is_empty() && value.chars().count() <= LONGEST_LABEL,
        (_, "callerId") => is_number(value) || value.starts_with("client:"),
        (_, "voice") => {
            one_of(&["man", "woman", "alice"]) || value.starts_with("Polly.") || value.starts_with("Google.")
        }
        (_, "language") => {
            !value.is_empty()
                && value
                    .bytes()
                    .all(|one| one.is_ascii_alphanumeric() || one == b'-')
        }
        (
            _,
            "actionOnEmptyResult"
            | "answerOnBridge"
            | "hangupOnStar"
            | "muted"
            | "startConferenceOnEnter"
            | "endConferenceOnExit"
            | "playBeep"
            | "sequential"
            | "transcribe"
            | "profanityFilter",
        ) => one_of(&["true", "false"]),
        _ => true,
    };
    (!fine).then_some("not a value of this attribute")
}

/// What is wrong with an element's text.
pub(super) fn text(element: &Element) -> Option<&'static str> {
    let text = element.text.as_str();
    let length = text.chars().count();
    let fine = match element.name.as_str() {
        "Say" => (1..=LONGEST_SAY).contains(&length),
        "Play" => is_address(text) || element.attribute("digits").is_some(),
        "Redirect" => is_address(text),
        "Enqueue" => (1..=LONGEST_QUEUE).contains(&length),
        "Number" => is_number(text),
        "Client" => is_identity(text),
        "Conference" => length > 0,
        "Dial" => !element.children.is_empty() || is_number(text),
        "Pause" | "Hangup" | "Leave" | "Reject" | "Record" => text.is_empty() && element.children.is_empty(),
        _ => true,
    };
    (!fine).then_some("its text is not what belongs there")
}

/// An absolute URL, or one that a document's own makes absolute.
fn is_address(text: &str) -> bool {
    let trimmed = !text.is_empty() && !text.contains(char::is_whitespace);
    let Ok(base) = Url::parse("https://voice.example/twilio/voice/incoming") else {
        return false;
    };
    trimmed
        && base
            .join(text)
            .is_ok_and(|url| url.host_str().is_some_and(|host| !host.contains('_')))
}

/// E.164, with the plus.
fn is_number(text: &str) -> bool {
    text.strip_prefix('+').is_some_and(|digits| {
        (5..=15).contains(&digits.len()) && digits.bytes().all(|one| one.is_ascii_digit())
    })
}

fn is_identity(text: &str) -> bool {
    (1..=LONGEST_IDENTITY).contains(&text.len())
        && text.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'_')
}
