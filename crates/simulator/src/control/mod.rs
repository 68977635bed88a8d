//! The control API: thin over the handle, for drivers in another process.
//!
//! Bodies and answers are JSON. A leg is named by its `CallSid`.

mod people;
mod show;
mod system;

use actix_web::middleware::from_fn;
use actix_web::web;

use crate::page::guard::guard;

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("/sim/v1")
            .app_data(web::JsonConfig::default().limit(256 * 1024))
            .configure(people::routes)
            .configure(system::routes)
            .configure(show::routes)
            .wrap(from_fn(guard)),
    );
    config.route("/media/tone.wav", web::get().to(system::tone));
}
