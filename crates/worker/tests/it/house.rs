//! A Redis and a carrier of its own, and workers that can be started and killed.

use std::net::SocketAddr;
use std::time::Duration;

use secrecy::ExposeSecret;
use switchboard_domain::{
    Agent, AgentId, AnswersOn, At, Call, CallId, Caller, Command, Country, Incoming, MenuChoice, MenuPick,
    PhoneNumber, Policy, Presence, QueueName, SourceName, decide,
};
use switchboard_queue::jobs::SWEEP;
use switchboard_queue::{Admin, DeadJob, Prefix, Producer, Push, Stats};
use switchboard_runtime::settings::{Layers, Settings};
use switchboard_runtime::{Lifecycle, Metrics, PrivateRedis, PrivateRedisOptions, Rng, rules};
use switchboard_simulator::{LegId, Number, Simulator, SimulatorConfig, View, What};
use switchboard_store::{Store, StoreConfig, Target};
use switchboard_worker::{Deps, STORE_BUDGET, run_calls, run_lookup};
use tempfile::TempDir;

use crate::future::Future;
use crate::pages::{Pages, anywhere};

/// How long anything may take, in real time.
const LIMIT: Duration = Duration::from_secs(20);
/// The last thing that every round of the sweep asks for.
const SWEPT: &str = "GET Calls.json?Status=in-progress&PageSize";
pub(crate) const MARA: &str = "+447700900101";

pub(crate) struct House {
    pub(crate) simulator: Simulator,
    pub(crate) pages: Pages,
    pub(crate) store: Store,
    pub(crate) admin: Admin,
    pub(crate) producer: Producer,
    pub(crate) office: String,
    settings: Settings,
    policy: Policy,
    redis: PrivateRedis,
    outside: Lifecycle,
    _dir: TempDir,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(&[]).await
    }

    pub(crate) async fn with(overrides: &[&str]) -> Self {
        let dir = TempDir::with_prefix("worker").unwrap();
        let redis = PrivateRedis::start(dir.path(), PrivateRedisOptions::default())
            .await
            .unwrap();
        let ((carrier, carrier_at), (gateway, gateway_at)) = (anywhere(), anywhere());
        let mut layers = Layers::demo()
            .set(&format!("public.base_url=http://{gateway_at}"))
            .set(&format!("twilio.api_base=http://{carrier_at}"))
            .set(&format!(
                "lookup.sources.crm.url=http://{carrier_at}/crm/v1/customers?phone={{number}}"
            ))
            .set("worker_calls.listen=127.0.0.1:0")
            .set("worker_lookup.listen=127.0.0.1:0");
        for setting in overrides {
            layers = layers.set(setting);
        }
        let settings = layers.load().unwrap();
        let office = settings.office.numbers[0].as_str().to_owned();
        let token = settings.twilio.auth_token.expose_secret();
        let mut config = SimulatorConfig::new(&settings.twilio.account_sid, token);
        config.numbers = vec![Number {
            number: office.clone(),
            voice_url: format!("http://{gateway_at}/twilio/voice/incoming"),
            voice_fallback_url: None,
            status_callback: None,
        }];
        let simulator = Simulator::new(config);
        let pages = Pages::default();
        let outside = Lifecycle::new();
        outside.spawn_vital(
            "carrier",
            switchboard_simulator::run(carrier, simulator.clone(), outside.token()),
        );
        outside.spawn_vital("gateway", pages.clone().serve(gateway, outside.token()));
        let prefix = Prefix::new(settings.key_prefix()).unwrap();
        Self {
            simulator,
            pages,
            store: store(&settings, &redis),
            admin: Admin::connect(redis.url(), prefix.clone()).unwrap(),
            producer: Producer::connect(redis.url(), prefix).unwrap(),
            office,
            policy: rules::policy(&settings).unwrap(),
            settings,
            redis,
            outside,
            _dir: dir,
        }
    }

    pub(crate) async fn close(mut self) {
        assert!(self.outside.shutdown(LIMIT).await.is_clean());
        self.redis.stop().await.unwrap();
    }

    fn deps(&self) -> Deps {
        Deps {
            settings: self.settings.clone(),
            redis_url: self.redis.url().to_owned(),
            store: store(&self.settings, &self.redis),
            metrics: Metrics::install().unwrap(),
            rng: Rng::from_seed(1),
        }
    }

    pub(crate) fn start_calls(&self) -> Lifecycle {
        self.start_calls_with_health().0
    }

    /// The same, and where it tells of its health.
    pub(crate) fn start_calls_with_health(&self) -> (Lifecycle, SocketAddr) {
        let lifecycle = Lifecycle::new();
        let (listener, health) = anywhere();
        lifecycle.spawn_vital("calls", run_calls(listener, self.deps(), lifecycle.token()));
        (lifecycle, health)
    }

    pub(crate) fn start_lookup(&self) -> Lifecycle {
        let lifecycle = Lifecycle::new();
        lifecycle.spawn_vital("lookup", run_lookup(anywhere().0, self.deps(), lifecycle.token()));
        lifecycle
    }

    /// Redis dies, and starts again with nothing of what it knew.
    pub(crate) async fn redis_forgets(&mut self) {
        self.redis.kill9().unwrap();
        std::fs::remove_dir_all(self.redis.dir().join("appendonlydir")).unwrap();
        self.redis.restart().await.unwrap();
        // The old one's connection would fail once.
        let prefix = Prefix::new(self.settings.key_prefix()).unwrap();
        self.admin = Admin::connect(self.redis.url(), prefix).unwrap();
    }

    /// A worker says that it is ready.
    pub(crate) async fn until_ready(&self, health: SocketAddr) {
        let url = format!("http://{health}/health/ready");
        let ready = async {
            while !reqwest::get(&url)
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = tokio::time::timeout(LIMIT, ready).await;
        assert!(waited.is_ok(), "not ready within {LIMIT:?}");
    }

    /// A process of a newer version, beside ours.
    pub(crate) fn future(&self) -> Future<'_> {
        Future {
            socket: self.redis.socket(),
            prefix: self.settings.key_prefix(),
        }
    }

    // --- calls ---

    pub(crate) async fn step(&self, call: &CallId, agent: Option<&str>, command: Command) -> Call {
        let agent = agent.map(|id| AgentId::new(id).unwrap());
        let target = Target {
            call,
            agent: agent.as_ref(),
            command_id: &format!("{command:?}"),
            fresh: false,
        };
        let step = |call: Option<&Call>, agent: Option<&Agent>, now| {
            decide(call, agent, &command, now, &self.policy)
        };
        self.store.transact(target, step).await.unwrap().call.unwrap()
    }

    /// Somebody dials, and runs the document of `incoming`.
    pub(crate) async fn dial(&self) -> CallId {
        let line = self.simulator.dial(MARA, &self.office);
        self.until_seen(|view| view.leg(&line).is_some_and(|leg| leg.answered_ms.is_some()))
            .await;
        CallId::new(line.as_str()).unwrap()
    }

    /// That call is known to wait for an agent, in this queue of the carrier's if it is known to be in one.
    pub(crate) async fn waits(&self, call: &CallId, queue: Option<&str>) -> Call {
        self.arrives(call, &[]).await;
        let pick = MenuPick::Choice(MenuChoice::Queue(QueueName::new("sales").unwrap()));
        let call_after = self.step(call, None, Command::Choose { attempt: 0, pick }).await;
        match queue {
            Some(queue) => {
                let queue = Some(queue.to_owned());
                self.step(call, None, Command::Ask(At::Wait { queue })).await
            }
            None => call_after,
        }
    }

    /// That call is known to hear the menu.
    pub(crate) async fn arrives(&self, call: &CallId, sources: &[&str]) {
        let incoming = Incoming {
            id: call.clone(),
            caller: Caller::read(MARA, Country::GB),
            dialled: self.office.clone(),
            open: true,
            sources: sources
                .iter()
                .map(|source| SourceName::new(source).unwrap())
                .collect(),
        };
        self.step(call, None, Command::Incoming(incoming)).await;
    }

    /// An agent who answers in the browser, or on a phone.
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

    pub(crate) async fn answers(&self, agent: &str, call: &CallId) -> Call {
        let token = "secret".to_owned();
        self.step(call, Some(agent), Command::Answer { token }).await
    }

    pub(crate) async fn find(&self, call: &CallId) -> Option<Call> {
        self.store.call(call).await.unwrap().0
    }

    // --- time and patience ---

    /// Time passes for Redis and the carrier.
    pub(crate) async fn pass(&self, time: Duration) {
        self.store.advance_clock(time).await.unwrap();
        self.simulator
            .advance(i64::try_from(time.as_millis()).unwrap())
            .await;
    }

    pub(crate) async fn until_seen(&self, is_true: impl Fn(&View<'_>) -> bool) {
        let seen = self.simulator.wait_for(is_true, LIMIT).await;
        assert!(
            seen.is_ok(),
            "not within {LIMIT:?}:\n{}",
            self.simulator.timeline()
        );
    }

    pub(crate) async fn until_call(&self, call: &CallId, is_true: impl Fn(&Call) -> bool) -> Call {
        let become_so = async {
            loop {
                match self.find(call).await {
                    Some(found) if is_true(&found) => return found,
                    Some(_) | None => tokio::time::sleep(Duration::from_millis(2)).await,
                }
            }
        };
        let waited = tokio::time::timeout(LIMIT, become_so).await;
        let Ok(found) = waited else {
            panic!(
                "not within {LIMIT:?}: {:?}\n{}",
                self.find(call).await,
                self.simulator.timeline()
            )
        };
        found
    }

    pub(crate) async fn until_queues(&self, is_true: impl Fn(&Stats) -> bool) -> Stats {
        let become_so = async {
            loop {
                let stats = self.admin.stats().await.unwrap();
                if is_true(&stats) {
                    return stats;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = tokio::time::timeout(LIMIT, become_so).await;
        let Ok(stats) = waited else {
            panic!("not within {LIMIT:?}: {:?}", self.admin.stats().await)
        };
        stats
    }

    /// Nothing runs and nothing is due: every job has been done, or put off.
    pub(crate) async fn rest(&self) {
        self.until_queues(|stats| stats.is_idle() && stats.next_due_ms.is_none_or(|due| due > stats.now_ms))
            .await;
    }

    /// Time passes until the sweep has gone round once more; the first time, none.
    pub(crate) async fn round(&self) {
        let before = self.requests(SWEPT);
        if before > 0 {
            self.pass(Duration::from_secs(15)).await;
        }
        self.until_requested(SWEPT, before + 1).await;
        self.until_queues(|stats| {
            stats
                .queues
                .iter()
                .any(|queue| queue.name == SWEEP && queue.leased == 0 && queue.due == 1)
        })
        .await;
    }

    /// The API was asked for this so often.
    pub(crate) async fn until_requested(&self, begin: &str, times: usize) {
        let asked = async {
            while self.requests(begin) < times {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let asked = tokio::time::timeout(LIMIT, asked).await;
        assert!(
            asked.is_ok(),
            "no {begin}:
{}",
            self.simulator.timeline()
        );
    }

    pub(crate) async fn push(&self, push: Push) {
        self.producer.push(&push).await.unwrap();
    }

    pub(crate) async fn dead(&self, queue: &str) -> Vec<DeadJob> {
        self.admin.dead(queue, 100).await.unwrap()
    }

    /// Requests to the carrier's API so far that begin like this: a method and a path below the account.
    pub(crate) fn requests(&self, begin: &str) -> usize {
        let is_one = |what: &What| matches!(what, What::Rest(line) if line.starts_with(begin));
        self.simulator
            .timeline()
            .0
            .iter()
            .filter(|entry| is_one(&entry.what))
            .count()
    }
}

fn store(settings: &Settings, redis: &PrivateRedis) -> Store {
    Store::new(StoreConfig {
        budget: STORE_BUDGET,
        ..StoreConfig::new(redis.url(), settings.key_prefix())
    })
    .unwrap()
}

pub(crate) fn line(call: &CallId) -> LegId {
    LegId::from(call.as_str())
}

/// Stops workers as an operator would.
pub(crate) async fn stop(lifecycle: Lifecycle) {
    assert!(lifecycle.shutdown(LIMIT).await.is_clean());
}
