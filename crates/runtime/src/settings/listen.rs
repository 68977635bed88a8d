//! Where a service listens.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs as _},
};

use socket2::{Domain, Socket, Type};

/// Connections that may wait to be accepted; the system takes `net.core.somaxconn` if that is less. The standard
/// library's 128 are too few from the first moment on: whoever comes beyond them is told nothing and tries again
/// after a second, and when a service was restarted, thousands of screens come at once, and before it is ready.
const WAITING: i32 = 4096;

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
        self.open()
            .map_err(|error| io::Error::new(error.kind(), format!("cannot listen on {self}: {error}")))
    }

    /// At the first of the host's addresses that can be had.
    fn open(&self) -> io::Result<TcpListener> {
        let mut refused = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
        for address in (self.host.as_str(), self.port).to_socket_addrs()? {
            match listen_at(address) {
                Ok(listener) => return Ok(listener),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

fn listen_at(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // A service that is started again must not wait for connections of the one before to be forgotten.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(WAITING)?;
    Ok(socket.into())
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

    #[test]
    fn hundreds_may_come_before_anybody_is_let_in() {
        let listener = Listen::parse("127.0.0.1:0").unwrap().bind().unwrap();
        let address = listener.local_addr().unwrap();
        // Less than a second, after which the system would try again by itself.
        let patience = std::time::Duration::from_millis(900);
        let come = |_| std::net::TcpStream::connect_timeout(&address, patience);
        let there: Result<Vec<_>, _> = (0..300).map(come).collect();
        assert_eq!(there.unwrap().len(), 300);
    }
}
