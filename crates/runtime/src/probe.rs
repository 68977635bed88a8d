//! Asking a service that runs beside this process whether it is ready.
//!
//! An image without a shell has nothing else to ask with, so every service can ask for its supervisor.

use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::Duration;

use crate::settings::Listen;

/// Longer than readiness checks may take; a supervisor has a limit of its own.
const PATIENCE: Duration = Duration::from_secs(4);

/// Where a service says whether it is ready.
pub(crate) const READY: &str = "/health/ready";

/// Whether what listens there answers with 200 at that path.
///
/// # Errors
/// When it does not answer, or with something else.
pub fn probe(listen: &Listen, path: &str) -> io::Result<()> {
    let address = (reachable(listen.host()), listen.port())
        .to_socket_addrs()?
        .next()
        .ok_or_else(|| io::Error::other(format!("{listen} is no address")))?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )?;
    // The first bytes say it all: "HTTP/1.1 200".
    let mut head = [0; 12];
    stream.read_exact(&mut head)?;
    match head.strip_prefix(b"HTTP/1.1 ") {
        Some(b"200") => Ok(()),
        Some(status) => Err(io::Error::other(format!(
            "it answers {}",
            String::from_utf8_lossy(status)
        ))),
        None => Err(io::Error::other("not an answer of ours")),
    }
}

/// Who listens on every address of the machine is asked on its own.
fn reachable(host: &str) -> &str {
    match host {
        "0.0.0.0" => "127.0.0.1",
        "::" => "::1",
        host => host,
    }
}
