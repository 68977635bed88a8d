//! `GET /calls/{id}/recording`: the message that the caller left.
//!
//! It stays where it is, at the carrier, and passes through here as it comes: whoever may not ask here cannot hear it,
//! and there is no address of it that could be passed on.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, RANGE, X_CONTENT_TYPE_OPTIONS};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures::TryStreamExt as _;
use switchboard_domain::CallId;
use switchboard_telephony::RecordingSid;
use switchboard_telephony::rest::Fate;
use tracing::{info, warn};

use crate::app::Realtime;
use crate::refusal::Refusal;

/// One range is enough to move about in a message; more are an attack or a mistake.
const MAX_RANGE: usize = 64;

pub(crate) async fn get(
    request: HttpRequest,
    id: Path<String>,
    realtime: Data<Realtime>,
) -> Result<HttpResponse, Refusal> {
    let id = CallId::new(&id).map_err(|_| Refusal::NoSuchCall)?;
    let (call, _) = realtime
        .store
        .call(&id)
        .await
        .map_err(|failure| Refusal::of_store(&failure))?;
    let recording = call
        .ok_or(Refusal::NoSuchCall)?
        .recording
        .ok_or(Refusal::NoRecording)?;
    let sid: RecordingSid = recording.id.parse().map_err(|_| Refusal::NoRecording)?;
    let listener = realtime.carrier.listen().ok_or(Refusal::Full)?;
    let range = request.headers().get(RANGE).and_then(|range| range.to_str().ok());
    let range = range.filter(|range| range.len() <= MAX_RANGE && !range.contains(','));
    let media = realtime
        .carrier
        .recording(&sid, range)
        .await
        .map_err(|failure| match failure.fate() {
            Fate::NotWhereThought => Refusal::NoRecording,
            Fate::Retry(_) | Fate::Unknown | Fate::Refused => {
                warn!(call.id = %id, error = &failure as &dyn std::error::Error,
                "the message of call {id} cannot be fetched: {failure}");
                Refusal::CarrierAway
            }
        })?;
    let declared = media
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    // A browser shows or runs what it is told to: from this origin only sound.
    if matches!(media.status, 200 | 206)
        && !declared.is_some_and(|(_, kind)| kind.to_ascii_lowercase().starts_with("audio/"))
    {
        warn!(call.id = %id, "the message of call {id} is no sound, says the carrier");
        return Err(Refusal::CarrierAway);
    }
    info!(call.id = %id, "the message of call {id} is listened to");
    let mut response = HttpResponse::build(StatusCode::from_u16(media.status).unwrap_or(StatusCode::OK));
    for (name, value) in &media.headers {
        response.insert_header((*name, value.as_str()));
    }
    let body = media.body.map_ok(move |chunk| {
        // For as long as it is listened to.
        let _ = &listener;
        Bytes::from(chunk)
    });
    Ok(response
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((CONTENT_DISPOSITION, "inline; filename=\"message.wav\""))
        .streaming(body))
}
