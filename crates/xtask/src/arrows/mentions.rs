//! README and ARCHITECTURE name every crate, so that neither becomes a map of an older house.

use crate::workspace::Crate;

/// The crates that a document does not name. Named means as code (`` `queue` ``, `` `switchboard-queue` ``)
/// or as a path (`crates/queue`): a plain word like "store" or "worker" would be found in any text.
pub(crate) fn faults(crates: &[Crate], title: &str, document: &str) -> Vec<String> {
    crates
        .iter()
        .filter(|one| !is_named(one, document))
        .map(|one| format!("{title} does not name crate {}", one.name))
        .collect()
}

fn is_named(one: &Crate, document: &str) -> bool {
    let path = format!("crates/{}", one.folder);
    let ends =
        |rest: &str| !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || "_-".contains(next));
    document
        .match_indices(&path)
        .any(|(at, _)| ends(&document[at + path.len()..]))
        || document.contains(&format!("`{}`", one.name))
        || document.contains(&format!("`{}`", one.package))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_or_path_counts_and_a_plain_word_does_not() {
        let one = Crate {
            name: "store".into(),
            package: "switchboard-store".into(),
            folder: "store".into(),
            uses: Vec::new(),
        };
        let named = |text: &str| faults(std::slice::from_ref(&one), "README.md", text).is_empty();
        assert!(named("| `store` | live calls |"));
        assert!(named("see crates/store/src"));
        assert!(named("`switchboard-store`"));
        assert!(!named("we store calls in crates/store-front"));
        assert_eq!(
            faults(&[one], "README.md", ""),
            ["README.md does not name crate store"]
        );
    }
}
