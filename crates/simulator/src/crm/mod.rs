//! The demo CRM: somebody else's slow and sometimes broken HTTP source of customers.
//!
//! `GET /crm/v1/customers?phone=+44...` with `Authorization: Bearer <key>`. Its fields are its own:
//! whoever maps them does it by configuration.

mod customers;

pub(crate) use customers::{Caller, callers};

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use crate::faults::CrmMode;
use crate::rest::cut;
use crate::simulator::Simulator;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/crm/v1/customers", web::get().to(find));
}

#[derive(Deserialize)]
struct Query {
    phone: String,
}

/// A request under way, so that a driver can see it; it does not make the telephone side busy.
struct InFlight(Simulator);

impl InFlight {
    fn new(simulator: &Simulator) -> Self {
        simulator.exchange.lock().crm_in_flight += 1;
        Self(simulator.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.exchange.lock().crm_in_flight -= 1;
    }
}

async fn find(http: HttpRequest, query: web::Query<Query>, sim: web::Data<Simulator>) -> HttpResponse {
    let _in_flight = InFlight::new(&sim);
    let (delay_ms, mode, key) = {
        let state = sim.exchange.peek();
        let faults = &state.config.faults;
        (faults.crm_delay_ms, faults.crm_mode, state.config.crm_key.clone())
    };
    if delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(delay_ms)).await;
    }
    let given = http
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    if given != Some(key.as_str()) {
        return HttpResponse::Unauthorized().json(json!({ "error": "a bearer key is required" }));
    }
    let found = customers::with_phone(&query.phone);
    let body = json!({ "meta": { "count": found.len(), "query": { "phone": query.phone } }, "data": found });
    match mode {
        CrmMode::Normal => HttpResponse::Ok().json(body),
        CrmMode::Down => cut(),
        CrmMode::Error => {
            let page = "<!DOCTYPE html><title>500</title><h1>Something went wrong</h1>";
            HttpResponse::InternalServerError()
                .content_type("text/html")
                .body(page)
        }
        CrmMode::Garbage => {
            let text = body.to_string();
            let half = text.len() / 2;
            // Cut in the middle, at a character border.
            let half = (0..=half)
                .rev()
                .find(|at| text.is_char_boundary(*at))
                .unwrap_or(0);
            let text = text.get(..half).unwrap_or_default().to_owned();
            HttpResponse::Ok().content_type("application/json").body(text)
        }
    }
}
