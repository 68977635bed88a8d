//! Edges between our own crates, against the table.

use std::collections::BTreeMap;

use super::table::{Allowed, Row};
use crate::workspace::{Crate, short};

/// Every wrong edge, every crate that table and workspace do not share, every name that is out of order.
pub(crate) fn faults(table: &[Row], crates: &[Crate]) -> Vec<String> {
    let rows: BTreeMap<&str, &Row> = table.iter().map(|row| (row.name.as_str(), row)).collect();
    let ours: BTreeMap<&str, &Crate> = crates.iter().map(|one| (one.package.as_str(), one)).collect();
    let mut faults = table_faults(table, crates);
    for one in crates {
        if one.folder != one.name {
            faults.push(format!(
                "package {} lives in crates/{}; a folder carries the short name, {}",
                one.package, one.folder, one.name
            ));
        }
        let Some(row) = rows.get(one.name.as_str()) else {
            continue;
        };
        for target in one
            .uses
            .iter()
            .filter(|used| ours.contains_key(used.as_str()))
            .map(|used| short(used))
        {
            if !allows(&row.may_use, target) {
                faults.push(format!(
                    "{} uses {target}; the table lets it use {} (crates/{}/Cargo.toml)",
                    one.name,
                    listed(&row.may_use),
                    one.folder
                ));
            } else if rows.get(target).is_some_and(|lower| lower.layer > row.layer) {
                faults.push(format!(
                    "{} uses {target}, which stands in a higher layer",
                    one.name
                ));
            }
        }
    }
    faults
}

/// What is wrong with the table as such.
fn table_faults(table: &[Row], crates: &[Crate]) -> Vec<String> {
    let exists = |name: &str| crates.iter().any(|one| one.name == name);
    let mut faults = Vec::new();
    for one in crates
        .iter()
        .filter(|one| !table.iter().any(|row| row.name == one.name))
    {
        faults.push(format!(
            "crate {} is missing from the table in ARCHITECTURE.md",
            one.name
        ));
    }
    for row in table {
        if !exists(&row.name) {
            faults.push(format!(
                "the table names {}, and there is no such crate",
                row.name
            ));
        }
        let Allowed::Only(targets) = &row.may_use else {
            continue;
        };
        for target in targets.iter().filter(|target| !exists(target)) {
            faults.push(format!(
                "the table lets {} use {target}, and there is no such crate",
                row.name
            ));
        }
    }
    faults
}

fn allows(allowed: &Allowed, target: &str) -> bool {
    match allowed {
        Allowed::All => true,
        Allowed::Only(targets) => targets.contains(target),
    }
}

fn listed(allowed: &Allowed) -> String {
    match allowed {
        Allowed::All => "all".to_owned(),
        Allowed::Only(targets) if targets.is_empty() => "none of ours".to_owned(),
        Allowed::Only(targets) => {
            let names: Vec<&str> = targets.iter().map(String::as_str).collect();
            format!("only {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table;
    use super::*;

    fn one(name: &str, uses: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            package: format!("switchboard-{name}"),
            folder: name.to_owned(),
            uses: uses.iter().map(|used| format!("switchboard-{used}")).collect(),
        }
    }

    fn rows(lines: &str) -> Vec<Row> {
        let text = format!(
            "<!-- arrows:begin -->\n| crate | layer | may use |\n|---|---|---|\n{lines}\n<!-- arrows:end -->"
        );
        table::parse(&text).unwrap()
    }

    #[test]
    fn passes_when_table_and_manifests_agree() {
        let table = rows("| domain | core | none |\n| store | adapters | domain |\n| up | services | all |");
        let crates = [
            one("domain", &[]),
            one("store", &["domain"]),
            one("up", &["store", "domain"]),
        ];
        assert_eq!(faults(&table, &crates), Vec::<String>::new());
    }

    #[test]
    fn names_each_wrong_edge() {
        let table =
            rows("| domain | core | none |\n| store | adapters | domain |\n| lookup | adapters | none |");
        let crates = [
            one("domain", &[]),
            one("lookup", &["domain", "store"]),
            one("store", &["lookup"]),
        ];
        let faults = faults(&table, &crates);
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(
            faults[0].starts_with("lookup uses domain; the table lets it use none of ours"),
            "{faults:?}"
        );
        assert!(faults[1].starts_with("lookup uses store;"), "{faults:?}");
        assert!(
            faults[2].starts_with("store uses lookup; the table lets it use only domain"),
            "{faults:?}"
        );
    }

    #[test]
    fn an_allowed_edge_may_not_climb() {
        let table = rows("| domain | core | store |\n| store | adapters | none |");
        let crates = [one("domain", &["store"]), one("store", &[])];
        assert_eq!(
            faults(&table, &crates),
            ["domain uses store, which stands in a higher layer"]
        );
    }

    #[test]
    fn table_and_workspace_hold_the_same_crates() {
        let table = rows("| domain | core | ghost |\n| phantom | core | none |");
        let crates = [one("domain", &[]), one("store", &[])];
        let faults = faults(&table, &crates);
        assert_eq!(
            faults,
            [
                "crate store is missing from the table in ARCHITECTURE.md",
                "the table lets domain use ghost, and there is no such crate",
                "the table names phantom, and there is no such crate",
            ]
        );
    }

    #[test]
    fn a_folder_carries_the_short_name() {
        let mut moved = one("domain", &[]);
        moved.folder = "switchboard-domain".to_owned();
        let faults = faults(&rows("| domain | core | none |"), &[moved]);
        assert!(
            faults[0].contains("a folder carries the short name"),
            "{faults:?}"
        );
    }
}
