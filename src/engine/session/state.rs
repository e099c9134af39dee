//! Where a sitting stands.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Entry;
use super::event::{Action, Layout};
use super::given::Given;
use crate::model::{Block, Chapter, Page, Tutorial};

/// A chapter's id, and a block or a page of it.
pub(super) type Spot = (String, String);

/// Everything that a sitting is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The chapter's place in the tutorial.
    pub chapter: usize,
    /// The page's place in the chapter.
    pub page: usize,
    /// The first row of the page that is seen.
    pub scroll: usize,
    /// What the keys are for.
    pub mode: Mode,
    /// The block of the page that the keys act on.
    pub in_hand: Option<usize>,
    /// The choices that are marked in it, where several may be.
    pub marked: BTreeSet<usize>,
    /// Every answer that was given.
    pub answers: BTreeMap<Spot, Answered>,
    /// What commands have printed in this sitting.
    pub outcomes: BTreeMap<Spot, Outcome>,
    /// The blocks whose own commands have run in the sandbox as it is now.
    pub(super) prepared: BTreeSet<Spot>,
    /// Pages that were opened, by their anchors.
    pub opened: BTreeSet<Spot>,
    /// The labs whose doors were gone through in this sitting, and what was said on the way back.
    pub visited: BTreeMap<String, String>,
    /// The sandbox in which commands run.
    pub sandbox: Sandbox,
    /// The block whose command runs.
    pub running: Option<Spot>,
    /// How the page lies on the screen.
    pub layout: Layout,
    /// A word to the learner, until the next key.
    pub notice: String,
    /// The block in hand shall come into sight with the next layout.
    pub(super) follow: bool,
}

/// What the keys are for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// Reading.
    Page,
    /// Typing a line that the page has asked for.
    Typing {
        /// What it is for.
        purpose: Purpose,
        /// The line.
        entry: Entry,
    },
    /// The list of everything there is to read.
    Contents {
        /// The row that is chosen.
        cursor: usize,
    },
    /// Looking for a word in all chapters.
    Search {
        /// The word.
        entry: Entry,
        /// The hit that is chosen.
        cursor: usize,
    },
    /// Looking up a term.
    Glossary {
        /// The beginning of the term.
        entry: Entry,
        /// The term that is chosen.
        cursor: usize,
    },
    /// The keys.
    Help {
        /// The one that is chosen.
        cursor: usize,
    },
    /// Asked whether the chapter shall begin anew.
    Restart,
}

/// What a typed line is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The answer to the question in hand.
    Answer,
    /// The command in hand, changed.
    Command,
}

/// A question that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The first answer, which is the one that counts.
    pub first: Given,
    /// It was right.
    pub first_right: bool,
    /// The latest answer and whether it is right; none when the chapter was begun anew since.
    pub now: Option<(Given, bool)>,
}

/// What became of a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What was run.
    pub run: String,
    /// What it printed, within bounds.
    pub output: String,
    /// It has ended.
    pub ended: bool,
    /// How, as a shell tells it; none when it was stopped.
    pub code: Option<i32>,
    /// The blocks that were run before it, since it needs them.
    pub first: Vec<String>,
    /// It did not run now: this was printed when the course was recorded.
    pub recorded: bool,
}

/// The sandbox of the chapter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Sandbox {
    /// Nobody has asked for one.
    #[default]
    None,
    /// It will be there in a moment.
    Booting,
    /// It is there, with this systemd.
    Up {
        /// `252`
        systemd: String,
    },
    /// Only once the learner has typed a password for sudo.
    Locked,
    /// There will be none.
    Impossible {
        /// Why, in a line.
        why: String,
    },
}

/// What is remembered of earlier sittings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// Every answer that was given.
    pub answers: BTreeMap<Spot, Answered>,
    /// Pages that were opened.
    pub opened: BTreeSet<Spot>,
}

/// Of what a command prints, this much is kept.
pub(super) const OUTPUT: usize = 64 << 10;

impl State {
    /// A sitting on this page, which is not opened yet.
    #[must_use]
    pub fn new(chapter: usize, page: usize, past: Past) -> Self {
        Self {
            chapter,
            page,
            scroll: 0,
            mode: Mode::Page,
            in_hand: None,
            marked: BTreeSet::new(),
            answers: past.answers,
            outcomes: BTreeMap::new(),
            prepared: BTreeSet::new(),
            opened: past.opened,
            visited: BTreeMap::new(),
            sandbox: Sandbox::None,
            running: None,
            layout: Layout::default(),
            notice: String::new(),
            follow: false,
        }
    }

    /// A sitting that begins on this page, and what it wants done first.
    #[must_use]
    pub fn begin(tutorial: &Tutorial, chapter: usize, page: usize, past: Past) -> (Self, Vec<Action>) {
        super::step::begin(tutorial, Self::new(chapter, page, past))
    }

    /// The page lies as the sitting thinks, and nothing has to come into sight.
    #[must_use]
    pub fn knows(&self, layout: &Layout) -> bool {
        self.layout == *layout && !self.follow
    }

    /// The chapter that is read.
    #[must_use]
    pub fn chapter<'t>(&self, tutorial: &'t Tutorial) -> &'t Chapter {
        &tutorial.chapters[self.chapter]
    }

    /// The page that is read.
    #[must_use]
    pub fn page<'t>(&self, tutorial: &'t Tutorial) -> &'t Page {
        &self.chapter(tutorial).pages[self.page]
    }

    /// The block in hand.
    #[must_use]
    pub fn block<'t>(&self, tutorial: &'t Tutorial) -> Option<&'t Block> {
        self.page(tutorial).blocks.get(self.in_hand?)
    }

    /// Where a block of this chapter is remembered.
    pub(super) fn spot(&self, tutorial: &Tutorial, id: &str) -> Spot {
        (self.chapter(tutorial).id.clone(), id.to_owned())
    }

    /// The latest answer to a question of this chapter.
    #[must_use]
    pub fn answer(&self, tutorial: &Tutorial, id: &str) -> Option<&(Given, bool)> {
        self.answers.get(&self.spot(tutorial, id))?.now.as_ref()
    }

    /// What became of a command of this chapter.
    #[must_use]
    pub fn outcome(&self, tutorial: &Tutorial, id: &str) -> Option<&Outcome> {
        self.outcomes.get(&self.spot(tutorial, id))
    }

    /// A block asks for nothing more.
    #[must_use]
    pub fn is_done(&self, tutorial: &Tutorial, block: &Block) -> bool {
        let ran = |id: &str| self.outcome(tutorial, id).is_some_and(|outcome| outcome.ended);
        match block {
            Block::Prose(_) => true,
            Block::Quiz { id, .. } => self.answer(tutorial, id).is_some(),
            Block::Try { id, .. } => ran(id),
            Block::Predict { id, .. } => self.answer(tutorial, id).is_some() && ran(id),
            Block::Door { lab } => self.visited.contains_key(lab),
        }
    }

    /// Whether a page was opened.
    #[must_use]
    pub fn is_opened(&self, chapter: &Chapter, page: &Page) -> bool {
        self.opened.contains(&(chapter.id.clone(), page.slug.clone()))
    }

    /// The block in hand can be seen, so that keys may act on it.
    pub(super) fn sees_block(&self) -> bool {
        let Some((begin, end)) = self.in_hand.and_then(|block| self.layout.blocks.get(block)).copied() else {
            return false;
        };
        let window = self.scroll..self.scroll.saturating_add(self.layout.rows);
        window.contains(&begin) || (begin < window.start && end > window.start)
    }
}

/// The rows of the contents: each chapter, and below it its pages.
#[must_use]
pub fn contents(tutorial: &Tutorial) -> Vec<(usize, Option<usize>)> {
    let rows = tutorial.chapters.iter().enumerate().flat_map(|(index, chapter)| {
        std::iter::once((index, None)).chain((0..chapter.pages.len()).map(move |page| (index, Some(page))))
    });
    rows.collect()
}
