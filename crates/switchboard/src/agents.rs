//! `agents`: who there is, and who may act no longer.
//!
//! It speaks with Redis alone; every process follows within a second.

use std::process::ExitCode;

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use switchboard_domain::{Access, AgentId, Presence};
use switchboard_realtime::{AgentView, agents_of, list_agents, open_store, set_access};
use switchboard_runtime::SettingsArgs;
use switchboard_runtime::settings::Settings;
use switchboard_store::ExcludedBy;

use crate::output::{complain, say};
use crate::running::redis_url;

/// What to do about agents.
#[derive(Debug, Args)]
pub(crate) struct Agents {
    /// JSON instead of text
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// All agents, those included who may not act
    List,
    /// Let an agent act no longer, for now: commands are refused, screens closed, a claim goes back to the queue; a
    /// conversation goes on
    Disable {
        /// Whom, by the id in the settings
        id: String,
    },
    /// Take an agent out: the same, and nothing is kept of them but that they were removed
    Remove {
        /// Whom, by the id in the settings
        id: String,
    },
    /// Let an agent act again who was disabled or removed; the settings must name them
    Enable {
        /// Whom, by the id in the settings
        id: String,
    },
}

/// Does what was asked; 1 when it could not be done, 2 when it was asked wrongly.
pub(crate) fn run(settings: &SettingsArgs, agents: &Agents) -> ExitCode {
    let settings = match settings.load() {
        Ok(settings) => settings,
        Err(faults) => {
            complain!("{faults}");
            return ExitCode::from(2);
        }
    };
    let done = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no runtime")
        .and_then(|runtime| runtime.block_on(command(&settings, agents)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn command(settings: &Settings, agents: &Agents) -> anyhow::Result<()> {
    let store = open_store(settings, &redis_url(settings)?)?;
    let (id, access) = match &agents.command {
        Command::List => {
            let views = list_agents(&store).await?;
            if agents.json {
                line(&serde_json::to_string_pretty(&views)?);
            } else {
                line(table(&views).trim_end());
            }
            return Ok(());
        }
        Command::Disable { id } => (id, Access::Disabled),
        Command::Remove { id } => (id, Access::Removed),
        Command::Enable { id } => (id, Access::Active),
    };
    let id = AgentId::new(id)?;
    let listed = agents_of(settings)?;
    ensure!(
        access != Access::Active || listed.contains_key(&id),
        "the settings name no agent {id}"
    );
    let policy = switchboard_runtime::rules::policy(settings)?;
    let wanted = (access, ExcludedBy::Command);
    let known = set_access(&store, &policy, &id, wanted, || listed.get(&id).cloned()).await?;
    ensure!(known, "there is no agent {id}");
    let word = access_word(access);
    if agents.json {
        line(&serde_json::json!({ "agentId": id, "access": word }).to_string());
    } else {
        line(&format!("{id} is {word}"));
    }
    Ok(())
}

fn table(views: &[AgentView]) -> String {
    if views.is_empty() {
        return "no agents".to_owned();
    }
    let longest = |of: fn(&AgentView) -> usize| views.iter().map(of).max().unwrap_or_default();
    let (ids, names) = (
        longest(|view| view.agent_id.as_str().len()),
        longest(|view| view.name.as_ref().map_or(1, |name| name.chars().count())),
    );
    let rows = views.iter().map(|view| {
        let name = view.name.as_deref().unwrap_or("-");
        let presence = match view.presence {
            Presence::Available => "available",
            Presence::Away => "away",
            Presence::Offline => "offline",
        };
        let access = match (view.access, view.by) {
            (access, Some(ExcludedBy::Settings)) => format!("{}: not in the settings", access_word(access)),
            (access, Some(ExcludedBy::Command) | None) => access_word(access).to_owned(),
        };
        let call = view.engaged_call_id.as_ref();
        let call = call.map(|call| format!("  on call {call}")).unwrap_or_default();
        format!(
            "{:ids$}  {name:names$}  {presence:9}  {access}{call}",
            view.agent_id.as_str()
        )
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn access_word(access: Access) -> &'static str {
    match access {
        Access::Active => "active",
        Access::Disabled => "disabled",
        Access::Removed => "removed",
    }
}

fn line(text: &str) {
    say!("{text}");
}
