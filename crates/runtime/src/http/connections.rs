//! Every open connection of a server, and which of them must go.
//!
//! A connection costs its sender nothing and us a file, so that whoever opens enough of them silences a service. Until a
//! request on it was signed or bore a token, a connection is *unproven*: it may wait only shortly for its next
//! request, and when its address holds too many, or all addresses together do, the oldest unproven one ends. The newcomer
//! is never turned away: it may be the carrier. Proven connections are left alone, and so are those of known proxies,
//! behind which anybody may stand.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    net::{IpAddr, Ipv6Addr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, sleep_until},
};

use super::network::Network;

/// A client that means well has sent its head by then: a crowd that comes at once, as after a restart, is not cut down.
const YOUNG: Duration = Duration::from_secs(1);
/// How long an address counts as proven after one of its connections was.
const REMEMBERED: Duration = Duration::from_hours(1);
/// Addresses that are remembered; the oldest are forgotten first.
const ADDRESSES: usize = 10_000;

/// How many connections may be open that have proven nothing.
#[derive(Clone, Debug)]
pub struct ConnectionLimits {
    /// Whose connections are left alone.
    pub proxies: Vec<Network>,
    /// Unproven connections of one address (of `IPv6` a /64) that has proven nothing lately.
    pub per_address: usize,
    /// Unproven connections of all addresses together.
    pub unproven: usize,
    /// How long an unproven connection waits for its next request, or takes to read an answer; `None` for as long as any
    /// other.
    pub idle: Option<Duration>,
}

impl Default for ConnectionLimits {
    /// None: for ports that only our own programs reach, on which nobody proves anything.
    fn default() -> Self {
        Self {
            proxies: Vec::new(),
            per_address: usize::MAX,
            unproven: usize::MAX,
            idle: None,
        }
    }
}

/// The open connections of one server. Clones are the same.
#[derive(Clone, Debug)]
pub(crate) struct Connections(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    limits: ConnectionLimits,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    next: u64,
    by_peer: HashMap<SocketAddr, Arc<Connection>>,
    /// By number, so the oldest first.
    unproven: BTreeMap<u64, Arc<Connection>>,
    by_address: HashMap<IpAddr, BTreeSet<u64>>,
    proven: HashMap<IpAddr, Instant>,
}

/// One open connection.
#[derive(Debug)]
pub(crate) struct Connection {
    number: u64,
    address: IpAddr,
    since: Instant,
    idle: Option<Duration>,
    /// Proven, or a known proxy's.
    left_alone: AtomicBool,
    /// When it ends, unless something happens before.
    deadline: Mutex<Option<Instant>>,
    changed: Notify,
}

/// Forgets its connection when dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    connections: Connections,
    peer: SocketAddr,
    pub(super) connection: Arc<Connection>,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        Self(Arc::new(Shared {
            limits,
            state: Mutex::default(),
        }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new connection. Older ones may end for it.
    pub(super) fn admit(&self, peer: SocketAddr) -> Admitted {
        self.admit_at(peer, Instant::now())
    }

    fn admit_at(&self, peer: SocketAddr, now: Instant) -> Admitted {
        let limits = &self.0.limits;
        let address = counted_as(peer.ip());
        let proxy = limits.proxies.iter().any(|network| network.contains(peer.ip()));
        let mut state = self.state();
        state.next += 1;
        let connection = Arc::new(Connection {
            number: state.next,
            address,
            since: now,
            idle: limits.idle,
            left_alone: AtomicBool::new(proxy),
            deadline: Mutex::new(limits.idle.filter(|_| !proxy).map(|idle| now + idle)),
            changed: Notify::new(),
        });
        state.by_peer.insert(peer, Arc::clone(&connection));
        if !proxy {
            state.count(&connection);
            let known = state
                .proven
                .get(&address)
                .is_some_and(|at| now.duration_since(*at) < REMEMBERED);
            if !known {
                state.thin(address, limits.per_address, now);
            }
            while state.unproven.len() > limits.unproven
                && let Some((_, oldest)) = state.unproven.pop_first()
            {
                state.forget(&oldest);
                oldest.end("all");
            }
        }
        drop(state);
        Admitted {
            connections: self.clone(),
            peer,
            connection,
        }
    }

    /// The open connection of that peer.
    pub(super) fn of(&self, peer: SocketAddr) -> Option<Arc<Connection>> {
        self.state().by_peer.get(&peer).cloned()
    }

    /// A request on this connection was signed, or bore a token.
    pub(crate) fn prove(&self, peer: SocketAddr) {
        let mut state = self.state();
        let Some(connection) = state.by_peer.get(&peer).cloned() else {
            return;
        };
        if connection.left_alone.swap(true, Ordering::AcqRel) {
            return;
        }
        connection.set_deadline(None);
        state.forget(&connection);
        if state.proven.len() >= ADDRESSES
            && let Some(oldest) = state
                .proven
                .iter()
                .min_by_key(|(_, at)| **at)
                .map(|(address, _)| *address)
        {
            state.proven.remove(&oldest);
        }
        state.proven.insert(connection.address, Instant::now());
    }

    #[cfg(test)]
    fn count(&self) -> (usize, usize) {
        let state = self.state();
        (state.by_peer.len(), state.unproven.len())
    }
}

impl State {
    fn count(&mut self, connection: &Arc<Connection>) {
        self.unproven.insert(connection.number, Arc::clone(connection));
        self.by_address
            .entry(connection.address)
            .or_default()
            .insert(connection.number);
    }

    fn forget(&mut self, connection: &Connection) {
        self.unproven.remove(&connection.number);
        if let Some(numbers) = self.by_address.get_mut(&connection.address) {
            numbers.remove(&connection.number);
            if numbers.is_empty() {
                self.by_address.remove(&connection.address);
            }
        }
    }

    /// Ends the oldest of an address that has too many.
    fn thin(&mut self, address: IpAddr, limit: usize, now: Instant) {
        loop {
            let oldest = self
                .by_address
                .get(&address)
                .filter(|numbers| numbers.len() > limit)
                .and_then(|numbers| self.unproven.get(numbers.first()?))
                .filter(|oldest| now.duration_since(oldest.since) >= YOUNG)
                .cloned();
            let Some(oldest) = oldest else { return };
            self.forget(&oldest);
            oldest.end("address");
        }
    }
}

impl Connection {
    fn deadline(&self) -> Option<Instant> {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_deadline(&self, at: Option<Instant>) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = at;
        self.changed.notify_one();
    }

    fn end(&self, limit: &'static str) {
        metrics::counter!("http_connections_ended_total", "limit" => limit).increment(1);
        self.set_deadline(Some(self.since));
    }

    /// A request is being answered. Its body has a time limit of its own.
    pub(super) fn is_busy(&self) {
        if !self.left_alone.load(Ordering::Acquire) {
            let mut deadline = self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
            // Whoever is to end stays so.
            if deadline.is_some_and(|at| at > Instant::now()) {
                *deadline = None;
            }
        }
    }

    /// The request has its answer.
    pub(super) fn is_idle(&self) {
        if !self.left_alone.load(Ordering::Acquire) && self.deadline().is_none() {
            self.set_deadline(self.idle.map(|idle| Instant::now() + idle));
        }
    }

    /// Ends soon, whatever its other side does: what it still sends is not wanted.
    pub(super) fn leaves_within(&self, time: Duration) {
        self.set_deadline(Some(Instant::now() + time));
    }

    /// Waits until the connection must end.
    pub(super) async fn overdue(&self) {
        loop {
            match self.deadline() {
                None => self.changed.notified().await,
                Some(at) if at <= Instant::now() => return,
                Some(at) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = self.changed.notified() => {}
                },
            }
        }
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut state = self.connections.state();
        state.forget(&self.connection);
        // The port may have been taken anew already.
        if state
            .by_peer
            .get(&self.peer)
            .is_some_and(|other| other.number == self.connection.number)
        {
            state.by_peer.remove(&self.peer);
        }
    }
}

/// One customer of a provider has at least a /64.
fn counted_as(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures::FutureExt as _;
    use tokio::time::Instant;

    use super::{Admitted, ConnectionLimits, Connections, Network};

    fn connections(idle: Duration) -> Connections {
        Connections::new(ConnectionLimits {
            proxies: vec![Network::parse("10.0.0.0/8").unwrap()],
            per_address: 2,
            unproven: 5,
            idle: Some(idle),
        })
    }

    fn ended(admitted: &Admitted) -> bool {
        admitted.connection.overdue().now_or_never().is_some()
    }

    const LONG: Duration = Duration::from_secs(100);

    #[tokio::test]
    async fn the_oldest_of_an_address_ends_when_it_has_too_many() {
        let all = connections(LONG);
        let now = Instant::now();
        let [first, second, third] = [1, 2, 3].map(|port| all.admit_at(([192, 0, 2, 1], port).into(), now));
        // Too young: three at once may be a crowd.
        assert_eq!(all.count(), (3, 3));
        let fourth = all.admit_at(([192, 0, 2, 1], 4).into(), now + Duration::from_secs(2));
        assert_eq!(
            [&first, &second, &third, &fourth].map(ended),
            [true, true, false, false]
        );
        drop((first, second, third, fourth));
        assert_eq!(all.count(), (0, 0));
    }

    #[tokio::test]
    async fn the_proven_and_proxies_do_not_count() {
        let all = connections(Duration::ZERO);
        let proven = all.admit(([192, 0, 2, 1], 1).into());
        all.prove(([192, 0, 2, 1], 1).into());
        let proxied: Vec<_> = (1..=20)
            .map(|port| all.admit(([10, 1, 2, 3], port).into()))
            .collect();
        assert_eq!(all.count(), (21, 0));
        assert!(!ended(&proven));
        assert!(!proxied.iter().any(ended));
    }

    #[tokio::test]
    async fn many_addresses_together_are_bounded_too() {
        let all = connections(LONG);
        let held: Vec<_> = (1..=50)
            .map(|last| all.admit(([192, 0, 2, last], 1).into()))
            .collect();
        assert_eq!(all.count(), (50, 5));
        assert!(held[..45].iter().all(ended));
        assert!(!held[45..].iter().any(ended));
    }

    #[tokio::test]
    async fn an_unproven_connection_waits_shortly_for_its_next_request() {
        let all = connections(Duration::from_millis(30));
        let held = all.admit("[2001:db8::1]:1".parse().unwrap());
        held.connection.is_busy();
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert!(!ended(&held));
        held.connection.is_idle();
        let waited = tokio::time::timeout(Duration::from_secs(5), held.connection.overdue()).await;
        assert!(waited.is_ok());
    }
}
