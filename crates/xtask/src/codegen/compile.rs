//! Reads `proto/` with protox: a compiler in Rust, so that nobody needs protoc.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use protox::Compiler;
use protox::prost_reflect::prost_types::FileDescriptorProto;

/// The folder that imports are relative to.
const PROTO: &str = "proto";
/// The one package; a second version gets its own folder, its own module and its own decision.
pub(crate) const PACKAGE: &str = "switchboard.v1";

/// The contract's files, found and ready to compile.
pub(crate) struct Contract {
    includes: PathBuf,
    files: Vec<PathBuf>,
}

impl Contract {
    /// Finds the `.proto` files of the package.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let includes = root.join(PROTO);
        let folder = includes.join(PACKAGE.replace('.', "/"));
        let mut files = Vec::new();
        for entry in folder
            .read_dir()
            .with_context(|| format!("listing {}", folder.display()))?
        {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "proto") {
                files.push(path);
            }
        }
        // The folder's order is the file system's; the output must not depend on it.
        files.sort();
        ensure!(!files.is_empty(), "no .proto file in {}", folder.display());
        Ok(Self { includes, files })
    }

    /// Compiled, with comments, imports included.
    pub(crate) fn descriptors(&self) -> Result<Vec<FileDescriptorProto>> {
        let set = self.compiler(true)?.file_descriptor_set();
        for file in &set.file {
            let package = file.package();
            if package != PACKAGE && !package.starts_with("google.") {
                bail!("{} is of package {package}, not of {PACKAGE}", file.name());
            }
        }
        Ok(set.file)
    }

    /// The encoded file descriptor set. Comments are left out: they break nobody, and the image should not
    /// change when only they do.
    pub(crate) fn image(&self) -> Result<Vec<u8>> {
        Ok(self.compiler(false)?.encode_file_descriptor_set())
    }

    fn compiler(&self, comments: bool) -> Result<Compiler> {
        let mut compiler = Compiler::new([&self.includes]).context("opening proto/")?;
        compiler.include_imports(true).include_source_info(comments);
        // The debug form of protox's error is the readable one: file, line and the source underlined.
        if let Err(error) = compiler.open_files(&self.files) {
            bail!("compiling proto/: {error:?}");
        }
        Ok(compiler)
    }
}
