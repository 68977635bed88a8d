//! How long Rust files are, tests and generated code aside.

use std::fmt::Write as _;

use super::TextFile;

/// Lines above which a file wants a reason.
const LONG: usize = 400;

/// The long files and the median, for people; an empty tree gives nothing.
pub(crate) fn summary(files: &[TextFile]) -> String {
    let mut sizes: Vec<(usize, &str)> = files
        .iter()
        .filter(|file| is_judged(&file.path))
        .map(|file| (own_lines(&file.text), file.path.as_str()))
        .collect();
    sizes.sort_unstable();
    let mut text = String::new();
    let Some((median, _)) = sizes.get(sizes.len() / 2) else {
        return text;
    };
    for (lines, path) in sizes.iter().rev().take_while(|(lines, _)| *lines > LONG) {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "tidy: {path} has {lines} lines without its tests; over {LONG} wants a reason"
        );
    }
    let _ = writeln!(text, "tidy: {} Rust files, median {median} lines", sizes.len());
    text
}

fn is_judged(path: &str) -> bool {
    let aside = |part: &str| matches!(part, "tests" | "benches" | "examples" | "gen" | "tests.rs");
    path.strip_suffix(".rs").is_some() && !path.split('/').any(aside)
}

/// Lines before the test module: by custom it stands last.
fn own_lines(text: &str) -> usize {
    text.lines()
        .take_while(|line| line.trim_end() != "#[cfg(test)]")
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, own: usize, tests: usize) -> TextFile {
        let text = "x\n".repeat(own) + if tests > 0 { "#[cfg(test)]\n" } else { "" } + &"t\n".repeat(tests);
        TextFile {
            path: path.to_owned(),
            text,
        }
    }

    #[test]
    fn only_own_lines_of_ordinary_files_count() {
        let files = [
            file("crates/a/src/short.rs", 10, 900),
            file("crates/a/src/long.rs", 401, 0),
            file("crates/a/src/middle.rs", 20, 0),
            file("crates/a/tests/it/main.rs", 900, 0),
            file("crates/a/src/gen/mod.rs", 900, 0),
            file("README.md", 900, 0),
        ];
        let text = summary(&files);
        assert_eq!(
            text,
            "tidy: crates/a/src/long.rs has 401 lines without its tests; over 400 wants a reason\n\
             tidy: 3 Rust files, median 20 lines\n"
        );
        assert_eq!(summary(&[]), "");
    }
}
