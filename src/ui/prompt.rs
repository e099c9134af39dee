//! Questions to the user, on standard error: yes or no, one of a list, or a text.
//!
//! Esc leaves a list without a choice, and means no. Ctrl-C ends the program.

use std::borrow::Cow;
use std::io;

use console::{Key, Term, measure_text_width};
use dialoguer::{Confirm, Input, Select};

use super::prompt_theme::PromptTheme;
use super::wrap::wrap;
use crate::model::{Style, escape};
use crate::os::{PromptGuard, RawMode, RawModeKind};

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

/// Columns beside a row: dialoguer's pointer, and one that stays empty.
const ROW_MARGIN: usize = 3;

/// Asks a yes-no question; Enter means no.
pub(super) fn confirm(style: Style, question: &str) -> Result<bool, PromptError> {
    // dialoguer redraws only the last line when the question is answered, so the lines before it are written here.
    let mut lines = wrap(&escape(question), style.width, " [y/N] yes".len());
    let last = lines.pop().unwrap_or_default();
    for line in lines {
        Term::stderr().write_line(&style.bold(&line))?;
    }
    let theme = PromptTheme { style };
    let answer = ask(|| Confirm::with_theme(&theme).with_prompt(last).default(false).interact_opt())?;
    Ok(answer == Some(true))
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
    let list = Select::with_theme(&theme).items(rows(style, choices)).default(default);
    ask(|| list.with_prompt(question).interact_opt())
}

/// Lets the user type a text; `None` for an empty one. A text that `refuse` gives a reason against is asked for again.
pub(super) fn type_text(
    style: Style,
    label: &str,
    refuse: impl Fn(&str) -> Option<String>,
) -> Result<Option<String>, PromptError> {
    let theme = PromptTheme { style };
    let validate = |text: &String| match refuse(text).filter(|_| !text.trim().is_empty()) {
        Some(why) => Err(style.cut(&escape(&why), style.width.saturating_sub(ROW_MARGIN))),
        None => Ok(()),
    };
    let input = Input::<String>::with_theme(&theme).with_prompt(style.cut(&escape(label), style.width / 2));
    let text = ask(|| input.allow_empty(true).validate_with(validate).interact_text())?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// Runs a prompt. Afterwards the terminal has its earlier modes and shows the cursor.
fn ask<T>(interact: impl FnOnce() -> dialoguer::Result<T>) -> Result<T, PromptError> {
    let _guard = PromptGuard::new()?;
    interact().map_err(|error| {
        let _ = Term::stderr().show_cursor();
        match io::Error::from(error) {
            error if error.kind() == io::ErrorKind::Interrupted => PromptError::Interrupted,
            error => PromptError::Terminal(error),
        }
    })
}

/// Aligned rows. dialoguer takes a row for two lines if it has more bytes than the terminal has columns, so rows are cut
/// to the width in bytes too.
fn rows(style: Style, choices: &[Choice]) -> Vec<String> {
    let names: Vec<Cow<'_, str>> = choices.iter().map(|choice| escape(&choice.name)).collect();
    let wide = names.iter().map(|name| measure_text_width(name)).max().unwrap_or(0);
    let room = style.width.saturating_sub(ROW_MARGIN);
    let row = |(choice, name): (&Choice, &Cow<'_, str>)| {
        let head = format!("{name}{}", " ".repeat(wide - measure_text_width(name) + 2));
        let note = escape(&choice.note);
        let note = if note.is_empty() { String::new() } else { format!(" {} {note}", style.glyphs().dot) };
        let title = escape(&choice.title);
        let left = room.saturating_sub(measure_text_width(&head) + measure_text_width(&note));
        let fits = |row: &String| measure_text_width(row) <= room && row.len() <= style.width;
        let cut = (0..=left).rev().map(|left| format!("{head}{}{note}", style.cut(&title, left)).trim_end().to_owned());
        let narrow = || (0..=room).rev().map(|room| style.cut(&head, room)).find(fits).unwrap_or_default();
        cut.into_iter().find(fits).unwrap_or_else(narrow)
    };
    choices.iter().zip(&names).map(row).collect()
}

/// Shows a text and waits for Enter, Space, Esc, q, Ctrl-C or Ctrl-D.
pub(crate) fn wait_for_enter(text: &str) -> Result<(), PromptError> {
    let term = Term::stderr();
    let _raw = RawMode::enter(RawModeKind::Keys).ok();
    term.write_str(&escape(text))?;
    while !matches!(term.read_key_raw()?, Key::Enter | Key::Char(' ' | 'q' | '\u{4}') | Key::Escape | Key::CtrlC) {}
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Choice, rows};
    use crate::model::Style;

    #[test]
    fn rows_fit_the_width_in_columns_and_in_bytes() {
        let choice =
            |name: &str, title: &str, note: &str| Choice { name: name.into(), title: title.into(), note: note.into() };
        let choices = [
            choice("sre-app", "A service that starts at boot, restarts and is not root", "running"),
            choice("first-process", "Process \u{1b}[31m", ""),
            choice("x", "世界世界世界世界世界世界世界世界世界世界世界世界", "“é”"),
        ];
        let style = Style { width: 50, color: false, unicode: true };
        assert_eq!(
            rows(style, &choices)[..2],
            ["sre-app        A service that starts… · running", "first-process  Process \\x1b[31m"]
        );
        for width in 20..100 {
            for row in rows(Style { width, ..style }, &choices) {
                assert!(row.len() <= width && console::measure_text_width(&row) <= width - 3, "{width}: {row}");
            }
        }
    }
}
