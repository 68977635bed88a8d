//! A line at the carrier: it follows the documents it is given, and everything it says is said twice.

use std::fmt::Write as _;

use crate::door::{PUBLIC, VOICE};
use crate::house::House;

pub(crate) const ACCOUNT: &str = "AC00000000000000000000000000000000";

/// A line, with what its requests say of it.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) sid: String,
    params: Vec<(String, String)>,
    /// Everything asked and answered so far.
    pub(crate) record: String,
    /// The requests, to be sent again later.
    pub(crate) sent: Vec<(String, Vec<u8>)>,
}

pub(crate) fn sid(kind: &str, number: u32) -> String {
    format!("{kind}{number:032x}")
}

impl Line {
    fn new(number: u32, from: &str, to: &str, direction: &str) -> Self {
        let params = [
            ("From", from),
            ("To", to),
            ("CallStatus", "in-progress"),
            ("Direction", direction),
            ("ApiVersion", "2010-04-01"),
        ];
        Self {
            sid: sid("CA", number),
            params: params
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
            record: String::new(),
            sent: Vec::new(),
        }
    }

    /// Somebody rings the office.
    pub(crate) fn caller(number: u32) -> Self {
        Self::new(number, "+442071838750", "+442079460000", "inbound")
    }

    pub(crate) fn caller_from(number: u32, from: &str) -> Self {
        Self::new(number, from, "+442079460000", "inbound")
    }

    /// Somebody rings another number of the office.
    pub(crate) fn caller_to(number: u32, to: &str) -> Self {
        Self::new(number, "+442071838750", to, "inbound")
    }

    /// An agent's browser connects.
    pub(crate) fn browser(number: u32, identity: &str) -> Self {
        Self::new(number, &format!("client:{identity}"), "", "inbound")
    }

    /// An agent's phone, called by us.
    pub(crate) fn agent_phone(number: u32) -> Self {
        Self::new(number, "+442079460000", "+447700900021", "outbound-api")
    }

    /// An office phone, dialled by the caller's line.
    pub(crate) fn office(number: u32, parent: &Self, phone: &str) -> Self {
        let mut line = Self::new(number, "+442071838750", phone, "outbound-dial");
        line.params.push(("ParentCallSid".to_owned(), parent.sid.clone()));
        line
    }

    pub(crate) fn body(&self, extra: &[(&str, &str)]) -> Vec<u8> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("CallSid", &self.sid)
            .append_pair("AccountSid", ACCOUNT);
        for (name, value) in &self.params {
            if !extra.iter().any(|(other, _)| other == name) {
                form.append_pair(name, value);
            }
        }
        form.extend_pairs(extra);
        form.finish().into_bytes()
    }

    /// Asks at an address, or at a URL from a document, and again: both answers are the same, and the second
    /// request changes nothing.
    pub(crate) async fn ask(&mut self, house: &House, at: &str, extra: &[(&str, &str)]) -> String {
        let (target, body) = (target(at), self.body(extra));
        let first = house.door.post(&target, &body).await;
        check_document(first.status, &first.content_type, &first.body);
        let after = house.digest().await;
        let second = house.door.post(&target, &body).await;
        assert_eq!(first, second, "the same request, another answer: {at}");
        assert_eq!(after, house.digest().await, "the second {at} changed something");
        self.note(&target, extra, &first.body);
        self.sent.push((target, body));
        first.body
    }

    /// Asks once; for when Redis is away and nothing can be compared.
    pub(crate) async fn ask_once(&mut self, house: &House, at: &str, extra: &[(&str, &str)]) -> String {
        let (target, body) = (target(at), self.body(extra));
        let reply = house.door.post(&target, &body).await;
        check_document(reply.status, &reply.content_type, &reply.body);
        self.note(&target, extra, &reply.body);
        self.sent.push((target, body));
        reply.body
    }

    /// The same with everything its own, for requests at the same time.
    pub(crate) async fn ask_once_owned(
        &mut self,
        house: &House,
        at: String,
        extra: Vec<(&str, &str)>,
    ) -> String {
        self.ask_once(house, &at, &extra).await
    }

    /// Tells news, twice: nobody waits for the answer, and the second time changes nothing.
    pub(crate) async fn tell(&mut self, house: &House, at: &str, extra: &[(&str, &str)]) {
        let (target, body) = (target(at), self.body(extra));
        let first = house.door.post(&target, &body).await;
        assert_eq!((first.status, first.body.as_str()), (204, ""), "{at}");
        let after = house.digest().await;
        assert_eq!(first, house.door.post(&target, &body).await);
        assert_eq!(after, house.digest().await, "the second {at} changed something");
        self.note(&target, extra, "(no content)");
        self.sent.push((target, body));
    }

    fn note(&mut self, target: &str, extra: &[(&str, &str)], answer: &str) {
        let said: Vec<_> = extra
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let target = target.trim_start_matches(VOICE);
        let answer = answer.replace("><", ">\n<");
        writeln!(self.record, ">>> {target}  {}\n{answer}\n", said.join(" ")).unwrap();
    }
}

/// The path and query of an address or of one of our own URLs.
pub(crate) fn target(at: &str) -> String {
    at.strip_prefix(PUBLIC)
        .map_or_else(|| format!("{VOICE}{at}"), str::to_owned)
}

/// What any carrier would run.
pub(crate) fn check_document(status: u16, content_type: &str, body: &str) {
    const VERBS: [&str; 14] = [
        "Response",
        "Say",
        "Play",
        "Pause",
        "Gather",
        "Enqueue",
        "Dial",
        "Number",
        "Conference",
        "Record",
        "Redirect",
        "Leave",
        "Reject",
        "Hangup",
    ];
    assert_eq!(status, 200, "{body}");
    assert_eq!(content_type, "text/xml; charset=utf-8");
    assert!(body.starts_with("<?xml "), "{body}");
    assert!(body.len() < 64_000);
    let document = roxmltree::Document::parse(body).unwrap_or_else(|error| panic!("{error}: {body}"));
    assert_eq!(document.root_element().tag_name().name(), "Response");
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        assert!(VERBS.contains(&element.tag_name().name()), "{body}");
    }
}

/// The first attribute of that name in a document.
pub(crate) fn attribute(document: &str, name: &str) -> String {
    let parsed = roxmltree::Document::parse(document).unwrap();
    let found = parsed.descendants().find_map(|node| node.attribute(name));
    found
        .unwrap_or_else(|| panic!("no {name} in {document}"))
        .to_owned()
}

/// The `url` of each office phone in a document, with its number.
pub(crate) fn dialled(document: &str) -> Vec<(String, String)> {
    let parsed = roxmltree::Document::parse(document).unwrap();
    let numbers = parsed.descendants().filter(|node| node.has_tag_name("Number"));
    numbers
        .map(|node| {
            (
                node.text().unwrap().to_owned(),
                node.attribute("url").unwrap().to_owned(),
            )
        })
        .collect()
}

/// The text of the first element of that name.
pub(crate) fn text(document: &str, element: &str) -> String {
    let parsed = roxmltree::Document::parse(document).unwrap();
    let found = parsed.descendants().find(|node| node.has_tag_name(element));
    let found = found.unwrap_or_else(|| panic!("no {element} in {document}"));
    found.text().unwrap_or_default().to_owned()
}
