//! Files that are no UTF-8: older programs write the letters of their country.

/// A property that says so in the text, where whoever reads it later finds it.
pub(super) const MARK: &str = "X-SWITCHBOARD-CHARSET";

/// What Windows puts where Latin-1 has control characters.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

pub(super) fn text(bytes: Vec<u8>) -> String {
    match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => return sixteen(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => return sixteen(rest, u16::from_be_bytes),
        _ => {}
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(other) => marked(
            &other
                .as_bytes()
                .iter()
                .map(|byte| letter(*byte))
                .collect::<String>(),
        ),
    }
}

/// UTF-16 says what it is, so nothing is in doubt.
fn sixteen(bytes: &[u8], number: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| number([pair[0], pair[1]]));
    char::decode_utf16(units)
        .map(|read| read.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

fn letter(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// After the first line, so that it still begins like a calendar.
fn marked(text: &str) -> String {
    match text.split_once('\n') {
        Some((first, rest)) => format!("{first}\n{MARK}:windows-1252\r\n{rest}"),
        None => text.to_owned(),
    }
}
