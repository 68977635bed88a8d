//! Fetching a calendar from a stranger: bounded in time and size, and no calendar until it has been read as one.

use std::path::Path;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use switchboard_hours::{Feed, FeedError, Zone};
use switchboard_outbound::{AddressGuard, GuardOptions, Origin, OutboundError, Reach, Redirects};
use switchboard_runtime::FeedCopy;
use switchboard_runtime::settings::FeedSource;
use thiserror::Error;
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;
use url::Url;

/// Public bodies move their pages; nobody does so five times.
const REDIRECTS: usize = 5;
/// Longer ones are no names of a state, and would be sent back for ever.
const LONGEST_NAME: usize = 1024;

/// What a look at a calendar found.
#[derive(Debug)]
pub(super) enum Found {
    /// What is known already.
    Same,
    /// Another copy, which is good.
    Other(FeedCopy),
}

/// Why there is no new copy. Addresses are left out: they may be secrets.
#[derive(Debug, Error)]
pub(super) enum Trouble {
    #[error("the file: {0}")]
    File(#[source] std::io::Error),
    #[error("the server: {}", words(.0))]
    Server(reqwest::Error),
    #[error("{0}")]
    Place(OutboundError),
    #[error("the server answers {0}")]
    Status(StatusCode),
    #[error("no answer within {} s", .0.as_secs_f32())]
    Late(Duration),
    #[error("it is larger than {} MiB", Feed::MOST_BYTES >> 20)]
    Large,
    #[error("it is no text")]
    NoText,
    #[error("it is no calendar: {0}")]
    NoCalendar(#[source] FeedError),
    #[error("reading it failed")]
    Unreadable,
}

/// The innermost cause says most: "connection refused".
fn words(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[derive(Clone, Debug)]
pub(super) struct Fetch {
    guard: AddressGuard,
    timeout: Duration,
}

impl Fetch {
    pub(super) fn new(timeout: Duration, reach: Reach) -> Result<Self, reqwest::Error> {
        let guard = AddressGuard::new(GuardOptions {
            reach,
            timeout: Some(timeout),
            redirects: Redirects::Anywhere(REDIRECTS),
        })?;
        Ok(Self { guard, timeout })
    }

    /// Looks at a calendar; `known` is the copy that there is.
    pub(super) async fn get(&self, source: &FeedSource, known: Option<&FeedCopy>) -> Result<Found, Trouble> {
        let look = async {
            match source {
                FeedSource::File(path) => self.file(path).await.map(Some),
                FeedSource::Url(url) => self.server(url, source.id(), known).await,
            }
        };
        let looked = timeout(self.timeout, look).await;
        let Some(copy) = looked.map_err(|_| Trouble::Late(self.timeout))?? else {
            return Ok(Found::Same);
        };
        if known.is_some_and(|known| *known == copy) {
            return Ok(Found::Same);
        }
        good(copy).await.map(Found::Other)
    }

    async fn file(&self, path: &Path) -> Result<FeedCopy, Trouble> {
        let about = tokio::fs::metadata(path).await.map_err(Trouble::File)?;
        if !about.is_file() {
            // A pipe would be waited for, by a thread that nobody can stop.
            return Err(Trouble::File(std::io::Error::other("not a regular file")));
        }
        let file = tokio::fs::File::open(path).await.map_err(Trouble::File)?;
        let mut bytes = Vec::new();
        let most = u64::try_from(Feed::MOST_BYTES).unwrap_or(u64::MAX);
        let mut some = file.take(most.saturating_add(1));
        some.read_to_end(&mut bytes).await.map_err(Trouble::File)?;
        copy_of(path.display().to_string(), bytes, &HeaderMap::new())
    }

    /// `None` when the server says that the copy is still good.
    async fn server(
        &self,
        url: &Url,
        id: String,
        known: Option<&FeedCopy>,
    ) -> Result<Option<FeedCopy>, Trouble> {
        let server = |error: reqwest::Error| {
            if error.is_timeout() {
                return Trouble::Late(self.timeout);
            }
            Trouble::Server(error.without_url())
        };
        let mut request = self.guard.client().get(url.clone());
        let names = known.map(|known| {
            [
                (IF_NONE_MATCH, &known.etag),
                (IF_MODIFIED_SINCE, &known.last_modified),
            ]
        });
        for (header, name) in names.into_iter().flatten() {
            if let Some(name) = name {
                request = request.header(header, name);
            }
        }
        let request = request.build().map_err(server)?;
        // Every calendar stands in the settings.
        let sent = self.guard.send(Origin::Settings, request).await;
        let mut response = sent.map_err(|error| match error {
            OutboundError::Http(error) => server(error),
            OutboundError::NotAllowed
            | OutboundError::Downgrade
            | OutboundError::TooManyRedirects
            | OutboundError::NoPlace => Trouble::Place(error),
        })?;
        match response.status() {
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(None),
            StatusCode::OK => {}
            other => return Err(Trouble::Status(other)),
        }
        let headers = response.headers().clone();
        let mut bytes = Vec::new();
        // Counted as it comes out of the compression: a few bytes of that can be gigabytes.
        while let Some(chunk) = response.chunk().await.map_err(server)? {
            if bytes.len() + chunk.len() > Feed::MOST_BYTES {
                return Err(Trouble::Large);
            }
            bytes.extend_from_slice(&chunk);
        }
        copy_of(id, bytes, &headers).map(Some)
    }
}

fn copy_of(source: String, bytes: Vec<u8>, headers: &HeaderMap) -> Result<FeedCopy, Trouble> {
    if bytes.len() > Feed::MOST_BYTES {
        return Err(Trouble::Large);
    }
    let calendar = Feed::text(bytes);
    // No text of PostgreSQL's may hold one, and no calendar does.
    if calendar.contains('\0') {
        return Err(Trouble::NoText);
    }
    let name = |header: HeaderName| {
        let value = headers.get(header)?.to_str().ok()?;
        (value.len() <= LONGEST_NAME).then(|| value.to_owned())
    };
    Ok(FeedCopy {
        source,
        calendar,
        etag: name(ETAG),
        last_modified: name(LAST_MODIFIED),
    })
}

/// Reads it once as everybody will.
async fn good(copy: FeedCopy) -> Result<FeedCopy, Trouble> {
    // Whether it can be read is the same in every zone.
    let zone = Zone::find("UTC").ok_or(Trouble::Unreadable)?;
    let read = tokio::task::spawn_blocking(move || copy.feed("", &zone).map(|_| copy)).await;
    read.map_err(|_| Trouble::Unreadable)?
        .map_err(Trouble::NoCalendar)
}
