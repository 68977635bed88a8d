//! Nothing points outside the tree, and no link in a document is dead.

use std::path::{Component, Path, PathBuf};

use super::{TextFile, folder};

/// What of this machine a file must not name.
#[derive(Debug)]
pub(crate) struct Outside {
    /// Absolute folders, each with a slash at its end.
    folders: Vec<String>,
}

impl Outside {
    /// The checkout itself and the folder it stands in: their absolute paths are this machine's alone. A
    /// parent directly below `/` that every machine has (`/tmp`, `/srv`, `/home`) says nothing.
    pub(crate) fn of(root: &Path) -> Self {
        let common = [
            "/", "/tmp", "/srv", "/home", "/root", "/opt", "/mnt", "/var", "/usr",
        ];
        let folders = root
            .ancestors()
            .take(2)
            .map(|folder| folder.to_string_lossy().into_owned())
            .filter(|folder| !common.contains(&folder.as_str()))
            .map(|folder| format!("{folder}/"))
            .collect();
        Self { folders }
    }

    /// Each line that names an absolute folder of this machine, each relative path that climbs out of the
    /// tree, each dead link of a Markdown file. `paths` is what the tree holds.
    pub(crate) fn faults(&self, file: &TextFile, paths: &[String]) -> Vec<String> {
        let mut faults = Vec::new();
        for (number, line) in file.text.lines().enumerate() {
            let at = format!("{}:{}", file.path, number + 1);
            for outside in self
                .folders
                .iter()
                .filter(|outside| line.contains(outside.as_str()))
            {
                faults.push(format!("{at} names {outside}, a folder of this machine"));
            }
            if resolves_paths(&file.path, line) {
                for path in climbing(line) {
                    if inside(&file.path, path).is_none() {
                        faults.push(format!("{at} points outside the tree: {path}"));
                    }
                }
            }
            if has_extension(&file.path, "md") {
                for link in links(line).filter(|link| is_dead(&file.path, link, paths)) {
                    faults.push(format!("{at} links to {link}, which is not in the tree"));
                }
            }
        }
        faults
    }
}

/// A symbolic link that leads out of the tree.
pub(crate) fn symlink_fault(path: &str, target: &str) -> Option<String> {
    inside(path, target)
        .is_none()
        .then(|| format!("{path} is a link out of the tree, to {target}"))
}

/// Whether a relative path in this line is one of the file system. In Rust only includes and manifest paths
/// are; the rest may be a test of a path like `../../etc` that a server must refuse.
fn resolves_paths(path: &str, line: &str) -> bool {
    !has_extension(path, "rs")
        || ["include", "#[path", "CARGO_MANIFEST_DIR"]
            .iter()
            .any(|mark| line.contains(mark))
}

fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// Every word of a line that climbs. What a shell variable stands for is unknown, so `$HERE/..` is taken as
/// the folder of that name, which forgives one step.
fn climbing(line: &str) -> impl Iterator<Item = &str> {
    line.split(|char: char| !(char.is_ascii_alphanumeric() || "./_-".contains(char)))
        .map(|word| word.trim_start_matches("./").trim_start_matches('/'))
        .filter(|word| {
            Path::new(word)
                .components()
                .any(|part| part == Component::ParentDir)
        })
}

/// The targets of Markdown links in a line that are paths: no address, no mere anchor.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split([')', ' ']).next())
        .filter(|target| !target.contains(':') && !target.starts_with('#') && !target.is_empty())
        .filter_map(|target| target.split('#').next())
}

fn is_dead(file: &str, link: &str, paths: &[String]) -> bool {
    let Some(target) = inside(file, link) else {
        return true;
    };
    let target = target.to_string_lossy();
    let below = format!("{target}/");
    !target.is_empty()
        && !paths
            .iter()
            .any(|path| *path == target || path.starts_with(&below))
}

/// Where a path written in `file` leads, from the root; nothing when it leads out.
fn inside(file: &str, path: &str) -> Option<PathBuf> {
    let mut place = folder(file);
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => place.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !place.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(path: &str, text: &str) -> Vec<String> {
        let file = TextFile {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let paths = ["README.md", "docs/adr/0001.md", "crates/a/src/lib.rs"].map(str::to_owned);
        Outside::of(Path::new("/build/checkout")).faults(&file, &paths)
    }

    #[test]
    fn a_path_that_climbs_out_is_named() {
        assert_eq!(
            faults("docs/a.md", "see `../../notes`"),
            ["docs/a.md:1 points outside the tree: ../../notes"]
        );
        assert!(faults("docs/adr/a.yaml", "file: ../../proto").is_empty());
        assert_eq!(
            faults("scripts/test", "cd \"$(dirname \"$0\")/../../x\"").len(),
            1
        );
    }

    #[test]
    fn rust_is_read_for_includes_only() {
        assert!(faults("crates/a/src/lib.rs", r#"get("/../../../../../etc/passwd")"#).is_empty());
        assert_eq!(
            faults("crates/a/src/lib.rs", r#"include_str!("../../../../x")"#).len(),
            1
        );
        assert!(faults("crates/a/src/lib.rs", r#"include_str!("../../../proto/a")"#).is_empty());
    }

    #[test]
    fn absolute_folders_of_this_machine_are_named() {
        let found = faults("a.toml", "x = '/build/checkout/y'\ny = '/build/other'");
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(Outside::of(Path::new("/tmp/x")).folders == ["/tmp/x/"]);
    }

    #[test]
    fn links_of_documents_are_alive() {
        let fine = "[a](../README.md#x) [b](adr/) [c](https://example.org/x) [d](#here) [e](../crates/a)";
        assert!(faults("docs/a.md", fine).is_empty());
        let dead = faults("docs/a.md", "[a](adr/0002.md)");
        assert_eq!(
            dead,
            ["docs/a.md:1 links to adr/0002.md, which is not in the tree"]
        );
    }

    #[test]
    fn a_symbolic_link_stays_inside() {
        assert!(symlink_fault("deploy/a", "../README.md").is_none());
        assert!(symlink_fault("deploy/a", "/etc/passwd").is_some());
        assert!(symlink_fault("a", "../b").is_some());
    }
}
