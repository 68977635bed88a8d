//! `cargo xtask tidy` over what git tracks or would track.

use crate::fixture::Fixture;

#[test]
fn a_tree_that_stands_alone_passes() {
    let fixture = Fixture::new();
    fixture.add_crate("domain", "");
    fixture.write(
        "README.md",
        "see [the crate](crates/domain) and [a page](https://example.org/)\n",
    );
    fixture.write("picture.bin", [0xff, 0xfe, 0x00]);
    // Ignored by git, so no business of this check.
    fixture.write("target/notes.md", "../../../elsewhere\n");
    fixture.xtask(&["tidy"]).passes();
}

#[test]
fn faults_are_named_with_their_line() {
    let fixture = Fixture::new();
    fixture.add_crate("domain", "");
    let host = ["pypi", "org"].join(".");
    fixture.write(
        "docs/a.md",
        format!("fine\nfrom https://{host}/simple\n[gone](b.md)\n"),
    );
    fixture.write("scripts/run", "cat ../../elsewhere/x\n");
    let root = fixture.root().canonicalize().unwrap();
    fixture.write(
        "crates/domain/src/lib.rs",
        format!("//! Lives in {}/crates.\n", root.display()),
    );
    std::os::unix::fs::symlink("../../elsewhere", fixture.root().join("docs/link")).unwrap();
    fixture.xtask(&["tidy"]).fails_with(&[
        "docs/a.md:2 names the package registry",
        "docs/a.md:3 links to b.md",
        "scripts/run:1 points outside the tree: ../../elsewhere/x",
        "crates/domain/src/lib.rs:1 names",
        "docs/link is a link out of the tree",
        "5 faults",
    ]);
}

#[test]
fn long_files_are_listed_and_not_refused() {
    let fixture = Fixture::new();
    fixture.add_crate("domain", "");
    fixture.write("crates/domain/src/long.rs", "//\n".repeat(401));
    let ended = fixture.xtask(&["tidy"]);
    ended.passes();
    assert!(
        ended.text.contains("crates/domain/src/long.rs has 401 lines"),
        "{}",
        ended.text
    );
}
