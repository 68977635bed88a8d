//! Pointers into an answer, and texts made of several.

use serde_json::Value;

/// A JSON pointer (RFC 6901): empty for the whole, else `/` before each step, `~0` for `~` and `~1` for `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pointer(String);

impl Pointer {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let escapes = text.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
        if escapes && (text.is_empty() || text.starts_with('/')) {
            Ok(Self(text.to_owned()))
        } else {
            Err("a JSON pointer such as `/company/name`")
        }
    }

    pub(super) fn find<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        value.pointer(&self.0)
    }
}

/// A pointer, or a text with pointers in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Pointer),
}

impl Template {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "a JSON pointer such as `/name`, or a text with pointers in braces such as \
                                `{/first} {/last}`";
        if text.starts_with('/') {
            return Ok(Self(vec![Piece::Value(Pointer::parse(text)?)]));
        }
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (pointer, after) = after.split_once('}').ok_or(EXPECTED)?;
            if before.contains('}') || !pointer.starts_with('/') {
                return Err(EXPECTED);
            }
            pieces.push(Piece::Text(before.to_owned()));
            pieces.push(Piece::Value(Pointer::parse(pointer)?));
            rest = after;
        }
        if pieces.is_empty() || rest.contains('}') {
            return Err(EXPECTED);
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// True for a pointer alone, whose value is used as it is.
    pub(super) fn is_pointer(&self) -> bool {
        matches!(self.0.as_slice(), [Piece::Value(_)])
    }

    /// The text; what leads nowhere is left out. `None` when no pointer leads to a text.
    pub(super) fn fill(&self, value: &Value) -> Option<String> {
        let mut filled = String::new();
        let mut any = false;
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Value(pointer) => {
                    let text = pointer.find(value).and_then(text);
                    any |= text.is_some();
                    filled.push_str(&text.unwrap_or_default());
                }
            }
        }
        any.then_some(filled)
    }

    /// The text with each value passed through `each`; `None` when a value is missing or not let through.
    pub(super) fn fill_whole(&self, value: &Value, each: impl Fn(&str) -> Option<String>) -> Option<String> {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => Some(text.clone()),
            Piece::Value(pointer) => each(&text(pointer.find(value)?)?),
        });
        pieces.collect()
    }

    /// The text with the same word for every value, to see its shape.
    pub(super) fn shape(&self, word: &str) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Value(_) => word,
        });
        pieces.collect()
    }
}

/// What may stand on a card. Lists and objects may not: there is no telling how they should read.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::String(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
