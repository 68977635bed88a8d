//! Frames of the contract as bytes: encoded once in each form, shared by everybody.

use actix_web::web::Bytes;
use prost::Message as _;
use switchboard_contracts::v1;
use switchboard_contracts::v1::server_frame::Frame as Content;
use tracing::error;

use crate::ws::close::Close;
use crate::ws::codec::{Op, frame};

/// How a client wants its frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Json,
    Proto,
}

impl Form {
    /// By its subprotocol.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::Json, Self::Proto]
            .into_iter()
            .find(|form| form.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Json => "switchboard.v1.json",
            Self::Proto => "switchboard.v1.proto",
        }
    }

    /// Reads what a client says.
    ///
    /// # Errors
    /// When it is not in this form.
    pub(crate) fn read(self, message: &[u8]) -> Result<v1::ClientFrame, Close> {
        match self {
            Self::Json => {
                let text = std::str::from_utf8(message).map_err(|_| Close::NoText)?;
                serde_json::from_str(text).map_err(|_| Close::Policy)
            }
            Self::Proto => v1::ClientFrame::decode(message).map_err(|_| Close::Policy),
        }
    }
}

/// One frame in both forms, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    json: Bytes,
    proto: Bytes,
}

impl Frame {
    pub(crate) fn of(content: Content) -> Self {
        let message = v1::ServerFrame { frame: Some(content) };
        Self {
            json: frame(Op::Text, &json(&message)),
            proto: frame(Op::Binary, &message.encode_to_vec()),
        }
    }

    /// An entry of the stream.
    #[cfg(test)]
    pub(crate) fn of_event(offset: u64, event: &str) -> Self {
        Self::of_read(offset, event, read(offset, event))
    }

    /// An entry of the stream that was read before. In JSON the event goes out as it was written: what a newer
    /// process says in it reaches a newer browser through an older process.
    pub(crate) fn of_read(offset: u64, event: &str, read: Option<v1::Event>) -> Self {
        let raw = read.as_ref().map(|_| event);
        let message = v1::ServerFrame {
            frame: Some(Content::Event(v1::StreamEvent { offset, event: read })),
        };
        // A number without its event is still told, so that nobody waits for it.
        let json = match raw {
            Some(raw) => format!(r#"{{"event":{{"offset":"{offset}","event":{raw}}}}}"#).into_bytes(),
            None => json(&message),
        };
        Self {
            json: frame(Op::Text, &json),
            proto: frame(Op::Binary, &message.encode_to_vec()),
        }
    }

    pub(crate) fn bytes(&self, form: Form) -> &Bytes {
        match form {
            Form::Json => &self.json,
            Form::Proto => &self.proto,
        }
    }
}

/// Reads an entry of the stream.
pub(crate) fn read(offset: u64, event: &str) -> Option<v1::Event> {
    match serde_json::from_str(event) {
        Ok(read) => Some(read),
        Err(fault) => {
            error!(
                offset,
                error = &fault as &dyn std::error::Error,
                "event {offset} of the stream cannot be read: {fault}"
            );
            None
        }
    }
}

fn json(message: &v1::ServerFrame) -> Vec<u8> {
    // Maps with text for keys and plain fields: there is nothing in it that JSON could not hold.
    serde_json::to_vec(message).unwrap_or_default()
}
