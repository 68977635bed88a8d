//! Foreign text made fit for a card.

/// The most characters of a field, beyond which it is cut.
pub(super) const FIELD: usize = 200;
/// The most characters of the line of context.
pub(super) const SUMMARY: usize = 500;
/// The most bytes of an address. A longer one is dropped: half an address leads nowhere.
pub(super) const ADDRESS: usize = 2048;

/// One line of visible text, at most `limit` characters; `None` when nothing is left.
///
/// Runs of white space become one space. Control characters go, and so do the invisible ones that reorder or
/// hide text: a name must not be able to rewrite the line it stands on.
pub(super) fn line(text: &str, limit: usize) -> Option<String> {
    let visible: String = text
        .chars()
        .filter(|c| c.is_whitespace() || !is_invisible(*c))
        .collect();
    let mut line = String::new();
    for word in visible.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if let Some((end, _)) = line.char_indices().nth(limit) {
        line.truncate(end);
        line.truncate(line.trim_end().len());
    }
    (!line.is_empty()).then_some(line)
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
