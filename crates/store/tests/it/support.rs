//! A private Redis with stores over it, and calls and agents to try them with.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use switchboard_domain::{
    Agent, AgentId, AnswersOn, Call, CallId, Caller, Command, Country, Decision, Incoming, LegId, MenuChoice,
    MenuPick, Policy, Presence, QueueName, Rejected, SourceName, Timestamp, decide,
};
use switchboard_queue::{Admin, Prefix};
use switchboard_runtime::{PrivateRedis, PrivateRedisOptions};
use switchboard_store::{Committed, Store, StoreConfig, Target, TransactError};
use tempfile::TempDir;

pub(crate) const PREFIX: &str = "{sb}";

/// Long enough for a busy machine; only tests that fail wait for it.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) struct Bench {
    pub(crate) redis: PrivateRedis,
    _folder: TempDir,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with(false).await
    }

    /// Its data survive it.
    pub(crate) async fn persistent() -> Self {
        Self::with(true).await
    }

    async fn with(persist: bool) -> Self {
        let folder = tempfile::Builder::new().prefix("st").tempdir().unwrap();
        let options = PrivateRedisOptions {
            persist,
            arguments: ["--enable-debug-command", "local"].map(String::from).to_vec(),
            ..PrivateRedisOptions::default()
        };
        let redis = PrivateRedis::start(&folder.path().join("r"), options)
            .await
            .unwrap();
        Self {
            redis,
            _folder: folder,
        }
    }

    pub(crate) fn config(&self) -> StoreConfig {
        StoreConfig::new(self.redis.url(), PREFIX)
    }

    /// A store that waits as long as a busy machine may need; tests of the budget make their own.
    pub(crate) fn store(&self) -> Store {
        self.store_with(|config| config.budget = LONG)
    }

    pub(crate) fn store_with(&self, change: impl FnOnce(&mut StoreConfig)) -> Store {
        let mut config = self.config();
        change(&mut config);
        Store::new(config).unwrap()
    }

    pub(crate) fn admin(&self) -> Admin {
        Admin::connect(self.redis.url(), Prefix::new(PREFIX).unwrap()).unwrap()
    }

    pub(crate) async fn raw(&self) -> MultiplexedConnection {
        let client = redis::Client::open(self.redis.url()).unwrap();
        client.get_multiplexed_async_connection().await.unwrap()
    }

    /// Every key, and a digest of all that they hold.
    pub(crate) async fn everything(&self) -> (Vec<String>, String) {
        let mut raw = self.raw().await;
        let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut raw).await.unwrap();
        keys.sort();
        let digest = redis::cmd("DEBUG")
            .arg("DIGEST")
            .query_async(&mut raw)
            .await
            .unwrap();
        (keys, digest)
    }

    /// The stream: numbers and texts.
    pub(crate) async fn stream(&self) -> Vec<(u64, String)> {
        let entries: Vec<(String, (String, String))> = redis::cmd("XRANGE")
            .arg(format!("{PREFIX}:stream"))
            .arg("-")
            .arg("+")
            .query_async(&mut self.raw().await)
            .await
            .unwrap();
        let number = |id: String| id.strip_suffix("-0").unwrap().parse().unwrap();
        entries
            .into_iter()
            .map(|(id, (_, json))| (number(id), json))
            .collect()
    }

    /// Cuts every connection but the one that asks for it.
    pub(crate) fn cut_all(&self) {
        let client = redis::Client::open(self.redis.url()).unwrap();
        let _: i64 = cut().query(&mut client.get_connection().unwrap()).unwrap();
    }

    /// How often Redis has run a command since the last `CONFIG RESETSTAT`, scripts' own calls included.
    pub(crate) async fn calls_of(&self, command: &str) -> u64 {
        let info: String = redis::cmd("INFO")
            .arg("commandstats")
            .query_async(&mut self.raw().await)
            .await
            .unwrap();
        let line = format!("cmdstat_{command}:calls=");
        info.lines()
            .find_map(|text| text.strip_prefix(&line))
            .map_or(0, |rest| rest.split(',').next().unwrap().parse().unwrap())
    }
}

pub(crate) fn cut() -> redis::Cmd {
    let mut kill = redis::cmd("CLIENT");
    kill.arg(&["KILL", "TYPE", "normal", "SKIPME", "yes"]);
    kill
}

pub(crate) fn policy() -> Policy {
    Policy::default()
}

pub(crate) fn call_id(n: usize) -> CallId {
    CallId::new(&format!("CA{n:032x}")).unwrap()
}

pub(crate) fn agent_id(n: usize) -> AgentId {
    AgentId::new(&format!("agent{n}")).unwrap()
}

pub(crate) fn source(n: usize) -> SourceName {
    SourceName::new(&format!("source{n}")).unwrap()
}

pub(crate) fn leg(text: &str) -> LegId {
    LegId::new(text).unwrap()
}

pub(crate) fn incoming(id: &CallId, sources: usize) -> Command {
    Command::Incoming(Incoming {
        id: id.clone(),
        caller: Caller::read("+442079460750", Country::GB),
        dialled: "+442079460100".into(),
        open: true,
        sources: (0..sources).map(source).collect(),
    })
}

pub(crate) fn choose_support() -> Command {
    Command::Choose {
        attempt: 0,
        pick: MenuPick::Choice(MenuChoice::Queue(QueueName::new("support").unwrap())),
    }
}

pub(crate) fn answer(token: &str) -> Command {
    Command::Answer { token: token.into() }
}

pub(crate) async fn agent(store: &Store, n: usize) -> Agent {
    let id = agent_id(n);
    let made = Agent {
        id: id.clone(),
        name: format!("Agent {n}"),
        answers_on: AnswersOn::Browser,
        presence: Presence::Available,
        engaged: None,
    };
    store
        .update_agent(&id, |_| Some(made.clone()))
        .await
        .unwrap()
        .unwrap()
}

/// What every step of these tests decides with.
pub(crate) fn rules<'a>(
    command: &'a Command,
    policy: &'a Policy,
) -> impl Fn(Option<&Call>, Option<&Agent>, Timestamp) -> Result<Decision, Rejected> + 'a {
    move |call, agent, now| decide(call, agent, command, now, policy)
}

/// A step on a call that is there, by nobody in particular.
pub(crate) async fn step(
    store: &Store,
    call: &CallId,
    id: &str,
    command: &Command,
) -> Result<Committed, TransactError> {
    let target = Target {
        call,
        agent: None,
        command_id: id,
        fresh: false,
    };
    store.transact(target, rules(command, &policy())).await
}

/// A step by an agent.
pub(crate) async fn step_by(
    store: &Store,
    agent: &AgentId,
    call: &CallId,
    id: &str,
    command: &Command,
) -> Result<Committed, TransactError> {
    let target = Target {
        call,
        agent: Some(agent),
        command_id: id,
        fresh: false,
    };
    store.transact(target, rules(command, &policy())).await
}

/// The first webhook of a call.
pub(crate) async fn ring(
    store: &Store,
    call: &CallId,
    id: &str,
    sources: usize,
) -> Result<Committed, TransactError> {
    let target = Target {
        call,
        agent: None,
        command_id: id,
        fresh: true,
    };
    store
        .transact(target, rules(&incoming(call, sources), &policy()))
        .await
}

/// A call that waits.
pub(crate) async fn queued(store: &Store, n: usize) -> CallId {
    let id = call_id(n);
    ring(store, &id, "in", 0).await.unwrap();
    step(store, &id, "menu", &choose_support()).await.unwrap();
    id
}
