//! A sign of life for waits that are long enough to be noticed.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::model::escape;

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
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let template = if color { "{spinner:.cyan} {wide_msg}" } else { "{spinner} {wide_msg}" };
        let style = ProgressStyle::with_template(template).expect("the template is one of two literals");
        // The last sign is the one for "finished", which is never seen.
        bar.set_style(style.tick_chars(if unicode { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ " } else { "-\\|/ " }));
        let spinner = Self { bar };
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
