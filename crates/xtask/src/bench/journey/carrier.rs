//! The telephone network: the simulator in a process of its own, and how it is told what people do.

use std::net::{SocketAddr, TcpListener};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};
use switchboard_simulator::{Application, Number, Simulator, SimulatorConfig, run};
use tokio_util::sync::CancellationToken;

use crate::control::{Questions, say};
use crate::http::{Answer, Connection};

/// The office's number.
const OFFICE: &str = "+442079460000";

/// What the network knows of the system.
#[derive(Debug, Args)]
pub(crate) struct CarrierArgs {
    /// Where webhooks go
    #[arg(long)]
    webhooks: String,
    /// The account's token
    #[arg(long)]
    token: String,
}

/// The process.
pub(crate) async fn carrier(args: CarrierArgs) -> Result<()> {
    let address = |path: &str| format!("{}/twilio/voice/{path}", args.webhooks);
    let mut config = SimulatorConfig::new("AC00000000000000000000000000000000", &args.token);
    config.numbers.push(Number {
        number: OFFICE.to_owned(),
        voice_url: address("incoming"),
        voice_fallback_url: Some(address("fallback")),
        status_callback: Some(address("status")),
    });
    config.application = Application {
        sid: "AP00000000000000000000000000000000".to_owned(),
        voice_url: address("agent/connect"),
        status_callback: None,
    };
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let at = listener.local_addr()?;
    let stop = CancellationToken::new();
    let questions = Questions::open()?;
    say(&format!("ready {at}"));
    let end = async {
        questions.end().await;
        stop.cancel();
    };
    let (ended, ()) = tokio::join!(run(listener, Simulator::new(config), stop.clone()), end);
    Ok(ended?)
}

/// Asks over HTTP and JSON.
pub(super) async fn ask(to: SocketAddr, path: &str, body: &Value) -> Result<Value> {
    let body = body.to_string();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let Answer { status, body } = Connection::open(to).await?.exchange(request.as_bytes()).await?;
    ensure!(
        (200..300).contains(&status),
        "{path} was answered with {status}: {}",
        String::from_utf8_lossy(&body)
    );
    Ok(serde_json::from_slice(&body).unwrap_or(Value::Null))
}

/// Somebody rings the office; the id of the call.
pub(super) async fn dial(network: SocketAddr, from: &str) -> Result<String> {
    let leg = ask(network, "/sim/v1/dial", &json!({ "from": from, "to": OFFICE })).await?;
    Ok(leg["leg"].as_str().context("no leg")?.to_owned())
}
