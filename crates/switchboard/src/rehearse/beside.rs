//! Programs of an older build beside today's: what a rolling update is while it lasts.
//!
//! Which build a service is of is decided by chance each time it starts, so that either writes what the other reads.
//! An older program refuses settings that it does not know, so it is given those that it knows; and scenarios that it has
//! not heard of are skipped, because they rehearse what it cannot do yet.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, ensure};
use switchboard_runtime::Rng;
use tokio::process::Command;

use crate::services::Service;

/// The command that is in every build's folder.
const COMMAND: &str = "switchboard";
/// What stands behind the name of a setting that a build does not know, in what it says of its settings.
const UNKNOWN: &str = ": unknown setting";

/// An older build, as it was compiled.
#[derive(Debug, Clone)]
pub(super) struct OlderBuild {
    programs: PathBuf,
}

impl OlderBuild {
    /// # Errors
    /// When a program is missing in the folder.
    pub(super) fn in_folder(programs: &Path) -> anyhow::Result<Self> {
        let names = Service::ALL.map(Service::name);
        for name in names.into_iter().chain([COMMAND]) {
            let program = programs.join(name);
            ensure!(
                program.is_file(),
                "{} is missing: --beside wants the folder of a whole build",
                program.display()
            );
        }
        Ok(Self {
            programs: programs.to_owned(),
        })
    }

    pub(super) fn program(&self, service: Service) -> PathBuf {
        self.programs.join(service.name())
    }

    /// The names of the scenarios that it plays itself.
    pub(super) async fn scenarios(&self) -> anyhow::Result<BTreeSet<String>> {
        let output = self
            .command()
            .args(["rehearse", "--list"])
            .output()
            .await
            .context("asking the older build for its scenarios")?;
        ensure!(
            output.status.success(),
            "the older build does not list its scenarios"
        );
        let text = String::from_utf8(output.stdout)?;
        Ok(text
            .lines()
            .filter_map(|line| line.split_whitespace().next())
            .map(str::to_owned)
            .collect())
    }

    /// Those of the settings, each `name=value`, that it knows. Asked of all at once, because some are wrong without others.
    pub(super) async fn settings(&self, all: &[String]) -> anyhow::Result<Vec<String>> {
        let mut command = self.command();
        command.args(["config", "print", "--demo"]);
        for setting in all {
            command.args(["--set", setting]);
        }
        let output = command
            .output()
            .await
            .context("asking the older build for its settings")?;
        let faults = String::from_utf8_lossy(&output.stderr).into_owned();
        let unknown: Vec<&str> = faults
            .lines()
            .filter_map(|line| line.trim().split_once(UNKNOWN))
            .map(|(name, _)| name)
            .collect();
        let knows = |setting: &&String| {
            let name = setting.split('=').next().unwrap_or(setting);
            // An unknown section is named once, for all settings in it.
            !unknown.iter().any(|unknown| {
                name.strip_prefix(unknown)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        Ok(all.iter().filter(knows).cloned().collect())
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.programs.join(COMMAND));
        command.stdin(Stdio::null()).kill_on_drop(true);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SWITCHBOARD__")) {
            command.env_remove(name);
        }
        command
    }
}

/// One system's share of an older build.
#[derive(Debug, Clone)]
pub(super) struct Mixture {
    pub(super) older: OlderBuild,
    rng: Rng,
    /// How services were started first, both builds among them.
    first: BTreeMap<Service, bool>,
}

impl Mixture {
    pub(super) fn new(older: OlderBuild, seed: u64) -> Self {
        let rng = Rng::from_seed(seed ^ 0x00BE_51DE);
        let services = Service::ALL.len();
        // Neither none nor all: both builds are there, whatever chance says.
        let all = (1_u64 << services) - 1;
        let mask = 1 + rng.below(all - 1);
        let first = Service::ALL
            .into_iter()
            .enumerate()
            .map(|(bit, service)| (service, mask >> bit & 1 == 1))
            .collect();
        Self { older, rng, first }
    }

    /// Whether this start of a service is one of the older build.
    pub(super) fn is_older(&mut self, service: Service) -> bool {
        match self.first.remove(&service) {
            Some(older) => older,
            None => self.rng.below(2) == 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// A folder of programs of which the command knows a setting and a scenario.
    fn build(folder: &Path) -> OlderBuild {
        let script = "#!/bin/sh\n\
            case \"$*\" in\n\
            'rehearse --list') echo 'answered-at-once  somebody answers'; echo 'hangs-up  they go'; exit 0 ;;\n\
            *--set*) echo '  gateway.bogus: unknown setting; known here: listen' >&2\n\
            echo '  unheard: unknown setting' >&2; exit 2 ;;\n\
            esac\n\
            exit 2\n";
        for name in Service::ALL.map(Service::name).into_iter().chain([COMMAND]) {
            let program = folder.join(name);
            std::fs::write(&program, script).unwrap();
            std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        OlderBuild::in_folder(folder).unwrap()
    }

    #[tokio::test]
    async fn an_older_build_is_given_the_settings_that_it_knows() {
        let folder = tempfile::tempdir().unwrap();
        let older = build(folder.path());
        let all = [
            "gateway.listen=1",
            "gateway.bogus=2",
            "unheard.of=3",
            "unheard_too=4",
        ]
        .map(str::to_owned);
        assert_eq!(
            older.settings(&all).await.unwrap(),
            ["gateway.listen=1", "unheard_too=4"]
        );
    }

    #[tokio::test]
    async fn the_scenarios_of_an_older_build_are_those_that_it_lists() {
        let folder = tempfile::tempdir().unwrap();
        let names = build(folder.path()).scenarios().await.unwrap();
        assert_eq!(
            names.into_iter().collect::<Vec<_>>(),
            ["answered-at-once", "hangs-up"]
        );
    }

    #[test]
    fn a_folder_without_a_program_is_refused_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let refused = OlderBuild::in_folder(folder.path()).unwrap_err().to_string();
        assert!(refused.contains("switchboard-gateway is missing"), "{refused}");
    }

    #[test]
    fn both_builds_are_in_every_mixture() {
        let folder = tempfile::tempdir().unwrap();
        let older = build(folder.path());
        for seed in 0..200 {
            let mut mixture = Mixture::new(older.clone(), seed);
            let started = Service::ALL.map(|service| mixture.is_older(service));
            assert!(started.contains(&true) && started.contains(&false), "seed {seed}");
        }
    }
}
