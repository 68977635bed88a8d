//! Recordings: what is known of them, their sound, and their end.

use std::time::Duration;

use futures::stream::BoxStream;
use futures::{StreamExt, stream};
use http02::Method;
use reqwest::header::{
    ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION, RANGE,
};
use reqwest::{Response, StatusCode, Url};

use tokio::time::Instant;

use super::{
    Listing, RestClient, RestError,
    json::{Object, Resource},
    measure,
    send::About,
};
use crate::wire::wire_words;
use crate::{CallSid, RecordingSid};

wire_words! {
    /// How far a recording has come.
    RecordingState {
        /// Being recorded.
        InProgress = "in-progress",
        /// Recorded for the moment.
        Paused = "paused",
        /// Recorded, and not yet stored.
        Stopped = "stopped",
        /// Being stored.
        Processing = "processing",
        /// There to be heard.
        Completed = "completed",
        /// There was nothing to be heard.
        Absent = "absent",
        /// Gone.
        Deleted = "deleted",
    }
}

/// What Twilio knows of a recording.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The recording.
    pub sid: RecordingSid,
    /// How far it has come; nothing for a word we do not know.
    pub state: Option<RecordingState>,
    /// Its length in whole seconds, once it is known.
    pub duration: Option<Duration>,
}

impl Resource for Recording {
    const NAME: &'static str = "recording";

    fn read(object: Object<'_>) -> Option<Self> {
        Some(Self {
            sid: object.parsed("sid")?,
            state: object.word("status"),
            duration: object.seconds("duration"),
        })
    }
}

/// The sound of a recording, as it comes in.
pub struct Media {
    /// 200, or 206 for a part.
    pub status: u16,
    /// What describes it: type, length, which part. Names are in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes.
    pub body: BoxStream<'static, Result<Vec<u8>, std::io::Error>>,
}

/// Longest time for all of it: two minutes of speech are two megabytes.
const MEDIA_TIMEOUT: Duration = Duration::from_mins(2);
/// Ten minutes of the best that telephones carry, several times over.
const LARGEST: u64 = 64 << 20;
/// From the API to where the file is stored.
const REDIRECTS: usize = 3;

impl RestClient {
    /// The recordings of a call.
    pub async fn list_recordings(&self, call: &CallSid) -> Result<Listing<Recording>, RestError> {
        let filters = [("CallSid", call.as_str())];
        self.list("Recordings.json", "recordings", &filters, About::Collection)
            .await
    }

    /// Deletes a recording for good. One that is gone already is
    /// [`NotWhereThought`](super::Fate::NotWhereThought).
    pub async fn delete_recording(&self, recording: &RecordingSid) -> Result<(), RestError> {
        let path = format!("Recordings/{recording}.json");
        self.send(Method::DELETE, &path, None, About::Live)
            .await
            .map(|_| ())
    }

    /// The sound of a recording, or the part of it that `range` names, as in the header `Range`.
    ///
    /// Where it is stored is Twilio's business: redirects are followed, our token goes to the API only.
    pub async fn recording_media(
        &self,
        recording: &RecordingSid,
        range: Option<&str>,
    ) -> Result<Media, RestError> {
        let path = format!("Recordings/{recording}.wav");
        let mut request = self.build(Method::GET, &path, None).await?;
        request.headers_mut().remove(reqwest::header::ACCEPT);
        for _ in 0..=REDIRECTS {
            *request.timeout_mut() = Some(MEDIA_TIMEOUT);
            if let Some(range) = range.and_then(|range| HeaderValue::from_str(range).ok()) {
                request.headers_mut().insert(RANGE, range);
            }
            let asked = request.url().clone();
            let began = Instant::now();
            let fetched = self.fetch(request, About::Live).await;
            measure::note("GET", &path, began.elapsed(), fetched.as_ref().err());
            let response = fetched?;
            let Some(next) = elsewhere(&response, &asked) else {
                return media(response);
            };
            // A new request, which carries nothing of ours.
            request = reqwest::Request::new(reqwest::Method::GET, next);
        }
        Err(RestError::Unreadable { wanted: "recording" })
    }
}

/// Where a redirect leads; never from a protected line to an open one.
fn elsewhere(response: &Response, asked: &Url) -> Option<Url> {
    let location = response
        .headers()
        .get(LOCATION)
        .filter(|_| response.status().is_redirection())?;
    let next = asked.join(location.to_str().ok()?).ok()?;
    (next.scheme() == asked.scheme() || next.scheme() == "https").then_some(next)
}

fn media(response: Response) -> Result<Media, RestError> {
    let status = response.status();
    if !matches!(status, StatusCode::OK | StatusCode::PARTIAL_CONTENT) {
        return Err(RestError::Unreadable { wanted: "recording" });
    }
    if response.content_length().is_some_and(|length| length > LARGEST) {
        let limit = usize::try_from(LARGEST).unwrap_or(usize::MAX);
        return Err(RestError::TooLong { limit });
    }
    let header = |name: &HeaderName| {
        let value = response.headers().get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let headers = [
        ("content-type", header(&CONTENT_TYPE)),
        ("content-length", header(&CONTENT_LENGTH)),
        ("content-range", header(&CONTENT_RANGE)),
        ("accept-ranges", header(&ACCEPT_RANGES)),
    ];
    let headers = headers
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
    let body = stream::try_unfold((response, LARGEST), |(mut response, left)| async move {
        let chunk = response
            .chunk()
            .await
            .map_err(|error| std::io::Error::other(error.without_url()))?;
        let Some(chunk) = chunk else { return Ok(None) };
        let left = left
            .checked_sub(chunk.len() as u64)
            .ok_or_else(|| std::io::Error::other("longer than a recording can be"))?;
        Ok(Some((chunk.to_vec(), (response, left))))
    });
    Ok(Media {
        status: status.as_u16(),
        headers,
        body: body.boxed(),
    })
}
