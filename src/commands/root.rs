//! The steps that need root, re-run through sudo, saying what and why.

use std::ffi::OsString;
use std::io::Write;

use super::context::Context;
use super::failure::Failure;
use crate::sandbox;

/// Goes on as root: at once if this is root, else by replacing this process with the same command under sudo.
pub(super) fn required(context: &Context, why: &str) -> Result<(), Failure> {
    if sandbox::is_root() {
        return Ok(());
    }
    let mut args: Vec<OsString> = Vec::new();
    // What the environment said would not get past sudo, so it becomes words.
    args.extend([OsString::from("--state-dir"), context.state_dir().into()]);
    args.extend([OsString::from("--estate"), context.estate().root().into()]);
    if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        args.extend(["--color", "never"].map(OsString::from));
    }
    args.extend(without_repeated(std::env::args_os().skip(1)));
    let _ = writeln!(std::io::stderr(), "unitlab: {why} needs root; going on through sudo for this step");
    Err(sandbox::become_root(&args).into())
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

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::without_repeated;

    #[test]
    fn options_said_in_front_are_not_said_again() {
        let words = ["--state-dir", "/a", "lab", "--estate=/b", "exec", "--", "ls", "--state-dir", "x"];
        let kept = without_repeated(words.map(OsString::from).into_iter());
        assert_eq!(kept, ["lab", "exec", "--", "ls", "--state-dir", "x"]);
    }
}
