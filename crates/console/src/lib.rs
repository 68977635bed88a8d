//! The agents' screens, built from web/ and carried in the binary.
//!
//! [`asset`] answers a request for a file of the page, [`content_security_policy`] what the page may do. Whoever
//! listens serves both:
//!
//! ```
//! let page = switchboard_console::asset("/", "gzip, br").expect("there is always a page");
//! assert_eq!(page.content_type, "text/html; charset=utf-8");
//! assert!(!page.immutable, "the page itself is asked for anew each time");
//! ```
//!
//! A release carries the files; a debug build reads them from the source tree, so that `npm run build` is seen at
//! once. When nobody has run that, there is a plain page that says how.
//!
//! It never listens, never knows a call, and never serves a file that the build of `web/` did not write.

mod encoding;
mod kind;
mod policy;

use std::borrow::Cow;
use std::fmt::Write as _;

use encoding::Encoding;
use rust_embed::{EmbeddedFile, RustEmbed};

pub use policy::content_security_policy;

#[derive(RustEmbed)]
#[folder = "web/dist/"]
struct Dist;

/// The page that every address without a file of its own leads to.
const INDEX: &str = "index.html";

/// A file of the console, as it is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// What to send.
    pub bytes: Cow<'static, [u8]>,
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The `Content-Encoding` of `bytes`; none when they are as they are. The answer varies with
    /// `Accept-Encoding` in either case.
    pub content_encoding: Option<&'static str>,
    /// The `ETag`, quotes included: another one for other bytes.
    pub etag: String,
    /// The name holds a hash of the contents: may be kept for ever. Anything else has to be asked for anew.
    pub immutable: bool,
}

/// The file at `path`, the path of a request with or without its leading slash, in the best way that
/// `accept_encoding`, the request's header, allows.
///
/// A path that names no file is an address within the page and gets the page; one that looks like a file and is
/// none gets nothing, so that a page of an older release fails loudly instead of running HTML as a script.
pub fn asset(path: &str, accept_encoding: &str) -> Option<Asset> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let last = path.rsplit('/').next().unwrap_or(path);
    let name = if last.contains('.') { path } else { INDEX };
    if !is_plain(name) || Encoding::of_file(name).is_some() {
        return None;
    }
    let file = Dist::get(name)?;
    let content_type = kind::content_type(name);
    let immutable = name.starts_with("assets/");
    Encoding::accepted(accept_encoding)
        .find_map(|encoding| {
            Dist::get(&format!("{name}{}", encoding.suffix())).map(|packed| (packed, Some(encoding.name())))
        })
        .or(Some((file, None)))
        .map(|(file, content_encoding)| Asset {
            etag: etag(&file),
            bytes: file.data,
            content_type,
            content_encoding,
            immutable,
        })
}

/// Whether a name can only mean a file below the folder. A debug build looks on the disk.
fn is_plain(name: &str) -> bool {
    name.split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0']))
}

fn etag(file: &EmbeddedFile) -> String {
    let mut etag = String::from("\"");
    // Half of the hash tells two builds apart as surely as all of it.
    for byte in file.metadata.sha256_hash().iter().take(16) {
        // Writing into a text cannot fail.
        let _ = write!(etag, "{byte:02x}");
    }
    etag.push('"');
    etag
}
