//! The page: phones on a table. Its files are built in `web/` and embedded.

pub(crate) mod guard;

use actix_web::http::header::{self, AcceptEncoding, ContentEncoding as Encoding, Header as _};
use actix_web::middleware::from_fn;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::{EmbeddedFile, RustEmbed};

/// A release holds the files; otherwise they are read from the folder, so that a newly built page needs no compiler.
#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Files;

/// What the page may do: talk to this server and nobody else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// To be configured last: it answers for every address that is nobody else's.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.service(
        web::scope("")
            .wrap(from_fn(guard::guard))
            .route("/{path:.*}", web::get().to(file))
            .route("/{path:.*}", web::head().to(file)),
    );
}

async fn file(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let path = if path.is_empty() {
        "index.html"
    } else {
        path.as_str()
    };
    // What the build compressed is sent so, and is no address of its own.
    let file = Files::get(path).filter(|_| PACKED.iter().all(|(_, suffix)| !path.ends_with(suffix)));
    match file {
        Some(file) => {
            let kind = file.metadata.mimetype().to_owned();
            let (file, packed) = best(&request, path, file);
            show(&request, path, &kind, file, packed)
        }
        None => HttpResponse::NotFound()
            .content_type("text/plain")
            .body("no such address\n"),
    }
}

/// What the page's build adds to the name of a file that it has compressed; the best first.
const PACKED: [(Encoding, &str); 2] = [(Encoding::Brotli, ".br"), (Encoding::Gzip, ".gz")];

/// The file as it is sent with the fewest bytes that the browser can unpack.
fn best(request: &HttpRequest, path: &str, file: EmbeddedFile) -> (EmbeddedFile, Option<Encoding>) {
    let accepted = AcceptEncoding::parse(request).ok();
    let packed = PACKED.iter().find_map(|(encoding, suffix)| {
        let wanted = header::Encoding::Known(*encoding);
        let given = accepted.as_ref()?.negotiate([wanted.clone()].iter())?;
        let file = (given == wanted).then(|| Files::get(&format!("{path}{suffix}")))??;
        Some((file, Some(*encoding)))
    });
    packed.unwrap_or((file, None))
}

fn show(
    request: &HttpRequest,
    path: &str,
    kind: &str,
    file: EmbeddedFile,
    packed: Option<Encoding>,
) -> HttpResponse {
    let tag = format!("\"{}\"", STANDARD.encode(file.metadata.sha256_hash()));
    let known = request
        .headers()
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = if known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    // A name with a hash in it never changes its contents; the page itself names the newest of them.
    let keep = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    if let Some(encoding) = packed {
        response.insert_header((header::CONTENT_ENCODING, encoding.as_str()));
    }
    response
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::ETAG, tag))
        .insert_header((header::CACHE_CONTROL, keep))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"));
    if known {
        return response.finish();
    }
    response.content_type(kind).body(file.data.into_owned())
}
