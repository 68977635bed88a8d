//! The lines of a calendar: unfolded, taken apart, unescaped.

use chrono::NaiveDate;

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

    /// The value as a whole day.
    pub(super) fn date(&self) -> Result<NaiveDate, &'static str> {
        let timed = self
            .parameters
            .split(';')
            .any(|parameter| parameter == "VALUE=DATE-TIME");
        if timed || self.value.contains(['T', 't']) {
            return Err("it has a time of day");
        }
        date(&self.value).ok_or("its date cannot be read")
    }

    /// The value as a list of whole days, without those that are none.
    pub(super) fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        self.value.split(',').filter_map(|text| date(text.trim()))
    }
}

/// `20261225`.
pub(super) fn date(text: &str) -> Option<NaiveDate> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(4, 6)?, number(6, 8)?)
}

/// `P2D` or `P1W`.
pub(super) fn whole_days(text: &str) -> Option<i64> {
    let text = text.strip_prefix('P')?;
    let (number, unit) = match (text.strip_suffix('D'), text.strip_suffix('W')) {
        (Some(days), _) => (days, 1),
        (None, Some(weeks)) => (weeks, 7),
        (None, None) => return None,
    };
    number.parse::<u16>().ok().map(|number| i64::from(number) * unit)
}
