//! `config print`.

use std::process::ExitCode;

use switchboard_runtime::SettingsArgs;

use crate::output::{complain, say};

/// Shows the settings in force, or all that is wrong with them.
pub(crate) fn print(args: &SettingsArgs) -> ExitCode {
    match args.load() {
        Ok(settings) => {
            say!("{}", settings.render_effective());
            for warning in settings.warnings() {
                complain!("warning: {warning}");
            }
            ExitCode::SUCCESS
        }
        Err(faults) => {
            complain!("{faults}");
            ExitCode::from(2)
        }
    }
}
