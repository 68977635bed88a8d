//! What agents ask of the system by HTTP, at any of its nodes.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

/// Longer than an agent waits before pressing again.
const PATIENCE: Duration = Duration::from_secs(4);

/// The nodes that answer agents.
#[derive(Debug)]
pub struct Api {
    http: reqwest::Client,
    nodes: Vec<Url>,
    next: AtomicUsize,
}

/// An answer; none when nobody answered.
pub(crate) type Answer = Option<(u16, Value)>;

impl Api {
    /// # Errors
    /// When there is no node, or the token cannot be sent.
    pub fn new(nodes: Vec<Url>, token: Option<&SecretString>) -> anyhow::Result<Self> {
        anyhow::ensure!(!nodes.is_empty(), "no node that answers agents");
        let mut headers = HeaderMap::new();
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let http = reqwest::Client::builder()
            .timeout(PATIENCE)
            .connect_timeout(Duration::from_secs(1))
            .no_proxy()
            .default_headers(headers)
            .build()
            .context("no HTTP client")?;
        Ok(Self {
            http,
            nodes,
            next: AtomicUsize::new(0),
        })
    }

    /// The next node in turn: whoever was refused by one asks another.
    pub(crate) fn node(&self) -> &Url {
        let at = self.next.fetch_add(1, Ordering::Relaxed) % self.nodes.len();
        // There is at least one, and `at` is below their number.
        self.nodes.get(at).unwrap_or_else(|| &self.nodes[0])
    }

    pub(crate) async fn answer(&self, call: &str, agent: &str) -> Answer {
        self.post(self.node(), &format!("calls/{call}/answer"), agent)
            .await
    }

    pub(crate) async fn hang_up(&self, call: &str, agent: &str) -> Answer {
        self.post(self.node(), &format!("calls/{call}/hang-up"), agent)
            .await
    }

    /// What a softphone's page tells: its agent has hung up the line of that claim.
    pub async fn hung_up(&self, call: &str, agent: &str, claim: u32, leg: &str) -> Option<u16> {
        let body = json!({ "agentId": agent, "claim": claim, "leg": leg });
        let told = self
            .post_body(self.node(), &format!("calls/{call}/hang-up"), &body)
            .await;
        told.map(|(status, _)| status)
    }

    /// A ticket for a socket at that node.
    pub(crate) async fn ticket(&self, node: &Url, agent: &str) -> Option<String> {
        let (_, body) = self
            .post(node, "tickets", agent)
            .await
            .filter(|(status, _)| *status == 200)?;
        Some(body.get("ticket")?.as_str()?.to_owned())
    }

    /// Everything live.
    pub(crate) async fn live(&self) -> Option<Value> {
        let url = self.node().join("/api/v1/live").ok()?;
        let answer = self.http.get(url).send().await.ok()?;
        serde_json::from_str(&answer.text().await.ok()?).ok()
    }

    async fn post(&self, node: &Url, path: &str, agent: &str) -> Answer {
        self.post_body(node, path, &json!({ "agentId": agent })).await
    }

    async fn post_body(&self, node: &Url, path: &str, body: &Value) -> Answer {
        let url = node.join(&format!("/api/v1/{path}")).ok()?;
        let body = body.to_string();
        let request = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        let answer = request.send().await.ok()?;
        let status = answer.status().as_u16();
        let text = answer.text().await.ok()?;
        Some((status, serde_json::from_str(&text).unwrap_or(Value::Null)))
    }
}
