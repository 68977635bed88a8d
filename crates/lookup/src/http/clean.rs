//! Foreign text made fit for a card.

use switchboard_domain::one_line;

/// The most characters of a field, beyond which it is cut.
pub(super) const FIELD: usize = 200;
/// The most characters of the line of context.
pub(super) const SUMMARY: usize = 500;
/// The most bytes of an address. A longer one is dropped: half an address leads nowhere.
pub(super) const ADDRESS: usize = 2048;

/// One line of visible text, at most `limit` characters; `None` when nothing is left.
///
/// As [`one_line`] has it.
pub(super) fn line(text: &str, limit: usize) -> Option<String> {
    let mut line = one_line(text);
    if let Some((end, _)) = line.char_indices().nth(limit) {
        line.truncate(end);
        line.truncate(line.trim_end().len());
    }
    (!line.is_empty()).then_some(line)
}
