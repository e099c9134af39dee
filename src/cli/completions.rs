//! `unitlab completions`: prints a completion script for a shell. The script calls unitlab to complete each word.

use std::env;
use std::ffi::OsString;
use std::io;
use std::sync::OnceLock;

use clap::{ArgMatches, FromArgMatches};
use clap_complete::engine::{ArgValueCandidates, CompletionCandidate};
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use super::context::Context;
use super::exit_code::ExitCode;
use super::globals::Globals;
use crate::app::{self, Error, NameKind, Workspace};

/// The environment variable with which the script asks for completions. Its value is the shell's name.
const VARIABLE: &str = "UNITLAB_COMPLETE";

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab completions bash > ~/.local/share/bash-completion/completions/unitlab")]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<ExitCode, Error> {
    let shell = args.shell.to_string();
    let completer = Shells::builtins();
    let completer = completer.completer(&shell).ok_or_else(|| {
        Error::usage(format!("there are no completions for {shell}"), "`unitlab completions --help` lists the shells")
    })?;
    // A program that was called by its path may not be in PATH.
    let called = env::args_os().next().unwrap_or_default().to_string_lossy().into_owned();
    let program = if called.contains('/') { env::current_exe() } else { Ok("unitlab".into()) };
    let program = program.map_err(Error::system("cannot find this program's own file"))?;
    let mut script = Vec::new();
    completer.write_registration(VARIABLE, "unitlab", "unitlab", &program.to_string_lossy(), &mut script)?;
    io::Write::write_all(&mut io::stdout(), &script)?;
    Ok(ExitCode::Success)
}

/// The words before the one to complete, as far as they can be parsed.
static WORDS: OnceLock<ArgMatches> = OnceLock::new();

/// Completes a word if the script asks for it; false in a normal run. `command` makes the command line of unitlab.
pub(super) fn complete(command: fn() -> clap::Command, args: &[OsString]) -> bool {
    if env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty()) {
        return false;
    }
    let words: Vec<&OsString> = args.iter().skip_while(|arg| *arg != "--").skip(1).collect();
    // bash and zsh name the word to complete; other shells pass no word after it.
    let index = env::var("_CLAP_COMPLETE_INDEX").ok().and_then(|index| index.parse().ok());
    let words = words.iter().take(index.unwrap_or(words.len().saturating_sub(1)));
    if let Ok(matches) = command().ignore_errors(true).try_get_matches_from(words) {
        let _ = WORDS.set(matches);
    }
    // A shell shows no message, so an error only means that nothing is completed.
    let current_dir = env::current_dir().ok();
    let _ = CompleteEnv::with_factory(command).var(VARIABLE).try_complete(args, current_dir.as_deref());
    true
}

/// Completes names of one kind.
pub(super) fn names(kind: NameKind) -> ArgValueCandidates {
    ArgValueCandidates::new(move || candidates(&[kind]))
}

/// Completes names of two kinds.
pub(super) fn names_of_two(first: NameKind, second: NameKind) -> ArgValueCandidates {
    ArgValueCandidates::new(move || candidates(&[first, second]))
}

fn candidates(kinds: &[NameKind]) -> Vec<CompletionCandidate> {
    let Some(workspace) = workspace() else { return Vec::new() };
    let lab = named_lab();
    let names = kinds.iter().flat_map(|kind| app::names_of(&workspace, *kind, lab.as_deref()));
    names.map(|(name, about)| CompletionCandidate::new(name).help(Some(about.into()))).collect()
}

/// The workspace that the options in the command line name.
fn workspace() -> Option<Workspace> {
    let globals = Globals::from_arg_matches(WORDS.get()?).ok()?;
    Context::workspace(&globals, Box::new(|_| ())).ok()
}

/// The lab that the command line already names.
fn named_lab() -> Option<String> {
    let mut matches = WORDS.get()?;
    while let Some((_, verb)) = matches.subcommand() {
        matches = verb;
    }
    matches.try_get_one::<String>("lab").ok().flatten().cloned()
}
