//! Recordings: found by their call, heard by whoever may, deleted.

use std::time::Duration;

use futures::TryStreamExt;
use serde_json::json;
use switchboard_telephony::RecordingSid;
use switchboard_telephony::rest::{Fate, Media, RecordingState};

use crate::fake::{CALL, Reply, with_fake};

const RECORDING: &str = "RE0000000000000000000000000000000d";

fn sid() -> RecordingSid {
    RECORDING.parse().unwrap()
}

async fn sound(media: Media) -> Vec<u8> {
    let chunks: Vec<Vec<u8>> = media.body.try_collect().await.unwrap();
    chunks.concat()
}

#[tokio::test]
async fn the_recordings_of_a_call_are_listed() {
    let page = json!({ "next_page_uri": null, "recordings": [
        { "sid": RECORDING, "call_sid": CALL, "status": "completed", "duration": "12" },
        { "sid": "RE0000000000000000000000000000000e", "status": "reticulating", "duration": null },
    ] });
    with_fake(vec![Reply::Json(200, page)], async |fake| {
        let listing = fake
            .client()
            .list_recordings(&CALL.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(listing.items[0].state, Some(RecordingState::Completed));
        assert_eq!(listing.items[0].duration, Some(Duration::from_secs(12)));
        assert_eq!((listing.items[1].state, listing.items[1].duration), (None, None));
        assert_eq!(
            fake.lines(),
            [format!("GET Recordings.json?CallSid={CALL}&PageSize=200")]
        );
    })
    .await;
}

#[tokio::test]
async fn one_that_is_gone_already_is_as_good_as_deleted() {
    let gone = json!({ "code": 20404, "message": "not found", "status": 404 });
    let script = vec![
        Reply::Text(204, "text/plain", String::new()),
        Reply::Json(404, gone),
    ];
    with_fake(script, async |fake| {
        fake.client().delete_recording(&sid()).await.unwrap();
        let again = fake.client().delete_recording(&sid()).await.unwrap_err();
        assert_eq!(again.fate(), Fate::NotWhereThought);
        assert_eq!(
            fake.lines(),
            vec![format!("DELETE Recordings/{RECORDING}.json"); 2]
        );
    })
    .await;
}

/// The token goes to the API, and to nobody it points at.
#[tokio::test]
async fn the_sound_may_be_elsewhere() {
    let script = vec![
        Reply::With(302, ("location", "/storage/d.wav?signature=x")),
        Reply::Text(200, "audio/x-wav", "RIFF and so on".to_owned()),
    ];
    with_fake(script, async |fake| {
        let media = fake
            .client()
            .recording_media(&sid(), Some("bytes=0-3"))
            .await
            .unwrap();
        assert_eq!(media.status, 200);
        assert!(
            media
                .headers
                .contains(&("content-type", "audio/x-wav".to_owned()))
        );
        assert_eq!(sound(media).await, b"RIFF and so on");
        let seen = fake.seen();
        assert_eq!(seen[0].line, format!("GET Recordings/{RECORDING}.wav"));
        assert!(seen[0].authorization.starts_with("Basic "));
        assert_eq!(seen[1].line, "GET /storage/d.wav?signature=x");
        assert_eq!(seen[1].authorization, "");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_sound_is_not_passed_on() {
    let circle = || Reply::With(302, ("location", "/storage/d.wav"));
    let cases = [
        (
            vec![Reply::Json(404, json!({ "code": 20404 }))],
            Fate::NotWhereThought,
        ),
        (vec![Reply::Json(500, json!({}))], Fate::Unknown),
        (
            vec![Reply::With(302, ("location", "ftp://127.0.0.1/d.wav"))],
            Fate::Unknown,
        ),
        (vec![circle(), circle(), circle(), circle()], Fate::Unknown),
    ];
    for (script, fate) in cases {
        with_fake(script, async |fake| {
            let refused = fake.client().recording_media(&sid(), None).await.err().unwrap();
            assert_eq!(refused.fate(), fate, "{refused}");
        })
        .await;
    }
}
