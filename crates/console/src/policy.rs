//! What a browser lets the page do.

/// The `Content-Security-Policy` to send with the page.
///
/// Everything comes from where the page came from, and it talks to nobody else, websocket included; nothing is
/// written into the page itself, no page frames it. In a demonstration it also talks to the simulator, whose origin
/// is `simulator` (such as `http://127.0.0.1:8090`): there the agent's phone is. What is no plain origin is left out.
/// Sound is only what the page has fetched itself (`blob:`): a message is asked for like everything else, and an address
/// that a player follows on its own would tell nobody why there is nothing to hear.
pub fn content_security_policy(simulator: Option<&str>) -> String {
    let simulator = simulator.filter(|origin| is_origin(origin));
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; \
         media-src blob:; \
         connect-src 'self'{}{}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        if simulator.is_some() { " " } else { "" },
        simulator.unwrap_or_default(),
    )
}

/// Scheme, host and port and nothing else: a space or a semicolon would begin another rule.
fn is_origin(text: &str) -> bool {
    text.strip_prefix("http://")
        .or_else(|| text.strip_prefix("https://"))
        .is_some_and(|authority| {
            !authority.is_empty()
                && authority.chars().all(|letter| {
                    letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':' | '[' | ']')
                })
        })
}
