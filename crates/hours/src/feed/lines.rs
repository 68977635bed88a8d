//! The lines of a calendar: unfolded, taken apart, unescaped.

use super::when::When;

/// One content line.
pub(super) struct Property {
    /// In capitals.
    pub(super) name: String,
    parameters: String,
    pub(super) value: String,
}

/// All lines that are not blank. A line that begins with a space goes on with the one before it.
pub(super) fn read(text: &str) -> Vec<Property> {
    let mut unfolded: Vec<String> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').split('\n') {
        let line = line.strip_suffix('\r').unwrap_or(line);
        match (line.strip_prefix([' ', '\t']), unfolded.last_mut()) {
            (Some(more), Some(last)) => last.push_str(more),
            _ if line.trim().is_empty() => {}
            _ => unfolded.push(line.to_owned()),
        }
    }
    unfolded.iter().filter_map(|line| property(line)).collect()
}

/// `NAME;PARAMETER="a:b":value`: a colon in quotes ends nothing.
fn property(line: &str) -> Option<Property> {
    let mut quoted = false;
    let colon = line.find(|c| {
        quoted ^= c == '"';
        c == ':' && !quoted
    })?;
    let (head, value) = (&line[..colon], &line[colon + 1..]);
    let (name, parameters) = head.split_once(';').unwrap_or((head, ""));
    Some(Property {
        name: name.trim().to_ascii_uppercase(),
        parameters: parameters.to_ascii_uppercase(),
        value: value.trim().to_owned(),
    })
}

impl Property {
    /// The value as words.
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(self.value.len());
        let mut chars = self.value.chars();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next() {
                    Some('n' | 'N') => text.push(' '),
                    Some(escaped) => text.push(escaped),
                    None => {}
                },
                c => text.push(c),
            }
        }
        text.trim().to_owned()
    }

    /// The value as a list of dates and times; and whether all of it could be read. Of a period, its beginning.
    pub(super) fn whens(&self) -> (Vec<When>, bool) {
        let begin = |text: &str| When::parse(text.split('/').next().unwrap_or_default());
        let all: Vec<Option<When>> = self.value.split(',').map(begin).collect();
        let whole = all.iter().all(Option::is_some);
        (all.into_iter().flatten().collect(), whole)
    }

    /// Whether it has this parameter. Both in capitals.
    pub(super) fn has(&self, name: &str, value: &str) -> bool {
        self.parameter(name).is_some_and(|found| found == value)
    }

    /// Whether it has a parameter of that name.
    pub(super) fn names(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.split(';').find_map(|parameter| {
            let (found, value) = parameter.split_once('=')?;
            (found.trim() == name).then(|| value.trim().trim_matches('"'))
        })
    }
}
