//! Who is at which phone, and who is available: an index beside calls and agents, kept by each commit, so that a webhook
//! that asks about a few phones does not read everything live.
//!
//! An older build does not keep it. So what it says of a phone is looked up in the call itself, and a call that it does
//! not name is not found: that phone rings. The sweep puts it right.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use switchboard_domain::{Agent, AgentId, Call, CallId, PhoneNumber, Presence};

use crate::record::parse;
use crate::{Snapshot, Store, StoreError, keys};

/// Other people's calls at some phones, and some agents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtPhones {
    /// The calls, as they are now: what they have to do with the phones is read off them.
    pub calls: Vec<Call>,
    /// The agents that are known.
    pub agents: Vec<Agent>,
}

impl Store {
    /// The calls that others than `own` have at these phones, and these agents: one round trip, whatever else is live.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn at_phones(
        &self,
        own: &CallId,
        phones: &[PhoneNumber],
        agents: &[&AgentId],
    ) -> Result<AtPhones, StoreError> {
        let mut invocation = self.scripts().at_phones.arg(self.prefix());
        invocation.arg(own.as_str()).arg(phones.len());
        for phone in phones {
            invocation.arg(phone.as_str());
        }
        for agent in agents {
            invocation.arg(agent.as_str());
        }
        let (calls, agents): (Vec<String>, Vec<String>) = self.invoke(&invocation, self.deadline()).await?;
        // What cannot be read says nothing: the phone rings.
        Ok(AtPhones {
            calls: calls
                .iter()
                .filter_map(|json| parse("a call", json).ok().flatten())
                .collect(),
            agents: agents
                .iter()
                .filter_map(|json| parse("an agent", json).ok().flatten())
                .collect(),
        })
    }

    /// Whether no agent is available; in doubt somebody is, as long as the sweep has not looked lately.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn is_nobody_there(&self) -> Result<bool, StoreError> {
        let mut looked = redis::cmd("EXISTS");
        looked.arg(keys::indexed(self.prefix()));
        let mut available = redis::cmd("SCARD");
        available.arg(keys::available(self.prefix()));
        let deadline = self.deadline();
        let (looked, available): (Result<u64, _>, Result<u64, _>) =
            tokio::join!(self.ask(&looked, deadline), self.ask(&available, deadline));
        Ok(looked? > 0 && available? == 0)
    }

    /// Compares the index with everything live, and has what differs put right. It counts as right for `valid`.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn put_index_right(&self, live: &Snapshot, valid: Duration) -> Result<(), StoreError> {
        let deadline = self.deadline();
        let mut phones = redis::cmd("HGETALL");
        phones.arg(keys::phones(self.prefix()));
        let mut available = redis::cmd("SMEMBERS");
        available.arg(keys::available(self.prefix()));
        let phones: BTreeMap<String, String> = self.read(&phones, deadline).await?;
        let available: HashSet<String> = self.read(&available, deadline).await?;

        let there: BTreeMap<&str, BTreeSet<&str>> =
            live.calls.iter().fold(BTreeMap::new(), |mut all, call| {
                if let Some(phone) = call.state.phone() {
                    let calls: &mut BTreeSet<&str> = all.entry(phone.as_str()).or_default();
                    calls.insert(call.id.as_str());
                }
                all
            });
        let note: Vec<(&str, &str)> = there
            .iter()
            .filter(|(phone, calls)| {
                phones
                    .get(**phone)
                    .is_none_or(|known| !calls.contains(known.as_str()))
            })
            .filter_map(|(phone, calls)| Some((*phone, *calls.first()?)))
            .collect();
        let forget: Vec<(&str, &str)> = phones
            .iter()
            .map(|(phone, call)| (phone.as_str(), call.as_str()))
            .filter(|(phone, call)| there.get(phone).is_none_or(|calls| !calls.contains(call)))
            .collect();
        let listed: HashSet<&str> = live.agents.iter().map(|agent| agent.id.as_str()).collect();
        let differ = live
            .agents
            .iter()
            .filter(|agent| (agent.presence == Presence::Available) != available.contains(agent.id.as_str()))
            .map(|agent| agent.id.as_str());
        let gone = available
            .iter()
            .map(String::as_str)
            .filter(|agent| !listed.contains(agent));

        let mut invocation = self.scripts().index.arg(self.prefix());
        invocation
            .arg(u64::try_from(valid.as_millis()).unwrap_or(u64::MAX).max(1))
            .arg(forget.len())
            .arg(note.len());
        for (phone, call) in forget.iter().chain(&note) {
            invocation.arg(*phone).arg(*call);
        }
        for agent in differ.chain(gone) {
            invocation.arg(agent);
        }
        self.invoke::<String>(&invocation, deadline).await?;
        Ok(())
    }
}
