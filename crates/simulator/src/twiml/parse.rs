//! From an HTTP answer to a document, or to the error that Twilio would report.

use url::Url;

use super::{Document, Element};
use crate::webhook::Answer;

/// An answer may be this long.
const LIMIT: usize = 64 * 1024;

/// Why there is no document: Twilio's error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: u32,
}

/// Reads the answer to a request for `TwiML`.
pub(crate) fn read(answer: &Answer) -> Result<Document, Failure> {
    let (status, content_type, body, url) = match answer {
        Answer::Got {
            status,
            content_type,
            body,
            url,
        } => (*status, content_type, body, url),
        Answer::Failed { code } => return Err(Failure { code: *code }),
    };
    if status >= 400 {
        return Err(Failure { code: 11217 });
    }
    if body.len() > LIMIT {
        return Err(Failure { code: 11750 });
    }
    // Without a content type Twilio reports a bad gateway.
    let Some(content_type) = content_type else {
        return Err(Failure { code: 11200 });
    };
    let kind = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    let base = Some(url.clone());
    match kind.as_str() {
        "text/xml" | "application/xml" | "text/html" => Ok(Document {
            base,
            verbs: parse(&String::from_utf8_lossy(body))?,
        }),
        "text/plain" => {
            let text = String::from_utf8_lossy(body);
            match parse(&text) {
                Ok(verbs) => Ok(Document { base, verbs }),
                Err(_) => Ok(Document::apology(&text)),
            }
        }
        audio if is_audio(audio) => Ok(Document {
            base,
            verbs: vec![play(url)],
        }),
        _ => Err(Failure { code: 12300 }),
    }
}

/// The verbs of a document given as text.
pub(crate) fn parse(text: &str) -> Result<Vec<Element>, Failure> {
    let broken = Failure { code: 12100 };
    // Not even a blank may come before the declaration.
    if !text.starts_with('<') {
        return Err(broken);
    }
    let document = roxmltree::Document::parse(text).map_err(|_| broken)?;
    let root = document.root_element();
    if root.tag_name().name() != "Response" {
        return Err(broken);
    }
    Ok(root
        .children()
        .filter(roxmltree::Node::is_element)
        .map(element)
        .collect())
}

fn element(node: roxmltree::Node<'_, '_>) -> Element {
    let text: String = node
        .descendants()
        .filter(roxmltree::Node::is_text)
        .filter_map(|n| n.text())
        .collect();
    Element {
        name: node.tag_name().name().to_owned(),
        attributes: node
            .attributes()
            .map(|a| (a.name().to_owned(), a.value().to_owned()))
            .collect(),
        text: text.trim().to_owned(),
        children: node
            .children()
            .filter(roxmltree::Node::is_element)
            .map(element)
            .collect(),
    }
}

fn is_audio(kind: &str) -> bool {
    matches!(
        kind,
        "audio/mpeg"
            | "audio/wav"
            | "audio/wave"
            | "audio/x-wav"
            | "audio/aiff"
            | "audio/x-aifc"
            | "audio/x-aiff"
            | "audio/x-gsm"
            | "audio/gsm"
            | "audio/ulaw"
    )
}

fn play(url: &Url) -> Element {
    Element {
        name: String::from("Play"),
        attributes: Vec::new(),
        text: url.to_string(),
        children: Vec::new(),
    }
}
