//! The address Twilio knows us by.
//!
//! Twilio signs the URL it requested. Behind a proxy our own socket sees another one, and headers such as
//! `Host` or `X-Forwarded-Proto` can be written by anybody, so the signed URL is put together from the
//! configured base and the request target exactly as it came: no decoding, no sorting, no normalising.

use std::fmt;

use url::Url;

/// The configured base, for example `https://voice.example.test` or `https://example.test/phones`.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicUrl {
    base: String,
}

/// Why a base URL cannot be used. The value itself is left out, since it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicUrl {
    /// It is not an absolute URL.
    #[error("not an absolute URL")]
    NotAUrl,
    /// Its scheme is neither `https` nor `http`.
    #[error("the scheme must be https or http")]
    Scheme,
    /// It has no host name, or one with an underscore, which Twilio refuses to call.
    #[error("the host name is missing or has an underscore")]
    Host,
    /// It has a query; a base can only be prefixed.
    #[error("a base URL has no query")]
    Query,
}

impl PublicUrl {
    /// Checks a configured base. A trailing slash is dropped; so is a fragment, since Twilio takes its
    /// connection settings from there and neither sends nor signs it.
    pub fn parse(text: &str) -> Result<Self, InvalidPublicUrl> {
        let text = text.trim();
        let url = Url::parse(text).map_err(|_| InvalidPublicUrl::NotAUrl)?;
        if !matches!(url.scheme(), "https" | "http") {
            return Err(InvalidPublicUrl::Scheme);
        }
        if url
            .host_str()
            .is_none_or(|host| host.is_empty() || host.contains('_'))
        {
            return Err(InvalidPublicUrl::Host);
        }
        if url.query().is_some() {
            return Err(InvalidPublicUrl::Query);
        }
        // The text, not `url`: parsing lower-cases the host and drops a default port, and what Twilio
        // signs is the spelling that was configured there.
        let base = without_fragment(text).trim_end_matches('/').to_owned();
        Ok(Self { base })
    }

    /// The URL Twilio requested, for the target in our request line (`/path?query`, undecoded).
    ///
    /// Also good for making URLs of our own. A target in absolute form, as a proxy may send it, counts by
    /// its path and query only.
    pub fn join(&self, target: &str) -> String {
        let target = without_fragment(target);
        let target = match target.split_once("://") {
            Some((scheme, rest)) if !scheme.contains(['/', '?']) => {
                rest.find(['/', '?']).map_or("", |start| &rest[start..])
            }
            _ => target,
        };
        let slash = if target.is_empty() || target.starts_with(['/', '?']) {
            ""
        } else {
            "/"
        };
        format!("{}{slash}{target}", self.base)
    }

    /// The base as configured, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.base
    }
}

impl fmt::Debug for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whatever stands before an `@` is a password.
        let shown = match (self.base.split_once("://"), self.base.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
            _ => self.base.clone(),
        };
        f.debug_tuple("PublicUrl").field(&shown).finish()
    }
}

pub(crate) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_and_target_are_joined_byte_for_byte() {
        let join = |base, target| PublicUrl::parse(base).unwrap().join(target);
        assert_eq!(
            join("https://Voice.Example.test/", "/a?b=2&a=+%2B"),
            "https://Voice.Example.test/a?b=2&a=+%2B"
        );
        assert_eq!(join("https://h.test:443", "/a%2Fb"), "https://h.test:443/a%2Fb");
        assert_eq!(
            join("https://h.test/phones#rc=2", "/a/"),
            "https://h.test/phones/a/"
        );
        assert_eq!(
            join("https://h.test", "http://inner:8080/a?x=http://y"),
            "https://h.test/a?x=http://y"
        );
        assert_eq!(
            join("https://h.test", "/a?u=https://y/z#f"),
            "https://h.test/a?u=https://y/z"
        );
        assert_eq!(join("https://h.test", "a"), "https://h.test/a");
        assert_eq!(join("https://h.test", ""), "https://h.test");
    }

    #[test]
    fn a_base_that_twilio_could_not_call_is_refused() {
        for (text, error) in [
            ("", InvalidPublicUrl::NotAUrl),
            ("voice.example.test", InvalidPublicUrl::NotAUrl),
            ("ftp://h.test", InvalidPublicUrl::Scheme),
            ("https://my_host.test", InvalidPublicUrl::Host),
            ("https://h.test?x=1", InvalidPublicUrl::Query),
        ] {
            assert_eq!(PublicUrl::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn debug_hides_a_password() {
        let url = PublicUrl::parse("https://user:secret@h.test/x").unwrap();
        assert_eq!(format!("{url:?}"), "PublicUrl(\"https://…@h.test/x\")");
    }
}
