//! A spinner, shown while the user waits.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike, WeakProgressBar};

use super::environment::TerminalEnv;
use crate::model::{Style, escape};

/// The visible spinner, for [`clear_line`].
static VISIBLE: Mutex<Option<WeakProgressBar>> = Mutex::new(None);

/// Clears the current line of stderr, which may hold a spinner or an echoed `^C`.
pub(crate) fn clear_line() {
    let visible = VISIBLE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(bar) = visible.and_then(|bar| bar.upgrade()) {
        bar.finish_and_clear();
    }
    if !TerminalEnv::read().is_dumb() {
        let _ = Term::stderr().clear_line();
    }
}

/// A spinner with a message on stderr; dropping it clears its line.
#[derive(Debug)]
pub struct Spinner {
    bar: ProgressBar,
}

impl Spinner {
    /// A spinner; it is hidden unless `visible`.
    pub(super) fn new(message: &str, visible: bool, style: Style) -> Self {
        if !visible {
            return Self { bar: ProgressBar::hidden() };
        }
        let target = ProgressDrawTarget::term_like(Box::new(SpinnerLine(Term::buffered_stderr())));
        let bar = ProgressBar::with_draw_target(None, target);
        let template = if style.color { "{spinner:.cyan} {wide_msg}" } else { "{spinner} {wide_msg}" };
        let progress = ProgressStyle::with_template(template).expect("the template is valid");
        bar.set_style(progress.tick_chars(style.glyphs().spinner));
        let spinner = Self { bar };
        *VISIBLE.lock().unwrap_or_else(PoisonError::into_inner) = Some(spinner.bar.downgrade());
        spinner.set_message(message);
        spinner.bar.enable_steady_tick(Duration::from_millis(100));
        spinner
    }

    pub fn set_message(&self, message: &str) {
        self.bar.set_message(escape(message).into_owned());
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Stderr, with the cursor at the start of the line after each update. indicatif leaves it at the end. An echoed `^C`
/// would then wrap to a new line, and the spinner would stay on the screen.
#[derive(Debug)]
struct SpinnerLine(Term);

impl TermLike for SpinnerLine {
    fn width(&self) -> u16 {
        self.0.size().1
    }

    fn move_cursor_up(&self, rows: usize) -> io::Result<()> {
        self.0.move_cursor_up(rows)
    }

    fn move_cursor_down(&self, rows: usize) -> io::Result<()> {
        self.0.move_cursor_down(rows)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.write_str("\r")?;
        self.0.flush()
    }
}
