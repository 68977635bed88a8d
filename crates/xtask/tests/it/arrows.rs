//! `cargo xtask arrows` over manifests that cargo itself reads.

use crate::fixture::Fixture;

const RULES: &str = "[bans]\ndeny = [{ crate = \"redis\", wrappers = [\"switchboard-store\"] }]\n";

fn architecture(rows: &str) -> String {
    format!(
        "# Architecture\n\n<!-- arrows:begin -->\n| crate | layer | may use |\n| --- | --- | --- |\n{rows}\n<!-- arrows:end -->\n"
    )
}

/// Two crates, one edge, one outside library, all of it allowed.
fn lawful() -> Fixture {
    let fixture = Fixture::new();
    fixture.add_crate("domain", "");
    fixture.add_crate(
        "store",
        "[dependencies]\nswitchboard-domain = { path = \"../domain\" }\ncache = { package = \"redis\", version = \"1\" }",
    );
    fixture.write(
        "ARCHITECTURE.md",
        architecture("| `domain` | core | none |\n| `store` | adapters | `domain` |"),
    );
    fixture.write("README.md", "`domain` and crates/store\n");
    fixture.write("deny.toml", RULES);
    fixture
}

#[test]
fn a_lawful_workspace_passes() {
    lawful().xtask(&["arrows"]).passes();
}

#[test]
fn every_fault_is_told_at_once() {
    let fixture = lawful();
    fixture.add_crate(
        "lookup",
        "[dependencies]\nswitchboard-store = { path = \"../store\" }\n[build-dependencies]\nredis = \"1\"",
    );
    fixture.write(
        "ARCHITECTURE.md",
        architecture(
            "| `domain` | core | none |\n| `store` | adapters | none |\n| `lookup` | adapters | `domain` |\n| `ghost` | core | none |",
        ),
    );
    fixture.xtask(&["arrows"]).fails_with(&[
        "store uses domain; the table lets it use none of ours",
        "lookup uses store; the table lets it use only domain",
        "lookup uses redis, which deny.toml leaves to switchboard-store",
        "the table names ghost, and there is no such crate",
        "README.md does not name crate lookup",
        "5 faults",
    ]);
}

#[test]
fn a_crate_outside_the_table_fails() {
    let fixture = lawful();
    fixture.add_crate("hours", "");
    fixture.xtask(&["arrows"]).fails_with(&[
        "crate hours is missing from the table",
        "ARCHITECTURE.md does not name crate hours",
    ]);
}

#[test]
fn tests_may_use_what_they_like() {
    let fixture = lawful();
    fixture.add_crate(
        "domain",
        "[dev-dependencies]\nswitchboard-store = { path = \"../store\" }\nredis = \"1\"",
    );
    fixture.xtask(&["arrows"]).passes();
}
