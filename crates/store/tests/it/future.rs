//! Does to records what only another process can: one of a newer version, in the middle of an update. Other crates' tests
//! include this file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::UnixStream;

/// A Redis, asked beside every connection of ours.
pub(crate) struct Future<'a> {
    pub(crate) socket: &'a Path,
    pub(crate) prefix: String,
}

impl Future<'_> {
    /// A command; what Redis answers, if that is a text.
    async fn ask(&self, words: &[&str]) -> String {
        let mut socket = BufReader::new(UnixStream::connect(self.socket).await.unwrap());
        let mut command = format!("*{}\r\n", words.len());
        for word in words {
            write!(command, "${}\r\n{word}\r\n", word.len()).unwrap();
        }
        socket.write_all(command.as_bytes()).await.unwrap();
        let mut line = String::new();
        socket.read_line(&mut line).await.unwrap();
        let Some(length) = line.trim().strip_prefix('$') else {
            assert!(line.starts_with(':'), "{line}");
            return String::new();
        };
        let mut text = vec![0; length.parse().unwrap()];
        socket.read_exact(&mut text).await.unwrap();
        String::from_utf8(text).unwrap()
    }

    /// What is kept of `call:ID` or `agent:ID`.
    pub(crate) async fn record(&self, record: &str) -> Value {
        let key = format!("{}:{record}", self.prefix);
        serde_json::from_str(&self.ask(&["HGET", &key, "data"]).await).unwrap()
    }

    /// Puts a value into one of its fields, and answers the one before.
    pub(crate) async fn set(&self, record: &str, field: &str, value: Value) -> Value {
        let mut data = self.record(record).await;
        let before = std::mem::replace(&mut data[field], value);
        let key = format!("{}:{record}", self.prefix);
        self.ask(&["HSET", &key, "data", &data.to_string()]).await;
        before
    }

    /// A call goes into a state that this version does not know; answers the one that it was in.
    pub(crate) async fn move_on(&self, call: &str) -> Value {
        let state = json!({ "parked_for_a_colleague": { "number": 7 } });
        self.set(&format!("call:{call}"), "state", state).await
    }
}
