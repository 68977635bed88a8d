//! No file names the host of a package registry.

use super::TextFile;

/// Hosts by their parts: written together, this file would be the first to fail.
const HOSTS: [&[&str]; 8] = [
    &["crates", "io"],
    &["pypi", "org"],
    &["pythonhosted", "org"],
    &["npmjs", "org"],
    &["npmjs", "com"],
    &["yarnpkg", "com"],
    &["deb", "debian", "org"],
    &["proxy", "golang", "org"],
];

/// Cargo writes its registry's address into every entry of the lock file and reads it back from there.
const EXEMPT: &str = "Cargo.lock";

/// Each line that names such a host.
pub(crate) fn faults(file: &TextFile) -> Vec<String> {
    if file.path.rsplit('/').next() == Some(EXEMPT) {
        return Vec::new();
    }
    let mut faults = Vec::new();
    for host in HOSTS.map(|parts| parts.join(".")) {
        for (number, line) in file.text.lines().enumerate() {
            if names(line, &host) {
                faults.push(format!(
                    "{}:{} names the package registry {host}",
                    file.path,
                    number + 1
                ));
            }
        }
    }
    faults
}

/// Whether the host, or one below it, stands in the line as a word of its own.
fn names(line: &str, host: &str) -> bool {
    let line = line.to_ascii_lowercase();
    let word = |char: char| char.is_ascii_alphanumeric();
    line.match_indices(host)
        .any(|(at, _)| !line[..at].ends_with(word) && !line[at + host.len()..].starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: String) -> TextFile {
        TextFile {
            path: path.to_owned(),
            text,
        }
    }

    #[test]
    fn a_host_is_found_in_an_address_and_alone() {
        let host = HOSTS[0].join(".");
        let text = format!("fine\nsee https://index.{host}/x\n{}\n", host.to_uppercase());
        let found = faults(&file("a.md", text.clone()));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("a.md:2 names"), "{found:?}");
        assert!(found[1].starts_with("a.md:3 names"), "{found:?}");
        assert!(faults(&file("Cargo.lock", text.clone())).is_empty());
        assert!(faults(&file("crates/xtask/apart/Cargo.lock", text)).is_empty());
    }

    #[test]
    fn a_longer_word_is_another_word() {
        let host = HOSTS[0].join(".");
        assert!(faults(&file("a.md", format!("many{host} and {host}n"))).is_empty());
    }
}
