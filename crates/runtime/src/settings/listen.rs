//! Where a service listens.

use std::{
    fmt, io,
    net::{IpAddr, TcpListener},
};

/// `host:port` on this machine. Port 0 lets the system choose one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Listen {
    host: String,
    port: u16,
}

impl Listen {
    /// Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.trim().rsplit_once(':')?;
        let port = port.parse().ok()?;
        let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match bracketed {
            Some(inner) => inner.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
            None if host.is_empty() || host.contains([':', '/', ' ', '@']) => return None,
            None => host.to_owned(),
        };
        Some(Self { host, port })
    }

    /// The host as it was written, without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; 0 when the system chooses.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether only this machine can reach it.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }

    /// Opens the socket.
    ///
    /// # Errors
    /// When the address is taken, is not this machine's or needs rights; the message names it.
    pub fn bind(&self) -> io::Result<TcpListener> {
        TcpListener::bind((self.host.as_str(), self.port))
            .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {self}: {error}")))
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Listen;

    #[test]
    fn addresses_read_and_write() {
        for (text, loopback) in [
            ("127.0.0.1:80", true),
            ("[::1]:8080", true),
            ("localhost:0", true),
            ("0.0.0.0:1", false),
            ("[::]:1", false),
        ] {
            let listen = Listen::parse(text).expect(text);
            assert_eq!(listen.to_string(), text);
            assert_eq!(listen.is_loopback(), loopback, "{text}");
        }
        for text in [
            "",
            "8080",
            ":8080",
            "host:",
            "host:70000",
            "http://host:80",
            "::1:80",
            "[nope]:80",
        ] {
            assert_eq!(Listen::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_taken_port_is_named() {
        let first = Listen::parse("127.0.0.1:0")
            .expect("address")
            .bind()
            .expect("free port");
        let address = first.local_addr().expect("address").to_string();
        let error = Listen::parse(&address)
            .expect("address")
            .bind()
            .expect_err("taken");
        assert!(error.to_string().contains(&address), "{error}");
    }
}
