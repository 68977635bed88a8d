//! A client of the websocket, down to its bytes, so that it can also misbehave.

use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use prost::Message as _;
use sha1::{Digest as _, Sha1};
use switchboard_contracts::v1;
use switchboard_contracts::v1::server_frame::Frame;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::house::House;

/// Longer than anything takes on a busy machine; only tests that fail wait for it.
pub(crate) const LONG: Duration = Duration::from_secs(30);
pub(crate) const JSON: &str = "switchboard.v1.json";
pub(crate) const PROTO: &str = "switchboard.v1.proto";
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// What comes from the server.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "most of them are frames")]
pub(crate) enum Got {
    Frame(Frame),
    Ping(Vec<u8>),
    Pong(Vec<u8>),
    Close(u16, String),
    /// The connection has ended without another word.
    End,
}

/// An answer to a request for a socket.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// Refused for that reason.
    pub(crate) fn is(&self, status: u16, result: &str) {
        assert_eq!(self.status, status, "{self:?}");
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap();
        assert_eq!(body["result"], result, "{self:?}");
        assert_eq!(body["status"], status, "{self:?}");
    }
}

pub(crate) struct Client {
    stream: TcpStream,
    /// What has arrived and was not read.
    arrived: Vec<u8>,
    proto: bool,
}

/// A request for a socket; lines of the head are replaced or added by name.
pub(crate) fn request(ticket: &str, protocol: &str, change: &[(&str, &str)]) -> String {
    let protocols = format!("{protocol}, ticket.{ticket}");
    let mut lines = vec![
        ("host", "127.0.0.1:8081"),
        ("upgrade", "websocket"),
        ("connection", "keep-alive, Upgrade"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", KEY),
        ("sec-websocket-protocol", protocols.as_str()),
    ];
    let replaced = |name: &str| change.iter().any(|(other, _)| *other == name);
    lines.retain(|(name, _)| !replaced(name));
    lines.extend(change.iter().filter(|(_, value)| !value.is_empty()));
    let lines: Vec<_> = lines
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    format!("GET /api/v1/socket HTTP/1.1\r\n{}\r\n", lines.concat())
}

impl Client {
    /// Sends the bytes of a request, and whatever follows them, and reads the answer.
    pub(crate) async fn send(house: &House, bytes: &[u8], receive: Option<u32>) -> (Answer, Self) {
        Self::send_to(house.address(), bytes, receive).await
    }

    /// The same to a process beside the house's.
    pub(crate) async fn send_to(to: SocketAddr, bytes: &[u8], receive: Option<u32>) -> (Answer, Self) {
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(size) = receive {
            socket.set_recv_buffer_size(size).unwrap();
        }
        let mut stream = socket.connect(to).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut arrived = Vec::new();
        let end = loop {
            if let Some(end) = arrived.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
            let read = timeout(LONG, stream.read_buf(&mut arrived))
                .await
                .unwrap()
                .unwrap();
            assert_ne!(read, 0, "no answer: {}", String::from_utf8_lossy(&arrived));
        };
        let rest = arrived.split_off(end);
        let head = String::from_utf8(arrived).unwrap();
        let status = head[9..12].parse().unwrap();
        let mut client = Self {
            stream,
            arrived: rest,
            proto: head.contains(PROTO),
        };
        let mut body = String::new();
        if status != 101 {
            // It ends by itself: the answer says so.
            assert!(head.contains("connection: close"), "{head}");
            timeout(LONG, client.stream.read_to_end(&mut client.arrived))
                .await
                .unwrap()
                .unwrap();
            body = String::from_utf8(std::mem::take(&mut client.arrived)).unwrap();
        }
        (Answer { status, head, body }, client)
    }

    /// A socket of the agent.
    pub(crate) async fn connect(house: &House, agent: &str) -> Self {
        Self::connect_as(house, agent, JSON, None).await
    }

    pub(crate) async fn connect_as(house: &House, agent: &str, protocol: &str, receive: Option<u32>) -> Self {
        let ticket = house.ticket_of(agent).await;
        let request = request(&ticket, protocol, &[]);
        let (answer, client) = Self::send(house, request.as_bytes(), receive).await;
        assert_eq!(answer.status, 101, "{answer:?}");
        let mut proof = Sha1::new();
        proof.update(KEY);
        proof.update("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
        let proof = STANDARD.encode(proof.finalize());
        assert!(
            answer
                .head
                .contains(&format!("sec-websocket-accept: {proof}\r\n")),
            "{answer:?}"
        );
        assert!(
            answer
                .head
                .contains(&format!("sec-websocket-protocol: {protocol}\r\n")),
            "{answer:?}"
        );
        assert!(!answer.head.contains(&ticket), "{answer:?}");
        client
    }

    /// A socket that has asked for what happened since the position, or for everything.
    pub(crate) async fn open(house: &House, agent: &str, position: Option<v1::Position>) -> Self {
        let mut client = Self::connect(house, agent).await;
        client.ask(position).await;
        client
    }

    /// The same at a process beside the house's.
    pub(crate) async fn open_at(house: &House, to: SocketAddr, agent: &str) -> Self {
        let ticket = house.ticket_of(agent).await;
        let (answer, mut client) = Self::send_to(to, request(&ticket, JSON, &[]).as_bytes(), None).await;
        assert_eq!(answer.status, 101, "{answer:?}");
        client.ask(None).await;
        client
    }

    pub(crate) async fn ask(&mut self, position: Option<v1::Position>) {
        let frame = v1::ClientFrame {
            frame: Some(v1::client_frame::Frame::Open(v1::Open { position })),
        };
        if self.proto {
            self.write(0x82, &frame.encode_to_vec()).await;
        } else {
            self.write(0x81, &serde_json::to_vec(&frame).unwrap()).await;
        }
    }

    /// Sends a frame.
    pub(crate) async fn write(&mut self, first: u8, payload: &[u8]) {
        self.write_raw(&masked(first, payload)).await;
    }

    pub(crate) async fn write_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next thing that comes.
    pub(crate) async fn got(&mut self) -> Got {
        loop {
            if let Some(got) = self.parse() {
                return got;
            }
            let read = timeout(LONG, self.stream.read_buf(&mut self.arrived)).await;
            match read.expect("something from the server in time") {
                Ok(0) | Err(_) => return Got::End,
                Ok(_) => {}
            }
        }
    }

    fn parse(&mut self) -> Option<Got> {
        let (&first, &second) = (self.arrived.first()?, self.arrived.get(1)?);
        assert_eq!(first & 0xF0, 0x80, "whole frames without extensions");
        let (length, at) = match second {
            126 => (
                usize::from(u16::from_be_bytes(self.arrived.get(2..4)?.try_into().unwrap())),
                4,
            ),
            127 => (
                usize::try_from(u64::from_be_bytes(self.arrived.get(2..10)?.try_into().unwrap())).unwrap(),
                10,
            ),
            short => (usize::from(short), 2),
        };
        let payload = self.arrived.get(at..at + length)?.to_vec();
        self.arrived.drain(..at + length);
        Some(match first & 0x0F {
            0x1 => {
                assert!(!self.proto);
                let frame: v1::ServerFrame = serde_json::from_slice(&payload).unwrap();
                Got::Frame(frame.frame.unwrap())
            }
            0x2 => {
                assert!(self.proto);
                Got::Frame(
                    v1::ServerFrame::decode(payload.as_slice())
                        .unwrap()
                        .frame
                        .unwrap(),
                )
            }
            0x8 => {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                Got::Close(code, String::from_utf8(payload[2..].to_vec()).unwrap())
            }
            0x9 => Got::Ping(payload),
            0xA => Got::Pong(payload),
            other => panic!("opcode {other}"),
        })
    }

    /// The next frame, answering pings; `Err` with the code when the connection is closed, 1006 when it just ends.
    pub(crate) async fn next(&mut self) -> Result<Frame, u16> {
        loop {
            match self.got().await {
                Got::Frame(frame) => return Ok(frame),
                Got::Ping(payload) => self.write(0x8A, &payload).await,
                Got::Pong(_) => {}
                Got::Close(code, _) => {
                    let _ = self.stream.write_all(&masked(0x88, &code.to_be_bytes())).await;
                    return Err(code);
                }
                Got::End => return Err(1006),
            }
        }
    }

    /// The next frame that is no heartbeat.
    pub(crate) async fn news(&mut self) -> Result<Frame, u16> {
        loop {
            match self.next().await? {
                Frame::Heartbeat(_) => {}
                frame @ (Frame::Hello(_)
                | Frame::Snapshot(_)
                | Frame::Event(_)
                | Frame::Reset(_)
                | Frame::Office(_)) => return Ok(frame),
            }
        }
    }

    /// The code with which it is closed, whatever comes before.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            if let Err(code) = self.next().await {
                return code;
            }
        }
    }
}

/// A client's frame.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    match payload.len() {
        short @ 0..=125 => bytes.push(0x80 | u8::try_from(short).unwrap()),
        middle @ 126..=65_535 => {
            bytes.push(0xFE);
            bytes.extend(u16::try_from(middle).unwrap().to_be_bytes());
        }
        long => {
            bytes.push(0xFF);
            bytes.extend((long as u64).to_be_bytes());
        }
    }
    let mask = [7, 77, 177, 250];
    bytes.extend(mask);
    bytes.extend(
        payload
            .iter()
            .zip(mask.iter().cycle())
            .map(|(byte, mask)| byte ^ mask),
    );
    bytes
}
