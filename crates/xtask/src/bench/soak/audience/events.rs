//! Frames without reading them: what stands at the beginning of each is enough to see whether all are there.

use anyhow::Result;

/// What a frame is to a screen that reads no more than it must.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Glance {
    /// One entry of the stream, and when it happened.
    Event { offset: u64, at_ms: i64 },
    /// Where the stream ended.
    Beat(u64),
    /// Something else.
    Other,
}

/// What begins so is taken for it. The realtime service puts its event frames together from exactly these pieces.
const EVENT: &[u8] = br#"{"event":{"offset":""#;
const AT: &[u8] = br#"","event":{"atMs":""#;
const BEAT: &[u8] = br#"{"heartbeat":{"#;
const BEAT_OFFSET: &[u8] = br#""offset":""#;

/// Looks at the payload of a text frame.
pub(super) fn glance(payload: &[u8]) -> Result<Glance> {
    if let Some(rest) = payload.strip_prefix(EVENT) {
        let (offset, rest) = number(rest);
        let at_ms = rest.strip_prefix(AT).map_or(0, |rest| number(rest).0);
        return Ok(Glance::Event {
            offset,
            at_ms: i64::try_from(at_ms)?,
        });
    }
    if let Some(rest) = payload.strip_prefix(BEAT) {
        let at = find(rest, BEAT_OFFSET);
        let offset = at.and_then(|at| rest.get(at + BEAT_OFFSET.len()..));
        return Ok(Glance::Beat(offset.map_or(0, |rest| number(rest).0)));
    }
    Ok(Glance::Other)
}

/// Where it stands.
pub(super) fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

/// The digits at the beginning, and what follows them.
fn number(bytes: &[u8]) -> (u64, &[u8]) {
    let mut number = 0_u64;
    for (at, byte) in bytes.iter().enumerate() {
        if !byte.is_ascii_digit() {
            return (number, bytes.get(at..).unwrap_or_default());
        }
        number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
    }
    (number, &[])
}

#[cfg(test)]
mod tests {
    use super::{Glance, glance};

    #[test]
    fn a_glance_sees_what_it_needs() {
        let event =
            br#"{"event":{"offset":"4711","event":{"atMs":"1784023220000","agent":{"id":"desk_1"}}}}"#;
        let seen = Glance::Event {
            offset: 4711,
            at_ms: 1_784_023_220_000,
        };
        assert_eq!(glance(event).unwrap(), seen);
        let unknown = glance(br#"{"event":{"offset":"7"}}"#).unwrap();
        assert_eq!(unknown, Glance::Event { offset: 7, at_ms: 0 });
        let beat = glance(br#"{"heartbeat":{"nowMs":"5","offset":"12","stale":true}}"#).unwrap();
        assert_eq!(beat, Glance::Beat(12));
        assert_eq!(glance(br#"{"office":{}}"#).unwrap(), Glance::Other);
    }
}
