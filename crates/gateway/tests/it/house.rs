//! A Redis of its own with a gateway before it, and a look at what is in it.

use std::time::Duration;

use switchboard_domain::{
    Agent, AgentId, AnswersOn, Call, CallId, ClaimTicket, Command, PhoneNumber, Policy, Presence, decide,
};
use switchboard_runtime::settings::{Layers, Settings};
use switchboard_runtime::{Clock, PrivateRedis, PrivateRedisOptions, rules};
use switchboard_store::{Committed, Store, StoreConfig, Target};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

use crate::door::Door;

pub(crate) struct House {
    pub(crate) redis: PrivateRedis,
    pub(crate) settings: Settings,
    /// A look beside the gateway's own connections.
    pub(crate) store: Store,
    pub(crate) door: Door,
    policy: Policy,
    _dir: TempDir,
}

/// Every day the same; nothing depends on the day on which the tests run.
pub(crate) fn weekly(ranges: &str) -> String {
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let lines: Vec<_> = days.iter().map(|day| format!("{day} = {ranges}\n")).collect();
    format!("[hours]\nholidays = \"none\"\n[hours.weekly]\n{}", lines.concat())
}

/// Demonstration settings with an office that never closes.
pub(crate) fn always() -> Layers {
    Layers::demo().text("always open", &weekly(r#"["24h"]"#))
}

/// With an office that never opens.
pub(crate) fn never() -> Layers {
    Layers::demo().text("never open", &weekly("[]"))
}

/// With so many office phones.
pub(crate) fn phones(layers: Layers, count: usize) -> Layers {
    let phone = |n| format!("{{ name = \"Phone {n}\", number = \"+4420794601{n:02}\" }}");
    let phones: Vec<_> = (0..count).map(phone).collect();
    layers.text("phones", &format!("[office]\nphones = [{}]", phones.join(", ")))
}

impl House {
    /// Always open.
    pub(crate) async fn open() -> Self {
        Self::with(always()).await
    }

    pub(crate) async fn with(layers: Layers) -> Self {
        let settings = layers.load().unwrap();
        let dir = TempDir::with_prefix("gw").unwrap();
        let options = PrivateRedisOptions {
            arguments: vec!["--enable-debug-command".to_owned(), "yes".to_owned()],
            ..PrivateRedisOptions::default()
        };
        let redis = PrivateRedis::start(dir.path(), options).await.unwrap();
        let store = Store::new(StoreConfig {
            // Tests wait for Redis; only the gateway may not.
            budget: Duration::from_secs(10),
            ..StoreConfig::new(redis.url(), settings.key_prefix())
        })
        .unwrap();
        let door = Door::open(&settings, redis.url(), Clock::system());
        let policy = rules::policy(&settings).unwrap();
        Self {
            redis,
            settings,
            store,
            door,
            policy,
            _dir: dir,
        }
    }

    /// Ends the gateway and starts another one.
    pub(crate) async fn restart_gateway(&mut self) {
        let new = Door::open(&self.settings, self.redis.url(), Clock::system());
        std::mem::replace(&mut self.door, new).close().await;
    }

    pub(crate) async fn close(mut self) {
        self.door.close().await;
        self.redis.stop().await.unwrap();
    }

    /// Waits until the gateway reaches its Redis.
    pub(crate) async fn ready(&self) {
        let ready = async {
            while self.door.get("/health/ready").send().await.unwrap().status() != 200 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), ready)
            .await
            .unwrap();
    }

    /// One number for everything that is in Redis: calls with their versions, events, agents, jobs.
    pub(crate) async fn digest(&self) -> String {
        let line = self.redis_says("DEBUG DIGEST").await;
        assert!(line.starts_with('+'), "{line}");
        line
    }

    /// As when the time has come for which ended calls are kept.
    pub(crate) async fn forget(&self, id: &str) {
        let call = format!("{}:call:{id}", self.settings.key_prefix());
        let line = self.redis_says(&format!("DEL {call} {call}:events")).await;
        assert!(line.starts_with(':'), "{line}");
    }

    /// How much Redis holds.
    pub(crate) async fn memory(&self) -> String {
        let program = "return redis.pcall('INFO','memory'):match('used_memory_human:(%S+)')";
        self.redis_says(&format!("EVAL \"{program}\" 0")).await
    }

    /// The first line of its answer.
    async fn redis_says(&self, command: &str) -> String {
        let mut socket = UnixStream::connect(self.redis.socket()).await.unwrap();
        socket
            .write_all(format!("{command}\r\n").as_bytes())
            .await
            .unwrap();
        let mut line = String::new();
        BufReader::new(&mut socket).read_line(&mut line).await.unwrap();
        line
    }

    pub(crate) async fn find(&self, id: &str) -> Option<Call> {
        self.store.call(&CallId::new(id).unwrap()).await.unwrap().0
    }

    pub(crate) async fn call(&self, id: &str) -> Call {
        self.find(id).await.unwrap()
    }

    pub(crate) async fn state(&self, id: &str) -> &'static str {
        self.find(id).await.map_or("unknown", |call| call.state.name())
    }

    pub(crate) async fn advance(&self, by: Duration) {
        self.store.advance_clock(by).await.unwrap();
    }

    /// Makes an agent known, ready to answer in the browser or on a phone.
    pub(crate) async fn agent(&self, id: &str, phone: Option<&str>) {
        let id = AgentId::new(id).unwrap();
        let answers_on = phone.map_or(AnswersOn::Browser, |number| {
            AnswersOn::Phone(PhoneNumber::parse(number).unwrap())
        });
        let agent = Agent {
            id: id.clone(),
            name: id.to_string(),
            answers_on,
            presence: Presence::Available,
            engaged: None,
        };
        self.store
            .update_agent(&id, |_| Some(agent.clone()))
            .await
            .unwrap();
    }

    /// What the service for agents does with their commands.
    pub(crate) async fn agent_does(&self, call: &str, agent: &str, command: Command) -> Committed {
        let (call, agent) = (CallId::new(call).unwrap(), AgentId::new(agent).unwrap());
        let id = format!("{agent} {command:?}");
        let target = Target {
            call: &call,
            agent: Some(&agent),
            command_id: &id,
            fresh: false,
        };
        let step = |call: Option<&Call>, agent: Option<&Agent>, now| {
            decide(call, agent, &command, now, &self.policy)
        };
        self.store.transact(target, step).await.unwrap()
    }

    /// An agent presses Answer and gets a ticket.
    pub(crate) async fn answer(&self, call: &str, agent: &str) -> ClaimTicket {
        let token = "secret".to_owned();
        let done = self.agent_does(call, agent, Command::Answer { token }).await;
        let call = done.call.unwrap();
        ClaimTicket::of(&call.id, call.state.claim().unwrap())
    }

    /// What a job does: the deadlines' commands, the news of a leg that we called.
    pub(crate) async fn job_does(&self, call: &str, command: Command) {
        let call = CallId::new(call).unwrap();
        let id = format!("{command:?}");
        let target = Target {
            call: &call,
            agent: None,
            command_id: &id,
            fresh: false,
        };
        self.store
            .transact(target, |call, agent, now| {
                decide(call, agent, &command, now, &self.policy)
            })
            .await
            .unwrap();
    }
}
