//! What sets demo mode apart from a real phone system.

use secrecy::SecretString;

use crate::Rng;

/// The only account that demo mode accepts. It exists nowhere.
pub const DEMO_ACCOUNT_SID: &str = "AC00000000000000000000000000000000";

/// How a demo's signing token begins. A real token is 32 hexadecimal digits and can therefore never pass for one.
pub const DEMO_TOKEN_PREFIX: &str = "demo-";

/// A fresh signing token for one start of the demonstration.
pub fn auth_token(rng: &Rng) -> SecretString {
    SecretString::from(format!("{DEMO_TOKEN_PREFIX}{}", rng.token()))
}
