//! The words that unitlab understands.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::iter;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::context::Context;
use super::format::Format;
use super::globals::Globals;
use super::{
    answer, check, completions, course, demo, doctor, enter, examine, hint, home, lab, learn, list, practice, progress,
    supervise,
};
use crate::app::Failure;
use crate::model::escape;
use crate::report;
use crate::ui::wrap;

const EXAMPLES: &str = "\
Examples:
  unitlab                         the course, and on with the next step
  unitlab learn                   the lessons, from where you left off
  unitlab demo                    the whole story, unattended, in half a minute
  unitlab lab start sre-app       boot the lab's sandbox and open a shell in it
  unitlab check                   grade the lab in hand
  unitlab hint                    the next hint for what fails first
  unitlab lab stop                switch the sandbox off; your work is kept

Exit codes:
  0    every graded check passed
  1    a check failed
  2    the command line is wrong
  3    nothing failed, but something could not be told or done
  4    the course itself is broken
  130  interrupted";

const LAB_EXAMPLES: &str = "\
Examples:
  unitlab lab start sre-app
  unitlab lab exec -- systemctl status sre-app
  unitlab lab stop";

const COURSE_EXAMPLES: &str = "\
Examples:
  unitlab course check                       the built-in course
  unitlab course check ~/our-course          a course in a folder
  unitlab course check . --lab sre-app -v    one lab, each case told as it ends";

/// Learn how services really run on Linux: on a private, real systemd.
#[derive(Debug, Parser)]
#[command(name = "unitlab", version, after_help = EXAMPLES, max_term_width = 100)]
#[command(infer_long_args = false, disable_help_subcommand = true)]
pub(super) struct Cli {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Read and try: the tutorial, page by page
    Learn(learn::Args),
    /// List chapters and labs: what is done, what is running
    #[command(after_help = "Example:\n  unitlab list")]
    List,
    /// Show how far you are, hand it out, or forget it
    Progress(progress::Args),
    /// Work in a lab's sandbox
    #[command(subcommand, arg_required_else_help = true, after_help = LAB_EXAMPLES)]
    Lab(lab::Verb),
    /// Grade a lab, with the reason for every verdict
    Check(check::Args),
    /// Hand in what you found out, where a lab asks for it
    Answer(answer::Args),
    /// Show the next hint for the first failing check, or for the named one
    Hint(hint::Args),
    /// The whole story unattended: a wrong answer, the reason, the right one
    Demo(demo::Args),
    /// Show what this machine has and lacks for running labs
    Doctor(doctor::Args),
    /// For authors: examine a course, and prove every chapter and lab in it
    #[command(subcommand, arg_required_else_help = true, after_help = COURSE_EXAMPLES)]
    Course(course::Verb),
    /// Print completions for a shell
    Completions(completions::Args),
    #[command(hide = true)]
    Supervise(supervise::Args),
    #[command(hide = true)]
    Enter(enter::Args),
    #[command(hide = true)]
    Examine,
    #[command(hide = true)]
    Practice(practice::Args),
}

/// Does what the words say; the exit code.
pub fn run(words: impl Iterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = words.collect();
    let width = Context::terminal_width();
    let parsed = Cli::command()
        .term_width(width)
        .try_get_matches_from(&words)
        .and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        // An option in the environment counts as a word to clap, and then it does not show the help by itself.
        Err(error) if error.kind() == ErrorKind::MissingSubcommand => {
            let mut whole = Cli::command().term_width(width);
            whole.build();
            let named =
                words.iter().find_map(|word| whole.find_subcommand(word).map(|verb| verb.get_name().to_owned()));
            let verb = named.and_then(|name| whole.find_subcommand_mut(name));
            let help = verb.map(clap::Command::render_help);
            let _ = write!(io::stderr(), "{}", help.unwrap_or_else(|| Cli::command().render_help()));
            return 2;
        }
        Err(mut error) => {
            suggest_no_hidden_verb(&mut error);
            let _ = error.print();
            if error.kind() == ErrorKind::InvalidSubcommand && error.get(ContextKind::SuggestedSubcommand).is_none() {
                let all = wrap(&format!("The commands are: {}.", verbs().join(", ")), width, 0).join("\n");
                let _ = writeln!(io::stderr(), "\n{all}");
            }
            return u8::try_from(error.exit_code()).unwrap_or(2);
        }
    };
    let Some(verb) = cli.verb else {
        return home::run(&cli.globals).unwrap_or_else(|failure| {
            tell(&failure, None);
            failure.exit
        });
    };
    match verb.run(&cli.globals) {
        Ok(code) => code,
        Err(failure) if failure.what.is_empty() => failure.exit,
        Err(failure) => {
            tell(&failure, verb.document());
            if matches!(verb, Verb::Lab(lab::Verb::Exec(_))) && ![2, 130].contains(&failure.exit) {
                125
            } else {
                failure.exit
            }
        }
    }
}

/// The whole help, as `--help` shows it.
pub(super) fn help() -> String {
    Cli::command().term_width(Context::terminal_width()).render_help().to_string()
}

/// What a person can ask for.
fn verbs() -> Vec<String> {
    let command = Cli::command();
    command.get_subcommands().filter(|verb| !verb.is_hide_set()).map(|verb| verb.get_name().to_owned()).collect()
}

/// Nobody meant one of the machine's own parts.
fn suggest_no_hidden_verb(error: &mut clap::Error) {
    let Some(ContextValue::Strings(mut near)) = error.remove(ContextKind::SuggestedSubcommand) else { return };
    let command = Cli::command();
    near.retain(|name| !command.find_subcommand(name).is_some_and(clap::Command::is_hide_set));
    if !near.is_empty() {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(near));
    }
}

impl Verb {
    fn run(&self, globals: &Globals) -> Result<u8, Failure> {
        match self {
            // These run as the machine's own parts and have no learner, no course and no terminal.
            Self::Supervise(args) => return supervise::run(globals.estate.as_deref(), args),
            Self::Enter(args) => return enter::run(args),
            Self::Examine => return examine::run(),
            Self::Completions(args) => return completions::run(args),
            _ => {}
        }
        let context = Context::new(globals)?;
        match self {
            Self::Learn(args) => learn::run(&context, args),
            Self::Practice(args) => practice::run(&context, args),
            Self::List => list::run(&context),
            Self::Progress(args) => progress::run(&context, args),
            Self::Lab(verb) => verb.run(&context),
            Self::Check(args) => check::run(&context, args),
            Self::Answer(args) => answer::run(&context, args),
            Self::Hint(args) => hint::run(&context, args),
            Self::Demo(args) => demo::run(&context, args),
            Self::Doctor(args) => doctor::run(&context, args),
            Self::Course(verb) => verb.run(&context),
            Self::Supervise(_) | Self::Enter(_) | Self::Examine | Self::Completions(_) => Ok(0),
        }
    }

    /// The format of documents that standard output carries; none where it is for a person.
    fn document(&self) -> Option<Format> {
        if let Self::Check(args) = self { args.document() } else { None }
    }
}

/// The thing, the cause, the next step: on stderr, or as a document where one was asked for.
fn tell(failure: &Failure, document: Option<Format>) {
    let Failure { what, cause, next, exit } = failure;
    if let Some(format) = document {
        let failure = report::Failure { what, cause, next, exit: *exit };
        let _ = format.failure(&failure, &mut io::stdout());
        return;
    }
    // Some of it was said by a stranger: a sandbox, or the author of a course.
    let mut err = io::stderr();
    // In files and pipes a line stays a line, to be searched for.
    let columns = if err.is_terminal() { Context::terminal_width() } else { usize::MAX };
    let mut say = |head: &str, text: &str| {
        for (line, head) in
            wrap(&escape(text), columns, head.len()).iter().zip(iter::once(head).chain(iter::repeat("  ")))
        {
            let _ = writeln!(err, "{head}{line}");
        }
    };
    say("unitlab: ", what);
    cause.lines().for_each(|line| say("  ", line));
    if !next.is_empty() {
        say("  next: ", next);
    }
}
