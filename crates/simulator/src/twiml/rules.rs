//! The strict reading of a document: what the carrier merely warns of, or makes the best of, is a fault here, and so is an
//! end that nobody chose. For applications that want to be certain of what they send.

use super::grammar::{Where, check};
use super::values::{attribute, text};
use super::{Element, parse};

/// "64 kB" in its smaller reading.
const LONGEST: usize = 64_000;
/// Nothing at all may come before it.
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
/// Nouns of one Dial.
const NOUNS: usize = 10;

/// Everything that is wrong with a document that is run at this place; nothing, if nothing is.
pub fn faults_of(document: &str, place: Where) -> Vec<String> {
    let mut faults = Vec::new();
    if document.len() > LONGEST {
        faults.push(format!("it has {} bytes", document.len()));
    }
    if !document.starts_with(DECLARATION) {
        faults.push(format!("it does not begin with {DECLARATION}"));
    }
    let Ok(verbs) = parse(document) else {
        faults.push(String::from("it cannot be parsed"));
        return faults;
    };
    for verb in &verbs {
        match check(verb, place) {
            Ok(odd) => faults.extend(odd),
            Err(fault) => faults.push(fault),
        }
        element(verb, &mut faults);
        for child in &verb.children {
            element(child, &mut faults);
        }
        dial(verb, &mut faults);
        needs_action(verb, &mut faults);
    }
    order(&verbs, &mut faults);
    if let Some(fault) = end(&verbs, place) {
        faults.push(fault.to_owned());
    }
    faults
}

fn element(element: &Element, faults: &mut Vec<String>) {
    for (name, value) in &element.attributes {
        if let Some(fault) = attribute(&element.name, name, value) {
            faults.push(format!("<{} {name}=\"{value}\">: {fault}", element.name));
        }
    }
    if let Some(fault) = text(element) {
        faults.push(format!("<{}>: {fault}", element.name));
    }
}

fn dial(verb: &Element, faults: &mut Vec<String>) {
    if verb.name != "Dial" {
        return;
    }
    let rooms = verb
        .children
        .iter()
        .filter(|noun| matches!(noun.name.as_str(), "Conference" | "Queue"))
        .count();
    let nouns = verb.children.len();
    if nouns == 0 || nouns > NOUNS {
        faults.push(format!("<Dial> has {nouns} nouns"));
    }
    if rooms > 0 && nouns > 1 {
        faults.push(String::from("<Dial> to a conference or queue, and to others"));
    }
}

/// Without one the very document that holds them is asked for again.
fn needs_action(verb: &Element, faults: &mut Vec<String>) {
    let has = verb.attribute("action").is_some_and(|url| !url.is_empty());
    if matches!(verb.name.as_str(), "Gather" | "Record") && !has {
        faults.push(format!(
            "<{}> without an action asks for its own document again",
            verb.name
        ));
    }
}

/// Whether what follows in the document never runs.
fn is_last(verb: &Element) -> bool {
    let has_action = verb.attribute("action").is_some_and(|url| !url.is_empty());
    match verb.name.as_str() {
        "Redirect" | "Record" | "Hangup" | "Reject" | "Leave" => true,
        "Dial" | "Enqueue" => has_action,
        _ => false,
    }
}

fn order(verbs: &[Element], faults: &mut Vec<String>) {
    for (verb, next) in verbs.iter().zip(verbs.iter().skip(1)) {
        if is_last(verb) {
            faults.push(format!("<{}> after <{}> never runs", next.name, verb.name));
        }
    }
    for verb in verbs.iter().skip(1).filter(|verb| verb.name == "Reject") {
        faults.push(format!("<{}> comes too late: the call is answered", verb.name));
    }
}

/// A document that runs out of verbs ends the call, lets a mailbox through, or leaves a conference in silence.
fn end(verbs: &[Element], place: Where) -> Option<&'static str> {
    let Some(last) = verbs.last() else {
        // In screening that is the word for: let them through.
        return (place != Where::Screening).then_some("it is empty");
    };
    match place {
        Where::Queue => None,
        Where::Call | Where::Screening if is_last(last) => None,
        Where::Call => Some("it ends without saying what follows: that hangs up"),
        Where::Screening => Some("it ends without <Hangup>: that lets whoever picked up through"),
        Where::Conference if last.name == "Redirect" => None,
        Where::Conference => Some("it does not loop by itself, and ends without <Redirect>"),
    }
}
