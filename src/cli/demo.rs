//! `unitlab demo`: shows a lab from the first attempt to full marks, unattended, in a temporary sandbox.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use super::context::Context;
use super::exit_code::ExitCode;
use super::{gate_client, install};
use crate::app::{self, Error, LabSession, Twins};
use crate::course::{Course, LabDirectory};
use crate::model::Overlay;
use crate::report;
use crate::sandbox::{self, RootSource};

const LAB: &str = "sre-app";
/// The case of the lab that is shown as a first try.
const ATTEMPT: &str = "a-first-try";

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab demo")]
pub(super) struct Args {
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<ExitCode, Error> {
    gate_client::refuse_inside("unitlab demo")?;
    install::require_sandboxes(context, args.os_tree.as_deref(), "booting a sandbox")?;
    let course = context.workspace.course()?;
    let lab = course.lab(LAB)?;
    let attempt = lab.cases.iter().find(|case| case.case.name == ATTEMPT).ok_or_else(|| {
        Error::broken_course(format!("the lab {LAB} has no case {ATTEMPT}, which the demo shows"), "", "")
    })?;
    let demo = Demo { context, course: &course, lab };
    let name = format!("{}-demo-{}", context.workspace.sandbox_name(LAB), sandbox::random_id());
    let started = Instant::now();
    demo.print(&format!(
        "# {}\n\nA private systemd boots. It is real, and nothing of this machine is at risk.",
        lab.lab.title
    ))?;
    let session = {
        let _spinner = context.terminal.spinner("booting");
        context.workspace.lab_runner(args.os_tree.as_deref())?.open(lab, &name, RootSource::Fresh)?
    };
    let result = demo.show(&session, started, &attempt.overlay, &attempt.case.what);
    session.close()?;
    let code = result?;
    demo.print("The sandbox is gone again.")?;
    context.print_next_commands(&[("now you", "unitlab lab start sre-app")])?;
    Ok(code)
}

struct Demo<'a> {
    context: &'a Context,
    course: &'a Course,
    lab: &'a LabDirectory,
}

impl Demo<'_> {
    /// Grades the untouched lab, a first try, and the solution. The exit code is that of the last grade.
    fn show(
        &self,
        session: &LabSession,
        started: Instant,
        attempt: &Overlay,
        mistake: &str,
    ) -> Result<ExitCode, Error> {
        let took = started.elapsed().as_secs_f64();
        let state = session.entrance()?.capture(&["systemctl", "is-system-running"], b"")?.output;
        self.print(&format!("Up after {took:.2} s. `systemctl is-system-running` says: `{}`", state.trim()))?;
        self.print("# 1 · Nothing done yet")?;
        self.grade(session)?;
        self.print(&format!("# 2 · A first try\n\nWhat comes of it: {mistake}."))?;
        self.print_overlay(attempt)?;
        session.apply(attempt)?;
        self.grade(session)?;
        self.print("# 3 · The right answer")?;
        self.print_overlay(&self.lab.solution)?;
        session.apply_or_fail(&self.lab.solution, "the solution")?;
        self.grade(session)
    }

    fn print(&self, text: &str) -> Result<(), Error> {
        self.context.print_markdown(text)?;
        Ok(writeln!(io::stdout())?)
    }

    /// Prints the files of an overlay, and the commands of its script.
    fn print_overlay(&self, overlay: &Overlay) -> Result<(), Error> {
        for file in &overlay.files {
            let text = String::from_utf8_lossy(&file.bytes);
            self.print(&format!("`{}`\n\n```\n{}\n```", file.path, text.trim_end()))?;
        }
        if let Some(script) = &overlay.script {
            let commands: Vec<&str> = script
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("set "))
                .collect();
            if !commands.is_empty() {
                self.print(&format!("```\n{}\n```", commands.join("\n")))?;
            }
        }
        Ok(())
    }

    fn grade(&self, session: &LabSession) -> Result<ExitCode, Error> {
        let started = Instant::now();
        let graded = {
            let _spinner = self.context.terminal.spinner("grading");
            session.grade(self.lab, Twins::Two)
        };
        let report = app::unrecorded_report(&self.context.workspace, self.course, self.lab, &graded, started);
        let mut out = io::stdout().lock();
        report::human(&report, self.context.terminal.style(), &mut out)?;
        writeln!(out)?;
        Ok(ExitCode::from_report(report.exit_code()))
    }
}
