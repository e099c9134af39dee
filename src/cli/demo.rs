//! `unitlab demo`: the whole story unattended, on a real systemd that is gone afterwards.

use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Instant;

use super::context::Context;
use super::{check, inside, root};
use crate::app::Failure;
use crate::app::LabSession;
use crate::course::{Course, LabFolder};
use crate::model::Overlay;
use crate::report;
use crate::sandbox::{self, RootSource};
use crate::ui::{Stream, markdown};

const LAB: &str = "sre-app";
/// The case that stands for a beginner's first try.
const ATTEMPT: &str = "a-first-try";

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  unitlab demo")]
pub(super) struct Args {
    /// Boot on this OS tree's /usr and /etc instead of the host's
    #[arg(long, value_name = "DIR")]
    os_tree: Option<PathBuf>,
}

pub(super) fn run(context: &Context, args: &Args) -> Result<u8, Failure> {
    inside::only_outside("unitlab demo")?;
    root::required(context, "booting a sandbox")?;
    let course = context.course()?;
    let lab = course.lab(LAB)?;
    let attempt = lab.cases.iter().find(|case| case.case.name == ATTEMPT).ok_or_else(|| Failure {
        exit: 4,
        ..Failure::could_not(format!("the lab {LAB} has no case {ATTEMPT}, which the demo shows"), "", "")
    })?;
    let story = Story { context, course: &course, lab };
    let name = format!("{}-demo-{}", context.sandbox_name(LAB), sandbox::random_id());
    let started = Instant::now();
    story.say(&format!(
        "# {}\n\nA private systemd boots. It is real, and nothing of this machine is at risk.",
        lab.lab.title
    ))?;
    let bench = {
        let _waiting = context.terminal.spinner("booting");
        context.workshop(args.os_tree.as_deref())?.open(lab, &name, RootSource::Fresh)?
    };
    let told = story.tell(&bench, started, &attempt.overlay, &attempt.case.what);
    bench.close()?;
    let code = told?;
    story.say("The sandbox is gone again.")?;
    context.point_on(&[("now you", "unitlab lab start sre-app")])?;
    Ok(code)
}

struct Story<'a> {
    context: &'a Context,
    course: &'a Course,
    lab: &'a LabFolder,
}

impl Story<'_> {
    fn tell(&self, bench: &LabSession, started: Instant, attempt: &Overlay, what: &str) -> Result<u8, Failure> {
        let took = started.elapsed();
        let system = bench.entrance()?.capture(&["systemctl", "is-system-running"], b"")?.output;
        self.say(&format!(
            "Up after {:.2} s. `systemctl is-system-running` says: `{}`",
            took.as_secs_f64(),
            system.trim()
        ))?;
        self.say("# 1 · Nothing done yet")?;
        self.grade(bench)?;
        self.say(&format!("# 2 · A first try\n\nWhat comes of it: {what}."))?;
        self.show(attempt)?;
        bench.apply(attempt)?;
        self.grade(bench)?;
        self.say("# 3 · The right answer")?;
        self.show(&self.lab.solution)?;
        bench.apply_whole(&self.lab.solution, "the solution")?;
        self.grade(bench)
    }

    fn say(&self, text: &str) -> Result<(), Failure> {
        let terminal = &self.context.terminal;
        let page = markdown(text, terminal.width(), terminal.color(Stream::Stdout));
        let mut out = io::stdout().lock();
        out.write_all(page.as_bytes())?;
        Ok(writeln!(out)?)
    }

    /// The files of an answer, as they are typed.
    fn show(&self, overlay: &Overlay) -> Result<(), Failure> {
        for file in &overlay.files {
            let text = String::from_utf8_lossy(&file.bytes);
            self.say(&format!("`{}`\n\n```\n{}\n```", file.path, text.trim_end()))?;
        }
        if let Some(script) = &overlay.script {
            let typed: Vec<&str> = script
                .lines()
                .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("set "))
                .collect();
            if !typed.is_empty() {
                self.say(&format!("```\n{}\n```", typed.join("\n")))?;
            }
        }
        Ok(())
    }

    /// A demo is nobody's work, so nothing of it is remembered.
    fn grade(&self, bench: &LabSession) -> Result<u8, Failure> {
        let started = Instant::now();
        let graded = {
            let _waiting = self.context.terminal.spinner("grading");
            bench.grade(self.lab, true)
        };
        let report = check::report_of(self.context, self.course, self.lab, &graded, started, check::Memory::Nothing);
        let mut out = io::stdout().lock();
        report::human(&report, self.context.terminal.style(), &mut out)?;
        writeln!(out)?;
        Ok(report.exit_code())
    }
}
