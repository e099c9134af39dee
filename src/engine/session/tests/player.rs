//! A small tutorial, and a session in it that tests drive with keys and events.

use std::collections::BTreeMap;

use crate::engine::session::{
    Action, Event, Key, Layout, Mode, ProgressUpdate, SandboxStatus, SavedProgress, State, begin, update,
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

fn try_block(id: &str, after: &[&str]) -> Block {
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
    let prose = |text: &str| Block::Prose(text.into());
    let quiz = |id: &str, question| Block::Quiz { id: id.into(), question };
    let predict = |id: &str, question| Block::Predict {
        id: id.into(),
        question,
        command: command(&format!("echo {id}"), &["b"]),
    };
    let one = vec![
        page(
            "Commands",
            vec![prose("Words about a [unit](glossary.md#unit)."), try_block("a", &[]), try_block("b", &["a"])],
        ),
        page("Questions", vec![quiz("q", choice(&[1], false)), quiz("s", choice(&[0, 2], true)), quiz("t", typed())]),
        page("Predictions", vec![predict("g", choice(&[1], false)), predict("h", typed())]),
        page("Lab", vec![prose("A lab."), Block::LabLink { lab: "lab".into() }]),
        page("Summary", vec![prose("The end of one.")]),
    ];
    let two = vec![page("Prose", vec![prose("Nothing to do.")]), page("Other", vec![try_block("z", &[])])];
    let term = |name: &str| GlossaryTerm { name: name.into(), slug: slug(name), text: format!("A {name}.") };
    Tutorial {
        chapters: vec![
            chapter(1, "one", one),
            chapter(2, "two", two),
            chapter(3, "three", vec![page("Last", vec![prose("Words alone.")])]),
        ],
        glossary: vec![term("cgroup"), term("slice"), term("unit")],
    }
}

/// A session in a window of 10 rows. Each block has `rows_per_block` rows.
pub(super) struct Player {
    pub(super) tutorial: Tutorial,
    pub(super) state: State,
    pub(super) actions: Vec<Action>,
    pub(super) rows_per_block: usize,
}

impl Player {
    /// On a page of the first chapter, with a running sandbox.
    pub(super) fn on_page(page: usize) -> Self {
        Self::begin(0, page, SavedProgress::default(), SandboxStatus::Running { systemd: "252".into() })
    }

    pub(super) fn begin(chapter: usize, page: usize, saved: SavedProgress, sandbox: SandboxStatus) -> Self {
        let tutorial = tutorial();
        let (state, actions) = begin(&tutorial, chapter, page, saved);
        let mut player = Self { tutorial, state, actions, rows_per_block: 4 };
        player.send_layout();
        player.send(Event::Sandbox(sandbox));
        player
    }

    /// Sends the layout, as the screen does after each event.
    pub(super) fn send_layout(&mut self) {
        let count = self.state.page(&self.tutorial).blocks.len();
        let blocks = (0..count).map(|at| (at * self.rows_per_block, (at + 1) * self.rows_per_block)).collect();
        self.apply(Event::Layout(Layout { window_rows: 10, page_rows: count * self.rows_per_block, blocks }));
    }

    fn apply(&mut self, event: Event) {
        let (state, actions) = update(&self.tutorial, self.state.clone(), event);
        self.state = state;
        self.actions.extend(actions);
    }

    /// Sends an event, then the layout. `actions` then holds the actions of both.
    pub(super) fn send(&mut self, event: Event) {
        self.actions.clear();
        self.apply(event);
        self.send_layout();
    }

    pub(super) fn press(&mut self, key: Key) -> &mut Self {
        self.send(Event::Key(key));
        self
    }

    /// Presses a key for each character.
    pub(super) fn type_text(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.press(Key::Char(character));
        }
        self
    }

    /// Presses a key that runs a command. The command prints this output and exits with code 0.
    pub(super) fn run_to_end(&mut self, key: Key, output: &str) -> Action {
        self.press(key);
        let action = self.actions.iter().find(|action| matches!(action, Action::Run { .. })).expect("it runs").clone();
        self.send(Event::Output(output.into()));
        self.send(Event::Exited(Some(0)));
        action
    }

    /// The current chapter and page.
    pub(super) fn page(&self) -> (usize, usize) {
        (self.state.chapter, self.state.page)
    }

    /// The id of the selected block.
    pub(super) fn focus(&self) -> Option<&str> {
        self.state.block(&self.tutorial)?.id()
    }

    pub(super) fn is_reading(&self) -> bool {
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
