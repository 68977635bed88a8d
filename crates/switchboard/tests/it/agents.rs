//! `switchboard agents` over the Redis of a data folder, as after `switchboard up`.

use std::path::Path;
use std::process::{Command, Output};

use switchboard_domain::{Access, Agent, AgentId, AnswersOn, Presence};
use switchboard_runtime::{PrivateRedis, PrivateRedisOptions};
use switchboard_store::{Store, StoreConfig};

fn ask(folder: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_switchboard"))
        .args(["--demo", "--set"])
        .arg(format!("data.dir={}", folder.display()))
        .arg("agents")
        .args(words)
        .output()
        .unwrap()
}

fn said(folder: &Path, words: &[&str]) -> String {
    let output = ask(folder, words);
    assert!(output.status.success(), "{words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(folder: &Path, words: &[&str]) -> String {
    let output = ask(folder, words);
    assert_eq!(output.status.code(), Some(1), "{words:?}: {output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_disables_removes_and_lets_in_again() {
    let folder = tempfile::Builder::new().prefix("sb").tempdir().unwrap();
    let here = folder.path();
    assert!(refused(here, &["list"]).contains("no switchboard runs over"));
    let redis = PrivateRedis::start(&here.join("redis"), PrivateRedisOptions::default())
        .await
        .unwrap();
    let store = Store::new(StoreConfig::new(redis.url(), "{sb}")).unwrap();
    let amelia = AgentId::new("amelia").unwrap();
    let there = Agent::new(
        amelia.clone(),
        "Amelia Frost",
        AnswersOn::Browser,
        Presence::Available,
    );
    store
        .update_agent(&amelia, |_| Some(there.clone()))
        .await
        .unwrap();

    assert_eq!(
        said(here, &["list"]).trim(),
        "amelia  Amelia Frost  available  active"
    );
    assert_eq!(said(here, &["disable", "amelia"]).trim(), "amelia is disabled");
    assert_eq!(
        said(here, &["list"]).trim(),
        "amelia  Amelia Frost  offline    disabled"
    );
    let (_, access) = store.known_agent(&amelia).await.unwrap();
    assert_eq!(access, Access::Disabled);
    said(here, &["remove", "amelia"]);
    assert_eq!(said(here, &["list"]).trim(), "amelia  -  offline    removed");
    assert_eq!(store.known_agent(&amelia).await.unwrap(), (None, Access::Removed));
    let json: serde_json::Value = serde_json::from_str(&said(here, &["list", "--json"])).unwrap();
    assert_eq!(
        (json[0]["access"].as_str(), json[0]["by"].as_str()),
        (Some("removed"), Some("command"))
    );
    said(here, &["enable", "amelia"]);
    let (agent, access) = store.known_agent(&amelia).await.unwrap();
    assert_eq!(
        (agent.unwrap().name.as_str(), access),
        ("Amelia Frost", Access::Active)
    );
    assert!(refused(here, &["enable", "nobody"]).contains("the settings name no agent nobody"));
    assert!(refused(here, &["remove", "nobody"]).contains("there is no agent nobody"));
}
