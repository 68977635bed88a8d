//! The workspace as `cargo metadata` sees it, cut down to what the checks ask.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{DependencyKind, MetadataCommand, Package};

/// The prefix of every package name but `switchboard` and `xtask`.
const PREFIX: &str = "switchboard-";

/// The workspace that the current folder belongs to.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Where builds and reports go.
    pub(crate) target: PathBuf,
    /// Its crates, sorted by short name.
    pub(crate) crates: Vec<Crate>,
}

/// One crate of the workspace.
#[derive(Debug)]
pub(crate) struct Crate {
    /// The name without the prefix, as documents and folders use it.
    pub(crate) name: String,
    /// The name in its manifest.
    pub(crate) package: String,
    /// The folder's name.
    pub(crate) folder: String,
    /// What it is built of: package names, sorted, each once. Dev-dependencies are left out: a test may
    /// reach for anything, and nothing of it ships.
    pub(crate) uses: Vec<String>,
}

impl Workspace {
    /// Reads the manifests; nothing is resolved, so neither the network nor an up-to-date lock file matters.
    pub(crate) fn load() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .no_deps()
            .exec()
            .context("reading the workspace with cargo metadata")?;
        let mut crates: Vec<Crate> = metadata
            .workspace_packages()
            .into_iter()
            .map(Crate::read)
            .collect();
        crates.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            root: metadata.workspace_root.into_std_path_buf(),
            target: metadata.target_directory.into_std_path_buf(),
            crates,
        })
    }

    /// Reads a text file of the tree, named from its root.
    pub(crate) fn read(&self, path: &str) -> Result<String> {
        std::fs::read_to_string(self.root.join(path)).with_context(|| format!("reading {path}"))
    }
}

impl Crate {
    fn read(package: &Package) -> Self {
        let folder = package
            .manifest_path
            .parent()
            .and_then(|folder| folder.file_name());
        let mut uses: Vec<String> = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .map(|dependency| dependency.name.clone())
            .collect();
        uses.sort();
        uses.dedup();
        Self {
            name: short(&package.name).to_owned(),
            package: package.name.to_string(),
            folder: folder.unwrap_or_default().to_owned(),
            uses,
        }
    }
}

/// The name that documents use for a package of ours.
pub(crate) fn short(package: &str) -> &str {
    package.strip_prefix(PREFIX).unwrap_or(package)
}

/// A path of the tree for people: from the root, with forward slashes.
pub(crate) fn shown(root: &Path, path: &Path) -> String {
    path.strip_prefix(root)
        .unwrap_or(path)
        .to_string_lossy()
        .replace('\\', "/")
}
