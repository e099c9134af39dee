//! Questions to the user, on standard error: yes or no, one of a list, or a text.
//!
//! Esc and Ctrl-D mean no, or none. Ctrl-C interrupts the program.

use std::io;

use console::{Key, Term, measure_text_width};
use dialoguer::theme::Theme as _;
use dialoguer::{Confirm, Input, Select};

use super::prompt_keys::{PromptEnd, run_prompt};
use super::prompt_theme::PromptTheme;
use super::wrap::wrap;
use crate::model::{Style, escape};
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

/// One row of a list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// A name, as the user would type it.
    pub name: String,
    /// What it is. It is cut to fit.
    pub title: String,
    /// Its state, such as `running`; may be empty.
    pub note: String,
}

/// Ends a list or a yes-no question in dialoguer.
const CANCEL: &[u8] = b"\x1b";
/// dialoguer's text input knows no key that leaves it. So a text that ends with this invisible character, which no keyboard
/// has, is not an answer.
const CANCELLED: char = '\u{2060}';
/// The longest row in bytes and in columns that dialoguer counts as one line is this much shorter than the terminal.
const ROW_MARGIN: usize = 3;

/// Asks a yes-no question; Enter, Esc and Ctrl-D mean no.
pub(super) fn confirm(style: Style, question: &str) -> Result<bool, PromptError> {
    let theme = PromptTheme { style };
    // dialoguer redraws one line when the question is answered, so the lines before it are written here.
    let mut lines = wrap(&escape(question), style.width, " [y/N] yes".len());
    let last = lines.pop().unwrap_or_default();
    lines.iter().try_for_each(|line| write_line(&style.bold(line)))?;
    let unanswered = themed(|line| theme.format_confirm_prompt(line, &last, Some(false)))?;
    let answer = ask(theme, CANCEL, &unanswered, |theme, term| {
        Confirm::with_theme(theme).with_prompt(&last).default(false).report(false).interact_on_opt(term)
    })?;
    let answer = answer == Some(true);
    write_line(&themed(|line| theme.format_confirm_prompt_selection(line, &last, Some(answer)))?)?;
    Ok(answer)
}

/// Lets the user choose a row; `None` if they leave the list. `default` is the row that Enter chooses at once.
pub(super) fn choose(
    style: Style,
    question: &str,
    choices: &[Choice],
    default: usize,
) -> Result<Option<usize>, PromptError> {
    let theme = PromptTheme { style };
    let question = style.cut(&escape(question), style.width.saturating_sub(ROW_MARGIN));
    let rows = rows(style, choices);
    let unanswered = themed(|line| theme.format_prompt(line, &question))?;
    let chosen = ask(theme, CANCEL, &unanswered, |theme, term| {
        let list = Select::with_theme(theme).with_prompt(&question).items(&rows).default(default);
        list.report(false).interact_on_opt(term)
    })?;
    let name = chosen.and_then(|at| choices.get(at)).map_or("none".into(), |choice| escape(&choice.name));
    write_line(&themed(|line| theme.format_input_prompt_selection(line, &question, &name))?)?;
    Ok(chosen)
}

/// Lets the user type a text; `None` for an empty one. A text that `refuse` gives a reason against is asked for again.
pub(super) fn type_text(
    style: Style,
    label: &str,
    refuse: impl Fn(&str) -> Option<String> + Sync,
) -> Result<Option<String>, PromptError> {
    let theme = PromptTheme { style };
    let label = style.cut(&escape(label), style.width / 2);
    let cancel = format!("{CANCELLED}\r");
    let unanswered = themed(|line| theme.format_prompt(line, &label))?;
    let text = ask(theme, cancel.as_bytes(), &unanswered, |theme, term| {
        let validate = |text: &String| match refuse(text) {
            Some(why) if !text.trim().is_empty() && !text.contains(CANCELLED) => {
                Err(style.cut(&escape(&why), style.width.saturating_sub(ROW_MARGIN)))
            }
            _ => Ok(()),
        };
        let input = Input::<String>::with_theme(theme).with_prompt(&label).allow_empty(true).report(false);
        input.validate_with(validate).interact_text_on(term).map(Some)
    })?;
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let shown = text.as_deref().map_or("nothing".into(), escape);
    write_line(&themed(|line| theme.format_input_prompt_selection(line, &label, &shown))?)?;
    Ok(text)
}

/// Runs a prompt. It erases itself, and `unanswered` is what stays on the screen if the program is interrupted.
fn ask<T: Send>(
    theme: PromptTheme,
    cancel: &[u8],
    unanswered: &str,
    interact: impl FnOnce(&PromptTheme, &Term) -> dialoguer::Result<Option<T>> + Send,
) -> Result<Option<T>, PromptError> {
    let (result, end) = run_prompt(cancel, || interact(&theme, &Term::stderr()))?;
    let term = Term::stderr();
    if matches!(end, PromptEnd::Answered | PromptEnd::Cancelled) {
        term.show_cursor()?;
        let answer = result.map_err(io::Error::from)?;
        return Ok(answer.filter(|_| end == PromptEnd::Answered));
    }
    // The terminal may be gone, so errors do not count.
    let _ = term.show_cursor();
    let _ = write_line(unanswered);
    match end {
        PromptEnd::Signal(signal) if signal != signal_hook::consts::SIGINT => terminate(signal),
        PromptEnd::Closed => terminate(signal_hook::consts::SIGHUP),
        _ => Err(PromptError::Interrupted),
    }
}

/// Ends this process as a signal does.
fn terminate<T>(signal: i32) -> Result<T, PromptError> {
    signal_hook::low_level::emulate_default_handler(signal)?;
    Err(PromptError::Interrupted)
}

/// Aligned rows. dialoguer counts lines by bytes, so a row is cut to the terminal's width in bytes too.
fn rows(style: Style, choices: &[Choice]) -> Vec<String> {
    let names: Vec<_> = choices.iter().map(|choice| escape(&choice.name)).collect();
    let wide = names.iter().map(|name| measure_text_width(name)).max().unwrap_or(0);
    let room = style.width.saturating_sub(ROW_MARGIN);
    let row = |(choice, name): (&Choice, &std::borrow::Cow<'_, str>)| {
        let gap = " ".repeat(wide - measure_text_width(name) + 2);
        let head = format!("{name}{gap}");
        let note = escape(&choice.note);
        let note = if note.is_empty() { String::new() } else { format!(" {} {note}", style.glyphs().dot) };
        let left = room.saturating_sub(measure_text_width(&head) + measure_text_width(&note));
        let title = style.cut(&escape(&choice.title), left);
        let mut row = format!("{head}{title}{note}").trim_end().to_owned();
        let mut columns = measure_text_width(&row);
        while row.len() > room || columns > room {
            columns = columns.min(room).saturating_sub(1);
            row = style.cut(&row, columns);
        }
        row
    };
    choices.iter().zip(&names).map(row).collect()
}

fn write_line(line: &str) -> io::Result<()> {
    Term::stderr().write_line(line.trim_end())
}

fn themed(format: impl FnOnce(&mut String) -> std::fmt::Result) -> io::Result<String> {
    let mut line = String::new();
    format(&mut line).map_err(io::Error::other)?;
    Ok(line)
}

/// Shows a text and waits for Enter, Space, Esc, q, Ctrl-C or Ctrl-D.
pub(crate) fn wait_for_enter(text: &str) -> Result<(), PromptError> {
    let term = Term::stderr();
    let _raw = RawMode::enter(RawModeKind::Keys).ok();
    term.write_str(&escape(text))?;
    while !matches!(term.read_key_raw()?, Key::Enter | Key::Char(' ' | 'q' | '\u{4}') | Key::Escape | Key::CtrlC) {}
    Ok(())
}
