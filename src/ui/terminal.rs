//! The terminal of this process: its width, colours, and prompts.

use std::io::{IsTerminal as _, stderr, stdin, stdout};

use console::Term;

use super::environment::{ColorChoice, TerminalEnv};
use super::progress_bar::ProgressBar;
use super::prompt::{self, Choice, PromptError};
use super::spinner::Spinner;
use crate::model::Style;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
}

#[derive(Debug, Clone)]
pub struct Terminal {
    choice: ColorChoice,
    yes: bool,
    env: TerminalEnv,
}

impl Terminal {
    /// Reads the environment. If `yes`, [`Terminal::confirm`] does not ask.
    #[must_use]
    pub fn new(choice: ColorChoice, yes: bool) -> Self {
        Self { choice, yes, env: TerminalEnv::read() }
    }

    /// Sets the width of text if standard output is not a terminal. The gate uses it for the learner's terminal.
    pub(crate) fn with_columns(mut self, columns: usize) -> Self {
        self.env.set_columns(columns);
        self
    }

    /// Whether to use colours on this stream.
    #[must_use]
    pub fn color(&self, stream: Stream) -> bool {
        let is_terminal = match stream {
            Stream::Stdout => stdout().is_terminal(),
            Stream::Stderr => stderr().is_terminal(),
        };
        self.env.color(self.choice, is_terminal)
    }

    /// Columns for text: those of the terminal on stdout, else `COLUMNS`, else 80; at least 40 and at most 100.
    #[must_use]
    pub fn width(&self) -> usize {
        let terminal = Term::stdout().size_checked().map(|(_, columns)| usize::from(columns));
        terminal.or(self.env.columns()).unwrap_or(80).clamp(40, 100)
    }

    /// The style for standard output.
    #[must_use]
    pub fn style(&self) -> Style {
        Style { width: self.width(), color: self.color(Stream::Stdout), unicode: self.env.unicode() }
    }

    /// The style for a full screen of this many columns; at least 40 and at most 120 are used.
    pub(crate) fn screen_style(&self, columns: usize) -> Style {
        Style { width: columns.clamp(40, 120), ..self.style() }
    }

    /// The style for a report in a file: coloured only with `--color always`.
    pub(crate) fn file_style(&self) -> Style {
        Style { color: self.choice == ColorChoice::Always, ..self.style() }
    }

    /// The style for standard error.
    pub(crate) fn stderr_style(&self) -> Style {
        Style { color: self.color(Stream::Stderr), ..self.style() }
    }

    /// Whether the user can be asked: stdin is a terminal, and stderr is a terminal that can redraw a line.
    #[must_use]
    pub fn is_interactive(&self) -> bool {
        stdin().is_terminal() && self.can_redraw_stderr()
    }

    /// A spinner on stderr; hidden unless stderr is a terminal.
    #[must_use]
    pub fn spinner(&self, message: &str) -> Spinner {
        Spinner::new(message, self.can_redraw_stderr(), self.stderr_style())
    }

    /// A progress bar on stderr; hidden unless stderr is a terminal.
    #[must_use]
    pub fn progress_bar(&self, steps: usize) -> ProgressBar {
        ProgressBar::new(steps, self.can_redraw_stderr(), self.stderr_style())
    }

    /// Whether every question is answered with yes: `--yes`.
    pub(crate) fn answers_yes(&self) -> bool {
        self.yes
    }

    /// Asks a yes-no question; Enter means no. With `--yes`, returns true without asking.
    ///
    /// Fails if the user cannot be asked. The error names `flag`, the option that answers the question.
    pub fn confirm(&self, question: &str, flag: &str) -> Result<bool, PromptError> {
        if self.yes {
            Ok(true)
        } else if self.is_interactive() {
            prompt::confirm(self.prompt_style(), question)
        } else {
            Err(PromptError::NoTerminal { question: question.to_owned(), flag: flag.to_owned() })
        }
    }

    /// Lets the user choose a row of a list; `None` if they leave it. `default` is the row that Enter chooses at once.
    ///
    /// Fails without a terminal: ask [`Terminal::is_interactive`] first, and name the argument that was left out.
    pub fn choose(&self, question: &str, choices: &[Choice], default: usize) -> Result<Option<usize>, PromptError> {
        prompt::choose(self.prompt_style(), question, choices, default)
    }

    /// Lets the user type a text; `None` for an empty one. A text that `refuse` gives a reason against is asked for again.
    ///
    /// Fails without a terminal: ask [`Terminal::is_interactive`] first.
    pub fn type_text(
        &self,
        label: &str,
        refuse: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<String>, PromptError> {
        prompt::type_text(self.prompt_style(), label, refuse)
    }

    /// The style of prompts, which are on standard error.
    fn prompt_style(&self) -> Style {
        let columns = usize::from(Term::stderr().size().1);
        Style { width: columns.clamp(20, 100), ..self.stderr_style() }
    }

    /// Whether a full screen can be drawn.
    pub(crate) fn supports_full_screen(&self) -> bool {
        !self.env.is_dumb()
    }

    fn can_redraw_stderr(&self) -> bool {
        stderr().is_terminal() && !self.env.is_dumb()
    }
}
