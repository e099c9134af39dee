//! Questions to the user.
//!
//! Keys are read in raw mode, so Ctrl-C arrives as a key. As a signal it could end the program with the cursor hidden or
//! the terminal raw.

use std::io;

use console::{Key, Term};

use crate::model::escape;
use crate::os::{RawMode, RawModeKind};

#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    #[error("cannot ask without a terminal: “{question}” (answer it with {flag})")]
    NoTerminal {
        question: String,
        /// The option that answers the question.
        flag: String,
    },
    #[error("interrupted")]
    Interrupted,
    #[error("cannot use the terminal: {0}")]
    Terminal(#[from] io::Error),
}

pub(super) fn confirm(term: &Term, question: &str) -> Result<bool, PromptError> {
    // Enter raw mode before the question is visible, so that Ctrl-C is never a signal. If this fails, each read enters it.
    let raw = RawMode::enter(RawModeKind::Keys).ok();
    term.write_str(&format!("{} [y/N] ", escape(question)))?;
    let answer = loop {
        match term.read_key_raw() {
            Ok(Key::Char('y' | 'Y')) => break Ok(true),
            Ok(Key::Char('n' | 'N') | Key::Enter | Key::Escape) => break Ok(false),
            Ok(Key::CtrlC | Key::Char('\u{4}')) => break Err(PromptError::Interrupted),
            Ok(_) => {}
            Err(error) => break Err(error.into()),
        }
    };
    drop(raw);
    term.write_line(match answer {
        Ok(true) => "yes",
        Ok(false) => "no",
        Err(_) => "",
    })?;
    answer
}

/// Shows a text and waits for Enter, Space, Esc, q, Ctrl-C or Ctrl-D.
pub(crate) fn wait_for_enter(text: &str) -> Result<(), PromptError> {
    let term = Term::stderr();
    let _raw = RawMode::enter(RawModeKind::Keys).ok();
    term.write_str(&escape(text))?;
    while !matches!(term.read_key_raw()?, Key::Enter | Key::Char(' ' | 'q' | '\u{4}') | Key::Escape | Key::CtrlC) {}
    Ok(())
}
