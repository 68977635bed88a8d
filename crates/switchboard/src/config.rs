//! `config print`.

use std::process::ExitCode;

use switchboard_runtime::SettingsArgs;

/// Shows the settings in force, or all that is wrong with them.
#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is what the command is for"
)]
pub(crate) fn print(args: &SettingsArgs) -> ExitCode {
    match args.load() {
        Ok(settings) => {
            println!("{}", settings.render_effective());
            for warning in settings.warnings() {
                eprintln!("warning: {warning}");
            }
            ExitCode::SUCCESS
        }
        Err(faults) => {
            eprintln!("{faults}");
            ExitCode::from(2)
        }
    }
}
