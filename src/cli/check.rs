//! `unitlab check`: grades a lab.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use super::choose_lab::LabArgument;
use super::completions;
use super::context::Context;
use super::exit_code::ExitCode;
use super::output::{self, Output};
use super::show_error::write_document;
use super::{gate_client, sudo};
use crate::app::{self, Error, GateVerb, LabPurpose, LocalGrading, NameKind, Twins};
use crate::model::Report;
use crate::report::Format;

const EXAMPLES: &str = "\
Examples:
  unitlab check                  grade the current lab
  unitlab check sre-app --format json | jq .score
  unitlab check --format junit --output report.xml
  unitlab check sre-app --here   grade this machine instead of the sandbox
  unitlab check sre-app --here --trials   also kill its service once";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The lab; default: the current lab
    #[arg(add = completions::names(NameKind::Lab))]
    lab: Option<String>,
    /// Grade this machine instead of the sandbox; nothing on it is changed without --trials
    #[arg(long)]
    here: bool,
    /// The format of the report
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Write the report to this file instead of standard output, and replace an earlier one
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Do not boot the twin, a copy of the sandbox on which services are killed
    #[arg(long)]
    no_trials: bool,
    /// With --here: kill the service's main process once and see whether systemd restarts it; asks first
    #[arg(long, requires = "here", conflicts_with = "no_trials")]
    trials: bool,
}

impl Args {
    /// The arguments for a request from inside the lab's sandbox.
    pub(super) fn in_sandbox(lab: String, format: Format, no_trials: bool) -> Self {
        Self { lab: Some(lab), here: false, format, output: None, no_trials, trials: false }
    }

    /// The format in which an error is written to standard output. With a file or for a person, it goes to stderr.
    pub(super) fn error_format(&self) -> Option<Format> {
        (self.format != Format::Human && !output::is_file(self.output.as_deref())).then_some(self.format)
    }
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    let output = Output::at(context, args.output.as_deref())?;
    if app::is_inside() && !args.here {
        let verb = GateVerb::Check { lab: args.lab.clone(), format: args.format, no_trials: args.no_trials };
        return gate_client::ask_into(context, verb, &output);
    }
    let report = match grade(context, args) {
        Ok(report) => report,
        Err(error) => {
            if output.is_file() && args.format != Format::Human {
                // Replace an earlier report, so that no program reads it as this one. If that fails too, the user
                // still sees the first error.
                let _ = output.write(|out| write_document(&error, args.format, out));
            }
            return Err(error);
        }
    };
    let style = if output.is_file() { context.terminal.file_style() } else { context.terminal.style() };
    output.write(|out| args.format.write(&report, style, out))?;
    Ok(ExitCode::from_report(report.exit_code()))
}

fn grade(context: &Context, args: &Args) -> Result<Report, Error> {
    let workspace = &context.workspace;
    let course = workspace.course_of(args.lab.as_deref())?;
    let argument = LabArgument {
        named: args.lab.as_deref(),
        command: "unitlab check",
        purpose: if args.here { LabPurpose::Any } else { LabPurpose::Sandbox },
        root: (!args.here).then_some("entering the sandbox"),
    };
    let lab = &*argument.require(context, &course)?;
    let started = Instant::now();
    let graded = if args.here {
        let mut grading = LocalGrading::ask(lab);
        if args.trials {
            run_trials(context, &mut grading)?;
        }
        grading.judge(workspace)?
    } else {
        sudo::require_root(context, "entering the sandbox")?;
        let waiting = context.waiting();
        let twins = if args.no_trials { Twins::None } else { Twins::Two };
        app::grade_sandbox(workspace, lab, twins, &|text| waiting.show(text))?
    };
    let mut report = app::record_and_report(workspace, &course, lab, &graded, started.elapsed());
    if args.format == Format::Human && report.score.passed == Some(true) {
        report.after = Some(app::after_pass(workspace, lab));
    }
    Ok(report)
}

/// Announces what is killed on this machine, asks, and runs the trials.
fn run_trials(context: &Context, grading: &mut LocalGrading<'_>) -> Result<(), Error> {
    let victims = grading.victims();
    for victim in &victims {
        let what = "will get SIGKILL, once, to see whether systemd starts it again";
        let _ = writeln!(io::stderr(), "unitlab: the main process of {victim} {what}");
    }
    if !victims.is_empty() && context.terminal.confirm("Kill on this machine?", "--yes")? {
        let _spinner = context.terminal.spinner(&grading.longest_wait());
        grading.run_trials();
    }
    Ok(())
}
