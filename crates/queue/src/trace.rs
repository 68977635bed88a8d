//! The trace that work belongs to, carried from whoever pushes a job to the job, and on to what that pushes.

use std::sync::Arc;

tokio::task_local! {
    static CURRENT: Option<Arc<str>>;
}

/// Runs `work` as part of a trace, given as a W3C `traceparent`: jobs pushed by it are part of it too.
pub async fn scope<F: Future>(traceparent: Option<Arc<str>>, work: F) -> F::Output {
    CURRENT.scope(traceparent, work).await
}

/// The `traceparent` of the running work, if it is part of a trace.
pub fn current() -> Option<Arc<str>> {
    CURRENT.try_with(Clone::clone).ok().flatten()
}

/// The trace id within a `traceparent`: 32 hexadecimal digits, not all zero.
pub fn id(traceparent: &str) -> Option<&str> {
    let id = traceparent.split('-').nth(1)?;
    let hexadecimal = id
        .bytes()
        .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    (id.len() == 32 && hexadecimal && id.bytes().any(|b| b != b'0')).then_some(id)
}

/// The `traceparent` of everything that is done for one thing, such as a call, named by its id: whoever works on it,
/// in whatever process, is part of the same trace without having been told. The carrier's ids hold 32 hexadecimal
/// digits, and those are the trace's; of other names it is a hash.
pub fn of(name: &str) -> String {
    let digits = name
        .get(name.len().saturating_sub(32)..)
        .unwrap_or_default()
        .to_ascii_lowercase();
    let hashed = format!("{:016x}{:016x}", hash(name, 1), hash(name, 2));
    let parent = hash(name, 3).max(1);
    let whole = |trace: &str| format!("00-{trace}-{parent:016x}-01");
    let own = whole(&digits);
    if id(&own).is_some() { own } else { whole(&hashed) }
}

/// FNV-1a: any spread will do, but every version must give the same.
fn hash(name: &str, salt: u8) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().chain([salt]).fold(0xcbf2_9ce4_8422_2325, step)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_thing_has_one_trace_and_the_carriers_digits_are_its_id() {
        let of = super::of("CA0123456789abcdef0123456789ABCDEF");
        assert_eq!(super::id(&of), Some("0123456789abcdef0123456789abcdef"));
        let other = super::of("call-7");
        assert!(super::id(&other).is_some(), "{other}");
        assert_eq!(other, super::of("call-7"));
        assert_ne!(super::id(&other), super::id(&super::of("call-8")));
    }

    #[test]
    fn an_id_is_read_only_from_what_is_one() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(super::id(good), Some("0af7651916cd43dd8448eb211c80319c"));
        for bad in [
            "",
            "00",
            "00-xyz-b7-01",
            "00-00000000000000000000000000000000-b7-01",
        ] {
            assert_eq!(super::id(bad), None, "{bad}");
        }
    }
}
