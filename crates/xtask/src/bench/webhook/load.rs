//! Callers: signed requests at a constant rate, counted from the time at which each should have been sent.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;
use secrecy::SecretString;
use switchboard_telephony::signature::{Algorithm, Request, SIGNATURE_HEADER, sign};

use crate::http::{Answer, Connection};
use crate::time::{Arrivals, now_ns};

/// Where the gateway believes to be asked.
const PUBLIC: &str = "http://127.0.0.1:8080";
/// A call's first request.
pub(super) const INCOMING: &str = "/twilio/voice/incoming";
/// A caller's line that was moved to hear the office ring.
pub(super) const OFFICE_RING: &str = "/twilio/voice/office/ring";
const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// After this Twilio itself would have given up.
const GIVE_UP: Duration = Duration::from_secs(15);

/// Makes requests about calls that nobody has heard of, ready to be sent.
#[derive(Debug)]
pub(super) struct Callers {
    token: SecretString,
    next: u64,
}

impl Callers {
    pub(super) fn new(token: &str) -> Self {
        Self {
            token: SecretString::from(token.to_owned()),
            next: 1,
        }
    }

    /// So many, made beforehand: signing costs about as much as checking, and is not what is measured.
    pub(super) fn requests(&mut self, path: &str, count: u64) -> Result<Vec<Vec<u8>>> {
        (0..count).map(|_| self.request(path)).collect()
    }

    fn request(&mut self, path: &str) -> Result<Vec<u8>> {
        let number = self.next;
        self.next += 1;
        let body = form(number);
        let signed = Request {
            method: "POST",
            url: &format!("{PUBLIC}{path}"),
            content_type: Some(FORM),
            body: body.as_bytes(),
        };
        let signature = sign(&self.token, Algorithm::HmacSha1, signed)?;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n\
             Content-Type: {FORM}\r\nContent-Length: {}\r\n{SIGNATURE_HEADER}: {signature}\r\n\r\n",
            body.len()
        );
        Ok([head.as_bytes(), body.as_bytes()].concat())
    }
}

/// What Twilio sends about a new call, from one of ten thousand numbers kept free for drama.
fn form(number: u64) -> String {
    let sid = format!("CA{number:032x}");
    let from = format!("+44770090{:04}", number % 10_000);
    let fields = [
        ("AccountSid", "AC00000000000000000000000000000000"),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", &sid),
        ("CallStatus", "ringing"),
        ("Called", "+442079460000"),
        ("CalledCity", "LONDON"),
        ("CalledCountry", "GB"),
        ("CalledState", ""),
        ("CalledZip", ""),
        ("Caller", &from),
        ("CallerCity", ""),
        ("CallerCountry", "GB"),
        ("CallerState", ""),
        ("CallerZip", ""),
        ("Direction", "inbound"),
        ("From", &from),
        ("FromCountry", "GB"),
        ("To", "+442079460000"),
        ("ToCountry", "GB"),
    ];
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// What came of a round.
#[derive(Debug, Default)]
pub(super) struct Answered {
    pub(super) latencies_us: Vec<u64>,
    pub(super) statuses: BTreeMap<u16, u64>,
    /// Answers that a carrier could run.
    pub(super) documents: u64,
    /// Requests without an answer.
    pub(super) broken: u64,
}

impl Answered {
    fn note(&mut self, latency_us: u64, answer: Option<&Answer>) {
        self.latencies_us.push(latency_us);
        let Some(answer) = answer else {
            self.broken += 1;
            return;
        };
        *self.statuses.entry(answer.status).or_default() += 1;
        let said = |what: &[u8]| answer.body.windows(what.len()).any(|part| part == what);
        if said(b"<Response") {
            self.documents += 1;
        }
    }

    /// How many had this kind of status: 2 for all between 200 and 299.
    pub(super) fn of_class(&self, class: u16) -> u64 {
        self.statuses
            .iter()
            .filter(|(status, _)| **status / 100 == class)
            .map(|(_, count)| count)
            .sum()
    }
}

/// Sends the requests at that rate.
pub(super) async fn fire(address: SocketAddr, requests: &[Vec<u8>], per_s: u64) -> Result<Answered> {
    let idle = RefCell::new(Vec::<Connection>::new());
    let answered = RefCell::new(Answered::default());
    let (idle, answered_in) = (&idle, &answered);
    let arrivals = Arrivals::soon(per_s, requests.len() as u64);
    let mut requests = requests.iter();
    arrivals
        .each(|_, at_ns| {
            let request = requests.next();
            async move {
                let Some(request) = request else { return Ok(()) };
                // The connection used last is the warmest.
                let kept = idle.borrow_mut().pop();
                let exchange = async {
                    let mut connection = match kept {
                        Some(connection) => connection,
                        None => Connection::open(address).await?,
                    };
                    let answer = connection.exchange(request).await?;
                    Ok::<_, anyhow::Error>((connection, answer))
                };
                let done = tokio::time::timeout(GIVE_UP, exchange).await;
                let latency_us = (now_ns() - at_ns) / 1000;
                let answer = done.ok().and_then(Result::ok).map(|(connection, answer)| {
                    idle.borrow_mut().push(connection);
                    answer
                });
                answered_in.borrow_mut().note(latency_us, answer.as_ref());
                Ok(())
            }
        })
        .await?;
    Ok(answered.into_inner())
}
