//! Proves a chapter: runs its commands as readers do, and compares what they print with what is expected.

use std::mem;
use std::time::{Duration, Instant};

use crate::app::lab_session::LabSession;
use crate::app::lesson_host::command_run::{self, CommandOutput};
use crate::engine::session::output_matches;
use crate::model::{Block, CaseResult, Chapter, LessonCommand, RecordedOutput, Timing};
use crate::sandbox::{Entrance, SandboxError};

/// Commands of a chapter that run in one sandbox.
#[derive(Debug, Clone)]
pub struct ChapterProof<'a> {
    pub(super) chapter: &'a Chapter,
    order: Order<'a>,
}

/// Which commands run, in which order.
#[derive(Debug, Clone, Copy)]
enum Order<'a> {
    /// All, in the order of the pages.
    AsWritten,
    /// All, in the order of the pages, each twice in a row: readers run a command again.
    Twice,
    /// The command of this block, after the commands that it needs.
    Alone(&'a str),
}

/// One command whose output is compared.
pub(super) struct Step<'a> {
    id: &'a str,
    command: &'a LessonCommand,
    /// Its place in the order, for the case's name.
    when: &'static str,
}

/// Lines of an unexpected output that are shown.
const HEAD: usize = 12;

/// The commands of a chapter with the ids of their blocks, in the order of the pages.
fn commands(chapter: &Chapter) -> impl Iterator<Item = (&str, &LessonCommand)> {
    let blocks = chapter.pages.iter().flat_map(|page| &page.blocks);
    blocks.filter_map(|block| Some((block.id()?, block.command()?)))
}

impl<'a> ChapterProof<'a> {
    /// All that proves a chapter, one sandbox each; with `twice`, also that each command can run twice in a row.
    pub(super) fn all(chapter: &'a Chapter, twice: bool) -> Vec<Self> {
        let proof = |order| Self { chapter, order };
        let mut ids = commands(chapter).map(|(id, _)| id).peekable();
        if ids.peek().is_none() {
            return Vec::new();
        }
        let mut proofs = vec![proof(Order::AsWritten)];
        proofs.extend(twice.then(|| proof(Order::Twice)));
        proofs.extend(ids.map(|id| proof(Order::Alone(id))));
        proofs
    }

    pub(super) fn name(&self) -> &'a str {
        match self.order {
            Order::AsWritten => "in order",
            Order::Twice => "each twice",
            Order::Alone(id) => id,
        }
    }

    /// The commands whose output is compared, in the order in which they run.
    pub(super) fn steps(&self) -> Vec<Step<'a>> {
        let step = |when| move |(id, command)| Step { id, command, when };
        let all = || commands(self.chapter);
        match self.order {
            Order::AsWritten => all().map(step("in order")).collect(),
            Order::Twice => {
                let pair = |command| [step("first of two")(command), step("second of two")(command)];
                all().flat_map(pair).collect()
            }
            Order::Alone(id) => all().filter(|(other, _)| *other == id).map(step("alone")).collect(),
        }
    }

    /// Runs all steps, and calls `on_result` after each.
    pub(super) fn run(
        &self,
        session: &LabSession,
        timing: Timing,
        is_stopped: &dyn Fn() -> bool,
        on_result: &mut dyn FnMut(CaseResult),
    ) {
        let mut timing = timing;
        let mut begun = Instant::now();
        let mut counted = Duration::ZERO;
        let mut ready = match self.order {
            Order::Alone(id) => self.run_needed(session, id),
            Order::AsWritten | Order::Twice => Ok(()),
        };
        for Step { id, command, when } in self.steps() {
            if is_stopped() {
                return;
            }
            let result = mem::replace(&mut ready, Ok(())).and_then(|()| run_command(session, command));
            timing.answer = begun.elapsed();
            let cpu = session.cpu_time();
            timing.cpu = cpu.saturating_sub(mem::replace(&mut counted, cpu));
            let (subject, case) = (self.chapter.id.clone(), format!("{id}, {when}"));
            let mut proven =
                CaseResult { subject, case, differences: Vec::new(), not_tried: None, printed: None, timing };
            match result {
                Ok(output) => {
                    proven.differences = differences(session, command, &output);
                    let keep = matches!(self.order, Order::AsWritten) && proven.differences.is_empty();
                    proven.printed = keep.then(|| RecordedOutput { run: command.run.clone(), output: output.output });
                }
                Err(why) => proven.not_tried = Some(why),
            }
            proven.timing.whole = timing.hand_over + begun.elapsed();
            on_result(proven);
            (timing, begun) = (Timing::default(), Instant::now());
        }
    }

    /// Runs the commands that a block needs first. Their output is compared in the steps of their own blocks.
    fn run_needed(&self, session: &LabSession, id: &str) -> Result<(), String> {
        let needed = self.chapter.required_commands(id).into_iter().filter(|block| block.id() != Some(id));
        needed.filter_map(Block::command).try_for_each(|command| run_command(session, command).map(drop))
    }
}

/// Runs one command as a reader would. The error says why it cannot run on this machine.
fn run_command(session: &LabSession, command: &LessonCommand) -> Result<CommandOutput, String> {
    let text = |error: SandboxError| error.to_string();
    let entrance = session.entrance().map_err(text)?;
    for tool in &command.tools {
        let find = ["/bin/sh", "-c", "command -v -- \"$1\"", "sh", tool];
        if !entrance.capture(&find, b"").map_err(text)?.status.success() {
            return Err(format!("there is no program {tool} on this machine"));
        }
    }
    command_run::run_to_end(&entrance, command).map_err(text)
}

/// Returns how the result differences from what the block expects, one sentence each.
fn differences(session: &LabSession, command: &LessonCommand, result: &CommandOutput) -> Vec<String> {
    let mut differences = Vec::new();
    if !result.in_time {
        let seconds = command.seconds;
        differences
            .push(format!("took the {seconds} s that it may take: let it end by itself, or give it more `seconds`"));
    }
    if !output_matches(&command.expect, &result.output) {
        let lines: Vec<&str> = result.output.lines().collect();
        let more = if lines.len() > HEAD { "\n…" } else { "" };
        let head = lines[..lines.len().min(HEAD)].join("\n");
        let printed = if head.is_empty() { "nothing".to_owned() } else { format!("\n{head}{more}") };
        differences.push(format!("does not print what is expected, {}; it printed {printed}", command.expect));
    }
    let is_up = |entrance: Entrance| entrance.capture(&["/bin/true"], b"").is_ok_and(|done| done.status.success());
    if !differences.is_empty() && !session.entrance().is_ok_and(is_up) {
        differences.push("its sandbox has stopped".to_owned());
    }
    differences
}
