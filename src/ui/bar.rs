//! How far a long piece of work has come.

use std::io::{Write as _, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::model::escape;

/// A bar that fills step by step; it clears its line when it is dropped.
#[derive(Debug)]
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    pub(super) fn new(things: usize, drawn: bool, color: bool, unicode: bool) -> Self {
        if !drawn {
            return Self { bar: ProgressBar::hidden() };
        }
        let things = u64::try_from(things).unwrap_or(u64::MAX);
        let bar = ProgressBar::with_draw_target(Some(things), ProgressDrawTarget::stderr());
        let fill = if color { "{bar:24.cyan}" } else { "{bar:24}" };
        let style = ProgressStyle::with_template(&format!("{fill} {{pos}}/{{len}} · {{elapsed}} {{wide_msg}}"))
            .expect("the template is one of two literals");
        bar.set_style(style.progress_chars(if unicode { "━╸ " } else { "#> " }));
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar }
    }

    /// One thing more is done; `last` names it.
    pub fn step(&self, last: &str) {
        self.bar.set_message(escape(last).into_owned());
        self.bar.inc(1);
    }

    /// A line on stderr that stays, above the bar where there is one.
    pub fn note(&self, line: &str) {
        self.bar.suspend(|| {
            let _ = writeln!(stderr(), "{}", escape(line));
        });
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
