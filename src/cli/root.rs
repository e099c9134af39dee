//! The steps that need root, re-run through sudo, saying what and why.

use std::ffi::OsString;
use std::io::Write;

use super::context::Context;
use crate::app::Failure;
use crate::sandbox;

/// Goes on as root: at once if this is root, else by replacing this process with the same command under sudo.
pub(super) fn required(context: &Context, why: &str) -> Result<(), Failure> {
    if sandbox::is_root() {
        return Ok(());
    }
    // What the environment said would not get past sudo, so it becomes words.
    let mut args = vec![OsString::from("--state-dir"), context.state_dir().into()];
    args.extend([OsString::from("--estate"), context.estate().root().into()]);
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if no_color && !is_said(&words, "--color") {
        args.extend(["--color", "never"].map(OsString::from));
    }
    args.extend(without_repeated(words.into_iter()));
    let _ = writeln!(std::io::stderr(), "unitlab: {why} needs root; going on through sudo for this step");
    Err(sandbox::reexec_with_sudo(&args).into())
}

/// The user's own words, less the options that were put in front of them.
fn without_repeated(words: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut words = words;
    let mut is_ours = true;
    while let Some(word) = words.next() {
        let text = word.to_string_lossy();
        if text == "--" {
            is_ours = false;
        }
        if is_ours && ["--state-dir", "--estate"].contains(&text.as_ref()) {
            words.next();
        } else if is_ours && ["--state-dir=", "--estate="].iter().any(|option| text.starts_with(option)) {
            // Said in front already.
        } else {
            kept.push(word);
        }
    }
    kept
}

/// The user's own words have this option, in whichever form.
fn is_said(words: &[OsString], option: &str) -> bool {
    let texts = words.iter().map(|word| word.to_string_lossy());
    texts
        .take_while(|text| text != "--")
        .any(|text| text.strip_prefix(option).is_some_and(|rest| rest.is_empty() || rest.starts_with('=')))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{is_said, without_repeated};

    #[test]
    fn options_said_in_front_are_not_said_again() {
        let words = ["--state-dir", "/a", "lab", "--estate=/b", "exec", "--", "ls", "--state-dir", "x"];
        let kept = without_repeated(words.map(OsString::from).into_iter());
        assert_eq!(kept, ["lab", "exec", "--", "ls", "--state-dir", "x"]);
    }

    #[test]
    fn an_option_is_said_by_the_user_and_not_by_the_command_they_run() {
        let said = |words: &[&str]| is_said(&words.iter().map(OsString::from).collect::<Vec<_>>(), "--color");
        assert!(said(&["check", "--color", "always"]) && said(&["--color=always", "check"]));
        assert!(!said(&["check", "--colorful"]) && !said(&["lab", "exec", "--", "ls", "--color=always"]));
    }
}
