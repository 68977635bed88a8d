//! Writing one element.

use std::{fmt::Display, io::Write, time::Duration};

use twilio_async::twiml::{Twiml, TwimlResult};
use xml::{
    EmitterConfig,
    writer::{EventWriter, XmlEvent},
};

/// An element being put together; attributes keep the order in which they were given.
pub(super) struct Element {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
}

impl Element {
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
        }
    }

    pub(super) fn attr(mut self, name: &'static str, value: Option<impl Display>) -> Self {
        if let Some(value) = value {
            self.attributes.push((name, clean(&value.to_string())));
        }
        self
    }

    /// A length of time in whole seconds, rounded up: a short pause is not none.
    pub(super) fn seconds(self, name: &'static str, value: Option<Duration>) -> Self {
        self.attr(
            name,
            value.map(|time| time.as_secs() + u64::from(time.subsec_nanos() > 0)),
        )
    }

    /// Several words with spaces between; none at all leaves the attribute out.
    pub(super) fn words<T: Display>(self, name: &'static str, words: &[T]) -> Self {
        let joined = words.iter().map(T::to_string).collect::<Vec<_>>().join(" ");
        self.attr(name, Some(joined).filter(|joined| !joined.is_empty()))
    }

    pub(super) fn with_text<W: Write>(self, w: &mut EventWriter<W>, text: &str) -> TwimlResult<()> {
        self.with(w, |w| Ok(w.write(XmlEvent::characters(&clean(text)))?))
    }

    pub(super) fn empty<W: Write>(self, w: &mut EventWriter<W>) -> TwimlResult<()> {
        self.with(w, |_| Ok(()))
    }

    pub(super) fn with<W: Write>(
        self,
        w: &mut EventWriter<W>,
        children: impl FnOnce(&mut EventWriter<W>) -> TwimlResult<()>,
    ) -> TwimlResult<()> {
        let mut start = XmlEvent::start_element(self.name);
        for (name, value) in &self.attributes {
            start = start.attr(*name, value);
        }
        w.write(start)?;
        children(w)?;
        w.write(XmlEvent::end_element())?;
        Ok(())
    }
}

/// A verb on its own, without declaration or root; what the trait calls `build`.
pub(super) fn fragment(verb: &impl Twiml) -> TwimlResult<String> {
    write_to_string(verb, false)
}

pub(super) fn write_to_string(verb: &impl Twiml, declaration: bool) -> TwimlResult<String> {
    let mut bytes = Vec::with_capacity(512);
    // Indenting would put spaces into texts, and a declaration that does not come first is an error.
    let config = EmitterConfig::new()
        .perform_indent(false)
        .write_document_declaration(declaration);
    verb.write(&mut config.create_writer(&mut bytes))?;
    Ok(String::from_utf8(bytes)?)
}

/// Text as XML can carry it: line breaks and tabs become spaces, since attributes would lose them anyway;
/// other control characters and the two non-characters go, since no escape makes them legal.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\n' | '\r' => Some(' '),
            '\u{fffe}' | '\u{ffff}' => None,
            c if c.is_control() => None,
            c => Some(c),
        })
        .collect()
}

/// Implements the trait's `build` by [`fragment`], for verbs that have an inherent `write_element`.
macro_rules! verb {
    ($name:ty) => {
        impl ::twilio_async::twiml::Twiml for $name {
            fn write<W: ::std::io::Write>(
                &self,
                w: &mut ::xml::writer::EventWriter<W>,
            ) -> ::twilio_async::twiml::TwimlResult<()> {
                self.write_element(w)
            }

            fn build(&self) -> ::twilio_async::twiml::TwimlResult<String> {
                $crate::twiml::element::fragment(self)
            }
        }
    };
}

pub(super) use verb;
