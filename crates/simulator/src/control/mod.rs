//! The control API: thin over the handle, for drivers in another process.
//!
//! Bodies and answers are JSON. A leg is named by its `CallSid`.

mod people;
mod system;

use actix_web::web;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/sim/v1")
            .app_data(web::JsonConfig::default().limit(256 * 1024))
            .configure(people::routes)
            .configure(system::routes),
    );
    config.route("/media/tone.wav", web::get().to(system::tone));
}
