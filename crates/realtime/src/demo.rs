//! What only a demonstration has: the simulator, which plays the agents' telephones.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use serde_json::json;
use switchboard_runtime::settings::Settings;

use crate::app::Realtime;
use crate::refusal::Refusal;

/// Where a browser on this machine finds the simulator; nowhere outside a demonstration.
pub(crate) fn simulator_url(settings: &Settings) -> Option<String> {
    let listen = &settings.simulator.listen;
    settings.deployment.demo.then(|| {
        if listen.is_loopback() {
            format!("http://{listen}")
        } else {
            // In a container it listens on every address inside and is published on this one.
            format!("http://127.0.0.1:{}", listen.port())
        }
    })
}

/// `GET /demo`: where the simulator is.
pub(crate) async fn get(realtime: Data<Realtime>) -> Result<HttpResponse, Refusal> {
    let url = realtime.simulator.as_ref().ok_or(Refusal::NoSuchAddress)?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(json!({ "simulatorUrl": url })))
}
