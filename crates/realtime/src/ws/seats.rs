//! The connections of one thread: by their turn when news was gathered, and by their agent.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use switchboard_domain::AgentId;

use crate::ws::conn::Conn;

/// Who is told together of what was gathered. With 250 ms for all of them that is one in 5 ms: five thousand
/// connections in fifty turns are a hundred writes a turn, about a millisecond that others may have to wait.
pub(crate) const COHORTS: u32 = 50;

/// All who are told what happens.
#[derive(Default)]
pub(crate) struct Seats {
    conns: BTreeMap<(u64, u64), Rc<Conn>>,
    agents: HashMap<AgentId, Vec<Rc<Conn>>>,
}

impl Seats {
    pub(crate) fn enter(&mut self, conn: &Rc<Conn>) {
        if self.conns.insert(key(conn), Rc::clone(conn)).is_none() {
            let own = self.agents.entry(conn.agent.clone()).or_default();
            own.push(Rc::clone(conn));
        }
    }

    pub(crate) fn leave(&mut self, conn: &Conn) {
        if self.conns.remove(&key(conn)).is_none() {
            return;
        }
        if let Some(own) = self.agents.get_mut(&conn.agent) {
            own.retain(|other| other.id != conn.id);
            if own.is_empty() {
                self.agents.remove(&conn.agent);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.conns.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rc<Conn>> {
        self.conns.values()
    }

    /// Those of one cohort.
    pub(crate) fn cohort(&self, cohort: u32) -> impl Iterator<Item = &Rc<Conn>> {
        let from = (u64::from(cohort), 0);
        let until = (u64::from(cohort) + 1, 0);
        self.conns.range(from..until).map(|(_, conn)| conn)
    }

    /// Those of an agent, who may have several screens.
    pub(crate) fn of(&self, agent: &AgentId) -> &[Rc<Conn>] {
        self.agents.get(agent).map_or(&[], Vec::as_slice)
    }
}

fn key(conn: &Conn) -> (u64, u64) {
    (spoke_of(conn.id, COHORTS), conn.id)
}

/// Whose turn it is. Connections that came together are far from each other on the wheel: neighbours are a golden
/// section apart.
pub(crate) fn spoke_of(id: u64, spokes: u32) -> u64 {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let place = u128::from(id.wrapping_mul(GOLDEN)) * u128::from(spokes);
    u64::try_from(place >> 64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use switchboard_domain::AgentId;
    use tokio::net::{TcpListener, TcpStream};

    use super::{COHORTS, Seats};
    use crate::ws::conn::Conn;
    use crate::ws::encode::Form;

    #[tokio::test]
    async fn each_is_in_one_cohort_and_found_by_its_agent_until_it_leaves() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (amelia, bashir) = (AgentId::new("amelia").unwrap(), AgentId::new("bashir").unwrap());
        let mut seats = Seats::default();
        let mut conns = Vec::new();
        for id in 0..100 {
            let agent = if id % 4 == 0 { &amelia } else { &bashir };
            let stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
            let conn = Rc::new(Conn::new(id, agent.clone(), Form::Json, stream));
            seats.enter(&conn);
            // As after catching up.
            seats.enter(&conn);
            conns.push(conn);
        }
        assert_eq!((seats.len(), seats.of(&amelia).len()), (100, 25));
        let cohorts: Vec<usize> = (0..COHORTS).map(|cohort| seats.cohort(cohort).count()).collect();
        assert_eq!(cohorts.iter().sum::<usize>(), 100);
        assert!(cohorts.iter().all(|count| *count <= 3), "spread: {cohorts:?}");
        for conn in &conns {
            seats.leave(conn);
            seats.leave(conn);
        }
        assert_eq!((seats.len(), seats.of(&amelia).len()), (0, 0));
    }
}
