//! Runs the same command again through sudo, for the steps that need root.

use std::ffi::OsString;

use super::context::Context;
use crate::app::{Error, Locations};
use crate::os::SelfCommand;
use crate::sandbox;

/// Returns if this is root. Otherwise replaces this process with the same command under sudo; `why` names the step.
pub(super) fn require_root(context: &Context, why: &str) -> Result<(), Error> {
    if sandbox::is_root() {
        return Ok(());
    }
    // sudo resets the environment, so its settings are passed as options.
    let Locations { state_dir, estate, .. } = context.workspace.locations();
    let self_command = SelfCommand::current().map_err(Error::system("cannot find this program's own file"))?;
    let mut self_command = self_command.option("--state-dir", state_dir).option("--estate", estate);
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if no_color && !has_option(&args, "--color") {
        self_command = self_command.option("--color", "never");
    }
    context.workspace.warn(&format!("{why} needs root; going on through sudo for this step"));
    Err(sandbox::reexec_with_sudo(&self_command.args(without_locations(args))).into())
}

/// The user's arguments without `--state-dir` and `--estate`.
fn without_locations(args: Vec<OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut args = args.into_iter();
    let mut is_option = true;
    while let Some(arg) = args.next() {
        let text = arg.to_string_lossy();
        if text == "--" {
            is_option = false;
        }
        if is_option && ["--state-dir", "--estate"].contains(&text.as_ref()) {
            args.next();
        } else if !is_option || !["--state-dir=", "--estate="].iter().any(|option| text.starts_with(option)) {
            kept.push(arg);
        }
    }
    kept
}

/// True if the arguments have this option, as `--option value` or `--option=value`.
fn has_option(args: &[OsString], option: &str) -> bool {
    let texts = args.iter().map(|arg| arg.to_string_lossy());
    texts
        .take_while(|text| text != "--")
        .any(|text| text.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{has_option, without_locations};

    #[test]
    fn options_that_are_passed_first_are_not_repeated() {
        let args = ["--state-dir", "/a", "lab", "--estate=/b", "exec", "--", "ls", "--state-dir", "x"];
        let kept = without_locations(args.map(OsString::from).to_vec());
        assert_eq!(kept, ["lab", "exec", "--", "ls", "--state-dir", "x"]);
    }

    #[test]
    fn options_of_a_command_to_run_do_not_count() {
        let has_color = |args: &[&str]| has_option(&args.iter().map(OsString::from).collect::<Vec<_>>(), "--color");
        assert!(has_color(&["check", "--color", "always"]) && has_color(&["--color=always", "check"]));
        assert!(!has_color(&["check", "--colorful"]) && !has_color(&["lab", "exec", "--", "ls", "--color=always"]));
    }
}
