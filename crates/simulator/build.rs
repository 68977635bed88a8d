//! Keeps a page in `web/dist`, so that Cargo never needs Node.
//!
//! The page is built by `npm run build` in `web/` and is not committed. Where it is missing, a plain one that says
//! so takes its place; the build of the real one replaces it.

use std::path::Path;
use std::{fs, io};

const PLACEHOLDER: &str = include_str!("placeholder.html");

fn main() -> io::Result<()> {
    let folder = Path::new("web/dist");
    let page = folder.join("index.html");
    if !page.exists() {
        fs::create_dir_all(folder)?;
        fs::write(&page, PLACEHOLDER)?;
    }
    // A release holds the files themselves: it is built again when they change.
    println!("cargo::rerun-if-changed=web/dist");
    println!("cargo::rerun-if-changed=placeholder.html");
    Ok(())
}
