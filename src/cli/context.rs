//! What every verb gets: the learner's workspace, the terminal, and the streams to print on.

use std::cell::OnceCell;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::sync::Arc;

use super::globals::Globals;
use super::streams::Streams;
use crate::app::{Error, Notice, Notify, Workspace};
use crate::learner::StateDir;
use crate::os;
use crate::sandbox::Estate;
use crate::ui::{ColorChoice, Spinner, Stream, Terminal, clear_line, markdown, next_steps};

/// Workspace, terminal and streams of one command.
pub(super) struct Context {
    pub(super) workspace: Workspace,
    pub(super) terminal: Terminal,
    streams: Arc<Streams>,
    verbose: bool,
}

impl Context {
    pub(super) fn new(globals: &Globals) -> Result<Self, Error> {
        if io::stderr().is_terminal() {
            // On Ctrl-C, remove the spinner's unfinished line.
            os::on_termination(clear_line).map_err(Error::system("cannot watch for signals"))?;
        }
        let verbose = globals.verbose > 0;
        let streams = Arc::new(Streams::Standard);
        let workspace = Self::workspace(globals, notify(&streams, verbose))?;
        Ok(Self { workspace, terminal: Terminal::new(globals.color.into(), globals.yes), streams, verbose })
    }

    /// The workspace that the options name.
    pub(super) fn workspace(globals: &Globals, notify: Notify) -> Result<Workspace, Error> {
        let state = StateDir::resolve(globals.state_dir.clone())?;
        let estate = Estate::at(globals.estate.as_deref().unwrap_or(Path::new(Estate::DEFAULT)));
        Ok(Workspace::new(globals.course.clone(), estate, state, notify))
    }

    /// The context in which a request from inside a sandbox is answered.
    pub(super) fn for_gate(
        streams: Streams,
        workspace: impl FnOnce(Notify) -> Workspace,
        color: bool,
        columns: u16,
    ) -> Self {
        let streams = Arc::new(streams);
        let choice = if color { ColorChoice::Always } else { ColorChoice::Never };
        let terminal = Terminal::new(choice, false).with_columns(columns.into());
        Self { workspace: workspace(notify(&streams, false)), terminal, streams, verbose: false }
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    pub(super) fn streams(&self) -> &Streams {
        &self.streams
    }

    pub(super) fn print(&self, text: &str) -> Result<(), Error> {
        Ok(self.streams.print(text.as_bytes())?)
    }

    /// Prints markdown, laid out for the terminal.
    pub(super) fn print_markdown(&self, text: &str) -> Result<(), Error> {
        self.print(&markdown(text, self.terminal.width(), self.terminal.color(Stream::Stdout)))
    }

    /// Prints commands that the user may want next, each with what it is for.
    pub(super) fn print_next_commands(&self, commands: &[(&str, &str)]) -> Result<(), Error> {
        self.print(&next_steps(commands, self.terminal.color(Stream::Stdout)))
    }

    /// Shows what a long operation waits for, until it is dropped.
    pub(super) fn waiting(&self) -> Waiting<'_> {
        Waiting { context: self, spinner: OnceCell::new() }
    }

    /// The terminal's width for messages before there is a context.
    pub(super) fn terminal_width() -> usize {
        Terminal::new(ColorChoice::Auto, false).width()
    }
}

fn notify(streams: &Arc<Streams>, verbose: bool) -> Notify {
    let streams = Arc::clone(streams);
    Box::new(move |notice| match notice {
        Notice::Warning(text) => streams.print_error(&format!("unitlab: {text}\n")),
        Notice::Detail(text) if verbose => streams.print_error(&format!("unitlab: {text}\n")),
        Notice::Detail(_) => {}
    })
}

/// A spinner that starts with the first text.
pub(super) struct Waiting<'a> {
    context: &'a Context,
    spinner: OnceCell<Spinner>,
}

impl Waiting<'_> {
    pub(super) fn show(&self, text: &str) {
        match self.spinner.get() {
            Some(spinner) => spinner.set_message(text),
            None => drop(self.spinner.set(self.context.terminal.spinner(text))),
        }
        self.context.streams.waiting(text);
    }
}
