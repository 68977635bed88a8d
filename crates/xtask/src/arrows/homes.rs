//! Outside libraries that have one home, as `deny.toml` names them.
//!
//! A banned crate with `wrappers` may be used directly by those only. The same lines drive `cargo deny`,
//! which sees the whole graph; reading them here costs no second list that could disagree.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::workspace::Crate;

/// The file with the rules.
pub(crate) const DENY: &str = "deny.toml";

/// One rule: a library and the packages that may use it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Home {
    /// The library's package name.
    library: String,
    /// Packages that may depend on it directly. Empty: nobody may.
    wrappers: Vec<String>,
}

#[derive(Deserialize)]
struct Rules {
    bans: Bans,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    library: String,
    #[serde(default)]
    wrappers: Vec<String>,
}

/// Reads the rules. A version in a rule (`http@0.2`) is left to `cargo deny`: the manifests hold a
/// requirement, not a version, and no crate of ours should use another version of such a library either.
pub(crate) fn parse(text: &str) -> Result<Vec<Home>> {
    let rules: Rules = toml::from_str(text).with_context(|| format!("reading {DENY}"))?;
    let name = |spec: &str| spec.split(['@', ':']).next().unwrap_or(spec).to_owned();
    Ok(rules
        .bans
        .deny
        .into_iter()
        .map(|ban| Home {
            library: name(&ban.library),
            wrappers: ban.wrappers,
        })
        .collect())
}

/// Every crate of ours that uses a library outside its home.
pub(crate) fn faults(homes: &[Home], crates: &[Crate]) -> Vec<String> {
    let mut faults = Vec::new();
    for home in homes {
        for one in crates.iter().filter(|one| one.uses.contains(&home.library)) {
            if home.wrappers.contains(&one.package) {
                continue;
            }
            let ours: Vec<&str> = home
                .wrappers
                .iter()
                .map(String::as_str)
                .filter(|wrapper| crates.iter().any(|other| other.package == *wrapper))
                .collect();
            let only = if ours.is_empty() {
                "no crate of ours".to_owned()
            } else {
                ours.join(", ")
            };
            faults.push(format!(
                "{} uses {}, which {DENY} leaves to {only} (crates/{}/Cargo.toml)",
                one.name, home.library, one.folder
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = r#"
        [bans]
        deny = [
            { crate = "redis", wrappers = ["switchboard-store", "deadpool-redis"], reason = "one home" },
            { crate = "http@0.2", wrappers = ["switchboard-telephony", "actix-http"] },
            { crate = "apalis-redis" },
        ]
    "#;

    fn one(name: &str, uses: &[&str]) -> Crate {
        Crate {
            name: name.to_owned(),
            package: format!("switchboard-{name}"),
            folder: name.to_owned(),
            uses: uses.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_library_stays_in_its_home() {
        let homes = parse(RULES).unwrap();
        let crates = [one("store", &["redis", "serde"]), one("telephony", &["http"])];
        assert_eq!(faults(&homes, &crates), Vec::<String>::new());
    }

    #[test]
    fn names_who_took_it_and_whose_it_is() {
        let homes = parse(RULES).unwrap();
        let crates = [one("store", &["apalis-redis"]), one("worker", &["redis", "http"])];
        assert_eq!(
            faults(&homes, &crates),
            [
                "worker uses redis, which deny.toml leaves to switchboard-store (crates/worker/Cargo.toml)",
                "worker uses http, which deny.toml leaves to no crate of ours (crates/worker/Cargo.toml)",
                "store uses apalis-redis, which deny.toml leaves to no crate of ours (crates/store/Cargo.toml)",
            ]
        );
    }

    #[test]
    fn rules_that_cannot_be_read_are_an_error() {
        assert!(parse("[bans]").is_err());
    }
}
