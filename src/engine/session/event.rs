//! What happens to a sitting, and what it wants done.

use super::given::Given;
use super::state::Sandbox;

/// A key, as a terminal tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A character that is typed.
    Char(char),
    /// A letter with Ctrl.
    Ctrl(char),
    /// Return.
    Enter,
    /// Esc.
    Escape,
    /// Tabulator.
    Tab,
    /// Shift and tabulator.
    BackTab,
    /// The key that takes back.
    Backspace,
    /// Del.
    Delete,
    /// An arrow.
    Left,
    /// An arrow.
    Right,
    /// An arrow.
    Up,
    /// An arrow.
    Down,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// A screen up.
    PageUp,
    /// A screen down.
    PageDown,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A key was pressed.
    Key(Key),
    /// The page was laid out anew.
    Laid(Layout),
    /// Something became of the sandbox.
    Sandbox(Sandbox),
    /// The command that runs printed something.
    Printed(String),
    /// The command that ran has ended; the code as a shell tells it, none when it was stopped.
    Ended(Option<i32>),
    /// The learner came back from a lab; what there is to say of it.
    Back(String),
}

/// How the page lies on the screen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// Rows of the window on it.
    pub rows: usize,
    /// Rows that it has.
    pub total: usize,
    /// The rows of each of its blocks: first, and first after.
    pub blocks: Vec<(usize, usize)>,
}

/// Something to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Have a sandbox with this chapter's scene ready.
    Prepare {
        /// Its place in the tutorial.
        chapter: usize,
    },
    /// Run commands in the sandbox: what the block needs to have run before, and then its own.
    Run {
        /// The chapter's place in the tutorial.
        chapter: usize,
        /// The blocks that come first.
        first: Vec<String>,
        /// The block.
        block: String,
        /// Its command, as the learner wants it.
        run: String,
    },
    /// Stop the command that runs.
    Stop,
    /// Open the door to a lab.
    Enter {
        /// The lab.
        lab: String,
    },
    /// Write down what was done.
    Remember(Deed),
    /// Draw everything anew.
    Redraw,
    /// Step out for a moment, as Ctrl-Z does.
    Suspend,
    /// End the sitting.
    Quit,
}

/// Something that is remembered of a learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A page was opened.
    Opened {
        /// The chapter's id.
        chapter: String,
        /// The page's anchor.
        page: String,
        /// All of the chapter's pages have been opened.
        complete: bool,
    },
    /// A question was answered.
    Answered {
        /// The chapter's id.
        chapter: String,
        /// The block.
        block: String,
        /// The answer.
        given: Given,
        /// It was right.
        right: bool,
    },
    /// A command has run.
    Ran {
        /// The chapter's id.
        chapter: String,
        /// The block.
        block: String,
    },
    /// A chapter is read from its beginning again; first answers stay what they were.
    Restarted {
        /// The chapter's id.
        chapter: String,
    },
}
