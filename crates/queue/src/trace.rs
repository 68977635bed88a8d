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

#[cfg(test)]
mod tests {
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
