//! A sign of life for waits that are long enough to be noticed.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike, WeakProgressBar};

use super::abilities::Abilities;
use crate::model::escape;

/// The one on the screen, for [`clean_line`].
static TURNING: Mutex<Option<WeakProgressBar>> = Mutex::new(None);

/// Leaves an empty line to what comes next: takes the spinner off it, and the `^C` that a terminal writes itself, which
/// stands there alone when it came just before or after a spinner.
pub fn clean_line() {
    let turning = TURNING.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(bar) = turning.and_then(|bar| bar.upgrade()) {
        bar.finish_and_clear();
    }
    if !Abilities::of_environment().dumb() {
        let _ = Term::stderr().clear_line();
    }
}

/// A turning sign with a message; it clears its line when it is dropped.
#[derive(Debug)]
pub struct Spinner {
    bar: ProgressBar,
}

impl Spinner {
    pub(super) fn new(message: &str, drawn: bool, color: bool, unicode: bool) -> Self {
        if !drawn {
            return Self { bar: ProgressBar::hidden() };
        }
        let bar =
            ProgressBar::with_draw_target(None, ProgressDrawTarget::term_like(Box::new(Line(Term::buffered_stderr()))));
        let template = if color { "{spinner:.cyan} {wide_msg}" } else { "{spinner} {wide_msg}" };
        let style = ProgressStyle::with_template(template).expect("the template is one of two literals");
        // The last sign is the one for "finished", which is never seen.
        bar.set_style(style.tick_chars(if unicode { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " } else { "-\\|/ " }));
        let spinner = Self { bar };
        *TURNING.lock().unwrap_or_else(PoisonError::into_inner) = Some(spinner.bar.downgrade());
        spinner.say(message);
        spinner.bar.enable_steady_tick(Duration::from_millis(100));
        spinner
    }

    /// Puts another message in the place of the last one.
    pub fn say(&self, message: &str) {
        self.bar.set_message(escape(message).into_owned());
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Stderr, with the cursor at the head of the line between two drawings. At its end, where the library leaves it, the
/// `^C` of somebody who has waited long enough would begin a line of its own, and the spinner stay above it for good.
#[derive(Debug)]
struct Line(Term);

impl TermLike for Line {
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
