//! The table of crates in `ARCHITECTURE.md`.
//!
//! It stands between the comments `<!-- arrows:begin -->` and `<!-- arrows:end -->`; its first three columns
//! are `crate | layer | may use`, more may follow. `may use` is a list of crates, `none`, or `all`.

use std::collections::BTreeSet;

const BEGIN: &str = "<!-- arrows:begin -->";
const END: &str = "<!-- arrows:end -->";
const COLUMNS: [&str; 3] = ["crate", "layer", "may use"];

/// A crate's height. An allowed edge may stay level, but it may not climb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// Pure rules.
    Core,
    /// What crates and processes say to each other; and what stands beside all of them.
    Language,
    /// Each knows one outside thing.
    Adapters,
    /// What is started.
    Services,
    /// Chores and harnesses, used by nothing that ships.
    DevOnly,
}

impl Layer {
    fn parse(name: &str) -> Option<Self> {
        match name {
            "core" => Some(Self::Core),
            "language" | "beside" => Some(Self::Language),
            "adapters" => Some(Self::Adapters),
            "services" => Some(Self::Services),
            "dev only" => Some(Self::DevOnly),
            _ => None,
        }
    }
}

/// What a crate may use.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Every crate of the workspace.
    All,
    /// These, and no others.
    Only(BTreeSet<String>),
}

/// One line of the table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The crate's short name.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) layer: Layer,
    /// What it may use.
    pub(crate) may_use: Allowed,
}

/// Reads the table; what cannot be read is told line by line.
pub(crate) fn parse(document: &str) -> Result<Vec<Row>, Vec<String>> {
    let missing = || vec![format!("ARCHITECTURE.md has no table between {BEGIN} and {END}")];
    let (before, rest) = document.split_once(BEGIN).ok_or_else(missing)?;
    let (block, _) = rest.split_once(END).ok_or_else(missing)?;
    // The line of the begin comment itself; lines of the block are counted from there.
    let first = before.matches('\n').count() + 1;
    let mut lines = block
        .lines()
        .enumerate()
        .map(|(offset, line)| (first + offset, cells(line)))
        .filter(|(_, cells)| !cells.is_empty());

    let (_, header) = lines.next().ok_or_else(missing)?;
    if !COLUMNS.iter().zip(&header).all(|(wanted, found)| found == wanted) || header.len() < COLUMNS.len() {
        return Err(vec![format!(
            "ARCHITECTURE.md: the table's first columns are {header:?}, they must be {COLUMNS:?}"
        )]);
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut faults = Vec::new();
    for (number, cells) in lines.filter(|(_, cells)| !is_ruler(cells)) {
        match row(&cells) {
            Ok(row) if rows.iter().any(|other| other.name == row.name) => {
                faults.push(format!(
                    "ARCHITECTURE.md:{number}: {} stands in the table twice",
                    row.name
                ));
            }
            Ok(row) => rows.push(row),
            Err(fault) => faults.push(format!("ARCHITECTURE.md:{number}: {fault}")),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

fn row(cells: &[String]) -> Result<Row, String> {
    let [name, layer, may_use, ..] = cells else {
        return Err(format!("a row needs {} cells", COLUMNS.len()));
    };
    let layer = Layer::parse(layer).ok_or_else(|| {
        format!("{name}: no layer {layer:?} (core, language, beside, adapters, services, dev only)")
    })?;
    Ok(Row {
        name: name.clone(),
        layer,
        may_use: allowed(may_use),
    })
}

fn allowed(cell: &str) -> Allowed {
    match cell {
        "all" => Allowed::All,
        "" | "none" | "-" | "–" => Allowed::Only(BTreeSet::new()),
        list => Allowed::Only(list.split(',').map(|name| name.trim().to_owned()).collect()),
    }
}

/// The cells of a table line, bare of code marks; nothing for a line that is no table line.
fn cells(line: &str) -> Vec<String> {
    let Some(inner) = line.trim().strip_prefix('|') else {
        return Vec::new();
    };
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    inner
        .split('|')
        .map(|cell| cell.replace('`', "").trim().to_owned())
        .collect()
}

fn is_ruler(cells: &[String]) -> bool {
    cells
        .iter()
        .all(|cell| !cell.is_empty() && cell.chars().all(|char| matches!(char, '-' | ':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(rows: &str) -> String {
        format!(
            "# A\n\n{BEGIN}\n\n| crate | layer | may use | note |\n| --- | :-- | --- | --- |\n{rows}\n{END}\n"
        )
    }

    #[test]
    fn reads_names_layers_and_lists() {
        let rows = parse(&document(
            "| `domain` | core | none | pure |\n| `store` | adapters | `domain`, `queue` | |\n| xtask | dev only | all | |",
        ))
        .unwrap();
        let only = |names: &[&str]| Allowed::Only(names.iter().map(ToString::to_string).collect());
        assert_eq!(
            rows,
            [
                Row {
                    name: "domain".into(),
                    layer: Layer::Core,
                    may_use: only(&[])
                },
                Row {
                    name: "store".into(),
                    layer: Layer::Adapters,
                    may_use: only(&["domain", "queue"])
                },
                Row {
                    name: "xtask".into(),
                    layer: Layer::DevOnly,
                    may_use: Allowed::All
                },
            ]
        );
    }

    #[test]
    fn names_the_line_of_a_bad_row() {
        let faults = parse(&document("| a | cellar | none | |\n| b | core |")).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(
            faults[0].starts_with("ARCHITECTURE.md:7: a: no layer \"cellar\""),
            "{faults:?}"
        );
        assert!(
            faults[1].starts_with("ARCHITECTURE.md:8: a row needs 3 cells"),
            "{faults:?}"
        );
    }

    #[test]
    fn refuses_a_doubled_crate_a_wrong_header_and_an_absent_table() {
        assert!(
            parse(&document("| a | core | none | |\n| a | core | all | |")).unwrap_err()[0].contains("twice")
        );
        let other = document("").replace("may use", "uses");
        assert!(parse(&other).unwrap_err()[0].contains("they must be"));
        assert!(parse("# nothing").unwrap_err()[0].contains("no table"));
    }
}
