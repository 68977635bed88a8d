//! A Redis of its own, the service on a free port, and calls that ring.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use switchboard_contracts::v1;
use switchboard_domain::{
    Agent, AgentId, Call, CallId, Caller, ClaimTicket, Command, Country, Incoming, LegId, MenuChoice,
    MenuPick, Policy, Presence, QueueName, decide,
};
use switchboard_queue::{Admin, Prefix};
use switchboard_realtime::{Realtime, SocketLimits};
use switchboard_runtime::settings::{Layers, Settings};
use switchboard_runtime::{Lifecycle, Metrics, PrivateRedis, PrivateRedisOptions, Rng};
use switchboard_store::{Store, StoreConfig, Target};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::spec::Spec;

/// Long enough for two busy cores: where Redis lives, no test depends on the budget.
const PATIENT: Duration = Duration::from_secs(5);

/// Opens the API where a token is asked for.
pub(crate) const TOKEN: &str = "0123456789abcdef-secret";

/// An office that is no demonstration.
pub(crate) fn outside() -> Layers {
    Layers::new()
        .text(
            "office.toml",
            r#"
            public.base_url = "https://phones.example.com"
            twilio.account_sid = "AC0123456789abcdef0123456789abcdef"
            twilio.auth_token = "fedcba9876543210fedcba9876543210"
            office.numbers = ["+44 20 7946 0000"]
            hours.time_zone = "Europe/London"
            "#,
        )
        .set(&format!("realtime.api_token={TOKEN}"))
}

/// The usual limits, and no long goodbyes to clients that a test has forgotten.
pub(crate) fn quick() -> SocketLimits {
    SocketLimits {
        close_within: Duration::from_millis(300),
        ..SocketLimits::default()
    }
}

pub(crate) struct House {
    pub(crate) redis: PrivateRedis,
    pub(crate) store: Store,
    pub(crate) policy: Policy,
    pub(crate) settings: Settings,
    pub(crate) base: String,
    pub(crate) spec: Spec,
    client: reqwest::Client,
    lifecycle: Lifecycle,
    prefix: String,
    // Last: the folder goes when Redis has gone.
    _dir: TempDir,
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) headers: reqwest::header::HeaderMap,
}

impl Reply {
    /// Status and result.
    pub(crate) fn is(&self, status: u16, result: &str) {
        assert_eq!(
            (self.status, self.body["result"].as_str()),
            (status, Some(result)),
            "{self:?}"
        );
    }

    /// The winner's ticket.
    pub(crate) fn ticket(&self) -> ClaimTicket {
        self.is(200, "yours");
        self.body["ticket"].as_str().unwrap().parse().unwrap()
    }
}

impl House {
    pub(crate) async fn start() -> Self {
        let house = Self::start_with(&Layers::demo(), PATIENT).await;
        house.until_ready().await;
        house
    }

    pub(crate) async fn start_with(layers: &Layers, budget: Duration) -> Self {
        let dir = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
        let redis = PrivateRedis::start(dir.path(), PrivateRedisOptions::default())
            .await
            .unwrap();
        Self::over(dir, redis, layers, budget)
    }

    /// With sockets that are limited so.
    pub(crate) async fn start_limited(limits: SocketLimits) -> Self {
        Self::start_with_limits(&Layers::demo(), limits, PATIENT).await
    }

    pub(crate) async fn start_with_limits(layers: &Layers, limits: SocketLimits, budget: Duration) -> Self {
        let dir = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
        let redis = PrivateRedis::start(dir.path(), PrivateRedisOptions::default())
            .await
            .unwrap();
        let house = Self::over_limited(dir, redis, layers, limits, budget);
        house.until_ready().await;
        house
    }

    pub(crate) fn over(dir: TempDir, redis: PrivateRedis, layers: &Layers, budget: Duration) -> Self {
        Self::over_limited(dir, redis, layers, quick(), budget)
    }

    fn over_limited(
        dir: TempDir,
        redis: PrivateRedis,
        layers: &Layers,
        limits: SocketLimits,
        budget: Duration,
    ) -> Self {
        let settings = layers.load().unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let lifecycle = Lifecycle::new();
        let prefix = settings.key_prefix();
        let store = |budget| {
            let config = StoreConfig {
                budget,
                ..StoreConfig::new(redis.url(), &prefix)
            };
            Store::new(config).unwrap()
        };
        let realtime = Realtime::new(&settings, store(budget), Rng::from_seed(1))
            .unwrap()
            .with_socket_limits(limits)
            .with_jobs(Admin::connect(redis.url(), Prefix::new(&prefix).unwrap()).unwrap());
        let metrics = Metrics::install().unwrap();
        let run = switchboard_realtime::run(listener, realtime, metrics, lifecycle.token());
        lifecycle.spawn_vital("realtime", run);
        Self {
            store: store(PATIENT),
            policy: switchboard_runtime::rules::policy(&settings).unwrap(),
            base,
            spec: Spec::read(),
            client: client(),
            lifecycle,
            prefix,
            settings,
            redis,
            _dir: dir,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.base.strip_prefix("http://").unwrap().parse().unwrap()
    }

    /// A ticket for a socket.
    pub(crate) async fn ticket_of(&self, agent: &str) -> String {
        let reply = self.post("/tickets", json!({ "agentId": agent })).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.body["ticket"].as_str().unwrap().to_owned()
    }

    /// Everything live, asked for over HTTP.
    pub(crate) async fn live(&self) -> v1::LiveSnapshot {
        let reply = self.get("/live").await;
        assert_eq!(reply.status, 200, "{reply:?}");
        serde_json::from_value(reply.body).unwrap()
    }

    /// One event of the smallest kind. Answers its number.
    pub(crate) async fn happen(&self) -> u64 {
        let id = AgentId::new("bashir").unwrap();
        let toggle = |agent: Option<Agent>| {
            agent.map(|agent| Agent {
                presence: match agent.presence {
                    Presence::Available => Presence::Away,
                    Presence::Away | Presence::Offline => Presence::Available,
                },
                ..agent
            })
        };
        self.store.update_agent(&id, toggle).await.unwrap().unwrap();
        self.store.stream_end().await.unwrap().last
    }

    /// So many.
    pub(crate) async fn happen_times(&self, times: usize) -> u64 {
        let mut last = 0;
        for _ in 0..times {
            last = self.happen().await;
        }
        last
    }

    /// The numbers of the connections that Redis tells events.
    pub(crate) async fn listeners(&self) -> Vec<String> {
        let mut stream = tokio::net::UnixStream::connect(self.redis.socket())
            .await
            .unwrap();
        stream
            .write_all(b"CLIENT LIST TYPE pubsub\r\nQUIT\r\n")
            .await
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let words = answer.split_whitespace();
        words
            .filter_map(|word| word.strip_prefix("id=").map(str::to_owned))
            .collect()
    }

    /// Begins to stop, without waiting.
    pub(crate) fn stop(&self) {
        self.lifecycle.stop();
    }

    /// Stops the service and says that it did so cleanly.
    pub(crate) async fn end(self) {
        drop(self.client);
        let outcome = self.lifecycle.shutdown(Duration::from_secs(30)).await;
        assert!(outcome.is_clean(), "{outcome:?}");
    }

    pub(crate) async fn until_ready(&self) {
        let wait = async {
            while self.ready().await.status != 200 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), wait)
            .await
            .expect("ready in time");
    }

    pub(crate) async fn ready(&self) -> Reply {
        let response = self
            .client
            .get(format!("{}/health/ready", self.base))
            .send()
            .await
            .unwrap();
        reply(response).await
    }

    /// What is counted.
    pub(crate) async fn metrics(&self) -> String {
        let response = self.client.get(format!("{}/metrics", self.base)).send().await;
        response.unwrap().text().await.unwrap()
    }

    /// A request for a page, to any address.
    pub(crate) fn page(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// A request under `/api/v1`, whose answer must be as the description says.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        make: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Reply {
        let request = self
            .client
            .request(method.clone(), format!("{}/api/v1{path}", self.base));
        let reply = reply(make(request).send().await.unwrap()).await;
        self.spec.check(method.as_str(), path, &reply);
        reply
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, |request| request).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, |request| request.json(&body)).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, |request| request.json(&body)).await
    }

    /// `agent` does `what` with the call.
    pub(crate) async fn act(&self, what: &str, call: &CallId, agent: &str) -> Reply {
        self.post(&format!("/calls/{call}/{what}"), json!({ "agentId": agent }))
            .await
    }

    /// The same under a key.
    pub(crate) async fn act_keyed(&self, what: &str, call: &CallId, agent: &str, key: &str) -> Reply {
        let body = json!({ "agentId": agent });
        let path = format!("/calls/{call}/{what}");
        self.send(Method::POST, &path, |request| {
            request.json(&body).header("Idempotency-Key", key)
        })
        .await
    }

    /// A call whose menu is being read.
    pub(crate) async fn ringing(&self, id: &str) -> CallId {
        let id = CallId::new(id).unwrap();
        let incoming = Incoming {
            id: id.clone(),
            caller: Caller::read("+442079460750", Country::GB),
            dialled: "+442079460000".into(),
            open: true,
            sources: Vec::new(),
        };
        self.step(&id, Command::Incoming(incoming)).await;
        id
    }

    /// A call that waits for an agent.
    pub(crate) async fn waiting(&self, id: &str) -> CallId {
        let id = self.ringing(id).await;
        let queue = MenuChoice::Queue(QueueName::new("support").unwrap());
        self.step(
            &id,
            Command::Choose {
                attempt: 0,
                pick: MenuPick::Choice(queue),
            },
        )
        .await;
        id
    }

    /// A call that talks with the agent, who answered it over HTTP.
    pub(crate) async fn talking(&self, id: &str, agent: &str) -> CallId {
        let call = self.waiting(id).await;
        let ticket = self.act("answer", &call, agent).await.ticket();
        let leg = LegId::new(&format!("{id}-leg")).unwrap();
        let (claim, agent) = (ticket.claim, AgentId::new(agent).unwrap());
        let shows = Command::AgentConnects {
            claim,
            agent,
            token: ticket.token,
            leg: leg.clone(),
        };
        self.step(&call, shows).await;
        self.step(&call, Command::AgentJoined { claim, leg }).await;
        self.step(&call, Command::CallerJoined { claim }).await;
        assert_eq!(self.call(&call).await.state.name(), "talking");
        call
    }

    /// Something happens to the call.
    pub(crate) async fn step(&self, call: &CallId, command: Command) {
        let id = format!("{command:?}");
        let target = Target {
            call,
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

    pub(crate) async fn call(&self, id: &CallId) -> Call {
        self.store.call(id).await.unwrap().0.unwrap()
    }

    /// Sends one plain command to Redis, `{sb}` standing for the prefix.
    pub(crate) async fn redis(&self, command: &str) {
        let mut stream = tokio::net::UnixStream::connect(self.redis.socket())
            .await
            .unwrap();
        let line = format!("{}\r\n", command.replace("{sb}", &self.prefix));
        stream.write_all(line.as_bytes()).await.unwrap();
        let mut answer = [0; 1];
        stream.read_exact(&mut answer).await.unwrap();
        assert_ne!(answer, *b"-", "{command}");
    }
}

/// Asks for what it is told to ask for and shows what came, packed or not.
fn client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy();
    let builder = builder.no_gzip().no_brotli().no_zstd().no_deflate();
    builder.build().unwrap()
}

async fn reply(response: reqwest::Response) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Reply {
        status,
        body,
        headers,
    }
}
