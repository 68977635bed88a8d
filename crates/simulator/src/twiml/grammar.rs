//! Which verbs, nouns and attributes exist, and where. All else is a warning and is passed over.

use super::Element;

/// What a document is run for: each has its own verbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// A call.
    Call,
    /// Somebody waits in a queue.
    Queue,
    /// Somebody waits in a conference, or is on hold there.
    Conference,
    /// A phone has picked up and is screened.
    Screening,
}

const PROMPTS: &[&str] = &["Say", "Play", "Pause"];
const NOUNS: &[&str] = &["Number", "Client", "Conference"];

/// Checks one verb. `Err` says why it is passed over; `Ok` lists what is merely odd.
pub(crate) fn check(verb: &Element, place: Where) -> Result<Vec<String>, String> {
    let allowed: &[&str] = match place {
        Where::Call => &[
            "Say", "Play", "Pause", "Gather", "Enqueue", "Dial", "Record", "Redirect", "Hangup", "Reject",
        ],
        Where::Queue => &["Say", "Play", "Pause", "Gather", "Redirect", "Hangup", "Leave"],
        Where::Conference => &["Say", "Play", "Pause", "Redirect"],
        Where::Screening => &["Say", "Play", "Pause", "Gather", "Redirect", "Hangup"],
    };
    if !allowed.contains(&verb.name.as_str()) {
        return Err(format!("<{}> is not possible here", verb.name));
    }
    let mut odd = Vec::new();
    attributes(verb, &mut odd);
    let children: &[&str] = match verb.name.as_str() {
        "Gather" => PROMPTS,
        "Dial" => NOUNS,
        // Speech markup is Say's own business.
        "Say" => return Ok(odd),
        _ => &[],
    };
    for child in &verb.children {
        if children.contains(&child.name.as_str()) {
            attributes(child, &mut odd);
        } else {
            odd.push(format!("<{}> does not belong in <{}>", child.name, verb.name));
        }
    }
    Ok(odd)
}

fn attributes(element: &Element, odd: &mut Vec<String>) {
    let known: &[&str] = match element.name.as_str() {
        "Say" => &["voice", "language", "loop"],
        "Play" => &["loop", "digits"],
        "Pause" => &["length"],
        "Gather" => &[
            "action",
            "method",
            "input",
            "timeout",
            "numDigits",
            "finishOnKey",
            "actionOnEmptyResult",
            "speechTimeout",
            "speechModel",
            "language",
            "hints",
            "profanityFilter",
            "enhanced",
            "partialResultCallback",
            "partialResultCallbackMethod",
            "maxSpeechTime",
            "bargeIn",
            "debug",
        ],
        "Enqueue" => &[
            "action",
            "method",
            "waitUrl",
            "waitUrlMethod",
            "workflowSid",
            "maxQueueSize",
        ],
        "Dial" => &[
            "action",
            "method",
            "timeout",
            "timeLimit",
            "callerId",
            "answerOnBridge",
            "ringTone",
            "hangupOnStar",
            "record",
            "recordingTrack",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "trim",
            "recordingConfigurationId",
            "sequential",
            "referUrl",
            "referMethod",
            "callReason",
            "passports",
            "events",
        ],
        "Record" => &[
            "action",
            "method",
            "timeout",
            "finishOnKey",
            "maxLength",
            "playBeep",
            "trim",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "transcribe",
            "transcribeCallback",
            "recordingConfigurationId",
        ],
        "Redirect" => &["method"],
        "Reject" => &["reason"],
        noun => noun_attributes(noun),
    };
    for (name, _) in &element.attributes {
        if !known.contains(&name.as_str()) {
            odd.push(format!("<{}> has no attribute {name}", element.name));
        }
    }
}

fn noun_attributes(noun: &str) -> &'static [&'static str] {
    match noun {
        "Number" => &[
            "sendDigits",
            "url",
            "method",
            "statusCallback",
            "statusCallbackEvent",
            "statusCallbackMethod",
            "byoc",
            "machineDetection",
            "machineDetectionTimeout",
            "machineDetectionSpeechThreshold",
            "machineDetectionSpeechEndThreshold",
            "machineDetectionSilenceTimeout",
            "amdStatusCallback",
            "amdStatusCallbackMethod",
        ],
        "Client" => &[
            "url",
            "method",
            "statusCallback",
            "statusCallbackEvent",
            "statusCallbackMethod",
            "clientNotificationUrl",
        ],
        "Conference" => &[
            "muted",
            "beep",
            "startConferenceOnEnter",
            "endConferenceOnExit",
            "participantLabel",
            "waitUrl",
            "waitMethod",
            "maxParticipants",
            "record",
            "coach",
            "statusCallback",
            "statusCallbackEvent",
            "statusCallbackMethod",
            "recordingStatusCallback",
            "recordingStatusCallbackMethod",
            "recordingStatusCallbackEvent",
            "eventCallbackUrl",
            "region",
            "trim",
            "jitterBufferSize",
            "recordingConfigurationId",
        ],
        _ => &[],
    }
}
