//! Offers to install what labs need and this machine lacks, and installs it.

use std::io::{self, Write as _};
use std::path::Path;

use super::context::Context;
use super::exit_code::ExitCode;
use super::sudo;
use crate::app::{self, Error, Remedy, Shortage};
use crate::os::{Installation, SelfCommand, Software};
use crate::sandbox::{self, InstallError};
use crate::ui::wait_for_enter;

/// What a command does without a sandbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WithoutSandbox {
    Fails,
    /// It shows recorded output.
    ShowsRecords,
}

/// Makes sure that sandboxes can boot and that this is root, for the step that `why` names.
pub(super) fn require_sandboxes(context: &Context, os_tree: Option<&Path>, why: &str) -> Result<(), Error> {
    offer(context, os_tree, WithoutSandbox::Fails)?;
    sudo::require_root(context, why)
}

/// Names what labs need and this machine lacks, and offers to install it. Fails if the command cannot do without.
pub(super) fn offer(context: &Context, os_tree: Option<&Path>, without: WithoutSandbox) -> Result<(), Error> {
    let Some(shortage) = Shortage::find(os_tree) else { return Ok(()) };
    let (can_ask, yes) = (context.terminal.is_interactive(), context.terminal.answers_yes());
    if !shortage.blocks_sandboxes && !can_ask && !yes {
        return Ok(());
    }
    let refuse = |cause: &str, next: &str| match (without, shortage.blocks_sandboxes) {
        (WithoutSandbox::Fails, true) => Err(shortage.error(cause, next)),
        (WithoutSandbox::Fails, false) => Ok(()),
        (WithoutSandbox::ShowsRecords, _) => {
            let lack = format!("labs need {}, which this machine lacks", shortage.names());
            context
                .workspace
                .warn(&[&lack, cause, next].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; "));
            Ok(())
        }
    };
    let later = "`unitlab doctor --fix` installs what is missing";
    let installation = match shortage.remedy(&context.workspace, yes) {
        Remedy::Offer(installation) => installation,
        Remedy::Declined => {
            note_limits(context, &shortage);
            return refuse("", later);
        }
        Remedy::Impossible { why, next } => return refuse(&why, &next),
    };
    if !can_ask && !yes {
        let next = format!("unitlab doctor --fix --yes, which runs {}", app::install_commands(&installation));
        return refuse("", &next);
    }
    if !confirm(context, &installation, &shortage.software)? {
        shortage.decline(&context.workspace)?;
        note_limits(context, &shortage);
        return refuse("", later);
    }
    app::forget_declined(&context.workspace)?;
    match install(&shortage.software) {
        Ok(()) => Ok(()),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) if without == WithoutSandbox::Fails && shortage.blocks_sandboxes => Err(error),
        Err(error) => {
            super::show_error::show_error(context.streams(), &context.terminal, &error, None);
            // The command may run again through sudo, and must not ask a second time.
            shortage.decline(&context.workspace)?;
            if can_ask && without == WithoutSandbox::ShowsRecords {
                let _ = wait_for_enter("Press Enter to go on without it.");
            }
            Ok(())
        }
    }
}

/// Says once that labs start, but lack something. Before sudo nothing is said, because the command runs again as root.
fn note_limits(context: &Context, shortage: &Shortage) {
    if !shortage.blocks_sandboxes && sandbox::is_root() {
        let names = shortage.names();
        context.workspace.warn(&format!(
            "labs need {names}, which this machine lacks; `unitlab doctor --fix` installs what is missing"
        ));
    }
}

/// Shows what would be installed, and asks.
pub(super) fn confirm(context: &Context, installation: &Installation, software: &[Software]) -> Result<bool, Error> {
    let text = {
        let _spinner = context.terminal.spinner("asking the package manager");
        app::offer_text(installation, software)
    };
    write!(io::stderr(), "{text}")?;
    let packages = installation.packages();
    // More would not fit in one line; they are listed above.
    let what = if packages.len() > 3 { format!("these {} packages", packages.len()) } else { packages.join(", ") };
    let question = format!("Install {what}?");
    Ok(context.terminal.confirm(&question, "--yes")?)
}

/// Installs the software in a process of its own, as root.
pub(super) fn install(software: &[Software]) -> Result<(), Error> {
    let self_command = SelfCommand::current().map_err(Error::system("cannot find this program's own file"))?;
    let self_command = self_command.arg("install-software").args(software.iter().map(|software| software.name()));
    let status = sandbox::run_as_root(&self_command)?;
    match status.code() {
        Some(0) => Ok(()),
        Some(130) => Err(Error::Interrupted),
        _ => Err(Error::failed("the packages were not installed", "", "")),
    }
}

/// `unitlab install-software` (hidden): installs the packages of this distribution that have it, as root.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Names of programs and files that labs need
    #[arg(required = true, value_name = "NAME", value_parser = parse)]
    software: Vec<Software>,
}

fn parse(name: &str) -> Result<Software, String> {
    Software::named(name).ok_or_else(|| "labs do not need it".to_owned())
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Error> {
    let installation = Installation::of(&args.software)
        .map_err(|error| Error::failed("the packages cannot be installed", error.to_string(), ""))?;
    match sandbox::install(&installation) {
        Ok(()) => Ok(ExitCode::Success),
        // The command that started this one reports it.
        Err(InstallError::Interrupted) => Ok(ExitCode::Interrupted),
        Err(InstallError::Failed { what, lines, next }) => Err(Error::failed(what, lines, next)),
        Err(InstallError::System(error)) => Err(error.into()),
    }
}
