//! A progress bar for long work.

use std::io::{Write as _, stderr};
use std::time::Duration;

use indicatif::{ProgressDrawTarget, ProgressStyle};

use crate::model::{Style, escape};

/// A bar on stderr; dropping it clears its line.
#[derive(Debug)]
pub struct ProgressBar {
    bar: indicatif::ProgressBar,
}

impl ProgressBar {
    /// A bar of `steps`; it is hidden unless `visible`.
    pub(super) fn new(steps: usize, visible: bool, style: Style) -> Self {
        if !visible {
            return Self { bar: indicatif::ProgressBar::hidden() };
        }
        let steps = u64::try_from(steps).unwrap_or(u64::MAX);
        let bar = indicatif::ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
        let cells = if style.color { "{bar:24.cyan}" } else { "{bar:24}" };
        let template = format!("{cells} {{pos}}/{{len}} {} {{elapsed}} {{wide_msg}}", style.glyphs().dot);
        let progress = ProgressStyle::with_template(&template).expect("the template is valid");
        bar.set_style(progress.progress_chars(style.glyphs().progress));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar }
    }

    /// Advances by one step and shows its name.
    pub fn advance(&self, done: &str) {
        self.bar.set_message(escape(done).into_owned());
        self.bar.inc(1);
    }

    /// Prints a line to stderr above the bar.
    pub fn print_line(&self, line: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(stderr(), "{}", escape(line));
        });
    }
}

impl Drop for ProgressBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
