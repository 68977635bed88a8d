//! The spellings of one URL that Twilio may have signed.

/// `url` with and without its port, and with and without a user name and password.
///
/// Twilio's own signer is not of one mind about ports (a custom port is dropped from some secure
/// callbacks, a default one appears in others), so the official libraries try both; whether it signs
/// user information is not written down anywhere. All of these name the same resource with the same
/// key, so trying them gives nothing away.
pub(super) fn spellings(url: &str) -> Vec<String> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return vec![url.to_owned()];
    };
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (user, address) = match authority.rfind('@') {
        Some(at) => authority.split_at(at + 1),
        None => ("", authority),
    };
    let (host, port) = split_port(address);
    let port = port.unwrap_or(if scheme.eq_ignore_ascii_case("https") {
        "443"
    } else {
        "80"
    });

    let mut urls = Vec::with_capacity(5);
    let mut add = |url: String| {
        if !urls.contains(&url) {
            urls.push(url);
        }
    };
    add(url.to_owned());
    for user in [user, ""] {
        add(format!("{scheme}://{user}{host}{tail}"));
        add(format!("{scheme}://{user}{host}:{port}{tail}"));
    }
    urls
}

fn split_port(address: &str) -> (&str, Option<&str>) {
    // The colons inside an IPv6 address in brackets are not a port's.
    match address.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (address, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_and_user_information_come_and_go() {
        assert_eq!(
            spellings("https://h.test/p?x=1:2@3"),
            ["https://h.test/p?x=1:2@3", "https://h.test:443/p?x=1:2@3"]
        );
        assert_eq!(
            spellings("http://h.test:8080"),
            ["http://h.test:8080", "http://h.test"]
        );
        assert_eq!(
            spellings("http://[::1]:8080/"),
            ["http://[::1]:8080/", "http://[::1]/"]
        );
        assert_eq!(spellings("http://[::1]/"), ["http://[::1]/", "http://[::1]:80/"]);
        assert_eq!(
            spellings("https://u:p@h.test:1/"),
            [
                "https://u:p@h.test:1/",
                "https://u:p@h.test/",
                "https://h.test/",
                "https://h.test:1/",
            ]
        );
        assert_eq!(spellings("not a url"), ["not a url"]);
    }
}
