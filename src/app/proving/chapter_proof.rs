//! The commands of a chapter: run as readers run them, in order and jumping between pages, and held to what the
//! chapter says of them.

use std::mem;
use std::time::Instant;

use crate::app::LabSession;
use crate::app::command_run::{self, CommandOutput};
use crate::engine::session::output_matches;
use crate::model::{Block, Chapter, Practice, Proven, Recorded, Spent};
use crate::sandbox::{self, SandboxError};

/// Commands of a chapter that are run on one machine.
#[derive(Debug, Clone)]
pub struct ChapterProof<'a> {
    /// The chapter.
    pub(super) chapter: &'a Chapter,
    way: Way<'a>,
}

/// In which order.
#[derive(Debug, Clone, Copy)]
enum Way<'a> {
    /// As the chapter has them.
    InOrder,
    /// As the chapter has them, each two times in a row: readers run again what they liked.
    Twice,
    /// This one, after what it says it needs.
    Alone(&'a str),
}

/// One command that is held to its block.
pub(super) struct Step<'a> {
    id: &'a str,
    practice: &'a Practice,
    /// Where it stands in the order, for a person.
    when: &'static str,
}

/// Of an output that is not as it must be, this many lines are told.
const HEAD: usize = 12;

/// All there is to prove about these chapters; with `twice`, also that each command may be run again.
#[must_use]
pub fn prove_chapters<'a>(chapters: impl IntoIterator<Item = &'a Chapter>, twice: bool) -> Vec<super::Job<'a>> {
    let job = |chapter, way| super::Job::ChapterProof(ChapterProof { chapter, way });
    let mut jobs = Vec::new();
    for chapter in chapters.into_iter().filter(|chapter| commands(chapter).next().is_some()) {
        jobs.push(job(chapter, Way::InOrder));
        jobs.extend(twice.then(|| job(chapter, Way::Twice)));
        jobs.extend(commands(chapter).map(|(id, _)| job(chapter, Way::Alone(id))));
    }
    jobs
}

/// Every block of a chapter that runs something, in the order of reading.
fn commands(chapter: &Chapter) -> impl Iterator<Item = (&str, &Practice)> {
    chapter.pages.iter().flat_map(|page| &page.blocks).filter_map(named)
}

fn named(block: &Block) -> Option<(&str, &Practice)> {
    Some((block.id()?, block.command()?))
}

impl<'a> ChapterProof<'a> {
    /// What it is called.
    pub(super) fn name(&self) -> &'a str {
        match self.way {
            Way::InOrder => "in order",
            Way::Twice => "each twice",
            Way::Alone(id) => id,
        }
    }

    /// What is held to its block, one after the other.
    pub(super) fn steps(&self) -> Vec<Step<'a>> {
        let step = |when| move |(id, practice)| Step { id, practice, when };
        let all = || commands(self.chapter);
        match self.way {
            Way::InOrder => all().map(step("in order")).collect(),
            Way::Twice => {
                let pair = |command| [step("first of two")(command), step("second of two")(command)];
                all().flat_map(pair).collect()
            }
            Way::Alone(id) => all().filter(|(other, _)| *other == id).map(step("alone")).collect(),
        }
    }

    /// Runs all of it, giving each verdict to `end` as it comes.
    pub(super) fn run(
        &self,
        bench: &LabSession,
        spent: Spent,
        is_stopped: &dyn Fn() -> bool,
        end: &mut dyn FnMut(Proven),
    ) {
        let mut spent = spent;
        let mut begun = Instant::now();
        let mut ready = match self.way {
            Way::Alone(id) => self.needs(bench, id),
            Way::InOrder | Way::Twice => Ok(()),
        };
        for Step { id, practice, when } in self.steps() {
            if is_stopped() {
                return;
            }
            let performed = mem::replace(&mut ready, Ok(())).and_then(|()| perform(bench, practice));
            spent.answer = begun.elapsed();
            let (subject, case) = (self.chapter.id.clone(), format!("{id}, {when}"));
            let mut proven = Proven { subject, case, differs: Vec::new(), untried: None, printed: None, spent };
            match performed {
                Ok(performed) => {
                    proven.differs = differences(bench, practice, &performed);
                    let keep = matches!(self.way, Way::InOrder) && proven.differs.is_empty();
                    proven.printed = keep.then(|| Recorded { run: practice.run.clone(), output: performed.output });
                }
                Err(why) => proven.untried = Some(why),
            }
            proven.spent.whole = spent.hand_over + begun.elapsed();
            end(proven);
            (spent, begun) = (Spent::default(), Instant::now());
        }
    }

    /// Runs what a block needs to have run before it. What becomes of that is the verdict on other blocks.
    fn needs(&self, bench: &LabSession, id: &str) -> Result<(), String> {
        let chain = self.chapter.chain(id).into_iter().filter(|block| block.id() != Some(id));
        chain.filter_map(Block::command).try_for_each(|practice| perform(bench, practice).map(drop))
    }
}

/// Runs one command as a reader's; an error says why that is impossible here.
fn perform(bench: &LabSession, practice: &Practice) -> Result<CommandOutput, String> {
    let told = |error: SandboxError| error.to_string();
    let entrance = bench.entrance().map_err(told)?;
    for tool in &practice.tools {
        let look = ["/bin/sh", "-c", "command -v -- \"$1\"", "sh", tool];
        if !entrance.capture(&look, b"").map_err(told)?.status.success() {
            return Err(format!("there is no program {tool} on this machine"));
        }
    }
    command_run::whole(&entrance, practice).map_err(told)
}

/// What is not as the block says, one sentence each.
fn differences(bench: &LabSession, practice: &Practice, performed: &CommandOutput) -> Vec<String> {
    let mut differs = Vec::new();
    if !performed.in_time {
        let seconds = practice.seconds;
        differs.push(format!("took the {seconds} s that it may take: let it end by itself, or give it more `seconds`"));
    }
    if !output_matches(&practice.expect, &performed.output) {
        let lines: Vec<&str> = performed.output.lines().collect();
        let more = if lines.len() > HEAD { "\n…" } else { "" };
        let head = lines[..lines.len().min(HEAD)].join("\n");
        let printed = if head.is_empty() { "nothing".to_owned() } else { format!("\n{head}{more}") };
        differs.push(format!("does not print what is expected, {}; it printed {printed}", practice.expect));
    }
    let is_up = |way: sandbox::Entrance| way.capture(&["/bin/true"], b"").is_ok_and(|done| done.status.success());
    if !differs.is_empty() && !bench.entrance().is_ok_and(is_up) {
        differs.push("its sandbox has ended".to_owned());
    }
    differs
}

#[cfg(test)]
mod tests {
    use super::prove_chapters;
    use crate::app::Job;
    use crate::course::Course;

    #[test]
    fn every_command_is_run_in_order_and_alone() {
        let course = Course::embedded().unwrap();
        let chapter = course.chapter("reliability").unwrap();
        let count =
            chapter.pages.iter().flat_map(|page| &page.blocks).filter(|block| block.command().is_some()).count();
        assert!(count >= 5, "{count}");
        let verdicts = |twice| prove_chapters([chapter], twice).iter().map(Job::verdicts).sum::<usize>();
        assert_eq!(verdicts(false), 2 * count);
        assert_eq!(verdicts(true), 4 * count);
        assert_eq!(prove_chapters([chapter], false).len(), 1 + count);
    }
}
