//! The state of a session.

use std::collections::{BTreeMap, BTreeSet};

use super::layout::Layout;
use super::line_editor::LineEditor;
use super::quiz_answer::QuizAnswer;
use super::sandbox_status::SandboxStatus;
use crate::model::{Block, Chapter, Page, Tutorial};

/// A chapter's id, and the id of a block or page in it.
pub(super) type Location = (String, String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct State {
    /// Index of the chapter in the tutorial.
    pub(crate) chapter: usize,
    /// Index of the page in the chapter.
    pub(crate) page: usize,
    /// The first visible row of the page.
    pub(crate) scroll: usize,
    pub(crate) mode: Mode,
    /// The selected block of the page: keys act on it.
    pub(crate) focus: Option<usize>,
    /// The marked choices of the selected question, if it allows several.
    pub(crate) marked: BTreeSet<usize>,
    pub(crate) answers: BTreeMap<Location, AnswerHistory>,
    /// The last run of each command in this session.
    pub(crate) command_runs: BTreeMap<Location, CommandRun>,
    /// Blocks whose original command has run in the current sandbox.
    pub(super) ran_in_sandbox: BTreeSet<Location>,
    /// Pages that have been opened.
    pub(crate) opened: BTreeSet<Location>,
    /// Labs opened in this session, each with the message shown after it.
    pub(crate) visited_labs: BTreeMap<String, String>,
    pub(crate) sandbox: SandboxStatus,
    /// The block whose command is running.
    pub(crate) running: Option<Location>,
    pub(crate) layout: Layout,
    /// A message in the footer, until the next key.
    pub(crate) notice: String,
    /// Whether to scroll to the selected block at the next layout.
    pub(super) scroll_to_focus: bool,
}

/// What the keys do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Read the page.
    Page,
    /// Type a line into the selected block.
    Typing { purpose: InputPurpose, input: LineEditor },
    /// Choose from the table of contents.
    Contents {
        /// Index of the selected row.
        cursor: usize,
    },
    /// Search all chapters.
    Search {
        input: LineEditor,
        /// Index of the selected hit.
        cursor: usize,
    },
    /// Look up a term.
    Glossary {
        input: LineEditor,
        /// Index of the selected term.
        cursor: usize,
    },
    /// Read the list of keys.
    Help {
        /// Index of the selected key.
        cursor: usize,
    },
    /// Confirm the restart of the chapter.
    ConfirmRestart,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InputPurpose {
    /// An answer to the selected question.
    Answer,
    /// An edited command for the selected block.
    Command,
}

/// The learner's answers to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnswerHistory {
    /// The first answer, which is the one that is scored.
    pub(crate) first: QuizAnswer,
    pub(crate) first_correct: bool,
    /// The latest answer, and whether it is correct; none after the chapter was restarted.
    pub(crate) latest: Option<(QuizAnswer, bool)>,
}

/// One run of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CommandRun {
    pub(crate) command: String,
    /// What it printed, up to [`MAX_OUTPUT`] bytes.
    pub(crate) output: String,
    pub(crate) finished: bool,
    /// Its exit code, as a shell reports it; none if it was stopped.
    pub(crate) exit_code: Option<i32>,
    /// The blocks whose commands ran before it.
    pub(crate) prerequisites: Vec<String>,
    /// Whether the output was recorded with the course, because the command could not run.
    pub(crate) recorded: bool,
}

/// The progress of earlier sessions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SavedProgress {
    pub(crate) answers: BTreeMap<Location, AnswerHistory>,
    /// Pages that have been opened.
    pub(crate) opened: BTreeSet<Location>,
}

/// Bytes kept of a command's output.
pub(super) const MAX_OUTPUT: usize = 64 << 10;

impl State {
    /// The state before the first page is opened; [`super::begin`] opens it.
    pub(crate) fn new(chapter: usize, page: usize, saved: SavedProgress) -> Self {
        Self {
            chapter,
            page,
            scroll: 0,
            mode: Mode::Page,
            focus: None,
            marked: BTreeSet::new(),
            answers: saved.answers,
            command_runs: BTreeMap::new(),
            ran_in_sandbox: BTreeSet::new(),
            opened: saved.opened,
            visited_labs: BTreeMap::new(),
            sandbox: SandboxStatus::NotStarted,
            running: None,
            layout: Layout::default(),
            notice: String::new(),
            scroll_to_focus: false,
        }
    }

    /// False if the session needs this layout as an [`Event::Layout`](super::Event::Layout).
    pub(crate) fn has_layout(&self, layout: &Layout) -> bool {
        self.layout == *layout && !self.scroll_to_focus
    }

    pub(crate) fn chapter<'t>(&self, tutorial: &'t Tutorial) -> &'t Chapter {
        &tutorial.chapters[self.chapter]
    }

    pub(crate) fn page<'t>(&self, tutorial: &'t Tutorial) -> &'t Page {
        &self.chapter(tutorial).pages[self.page]
    }

    /// The selected block.
    pub(crate) fn block<'t>(&self, tutorial: &'t Tutorial) -> Option<&'t Block> {
        self.page(tutorial).blocks.get(self.focus?)
    }

    /// The location of a block of the current chapter.
    pub(super) fn location(&self, tutorial: &Tutorial, id: &str) -> Location {
        (self.chapter(tutorial).id.clone(), id.to_owned())
    }

    /// The latest answer to a question of the current chapter, and whether it is correct.
    pub(crate) fn answer(&self, tutorial: &Tutorial, id: &str) -> Option<&(QuizAnswer, bool)> {
        self.answers.get(&self.location(tutorial, id))?.latest.as_ref()
    }

    /// The last run of a command of the current chapter.
    pub(crate) fn command_run(&self, tutorial: &Tutorial, id: &str) -> Option<&CommandRun> {
        self.command_runs.get(&self.location(tutorial, id))
    }

    /// Whether the command of a block of the current chapter has run and finished.
    pub(crate) fn has_run(&self, tutorial: &Tutorial, id: &str) -> bool {
        self.command_run(tutorial, id).is_some_and(|run| run.finished)
    }

    /// Whether the learner has done everything that the block asks for.
    pub(crate) fn is_done(&self, tutorial: &Tutorial, block: &Block) -> bool {
        match block {
            Block::Prose(_) => true,
            Block::Quiz { id, .. } => self.answer(tutorial, id).is_some(),
            Block::Try { id, .. } => self.has_run(tutorial, id),
            Block::Predict { id, .. } => self.answer(tutorial, id).is_some() && self.has_run(tutorial, id),
            Block::LabLink { lab } => self.visited_labs.contains_key(lab),
        }
    }

    pub(crate) fn is_opened(&self, chapter: &Chapter, page: &Page) -> bool {
        self.opened.contains(&(chapter.id.clone(), page.slug.clone()))
    }

    /// The number of rows of the page below the window.
    pub(super) fn rows_below(&self) -> usize {
        self.layout.page_rows.saturating_sub(self.scroll + self.layout.window_rows)
    }

    /// Whether the selected block is visible. Keys act only on a visible block.
    pub(super) fn focus_is_visible(&self) -> bool {
        let Some((begin, end)) = self.focus.and_then(|block| self.layout.blocks.get(block)).copied() else {
            return false;
        };
        let window = self.scroll..self.scroll.saturating_add(self.layout.window_rows);
        window.contains(&begin) || (begin < window.start && end > window.start)
    }
}

/// The rows of the table of contents: chapter index and, for a page, its index. Pages follow their chapter.
pub(crate) fn table_of_contents(tutorial: &Tutorial) -> Vec<(usize, Option<usize>)> {
    let rows = tutorial.chapters.iter().enumerate().flat_map(|(index, chapter)| {
        std::iter::once((index, None)).chain((0..chapter.pages.len()).map(move |page| (index, Some(page))))
    });
    rows.collect()
}
