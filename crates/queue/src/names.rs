//! Looking up where Redis is, in a way that no slow answer can keep a connection from being made.
//!
//! A connection is given up after a second and tried again, because whoever was moved is not where they were. If
//! each try looked the name up anew, a resolver that needs longer than that second would keep Redis away for good:
//! the C library waits five seconds for an answer that got lost, and for every answer while the first of its name
//! servers is silent. Container networks are silent for seconds whenever a container starts or ends.
//!
//! So a look-up outlives the try that asked for it and answers the next one; what is not answered soon is asked once
//! more beside it; and while nobody answers, the address of the last time is taken. It is never taken when a name
//! server says that there is no such name.

use std::collections::HashMap;
use std::future::ready;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use futures::FutureExt;
use futures::future::BoxFuture;
use redis::io::AsyncDNSResolver;
use redis::{Client, ConnectionAddr, RedisFuture, RedisResult};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

/// Longer than any resolver needs that has not lost the question.
const PATIENCE: Duration = Duration::from_millis(250);

/// How many are asked for at that pace; more follow once a second, so that an outage of minutes is not met by
/// hundreds of waiting threads.
const HASTY: usize = 4;
const LATER: Duration = Duration::from_secs(1);

/// Each one that waits holds a thread.
const MOST: usize = 32;

type LookUp = dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync;

/// The addresses of names. Cheap to clone; clones share what they know.
#[derive(Clone)]
pub struct Names(Arc<Inner>);

struct Inner {
    look_up: Box<LookUp>,
    places: Mutex<HashMap<(String, u16), watch::Sender<Place>>>,
    tasks: Mutex<JoinSet<()>>,
}

/// What is known of one name.
#[derive(Default)]
struct Place {
    asking: usize,
    asked_at: Option<Instant>,
    answers: u64,
    known: Vec<SocketAddr>,
    /// What the last answer was, when it was none.
    failure: Option<(io::ErrorKind, String)>,
}

impl Place {
    fn is_due(&self, now: Instant) -> bool {
        let pace = if self.asking < HASTY { PATIENCE } else { LATER };
        let waited = self.asked_at.is_none_or(|at| now.duration_since(at) >= pace);
        self.asking == 0 || (self.asking < MOST && waited)
    }

    fn answer(&mut self, found: io::Result<Vec<SocketAddr>>) {
        match found {
            Ok(addresses) if !addresses.is_empty() => {
                self.known = addresses;
                self.failure = None;
                self.answers += 1;
            }
            // Somebody else may still find it.
            _ if self.asking > 1 => {}
            Ok(_) => self.fail(io::ErrorKind::NotFound, "the name has no address".to_owned()),
            Err(error) => self.fail(error.kind(), error.to_string()),
        }
    }

    fn fail(&mut self, kind: io::ErrorKind, why: String) {
        self.failure = Some((kind, why));
        self.answers += 1;
    }

    fn outcome(&self) -> io::Result<Vec<SocketAddr>> {
        match &self.failure {
            Some((kind, why)) => Err(io::Error::new(*kind, why.clone())),
            None => Ok(self.known.clone()),
        }
    }
}

/// Counts a look-up, also one that is dropped with its runtime.
struct Asking(watch::Sender<Place>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0
            .send_modify(|place| place.asking = place.asking.saturating_sub(1));
    }
}

impl Names {
    /// Asks the system, as everybody does.
    pub fn new() -> Self {
        Self::by(|host, port| {
            async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) }.boxed()
        })
    }

    pub(crate) fn by<F>(look_up: F) -> Self
    where
        F: Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync + 'static,
    {
        Self(Arc::new(Inner {
            look_up: Box::new(look_up),
            places: Mutex::default(),
            tasks: Mutex::default(),
        }))
    }

    /// Where a host is. It may take as long as the name servers do: the caller bounds it, and loses nothing by that.
    ///
    /// # Errors
    /// When there is no such name, or no name server answers.
    pub async fn find(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        if let Ok(ip) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(ip, port)]);
        }
        let place = lock(&self.0.places)
            .entry((host.to_owned(), port))
            .or_default()
            .clone();
        let mut news = place.subscribe();
        let before = news.borrow().answers;
        loop {
            self.ask(&place, host, port);
            let answered = timeout(PATIENCE, news.wait_for(|place| place.answers > before)).await;
            match answered {
                Ok(Ok(place)) => return place.outcome(),
                // The sender is held here.
                Ok(Err(_)) => return Err(io::ErrorKind::NotConnected.into()),
                Err(_) => {}
            }
            let known = place.borrow().known.clone();
            if !known.is_empty() {
                return Ok(known);
            }
        }
    }

    fn ask(&self, place: &watch::Sender<Place>, host: &str, port: u16) {
        let due = place.send_if_modified(|place| {
            let now = Instant::now();
            let due = place.is_due(now);
            if due {
                place.asking += 1;
                place.asked_at = Some(now);
            }
            due
        });
        if !due {
            return;
        }
        let asking = Asking(place.clone());
        let found = (self.0.look_up)(host.to_owned(), port);
        let mut tasks = lock(&self.0.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(async move {
            let found = found.await;
            asking.0.send_modify(|place| place.answer(found));
        });
    }

    /// The same client at the address of its name, for what takes no resolver; at the next one in each `turn`. With
    /// TLS the name stays: certificates are for names.
    ///
    /// # Errors
    /// When the name has no address.
    pub async fn direct(&self, client: &Client, turn: usize) -> RedisResult<Client> {
        let info = client.get_connection_info();
        let ConnectionAddr::Tcp(host, port) = info.addr() else {
            return Ok(client.clone());
        };
        let found = self.find(host, *port).await?;
        match found.iter().cycle().nth(turn % found.len().max(1)) {
            Some(at) => {
                let address = ConnectionAddr::Tcp(at.ip().to_string(), at.port());
                Client::open(info.clone().set_addr(address))
            }
            None => Ok(client.clone()),
        }
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").finish_non_exhaustive()
    }
}

impl AsyncDNSResolver for Names {
    fn resolve<'a, 'b: 'a>(
        &'a self,
        host: &'b str,
        port: u16,
    ) -> RedisFuture<'a, Box<dyn Iterator<Item = SocketAddr> + Send + 'a>> {
        self.find(host, port)
            .then(|found| {
                ready(match found {
                    Ok(found) => Ok(Box::new(found.into_iter()) as Box<dyn Iterator<Item = _> + Send>),
                    Err(error) => Err(error.into()),
                })
            })
            .boxed()
    }
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
