//! A cargo workspace in a temporary folder, and `xtask` started in it.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A workspace that is gone with this value.
pub(crate) struct Fixture {
    folder: TempDir,
}

/// How a chore ended.
pub(crate) struct Ended {
    /// Whether it exited with 0.
    pub(crate) passed: bool,
    /// What it printed, both streams.
    pub(crate) text: String,
}

impl Fixture {
    /// An empty workspace under git.
    pub(crate) fn new() -> Self {
        let fixture = Self {
            folder: TempDir::new().unwrap(),
        };
        fixture.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n",
        );
        fixture.write(".gitignore", "/target\n");
        let git = Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(fixture.root())
            .status()
            .unwrap();
        assert!(git.success());
        fixture
    }

    /// Its root.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file, folders included.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Reads a file.
    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root().join(path)).unwrap()
    }

    /// Adds a crate whose dependencies are these lines of its manifest.
    pub(crate) fn add_crate(&self, name: &str, dependencies: &str) {
        let manifest = format!(
            "[package]\nname = \"switchboard-{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{dependencies}\n"
        );
        self.write(&format!("crates/{name}/Cargo.toml"), manifest);
        self.write(&format!("crates/{name}/src/lib.rs"), "//! A crate.\n");
    }

    /// Runs `cargo xtask` with these arguments.
    pub(crate) fn xtask(&self, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .current_dir(self.root())
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        Ended {
            passed: output.status.success(),
            text,
        }
    }
}

impl Ended {
    /// Asserts that it passed.
    #[track_caller]
    pub(crate) fn passes(&self) {
        assert!(self.passed, "{}", self.text);
    }

    /// Asserts that it failed and said each of these.
    #[track_caller]
    pub(crate) fn fails_with(&self, said: &[&str]) {
        assert!(!self.passed, "passed: {}", self.text);
        for part in said {
            assert!(self.text.contains(part), "{part:?} is not in: {}", self.text);
        }
    }
}
