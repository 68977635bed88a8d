//! The websocket from a client's side, as somebody else could write it who has only `proto/README.md`.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::value::RawValue;

/// A position in the stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Position {
    pub(crate) epoch: String,
    #[serde(default)]
    pub(crate) offset: Offset,
}

/// A number that travels as text, because JSON's own numbers have gaps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "std::borrow::Cow<str>")]
pub(crate) struct Offset(pub(crate) u64);

impl TryFrom<std::borrow::Cow<'_, str>> for Offset {
    type Error = std::num::ParseIntError;

    fn try_from(text: std::borrow::Cow<'_, str>) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// What the server says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum News<'a> {
    Hello {
        position: Position,
        #[serde(default)]
        resumed: bool,
    },
    /// Everything live. Its calls and agents are of no account here.
    Snapshot(Position),
    Reset(serde::de::IgnoredAny),
    Event {
        offset: Offset,
        #[serde(borrow)]
        event: Option<&'a RawValue>,
    },
    Office(serde::de::IgnoredAny),
    Heartbeat {
        #[serde(default)]
        offset: Offset,
    },
}

/// One websocket frame.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Got<'a> {
    Text(&'a [u8]),
    Ping(&'a [u8]),
    Pong,
    Close(u16),
}

/// The first frame in the bytes and its length; `None` while it is incomplete.
pub(crate) fn first(bytes: &[u8]) -> Result<Option<(Got<'_>, usize)>> {
    let &[head, length, ..] = bytes else {
        return Ok(None);
    };
    ensure!(
        head & 0x70 == 0 && head & 0x80 != 0,
        "a frame in pieces, or with an extension"
    );
    let (length, at) = match length {
        126 => match bytes.get(2..4).and_then(|two| <[u8; 2]>::try_from(two).ok()) {
            Some(two) => (usize::from(u16::from_be_bytes(two)), 4),
            None => return Ok(None),
        },
        127 => match bytes.get(2..10).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
            Some(eight) => (usize::try_from(u64::from_be_bytes(eight))?, 10),
            None => return Ok(None),
        },
        short if short < 126 => (usize::from(short), 2),
        masked => bail!("a masked frame of a server: {masked}"),
    };
    let Some(payload) = bytes.get(at..at + length) else {
        return Ok(None);
    };
    let got = match head & 0x0F {
        0x1 => Got::Text(payload),
        0x9 => Got::Ping(payload),
        0xA => Got::Pong,
        0x8 => Got::Close(match payload {
            &[high, low, ..] => u16::from_be_bytes([high, low]),
            _ => 1005,
        }),
        other => bail!("a frame of kind {other}"),
    };
    Ok(Some((got, at + length)))
}

/// A frame of a client. The mask is there because it must be; hiding something is a browser's concern.
pub(crate) fn masked(kind: u8, payload: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = vec![0x80 | kind];
    // What a client has to say is short, but for an epoch with a long name.
    if let Some(short) = u8::try_from(payload.len()).ok().filter(|length| *length < 126) {
        bytes.push(0x80 | short);
    } else {
        bytes.push(0xFE);
        bytes.extend(
            u16::try_from(payload.len())
                .context("a long message")?
                .to_be_bytes(),
        );
    }
    bytes.extend([0; 4]);
    bytes.extend_from_slice(payload);
    Ok(bytes)
}

/// The request that asks for a socket.
pub(crate) fn request(ticket: &str) -> String {
    format!(
        "GET /api/v1/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: switchboard.v1.json, ticket.{ticket}\r\n\r\n"
    )
}

/// The client's only message: everything, or what followed a position.
pub(crate) fn open(position: Option<(&str, u64)>) -> Result<Vec<u8>> {
    let message = match position {
        None => r#"{"open":{}}"#.to_owned(),
        Some((epoch, offset)) => {
            format!(r#"{{"open":{{"position":{{"epoch":"{epoch}","offset":"{offset}"}}}}}}"#)
        }
    };
    masked(0x1, message.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_read_whole_or_not_at_all() {
        let text = "x".repeat(300);
        let mut bytes = vec![0x81, 126, 1, 44];
        bytes.extend(text.as_bytes());
        assert_eq!(first(&bytes).unwrap(), Some((Got::Text(text.as_bytes()), 304)));
        for cut in 0..bytes.len() {
            assert_eq!(first(&bytes[..cut]).unwrap(), None, "{cut}");
        }
        assert_eq!(first(&[0x88, 2, 3, 0xF4]).unwrap(), Some((Got::Close(1012), 4)));
        assert!(first(&[0x81, 0x85]).is_err());
    }

    #[test]
    fn news_are_read_as_the_contract_writes_them() {
        let read = |text| serde_json::from_str::<News<'_>>(text).unwrap();
        let News::Hello { position, resumed } = read(
            r#"{"hello":{"position":{"epoch":"e","offset":"7"},"agentId":"a","nowMs":"1","resumed":true}}"#,
        ) else {
            panic!("no hello")
        };
        assert_eq!(
            (position.epoch.as_str(), position.offset.0, resumed),
            ("e", 7, true)
        );
        assert!(matches!(
            read(r#"{"event":{"offset":"8","event":{"atMs":"1"}}}"#),
            News::Event {
                offset: Offset(8),
                event: Some(_)
            }
        ));
        assert!(matches!(
            read(r#"{"event":{"offset":"9"}}"#),
            News::Event { event: None, .. }
        ));
        assert!(matches!(
            read(r#"{"snapshot":{"epoch":"e","calls":[],"agents":[{}]}}"#),
            News::Snapshot(Position {
                offset: Offset(0),
                ..
            })
        ));
        assert!(matches!(
            read(r#"{"heartbeat":{"nowMs":"1","offset":"3","stale":true}}"#),
            News::Heartbeat { offset: Offset(3) }
        ));
    }

    #[test]
    fn what_a_client_says_is_masked() {
        let bytes = open(Some(("e", 1))).unwrap();
        assert_eq!(bytes[..2], [0x81, 0x80 | u8::try_from(bytes.len() - 6).unwrap()]);
        assert_eq!(masked(0xA, &[0; 200]).unwrap()[..4], [0x8A, 0xFE, 0, 200]);
    }
}
