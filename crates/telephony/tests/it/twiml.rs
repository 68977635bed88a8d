//! Documents as Twilio gets them.

use std::time::Duration;

use insta::assert_snapshot;
use proptest::prelude::*;
use switchboard_telephony::twiml::{
    Beep, Client, Conference, ConferenceCallback, Dial, Enqueue, Gather, LegCallback, MAX_BYTES, Method,
    Noun, Number, Pause, Play, Prompt, Record, RecordCallback, Redirect, Reject, RejectReason, RenderError,
    Say, Verb, VoiceResponse,
};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// The document with one element a line, so that a snapshot can be read.
fn shown<const N: usize>(verbs: [Verb; N]) -> String {
    let document = VoiceResponse(verbs.into()).render().unwrap();
    let body = document.strip_prefix(DECLARATION).unwrap();
    body.replace("><", ">\n<")
}

#[test]
fn the_declaration_comes_first() {
    let document = VoiceResponse::default().render().unwrap();
    assert_eq!(document, format!("{DECLARATION}<Response />"));
}

#[test]
fn a_menu() {
    let gather = Gather {
        timeout: Some(Duration::from_secs(6)),
        num_digits: Some(1),
        finish_on_key: Some(String::new()),
        action_on_empty_result: Some(true),
        method: Some(Method::Post),
        prompts: vec![
            Prompt::Say(Say {
                voice: Some("Polly.Amy-Neural".into()),
                language: Some("en-GB".into()),
                ..Say::new("For sales & support press 1.")
            }),
            Prompt::Pause(Pause::seconds(1)),
            Prompt::Play(Play::new("/twilio/voice/media/menu.wav")),
        ],
        ..Gather::new("/twilio/voice/menu?try=1&lang=en")
    };
    assert_snapshot!(shown([gather.into(), Redirect::new("/twilio/voice/menu?try=2").into()]), @r#"
    <Response>
    <Gather input="dtmf" action="/twilio/voice/menu?try=1&amp;lang=en" method="POST" timeout="6" numDigits="1" finishOnKey="" actionOnEmptyResult="true">
    <Say voice="Polly.Amy-Neural" language="en-GB">For sales &amp; support press 1.</Say>
    <Pause length="1" />
    <Play loop="1">/twilio/voice/media/menu.wav</Play>
    </Gather>
    <Redirect method="POST">/twilio/voice/menu?try=2</Redirect>
    </Response>
    "#);
}

#[test]
fn waiting() {
    let enqueue = Enqueue {
        action: Some("left-queue".into()),
        method: Some(Method::Post),
        wait_url: Some("wait".into()),
        wait_url_method: Some(Method::Get),
        ..Enqueue::new("support <1>")
    };
    assert_snapshot!(shown([enqueue.into()]), @r#"
    <Response>
    <Enqueue action="left-queue" method="POST" waitUrl="wait" waitUrlMethod="GET">support &lt;1&gt;</Enqueue>
    </Response>
    "#);
    let music = Play {
        times: 0,
        ..Play::new("music.mp3")
    };
    assert_snapshot!(shown([music.into(), Verb::Leave, Verb::Hangup]), @r#"
    <Response>
    <Play loop="0">music.mp3</Play>
    <Leave />
    <Hangup />
    </Response>
    "#);
}

#[test]
fn the_office_rings() {
    let number = Number {
        url: Some("office/screen?call=1".into()),
        method: Some(Method::Post),
        status_callback: Some("status".into()),
        status_callback_events: vec![LegCallback::Answered, LegCallback::Completed],
        ..Number::new("+442071838750")
    };
    let client = Client {
        parameters: vec![("claim".into(), "a\"b".into())],
        url: Some("whisper".into()),
        method: Some(Method::Get),
        status_callback: Some("status".into()),
        status_callback_events: LegCallback::ALL.to_vec(),
        ..Client::new("agent_7")
    };
    let dial = Dial {
        action: Some("office/ended".into()),
        method: Some(Method::Post),
        timeout: Some(Duration::from_secs(20)),
        caller_id: Some("+447700900123".into()),
        answer_on_bridge: Some(true),
        ..Dial::ring(vec![
            Noun::Number(number),
            Noun::Client(client),
            Noun::Client(Client::new("agent_8")),
        ])
    };
    assert_snapshot!(shown([dial.into()]), @r#"
    <Response>
    <Dial action="office/ended" method="POST" timeout="20" callerId="+447700900123" answerOnBridge="true">
    <Number url="office/screen?call=1" method="POST" statusCallback="status" statusCallbackEvent="answered completed">+442071838750</Number>
    <Client url="whisper" method="GET" statusCallback="status" statusCallbackEvent="initiated ringing answered completed">
    <Identity>agent_7</Identity>
    <Parameter name="claim" value="a&quot;b" />
    </Client>
    <Client>agent_8</Client>
    </Dial>
    </Response>
    "#);
}

#[test]
fn talking() {
    let conference = Conference {
        start_on_enter: Some(true),
        end_on_exit: Some(false),
        beep: Some(Beep::Never),
        participant_label: Some("agent".into()),
        wait_url: Some(String::new()),
        wait_method: Some(Method::Get),
        max_participants: Some(10),
        region: Some("ie1".into()),
        status_callback: Some("conference".into()),
        status_callback_events: ConferenceCallback::ALL.to_vec(),
        ..Conference::new("call-1.2")
    };
    let dial = Dial {
        action: Some("agent/ended".into()),
        ..Dial::conference(conference)
    };
    assert_snapshot!(shown([dial.into()]), @r#"
    <Response>
    <Dial action="agent/ended">
    <Conference startConferenceOnEnter="true" endConferenceOnExit="false" beep="false" participantLabel="agent" waitUrl="" waitMethod="GET" maxParticipants="10" region="ie1" statusCallback="conference" statusCallbackEvent="start end join leave mute hold modify speaker announcement">call-1.2</Conference>
    </Dial>
    </Response>
    "#);
}

#[test]
fn voicemail_and_refusal() {
    let record = Record {
        method: Some(Method::Post),
        timeout: Some(Duration::from_millis(4_200)),
        finish_on_key: Some("#".into()),
        max_length: Some(Duration::from_mins(2)),
        play_beep: Some(true),
        trim_silence: Some(false),
        recording_status_callback: Some("recording".into()),
        recording_status_callback_method: Some(Method::Post),
        recording_status_callback_events: vec![RecordCallback::Completed, RecordCallback::Absent],
        ..Record::new("recorded")
    };
    assert_snapshot!(shown([record.into(), Reject { reason: RejectReason::Busy }.into()]), @r##"
    <Response>
    <Record action="recorded" method="POST" timeout="5" finishOnKey="#" maxLength="120" playBeep="true" trim="do-not-trim" recordingStatusCallback="recording" recordingStatusCallbackMethod="POST" recordingStatusCallbackEvent="completed absent" />
    <Reject reason="busy" />
    </Response>
    "##);
}

#[test]
fn what_twilio_would_not_take_is_refused() {
    let said = |length: usize| VoiceResponse(vec![Say::new("x".repeat(length)).into()]).render();
    let frame = said(1).unwrap().len() - 1;
    assert_eq!(said(MAX_BYTES - frame).unwrap().len(), MAX_BYTES);
    assert!(
        matches!(said(MAX_BYTES - frame + 1), Err(RenderError::TooLarge { bytes }) if bytes == MAX_BYTES + 1)
    );
    for count in [0, 11] {
        let nouns = vec![Noun::Number(Number::new("+442071838750")); count];
        let result = VoiceResponse(vec![Dial::ring(nouns).into()]).render();
        assert!(matches!(result, Err(RenderError::Nouns { count: said }) if said == count));
    }
}

/// What is left of a text: the rule that the renderer states, written once more in other words.
fn carried(text: &str) -> String {
    let spaced = text.replace(['\t', '\n', '\r'], " ");
    spaced.replace(|c: char| c.is_control() || c == '\u{fffe}' || c == '\u{ffff}', "")
}

proptest! {
    /// Any text, in any place, comes out of an XML parser as it went in.
    #[test]
    fn any_text_survives(texts in proptest::collection::vec(any::<String>(), 9)) {
        let text = |index: usize| texts[index].clone();
        let document = VoiceResponse(vec![
            Say { voice: Some(text(0)), ..Say::new(text(1)) }.into(),
            Play::new(text(2)).into(),
            Redirect::new(text(3)).into(),
            Enqueue { wait_url: Some(text(4)), ..Enqueue::new(text(5)) }.into(),
            Dial::ring(vec![
                Noun::Client(Client { parameters: vec![(text(6), text(7))], ..Client::new(text(8)) }),
            ]).into(),
        ]).render().unwrap();
        prop_assert!(document.starts_with(DECLARATION));
        let parsed = roxmltree::Document::parse(&document).unwrap();
        let element = |name: &str| parsed.descendants().find(|node| node.has_tag_name(name)).unwrap();
        let inner = |name: &str| element(name).text().unwrap_or_default().to_owned();
        let attribute = |name: &str, key: &str| element(name).attribute(key).unwrap().to_owned();
        let heard = [
            attribute("Say", "voice"), inner("Say"), inner("Play"), inner("Redirect"),
            attribute("Enqueue", "waitUrl"), inner("Enqueue"),
            attribute("Parameter", "name"), attribute("Parameter", "value"), inner("Identity"),
        ];
        for (heard, said) in heard.iter().zip(&texts) {
            prop_assert_eq!(heard, &carried(said));
        }
        prop_assert_eq!(parsed.root_element().children().count(), 5);
    }
}
