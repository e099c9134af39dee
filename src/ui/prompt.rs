//! Questions to a person.
//!
//! Keys are read raw, so that Ctrl-C comes as a key: a prompt that lets the signal come may end with the cursor hidden
//! or the terminal raw, and would race with whoever else handles the signal.

use std::io;

use console::{Key, Term};
use rustix::termios::{LocalModes, OptionalActions, Termios};

use crate::model::escape;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// No terminal to ask on.
    #[error("nobody can be asked here: “{question}” (answer it with {flag})")]
    Nobody {
        /// What would have been asked.
        question: String,
        /// The option that answers it.
        flag: String,
    },
    /// Ctrl-C, or a signal.
    #[error("interrupted")]
    Interrupted,
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] io::Error),
}

pub(super) fn confirm(term: &Term, question: &str) -> Result<bool, Refused> {
    let raw = RawKeys::take();
    term.write_str(&format!("{} [y/N] ", escape(question)))?;
    let answer = loop {
        match term.read_key_raw() {
            Ok(Key::Char('y' | 'Y')) => break Ok(true),
            Ok(Key::Char('n' | 'N') | Key::Enter | Key::Escape) => break Ok(false),
            Ok(Key::CtrlC | Key::Char('\u{4}')) => break Err(Refused::Interrupted),
            Ok(_) => {}
            Err(error) => break Err(error.into()),
        }
    };
    drop(raw);
    // The answer stays to be read, as if it had been typed.
    term.write_line(match answer {
        Ok(true) => "yes",
        Ok(false) => "no",
        Err(_) => "",
    })?;
    answer
}

/// Waits until somebody presses Enter, or anything that means the same.
pub fn wait_for_enter(what: &str) -> Result<(), Refused> {
    let term = Term::stderr();
    let _raw = RawKeys::take();
    term.write_str(&escape(what))?;
    while !matches!(term.read_key_raw()?, Key::Enter | Key::Char(' ' | 'q' | '\u{4}') | Key::Escape | Key::CtrlC) {}
    Ok(())
}

/// Keys as they are pressed, from before the question is seen: a Ctrl-C that comes first would be a signal after all.
struct RawKeys(Termios);

impl RawKeys {
    /// None where the terminal does not say how it is; then the time of each read is all there is.
    fn take() -> Option<Self> {
        let before = rustix::termios::tcgetattr(io::stdin()).ok()?;
        let mut raw = before.clone();
        raw.local_modes.remove(LocalModes::ISIG | LocalModes::ICANON | LocalModes::ECHO);
        rustix::termios::tcsetattr(io::stdin(), OptionalActions::Now, &raw).ok()?;
        Some(Self(before))
    }
}

impl Drop for RawKeys {
    fn drop(&mut self) {
        let _ = rustix::termios::tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}
