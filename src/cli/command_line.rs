//! Parses the command line, runs the verb, and shows its error.

use std::ffi::OsString;
use std::io::{self, Write};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use super::context::Context;
use super::exit_code::{self, ExitCode};
use super::globals::Globals;
use super::show_error::show_error;
use super::streams::Streams;
use super::{
    answer, check, completions, course, demo, doctor, enter, examine, gate, hint, home, install, lab, learn,
    lesson_host, list, progress, supervise,
};
use crate::app::{self, Error};
use crate::report::Format;
use crate::ui::{ColorChoice, Terminal, wrap};

const EXAMPLES: &str = "\
Examples:
  unitlab                      show the course, and go on with the next step
  unitlab learn                read the lessons from where you left off
  unitlab demo                 watch a lab being solved, in half a minute
  unitlab lab start sre-app    boot the lab's sandbox and open a shell in it
  unitlab check                grade the current lab
  unitlab hint                 show the next hint for the first failing check
  unitlab lab stop             stop the sandbox; your work is kept";

const LAB_EXAMPLES: &str = "\
Examples:
  unitlab lab start sre-app
  unitlab lab exec -- systemctl status sre-app
  unitlab lab stop";

const COURSE_EXAMPLES: &str = "\
Examples:
  unitlab course check                     the built-in course
  unitlab course check ~/our-course        a course in a directory
  unitlab course check . --lab sre-app -v  one lab; show the result of each case";

/// Learn how services really run on Linux, on a private, real systemd.
#[derive(Debug, Parser)]
#[command(name = "unitlab", version, max_term_width = 100)]
#[command(infer_long_args = false)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Read the lessons page by page, and try their commands
    Learn(learn::Args),
    /// List chapters and labs, with your progress and the running sandboxes
    #[command(after_help = "Example:\n  unitlab list")]
    List,
    /// Show how far you are, export it, or reset it
    Progress(progress::Args),
    /// Work in a lab's sandbox
    #[command(subcommand, arg_required_else_help = true, after_help = LAB_EXAMPLES)]
    Lab(lab::Verb),
    /// Grade a lab, and show the reason for each verdict
    Check(check::Args),
    /// Hand in an answer that a lab asks for
    Answer(answer::Args),
    /// Show the next hint for the first failing check, or for the named one
    Hint(hint::Args),
    /// Watch a lab unattended, from a wrong answer to the right one
    Demo(demo::Args),
    /// Show what this machine has and lacks for running labs
    Doctor(doctor::Args),
    /// For authors: check a course, and test all its chapters and labs
    #[command(subcommand, arg_required_else_help = true, after_help = COURSE_EXAMPLES)]
    Course(course::Verb),
    /// Print a completion script for a shell
    Completions(completions::Args),
    #[command(hide = true)]
    Supervise(supervise::Args),
    #[command(hide = true)]
    Enter(enter::Args),
    #[command(hide = true)]
    Examine,
    #[command(hide = true)]
    Gate(gate::Args),
    #[command(hide = true)]
    InstallSoftware(install::Args),
    #[command(hide = true)]
    LessonHost(lesson_host::Args),
}

fn command() -> clap::Command {
    let line = |(code, meaning): &(ExitCode, &str)| format!("  {:<3}  {meaning}", code.code());
    let codes = exit_code::LISTED.iter().map(line).collect::<Vec<_>>().join("\n");
    Cli::command().after_help(format!("{EXAMPLES}\n\nExit codes:\n{codes}"))
}

/// Runs unitlab with these arguments; the first is the program's name.
pub fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.collect();
    if completions::complete(command, &args) {
        return ExitCode::Success;
    }
    let width = Context::terminal_width();
    let parsed =
        command().term_width(width).try_get_matches_from(&args).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return show_parse_error(error, &args, width),
    };
    let (result, error_format) = match &cli.verb {
        Some(verb) => (verb.run(&cli.globals), verb.error_format()),
        None => (home::run(&cli.globals, || help(width)), None),
    };
    result.unwrap_or_else(|error| {
        let terminal = Terminal::new(cli.globals.color.into(), cli.globals.yes);
        show_error(&Streams::Standard, &terminal, &error, error_format);
        match cli.verb {
            Some(Verb::Lab(verb)) => verb.exit_code(&error),
            _ => ExitCode::from(&error),
        }
    })
}

fn show_parse_error(mut error: clap::Error, args: &[OsString], width: usize) -> ExitCode {
    // clap does not show the help for this if an option is set in the environment.
    if error.kind() == ErrorKind::MissingSubcommand {
        let mut all = command().term_width(width);
        all.build();
        let name = args.iter().find_map(|arg| all.find_subcommand(arg).map(|verb| verb.get_name().to_owned()));
        let verb = name.and_then(|name| all.find_subcommand_mut(name));
        let help = verb.map(clap::Command::render_help);
        let _ = write!(io::stderr(), "{}", help.unwrap_or_else(|| command().render_help()));
        return ExitCode::Usage;
    }
    if error.kind() == ErrorKind::InvalidSubcommand
        && let Some(meant) = meant(args)
    {
        let word = match error.get(ContextKind::InvalidSubcommand) {
            Some(ContextValue::String(word)) => word.as_str(),
            _ => "",
        };
        let what = format!("there is no command `{word}`; did you mean `{meant}`?");
        let next = if meant == "unitlab" {
            "it shows the course, and goes on with the next step"
        } else {
            "`unitlab help` lists the commands"
        };
        let terminal = Terminal::new(ColorChoice::Auto, false);
        show_error(&Streams::Standard, &terminal, &Error::usage(what, next), None);
        return ExitCode::Usage;
    }
    suggest_no_hidden_verb(&mut error);
    let _ = error.print();
    if error.kind() == ErrorKind::InvalidSubcommand && error.get(ContextKind::SuggestedSubcommand).is_none() {
        let command = command();
        let group = words(args).first().and_then(|word| command.find_subcommand(word)).unwrap_or(&command);
        let all = wrap(&format!("The commands are: {}.", verbs(group).join(", ")), width, 0).join("\n");
        let _ = writeln!(io::stderr(), "\n{all}");
    }
    // `--help` and `--version` are errors to clap.
    if error.exit_code() == 0 { ExitCode::Success } else { ExitCode::Usage }
}

/// The command that these arguments probably mean, if the user typed one of another program.
fn meant(args: &[OsString]) -> Option<String> {
    let command = command();
    let (verbs, lab_verbs) = (verbs(&command), command.find_subcommand("lab").map(verbs).unwrap_or_default());
    app::meant_command(&words(args), &verbs, &lab_verbs)
}

/// The arguments without the options before the command.
fn words(args: &[OsString]) -> Vec<&str> {
    let mut words: Vec<&str> = Vec::new();
    let mut texts = args.iter().skip(1).map(|arg| arg.to_str().unwrap_or_default());
    while let Some(text) = texts.next() {
        if !words.is_empty() || !text.starts_with('-') {
            words.push(text);
        } else if ["--course", "--state-dir", "--color", "--estate"].contains(&text) {
            // Its value.
            texts.next();
        }
    }
    words
}

/// The help, as `--help` shows it.
fn help(width: usize) -> String {
    command().term_width(width).render_help().to_string()
}

/// The names of the commands of unitlab, or of a group such as `lab`.
fn verbs(command: &clap::Command) -> Vec<String> {
    let visible = command.get_subcommands().filter(|verb| !verb.is_hide_set());
    visible.map(|verb| verb.get_name().to_owned()).chain(["help".to_owned()]).collect()
}

/// Removes hidden verbs from the suggestions for a misspelt one.
fn suggest_no_hidden_verb(error: &mut clap::Error) {
    let Some(ContextValue::Strings(mut near)) = error.remove(ContextKind::SuggestedSubcommand) else { return };
    let command = command();
    near.retain(|name| !command.find_subcommand(name).is_some_and(clap::Command::is_hide_set));
    if !near.is_empty() {
        error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(near));
    }
}

impl Verb {
    fn run(&self, globals: &Globals) -> Result<ExitCode, Error> {
        let context = || Context::new(globals);
        match self {
            Self::Learn(args) => learn::run(&context()?, args),
            Self::List => list::run(&context()?),
            Self::Progress(args) => progress::run(&context()?, args),
            Self::Lab(verb) => verb.run(&context()?),
            Self::Check(args) => check::run(&context()?, args),
            Self::Answer(args) => answer::run(&context()?, args),
            Self::Hint(args) => hint::run(&context()?, args),
            Self::Demo(args) => demo::run(&context()?, args),
            Self::Doctor(args) => doctor::run(&context()?, args),
            Self::Course(verb) => verb.run(&context()?),
            Self::Completions(args) => completions::run(args),
            // The hidden roles; docs/processes.md describes them.
            Self::LessonHost(args) => lesson_host::run(&context()?, args),
            Self::Supervise(args) => supervise::run(args),
            Self::Enter(args) => enter::run(args),
            Self::Examine => examine::run(),
            Self::Gate(args) => gate::run(args),
            Self::InstallSoftware(args) => install::run(args),
        }
    }

    /// The format of errors on standard output; `None` if they are text on standard error.
    fn error_format(&self) -> Option<Format> {
        if let Self::Check(args) = self { args.error_format() } else { None }
    }
}
