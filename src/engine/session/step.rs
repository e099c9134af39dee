//! One step of a sitting: something happened, and this is what becomes of it.

use super::event::{Action, Deed, Event, Layout};
use super::given::Given;
use super::state::{Answered, Mode, OUTPUT, Outcome, Sandbox, Spot, State};
use super::{accepts, keys};
use crate::model::{Block, Chapter, Tutorial};

/// What becomes of a sitting, and what it wants done.
#[must_use]
pub fn step(tutorial: &Tutorial, state: State, event: Event) -> (State, Vec<Action>) {
    let mut turn = Turn { tutorial, state, actions: Vec::new() };
    match event {
        Event::Key(key) => keys::press(&mut turn, key),
        Event::Laid(layout) => turn.laid(layout),
        Event::Sandbox(sandbox) => turn.sandbox(sandbox),
        Event::Printed(text) => turn.printed(&text),
        Event::Ended(code) => turn.ended(code),
        Event::Back(said) => turn.back(said),
    }
    (turn.state, turn.actions)
}

/// Opens the page on which a sitting begins.
pub(super) fn begin(tutorial: &Tutorial, state: State) -> (State, Vec<Action>) {
    let (chapter, page) = (state.chapter, state.page);
    let mut turn = Turn { tutorial, state, actions: Vec::new() };
    turn.open(chapter, page);
    (turn.state, turn.actions)
}

/// A step in the making.
pub(super) struct Turn<'t> {
    pub(super) tutorial: &'t Tutorial,
    pub(super) state: State,
    pub(super) actions: Vec<Action>,
}

impl Turn<'_> {
    pub(super) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Opens a page, and takes the first block in hand that asks for something.
    pub(super) fn open(&mut self, chapter: usize, page: usize) {
        let elsewhere = chapter != self.state.chapter;
        self.state.chapter = chapter;
        self.state.page = page;
        self.state.scroll = 0;
        self.state.mode = Mode::Page;
        self.state.marked.clear();
        self.state.follow = false;
        self.state.layout = Layout::default();
        let (chapter, page) = (self.state.chapter(self.tutorial), self.state.page(self.tutorial));
        self.state.opened.insert((chapter.id.clone(), page.slug.clone()));
        self.state.in_hand = self.undone_from(0);
        let complete = chapter.pages.iter().all(|page| self.state.is_opened(chapter, page));
        let deed = Deed::Opened { chapter: chapter.id.clone(), page: page.slug.clone(), complete };
        self.act(Action::Remember(deed));
        let begun = self.actions.iter().any(|action| matches!(action, Action::Prepare { .. }));
        if !begun && (elsewhere || self.state.sandbox == Sandbox::None) {
            self.prepare();
        }
    }

    /// Has a fresh sandbox made ready, if the chapter has commands for it; what runs in the old one is stopped.
    pub(super) fn prepare(&mut self) {
        if self.state.running.is_some() {
            self.act(Action::Stop);
        }
        self.state.prepared.clear();
        let chapter = self.state.chapter(self.tutorial);
        if chapter.pages.iter().flat_map(|page| &page.blocks).any(|block| block.command().is_some()) {
            self.act(Action::Prepare { chapter: self.state.chapter });
        }
    }

    /// The first block of the page, from this one on, that asks for something.
    pub(super) fn undone_from(&self, from: usize) -> Option<usize> {
        let blocks = &self.state.page(self.tutorial).blocks;
        (from..blocks.len()).find(|index| !self.state.is_done(self.tutorial, &blocks[*index]))
    }

    /// Takes a block in hand, and brings it into sight.
    pub(super) fn take(&mut self, block: usize) {
        self.state.in_hand = Some(block);
        self.state.marked.clear();
        self.follow();
    }

    /// Brings the block in hand into sight, now and with the next layout.
    pub(super) fn follow(&mut self) {
        self.state.follow = true;
        self.bring_into_sight();
    }

    fn bring_into_sight(&mut self) {
        let state = &mut self.state;
        if let Some((begin, end)) = state.in_hand.and_then(|block| state.layout.blocks.get(block)).copied() {
            let rows = state.layout.rows;
            let streams = state.running.is_some() && end - begin > rows;
            if end > state.scroll + rows {
                state.scroll = if streams { end - rows } else { begin.min(end.saturating_sub(rows)) };
            }
            if !streams && (end - begin > rows || begin < state.scroll) {
                state.scroll = begin;
            }
        }
        self.clamp();
    }

    pub(super) fn clamp(&mut self) {
        let deepest = self.state.layout.total.saturating_sub(self.state.layout.rows);
        self.state.scroll = self.state.scroll.min(deepest);
    }

    fn laid(&mut self, layout: Layout) {
        self.state.layout = layout;
        if std::mem::take(&mut self.state.follow) {
            self.bring_into_sight();
        }
        self.clamp();
    }

    fn sandbox(&mut self, sandbox: Sandbox) {
        if !matches!(sandbox, Sandbox::Up { .. }) {
            self.state.prepared.clear();
        }
        let gone = matches!(sandbox, Sandbox::Impossible { .. } | Sandbox::None | Sandbox::Locked);
        self.state.sandbox = sandbox;
        if gone && let Some(spot) = self.state.running.take() {
            self.cut_off(&spot);
        }
    }

    /// The sandbox went away below a command: where nothing was seen of it yet, there may be a record.
    fn cut_off(&mut self, spot: &Spot) {
        self.state.follow |= self.sees_the_end_of(spot);
        let chapter = self.tutorial.chapters.iter().find(|chapter| chapter.id == spot.0);
        let Some(outcome) = self.state.outcomes.get_mut(spot) else { return };
        match chapter {
            Some(chapter) if outcome.output.is_empty() => *outcome = recorded(chapter, &spot.1, &outcome.run),
            _ => outcome.ended = true,
        }
    }

    fn printed(&mut self, text: &str) {
        let Some(spot) = self.state.running.clone() else { return };
        self.state.follow |= self.sees_the_end_of(&spot);
        let Some(outcome) = self.state.outcomes.get_mut(&spot) else { return };
        let room = OUTPUT.saturating_sub(outcome.output.len());
        let end = (0..=room.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        outcome.output.push_str(&text[..end]);
    }

    fn ended(&mut self, code: Option<i32>) {
        let Some(spot) = self.state.running.take() else { return };
        // What stood there was about the command that ran.
        self.state.notice.clear();
        self.state.follow |= self.sees_the_end_of(&spot);
        // None when the chapter was begun anew meanwhile.
        let Some(outcome) = self.state.outcomes.get_mut(&spot) else { return };
        outcome.ended = true;
        outcome.code = code;
        if code.is_some() && matches!(self.state.sandbox, Sandbox::Up { .. }) {
            let chapter = self.tutorial.chapters.iter().find(|chapter| chapter.id == spot.0);
            let own = chapter.and_then(|chapter| chapter.block(&spot.1)).and_then(Block::command);
            let ran = own.filter(|own| own.run == outcome.run).map(|_| spot.1.clone());
            let ran = outcome.first.iter().cloned().chain(ran);
            self.state.prepared.extend(ran.map(|block| (spot.0.clone(), block)));
        }
        self.act(Action::Remember(Deed::Ran { chapter: spot.0, block: spot.1 }));
    }

    /// That block is in hand, and its last row in the window: what grows there is watched.
    fn sees_the_end_of(&self, spot: &Spot) -> bool {
        let state = &self.state;
        let Some(index) = state.in_hand else { return false };
        let id = state.block(self.tutorial).and_then(Block::id);
        let sees = |(_, end): &(usize, usize)| *end <= state.scroll.saturating_add(state.layout.rows);
        id.is_some_and(|id| state.spot(self.tutorial, id) == *spot) && state.layout.blocks.get(index).is_none_or(sees)
    }

    /// Says that only one command runs at a time.
    pub(super) fn is_busy(&mut self) {
        "a command is running; Ctrl-C stops it".clone_into(&mut self.state.notice);
    }

    /// Through the door to a lab, once nothing runs here.
    pub(super) fn enter(&mut self, lab: &str) {
        if self.state.running.is_some() {
            return self.is_busy();
        }
        self.act(Action::Enter { lab: lab.to_owned() });
    }

    fn back(&mut self, said: String) {
        if let Some(Block::Door { lab }) = self.state.block(self.tutorial) {
            self.state.visited.insert(lab.clone(), said);
        }
        self.act(Action::Redraw);
        // The window may have another size now than when the learner left.
        self.follow();
    }

    /// Hands in an answer to the question in hand.
    pub(super) fn answer(&mut self, given: Given) {
        let Some((id, question)) = self.state.block(self.tutorial).and_then(|block| block.id().zip(block.question()))
        else {
            return;
        };
        let right = accepts(question, &given);
        let spot = self.state.spot(self.tutorial, id);
        let answered = self.state.answers.entry(spot.clone()).or_insert_with(|| Answered {
            first: given.clone(),
            first_right: right,
            now: None,
        });
        answered.now = Some((given.clone(), right));
        self.state.marked.clear();
        self.act(Action::Remember(Deed::Answered { chapter: spot.0, block: spot.1, given, right }));
        self.follow();
        if let Some(Block::Predict { command, .. }) = self.state.block(self.tutorial)
            && !self.is_ended()
        {
            self.run(&command.run);
        }
    }

    fn is_ended(&self) -> bool {
        let id = self.state.block(self.tutorial).and_then(Block::id);
        id.and_then(|id| self.state.outcome(self.tutorial, id)).is_some_and(|outcome| outcome.ended)
    }

    /// Runs the command in hand, as the learner wants it; where no sandbox is, shows what was recorded.
    pub(super) fn run(&mut self, run: &str) {
        let Some(block) = self.state.block(self.tutorial) else { return };
        let Some(id) = block.command().and(block.id()).map(str::to_owned) else { return };
        if self.state.running.is_some() {
            return self.is_busy();
        }
        let chapter = self.state.chapter(self.tutorial);
        let spot = (chapter.id.clone(), id.clone());
        if let Sandbox::Impossible { .. } = self.state.sandbox {
            let outcome = recorded(chapter, &id, run);
            self.state.outcomes.insert(spot, outcome);
            return self.follow();
        }
        let chain = chapter.chain(&id);
        let first: Vec<String> = chain
            .iter()
            .filter_map(|block| block.id())
            .filter(|need| *need != id && !self.state.prepared.contains(&self.state.spot(self.tutorial, need)))
            .map(str::to_owned)
            .collect();
        let outcome = Outcome { run: run.to_owned(), first: first.clone(), ..Outcome::default() };
        self.state.outcomes.insert(spot.clone(), outcome);
        self.state.running = Some(spot);
        self.act(Action::Run { chapter: self.state.chapter, first, block: id, run: run.to_owned() });
        self.follow();
    }
}

/// What is known of a command where no sandbox is.
fn recorded(chapter: &Chapter, id: &str, run: &str) -> Outcome {
    let record = chapter.record(id);
    Outcome {
        run: record.map_or(run, |record| &record.run).to_owned(),
        output: record.map(|record| record.output.clone()).unwrap_or_default(),
        ended: true,
        recorded: true,
        ..Outcome::default()
    }
}
