//! What stands where the console will be: nobody is let in before somebody can be told from somebody else.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;

use super::guarded;

/// No script, no style, no picture: the page needs nothing, so it may have nothing.
const POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const PAGE: &str = r#"<!doctype html>
<html lang="en-GB">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Switchboard</title>
  </head>
  <body>
    <h1>The console lets nobody in yet</h1>
    <p>It has no sign-in so far, so it is open in a demonstration only: <code>switchboard up --demo</code>, without
      <code>realtime.api_token</code>.</p>
    <p>Calls are answered all the same. Programs of your own use the HTTP API under <code>/api/v1</code> with the token
      of the settings.</p>
  </body>
</html>
"#;

pub(super) fn page() -> HttpResponse {
    let mut response = HttpResponse::Forbidden();
    response
        .content_type("text/html; charset=utf-8")
        .insert_header((CACHE_CONTROL, "no-store"));
    guarded(&mut response, POLICY).body(PAGE)
}
