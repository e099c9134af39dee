//! A small tutorial, and a player who presses keys in it.

use std::collections::BTreeMap;

use crate::engine::session::{
    Action, Event, History, Key, Layout, Mode, ProgressUpdate, SandboxStatus, State, begin, update,
};
use crate::model::{
    Block, Chapter, GlossaryTerm, LessonCommand, Overlay, Page, QuizForm, QuizQuestion, RecordedOutput, Tutorial, slug,
};

pub(super) fn command(run: &str, after: &[&str]) -> LessonCommand {
    LessonCommand {
        run: run.into(),
        root: false,
        expect: ".".into(),
        tools: vec![],
        after: after.iter().copied().map(str::to_owned).collect(),
        seconds: 10,
    }
}

fn attempt(id: &str, after: &[&str]) -> Block {
    Block::Try { id: id.into(), command: command(&format!("echo {id}"), after), look: "it".into() }
}

fn choice(right: &[usize], several: bool) -> QuizQuestion {
    let choices = ["an a", "a b", "a c"].map(str::to_owned).to_vec();
    QuizQuestion {
        ask: "Which?".into(),
        form: QuizForm::Choice { choices, right: right.to_vec(), several },
        because: "So.".into(),
    }
}

fn typed() -> QuizQuestion {
    QuizQuestion { ask: "What?".into(), form: QuizForm::Typed { accept: vec!["qu?it".into()] }, because: "So.".into() }
}

fn page(title: &str, blocks: Vec<Block>) -> Page {
    Page { title: title.into(), slug: slug(title), line: 1, blocks }
}

fn chapter(number: u32, id: &str, pages: Vec<Page>) -> Chapter {
    Chapter {
        id: id.into(),
        number,
        title: id.into(),
        minutes: 1,
        goals: vec![],
        scene: Overlay::default(),
        pages,
        recorded: BTreeMap::from([("a".into(), RecordedOutput { run: "echo a".into(), output: "as it was\n".into() })]),
    }
}

/// Three chapters: one with every kind of block, one with a command on its second page, one with prose only.
pub(super) fn tutorial() -> Tutorial {
    let words = |text: &str| Block::Prose(text.into());
    let quiz = |id: &str, question| Block::Quiz { id: id.into(), question };
    let guess = |id: &str, question| Block::Predict {
        id: id.into(),
        question,
        command: command(&format!("echo {id}"), &["b"]),
    };
    let one = vec![
        page(
            "Commands",
            vec![words("Words about a [unit](glossary.md#unit)."), attempt("a", &[]), attempt("b", &["a"])],
        ),
        page("Questions", vec![quiz("q", choice(&[1], false)), quiz("s", choice(&[0, 2], true)), quiz("t", typed())]),
        page("Guesses", vec![guess("g", choice(&[1], false)), guess("h", typed())]),
        page("Door", vec![words("There."), Block::LabLink { lab: "lab".into() }]),
        page("Summary", vec![words("The end of one.")]),
    ];
    let two = vec![page("Prose", vec![words("Nothing to do.")]), page("Other", vec![attempt("z", &[])])];
    let term = |name: &str| GlossaryTerm { name: name.into(), slug: slug(name), text: format!("A {name}.") };
    Tutorial {
        chapters: vec![
            chapter(1, "one", one),
            chapter(2, "two", two),
            chapter(3, "three", vec![page("Last", vec![words("Words alone.")])]),
        ],
        glossary: vec![term("cgroup"), term("slice"), term("unit")],
    }
}

/// A session in a window of 10 rows. Each block has `rows_of_a_block` rows.
pub(super) struct Player {
    pub(super) tutorial: Tutorial,
    pub(super) state: State,
    pub(super) actions: Vec<Action>,
    pub(super) rows_of_a_block: usize,
}

impl Player {
    /// On a page of the first chapter, with a running sandbox.
    pub(super) fn at(page: usize) -> Self {
        Self::of(0, page, History::default(), SandboxStatus::Running { systemd: "252".into() })
    }

    pub(super) fn of(chapter: usize, page: usize, past: History, sandbox: SandboxStatus) -> Self {
        let tutorial = tutorial();
        let (state, actions) = begin(&tutorial, chapter, page, past);
        let mut player = Self { tutorial, state, actions, rows_of_a_block: 4 };
        player.lay();
        player.receives(Event::Sandbox(sandbox));
        player
    }

    /// Sends the layout, as the screen does after each event.
    pub(super) fn lay(&mut self) {
        let count = self.state.page(&self.tutorial).blocks.len();
        let blocks = (0..count).map(|at| (at * self.rows_of_a_block, (at + 1) * self.rows_of_a_block)).collect();
        self.take(Event::Layout(Layout { rows: 10, total: count * self.rows_of_a_block, blocks }));
    }

    fn take(&mut self, event: Event) {
        let (state, actions) = update(&self.tutorial, self.state.clone(), event);
        self.state = state;
        self.actions.extend(actions);
    }

    /// Sends an event, then the layout; `actions` holds what follows.
    pub(super) fn receives(&mut self, event: Event) {
        self.actions.clear();
        self.take(event);
        self.lay();
    }

    pub(super) fn press(&mut self, key: Key) -> &mut Self {
        self.receives(Event::Key(key));
        self
    }

    /// Presses a key for each character.
    pub(super) fn types(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.press(Key::Char(character));
        }
        self
    }

    /// Presses a key that runs a command, and ends the command with this output and exit code 0.
    pub(super) fn runs(&mut self, key: Key, output: &str) -> Action {
        self.press(key);
        let action = self.actions.iter().find(|action| matches!(action, Action::Run { .. })).expect("it runs").clone();
        self.receives(Event::Output(output.into()));
        self.receives(Event::Exited(Some(0)));
        action
    }

    /// The current chapter and page.
    pub(super) fn place(&self) -> (usize, usize) {
        (self.state.chapter, self.state.page)
    }

    /// The id of the selected block.
    pub(super) fn focus(&self) -> Option<&str> {
        self.state.block(&self.tutorial)?.id()
    }

    pub(super) fn reads(&self) -> bool {
        self.state.mode == Mode::Page
    }
}

/// The action that runs a block of the first chapter.
pub(super) fn run(prerequisites: &[&str], block: &str, command: &str) -> Action {
    let prerequisites = prerequisites.iter().copied().map(str::to_owned).collect();
    Action::Run { chapter: 0, prerequisites, block: block.into(), command: command.into() }
}

/// The action that saves an opened page.
pub(super) fn opened(chapter: &str, page: &str, complete: bool) -> Action {
    Action::SaveProgress(ProgressUpdate::PageOpened { chapter: chapter.into(), page: page.into(), complete })
}
