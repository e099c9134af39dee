//! A table of the time that each lab and chapter took, how much of it was waiting, and its CPU time.

use std::time::Duration;

use textwrap::core::display_width;

use super::text_builder::{TextBuilder, TextStyle};
use crate::model::{CaseResult, Proof, Timing, escape};

/// The columns after the name: title, and width with the space before it.
const COLUMNS: [(&str, usize); 6] =
    [("cases", 7), ("time", 10), ("boot", 6), ("answers", 9), ("watching", 10), ("CPU", 10)];
/// On a narrow terminal, one column for all that is waited for.
const NARROW: [(&str, usize); 4] = [("cases", 7), ("time", 10), ("waiting", 9), ("CPU", 10)];
/// Where the columns begin if the names need lines of their own.
const INDENT: usize = 2;

/// Sums of some cases.
#[derive(Default)]
struct Sum {
    cases: usize,
    whole: Duration,
    boot: Duration,
    answer: Duration,
    watch: Duration,
    cpu: Duration,
}

impl Sum {
    fn of(cases: &[CaseResult]) -> Self {
        cases.iter().fold(Self { cases: cases.len(), ..Self::default() }, |sum, case| {
            let Timing { whole, hand_over, boot, answer, watch, cpu, .. } = case.timing;
            Self {
                cases: sum.cases,
                whole: sum.whole + whole,
                boot: sum.boot + hand_over + boot,
                answer: sum.answer + answer,
                watch: sum.watch + watch,
                cpu: sum.cpu + cpu,
            }
        })
    }

    fn share(&self, part: Duration) -> String {
        let whole = self.whole.as_secs_f64();
        let share = if whole > 0.0 { 100.0 * part.as_secs_f64() / whole } else { 0.0 };
        format!("{share:.0}%")
    }

    /// `took` is its share of the wall-clock time.
    fn cells(&self, took: f64, is_narrow: bool) -> Vec<String> {
        let mut cells = vec![self.cases.to_string(), format!("{took:.1} s")];
        if is_narrow {
            cells.push(self.share(self.boot + self.answer + self.watch));
        } else {
            cells.extend([self.boot, self.answer, self.watch].map(|part| self.share(part)));
        }
        cells.push(format!("{:.1} s", self.cpu.as_secs_f64()));
        cells
    }
}

/// Writes the table. Nothing is written if nothing was timed.
pub(super) fn table(proof: &Proof, out: &mut TextBuilder) {
    let all = Sum::of(&proof.cases);
    if all.whole.is_zero() {
        return;
    }
    let subjects = proof.cases.chunk_by(|a, b| a.subject == b.subject);
    let mut rows: Vec<(String, Sum)> =
        subjects.filter_map(|cases| Some((escape(&cases.first()?.subject).into_owned(), Sum::of(cases)))).collect();
    if rows.len() > 1 {
        rows.push(("all".into(), all));
    }
    let total = rows.last().map_or(0.0, |(_, sum)| sum.whole.as_secs_f64());
    let names = rows.iter().map(|(name, _)| display_width(name)).max().unwrap_or_default();
    let layout = Layout::fitting(names, out.width());
    out.blank();
    let titles: Vec<String> = layout.columns.iter().map(|(title, _)| (*title).to_owned()).collect();
    layout.row("", &titles, TextStyle::Dim, out);
    for (name, sum) in &rows {
        let took = proof.took.as_secs_f64() * sum.whole.as_secs_f64() / total;
        layout.row(name, &sum.cells(took, layout.is_narrow()), TextStyle::Plain, out);
    }
    out.blank();
}

struct Layout {
    columns: &'static [(&'static str, usize)],
    /// The width of the names; none if each has a line of its own.
    names: Option<usize>,
}

impl Layout {
    fn fitting(names: usize, width: usize) -> Self {
        let needed = |columns: &[(&str, usize)]| names + columns.iter().map(|(_, width)| width).sum::<usize>();
        if needed(&COLUMNS) <= width {
            Self { columns: &COLUMNS, names: Some(names) }
        } else {
            Self { columns: &NARROW, names: (needed(&NARROW) <= width).then_some(names) }
        }
    }

    fn is_narrow(&self) -> bool {
        self.columns.len() == NARROW.len()
    }

    fn row(&self, name: &str, cells: &[String], style: TextStyle, out: &mut TextBuilder) {
        let columns = self.columns.iter().zip(cells);
        let cells = columns.fold(String::new(), |line, ((_, width), cell)| format!("{line}{cell:>width$}"));
        let line = if let Some(names) = self.names {
            format!("{name}{:gap$}{cells}", "", gap = names.saturating_sub(display_width(name)))
        } else {
            if !name.is_empty() {
                out.paragraph(style, 0, name);
            }
            format!("{:INDENT$}{cells}", "")
        };
        let line = out.paint(style, &line);
        out.line(&line);
    }
}
