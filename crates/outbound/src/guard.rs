//! Asking an address that a person configured.

use std::time::Duration;

use reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, PROXY_AUTHORIZATION, TRANSFER_ENCODING,
};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, Response, StatusCode};
use thiserror::Error;
use url::{Host, Url};

use crate::addresses::Allowed;
use crate::resolver::{Judge, NotAllowed};

/// Who configured an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// It stands in the settings file or the environment: whoever writes those decides where the system may go.
    Settings,
    /// It was set on a screen: it may lead to the public Internet, and where the settings allow.
    Screen,
}

/// Which redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redirects {
    /// To the same scheme, host and port only; any other is the answer.
    SameOrigin(usize),
    /// To wherever may be reached.
    Anywhere(usize),
}

/// What the settings say of everything that is asked.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Hosts and networks that may be reached although they are not public.
    pub allowed: Vec<Allowed>,
    /// Whether the environment's proxies are used. Then it is they who resolve names, and they who have to keep the
    /// inside to itself.
    pub proxies: bool,
}

/// How one kind of thing is asked.
#[derive(Debug, Clone)]
pub struct GuardOptions {
    /// Where it may lead.
    pub reach: Reach,
    /// For one request with all its redirects and its answer; `None` when whoever asks keeps the time.
    pub timeout: Option<Duration>,
    /// Which redirects are followed.
    pub redirects: Redirects,
}

/// Why there is no answer. Addresses are left out: they may be secrets.
#[derive(Debug, Error)]
pub enum OutboundError {
    /// It is not public, and the settings do not allow it.
    #[error("leads to an address that is not public and that the settings do not allow (outbound.allow)")]
    NotAllowed,
    /// A redirect from https to http, or to something that is neither.
    #[error("a redirect that leaves https")]
    Downgrade,
    /// More redirects than are followed.
    #[error("too many redirects")]
    TooManyRedirects,
    /// A redirect without a place to go.
    #[error("a redirect that leads nowhere")]
    NoPlace,
    /// No answer.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// Asks, and follows where it may.
#[derive(Debug, Clone)]
pub struct AddressGuard {
    as_written: Client,
    judged: Client,
    judge: Judge,
    redirects: Redirects,
}

impl AddressGuard {
    /// Prepares the connections.
    ///
    /// # Errors
    /// When there is no TLS to be had.
    pub fn new(options: GuardOptions) -> Result<Self, reqwest::Error> {
        let judge = Judge {
            allowed: options.reach.allowed.into(),
        };
        let builder = || {
            let builder = Client::builder()
                .redirect(Policy::none())
                .referer(false)
                .user_agent(concat!("switchboard/", env!("CARGO_PKG_VERSION")));
            let builder = if options.reach.proxies {
                builder
            } else {
                builder.no_proxy()
            };
            match options.timeout {
                Some(timeout) => builder.timeout(timeout),
                None => builder,
            }
        };
        Ok(Self {
            as_written: builder().build()?,
            judged: builder().dns_resolver(judge.clone()).build()?,
            judge,
            redirects: options.redirects,
        })
    }

    /// For making requests; only [`Self::send`] sends them.
    pub fn client(&self) -> &Client {
        &self.as_written
    }

    /// Sends a request to an address that somebody configured, and follows redirects as far as they may lead.
    ///
    /// # Errors
    /// When there is no answer, or none that may be had.
    pub async fn send(&self, origin: Origin, request: Request) -> Result<Response, OutboundError> {
        let first = request.url().clone();
        let mut next = request;
        let mut followed = 0;
        loop {
            let from = next.url().clone();
            let again = next.try_clone();
            let as_written = origin == Origin::Settings && from.origin() == first.origin();
            let response = self.once(as_written, next).await?;
            if !is_redirect(response.status()) {
                return Ok(response);
            }
            let place = response
                .headers()
                .get(LOCATION)
                .and_then(|place| place.to_str().ok());
            let place = place.and_then(|place| from.join(place).ok());
            let same_origin = place
                .as_ref()
                .is_some_and(|place| place.origin() == first.origin());
            let most = match self.redirects {
                Redirects::SameOrigin(most) if same_origin && followed < most => most,
                // Whoever asks sees that it was one.
                Redirects::SameOrigin(_) => return Ok(response),
                Redirects::Anywhere(most) => most,
            };
            let (Some(place), Some(again)) = (place, again) else {
                return Err(OutboundError::NoPlace);
            };
            if followed == most {
                return Err(OutboundError::TooManyRedirects);
            }
            if !keeps_secret(&from, &place) {
                return Err(OutboundError::Downgrade);
            }
            followed += 1;
            next = redirected(again, place, response.status());
        }
    }

    async fn once(&self, as_written: bool, request: Request) -> Result<Response, OutboundError> {
        if as_written {
            return Ok(self.as_written.execute(request).await?);
        }
        // An address that needs no resolving never comes to the resolver.
        let literal = match request.url().host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) => None,
            None => return Err(OutboundError::NoPlace),
        };
        if literal.is_some_and(|address| !self.judge.may_reach(address)) {
            return Err(OutboundError::NotAllowed);
        }
        self.judged.execute(request).await.map_err(|error| {
            if is_not_allowed(&error) {
                OutboundError::NotAllowed
            } else {
                OutboundError::Http(error)
            }
        })
    }
}

/// Whether a redirect leads to a web server, and from https to nothing less.
fn keeps_secret(from: &Url, place: &Url) -> bool {
    match place.scheme() {
        "https" => true,
        "http" => from.scheme() == "http",
        _ => false,
    }
}

fn is_not_allowed(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(this) = cause {
        if this.is::<NotAllowed>() {
            return true;
        }
        cause = this.source();
    }
    false
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::MOVED_PERMANENTLY
            | StatusCode::FOUND
            | StatusCode::SEE_OTHER
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT
    )
}

/// The request that follows a redirect: what was posted is asked for now, but where the status says otherwise, and
/// what was meant for one server is not shown to another.
fn redirected(mut request: Request, place: Url, status: StatusCode) -> Request {
    let keeps = matches!(
        status,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    );
    if !keeps && request.method() != Method::GET && request.method() != Method::HEAD {
        *request.method_mut() = Method::GET;
        *request.body_mut() = None;
        for about_body in [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING] {
            request.headers_mut().remove(about_body);
        }
    }
    if place.origin() != request.url().origin() {
        for secret in [AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION] {
            request.headers_mut().remove(secret);
        }
    }
    *request.url_mut() = place;
    request
}

#[cfg(test)]
mod tests {
    use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
    use reqwest::{Client, Method, StatusCode};
    use url::Url;

    use super::{keeps_secret, redirected};

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn https_leads_to_https_only() {
        for (from, place, may) in [
            ("https://a.example/", "https://b.example/", true),
            ("https://a.example/", "http://a.example/", false),
            ("http://a.example/", "https://a.example/", true),
            ("http://a.example/", "http://b.example/", true),
            ("http://a.example/", "ftp://a.example/", false),
            ("http://a.example/", "file:///etc/passwd", false),
        ] {
            assert_eq!(keeps_secret(&url(from), &url(place)), may, "{from} {place}");
        }
    }

    #[test]
    fn what_was_meant_for_one_server_is_not_shown_to_another() {
        let request = || {
            let request = Client::new().post("https://a.example/ask").bearer_auth("secret");
            request
                .header(CONTENT_TYPE, "application/json")
                .body("{}")
                .build()
                .unwrap()
        };
        let moved = redirected(request(), url("https://b.example/"), StatusCode::FOUND);
        assert_eq!((moved.method(), moved.body().is_none()), (&Method::GET, true));
        assert!(!moved.headers().contains_key(AUTHORIZATION) && !moved.headers().contains_key(CONTENT_TYPE));
        let same = redirected(
            request(),
            url("https://a.example/other"),
            StatusCode::PERMANENT_REDIRECT,
        );
        assert_eq!((same.method(), same.body().is_none()), (&Method::POST, false));
        assert!(same.headers().contains_key(AUTHORIZATION));
    }
}
