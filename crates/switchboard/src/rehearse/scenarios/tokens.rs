//! Agents' browsers register at the carrier with tokens of ours.

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::super::judge::SOON;
use super::super::stage::{MARA, Stage};

/// For so long a browser may register, in seconds.
const AN_HOUR: i64 = 3_600;
/// Clocks may differ by so much.
const A_MINUTE: i64 = 60;
/// None of them is an agent, whatever they look like.
const NOBODY: [&str; 6] = ["nobody", "Amelia", "amelia ", "client:amelia", "../amelia", ""];

/// An agent's browser connects as whoever its token says, and the caller is there.
pub(super) async fn browser(stage: &mut Stage<'_>) -> anyhow::Result<()> {
    for id in NOBODY {
        let (status, told) = stage.post_body("voice-token", &json!({ "agentId": id })).await?;
        ensure!(
            status >= 400 && told.get("token").is_none(),
            "{id:?} got a token: {status} {told}"
        );
    }
    let (status, told) = stage
        .post_body("voice-token", &json!({ "agentId": "amelia" }))
        .await?;
    ensure!(status == 200, "amelia got no token: {status} {told}");
    let token = told.get("token").and_then(Value::as_str).context("no token")?;
    let claims = token.split('.').nth(1).context("not three parts")?;
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
    let number = |name: &str| {
        let number = claims.get(name).and_then(Value::as_i64);
        number.with_context(|| format!("no {name} in {claims}"))
    };
    let (from, to) = (number("nbf")?, number("exp")?);
    ensure!(
        to - from == AN_HOUR + A_MINUTE,
        "good for {} s: {claims}",
        to - from
    );
    let identity = claims.pointer("/grants/identity").and_then(Value::as_str);
    let identity = identity.context("no identity")?;
    ensure!(
        identity == "amelia" && identity.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'),
        "a browser that registers as {identity:?} is never called"
    );

    let caller = stage.caller_in_queue(MARA).await?;
    let ticket = stage.take(identity, &caller).await?;
    // The ticket alone is not enough: the carrier says who is there, and it has it from the token.
    let other = stage.browser("bashir", &ticket);
    stage.over(&other, SOON).await?;
    stage.never_bridged(&caller, &other)?;
    let agent = stage.browser(identity, &ticket);
    stage.bridged(&caller, &agent, SOON).await?;
    stage.hang_up(&caller);
    stage.nobody_twice()?;
    stage.all_over().await
}
