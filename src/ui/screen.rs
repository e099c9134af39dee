//! The terminal that this process was started on, if it was.

use std::io::{IsTerminal as _, stderr, stdin, stdout};

use console::Term;

use super::abilities::{Abilities, ColorChoice};
use super::bar::Bar;
use super::prompt::{self, Refused};
use super::spinner::Spinner;

/// One of the two streams that a person may be reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What was asked for.
    Stdout,
    /// Everything else.
    Stderr,
}

/// Who is there, and what can be shown to them.
#[derive(Debug, Clone)]
pub struct Terminal {
    choice: ColorChoice,
    yes: bool,
    abilities: Abilities,
}

impl Terminal {
    /// Reads the environment; `yes` answers every question.
    #[must_use]
    pub fn new(choice: ColorChoice, yes: bool) -> Self {
        Self { choice, yes, abilities: Abilities::of_environment() }
    }

    /// Colours belong on this stream.
    #[must_use]
    pub fn color(&self, stream: Stream) -> bool {
        let is_terminal = match stream {
            Stream::Stdout => stdout().is_terminal(),
            Stream::Stderr => stderr().is_terminal(),
        };
        self.abilities.color(self.choice, is_terminal)
    }

    /// Colours belong in a file that a report is written into: whatever the environment forces, only `--color always`
    /// says so.
    #[must_use]
    pub fn color_in_files(&self) -> bool {
        self.choice == ColorChoice::Always
    }

    /// Signs beyond ASCII are shown as they are.
    #[must_use]
    pub fn unicode(&self) -> bool {
        self.abilities.unicode()
    }

    /// Columns to write in: those of the terminal on stdout, else what `COLUMNS` says, else 80; at least 40 and at most
    /// 100, beyond which lines are hard to follow.
    #[must_use]
    pub fn width(&self) -> usize {
        let terminal = Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        terminal.or(self.abilities.columns()).unwrap_or(80).clamp(40, 100)
    }

    /// Somebody can be asked: keys come from a terminal, and questions are seen on one that can be drawn on.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        stdin().is_terminal() && self.draws()
    }

    /// A message that turns while something takes its time. Drawn on stderr where that is a terminal, nowhere else, and
    /// gone when it is dropped.
    #[must_use]
    pub fn spinner(&self, message: &str) -> Spinner {
        Spinner::new(message, self.draws(), self.color(Stream::Stderr), self.unicode())
    }

    /// A bar for so many things to be done, drawn where a spinner would be.
    #[must_use]
    pub fn bar(&self, things: usize) -> Bar {
        Bar::new(things, self.draws(), self.color(Stream::Stderr), self.unicode())
    }

    /// Asks for a yes or a no; Enter alone is a no.
    ///
    /// `--yes` answers yes. Where nobody can be asked it is refused, naming `flag`, the option that answers it.
    pub fn confirm(&self, question: &str, flag: &str) -> Result<bool, Refused> {
        if self.yes {
            Ok(true)
        } else if self.is_interactive() {
            prompt::confirm(&Term::stderr(), question)
        } else {
            Err(Refused::Nobody { question: question.to_owned(), flag: flag.to_owned() })
        }
    }

    /// Whole screens can be drawn.
    #[must_use]
    pub fn draws_pages(&self) -> bool {
        !self.abilities.dumb()
    }

    fn draws(&self) -> bool {
        stderr().is_terminal() && !self.abilities.dumb()
    }
}
