//! Live blocks: questions with their answers, commands with what they print, doors.

use textwrap::core::display_width;

use super::brush::Brush;
use super::entry;
use super::frame::Labs;
use crate::engine::session::{Entry, Given, Mode, Outcome, Purpose, Sandbox, State, shows};
use crate::model::{Ask, Block, Form, Practice, Tutorial, escape};
use crate::ui::markdown;

/// The rows of one block, without its gutter, and the cursor where something is typed into it.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<String>,
    pub(super) cursor: Option<(usize, usize)>,
}

/// Of an output, so many rows are shown.
const MOST: usize = 200;

/// Lays out a block that is alive.
pub(super) fn rows(tutorial: &Tutorial, state: &State, index: usize, labs: &Labs<'_>, brush: Brush) -> Rows {
    let in_hand = state.in_hand == Some(index);
    let painter = Painter { tutorial, state, in_hand, labs, brush };
    let mut rows = Rows::default();
    match &state.page(tutorial).blocks[index] {
        Block::Prose(_) => {}
        Block::Quiz { id, question } => {
            painter.question(&mut rows, id, question);
            painter.verdict(&mut rows, id, question);
        }
        Block::Try { id, command, look } => {
            painter.command(&mut rows, id, command);
            painter.prose(&mut rows, &format!("**Look at** {look}"));
            painter.outcome(&mut rows, id, command);
        }
        Block::Predict { id, question, command } => {
            painter.question(&mut rows, id, question);
            rows.rows.push(String::new());
            painter.command(&mut rows, id, command);
            painter.outcome(&mut rows, id, command);
            // An answer of an earlier sitting has its reason too, though its output is gone.
            if state.outcome(tutorial, id).is_none_or(|outcome| outcome.ended) {
                painter.verdict(&mut rows, id, question);
            }
        }
        Block::Door { lab } => painter.door(&mut rows, lab),
    }
    rows
}

struct Painter<'a> {
    tutorial: &'a Tutorial,
    state: &'a State,
    in_hand: bool,
    labs: &'a Labs<'a>,
    brush: Brush,
}

impl Painter<'_> {
    fn prose(&self, rows: &mut Rows, text: &str) {
        rows.rows.extend(markdown(text, self.brush.width, self.brush.color).lines().map(str::to_owned));
    }

    /// Markdown on as many rows as it takes, behind a beginning of this width.
    fn hanging(&self, rows: &mut Rows, begin: &str, wide: usize, text: &str) {
        let room = self.brush.width.saturating_sub(wide);
        for (index, line) in markdown(text, room, self.brush.color).lines().enumerate() {
            let margin = if index == 0 { begin.to_owned() } else { " ".repeat(wide) };
            rows.rows.push(format!("{margin}{line}"));
        }
    }

    fn question(&self, rows: &mut Rows, id: &str, question: &Ask) {
        let brush = self.brush;
        self.hanging(rows, &brush.strong("? "), 2, &question.ask);
        let answer = self.state.answer(self.tutorial, id);
        match &question.form {
            Form::Choice { choices, several, right } => {
                for (number, choice) in choices.iter().enumerate() {
                    let chosen = match answer {
                        Some((Given::Choices(given), _)) => given.contains(&number),
                        _ => false,
                    };
                    let marked = self.in_hand && self.state.marked.contains(&number);
                    let sign = match (answer, chosen) {
                        _ if marked => brush.strong(brush.sign("●", "*")),
                        (Some(_), true) if right.contains(&number) => brush.good(brush.sign("✓", "+")),
                        (Some(_), true) => brush.bad(brush.sign("✗", "x")),
                        (Some(_), false) if self.is_told(id) && right.contains(&number) => {
                            brush.dim(brush.sign("✓", "+"))
                        }
                        _ if *several && self.in_hand => brush.dim(brush.sign("○", "o")),
                        _ => " ".to_owned(),
                    };
                    let begin = format!("{sign} {} ", brush.strong(&(number + 1).to_string()));
                    self.hanging(rows, &begin, 4, choice);
                }
            }
            Form::Typed { .. } => match (&self.state.mode, answer) {
                (Mode::Typing { purpose: Purpose::Answer, entry }, _) if self.in_hand => {
                    self.typed(rows, "> ", entry);
                }
                (_, Some((given, right))) => {
                    let sign =
                        if *right { brush.good(brush.sign("✓", "+")) } else { brush.bad(brush.sign("✗", "x")) };
                    for (index, line) in chopped(&escape(&given.to_text()), brush.width - 2).into_iter().enumerate() {
                        rows.rows.push(format!("{} {line}", if index == 0 { sign.as_str() } else { " " }));
                    }
                }
                (_, None) => rows.rows.push(brush.dim("> (Enter, then type)")),
            },
        }
    }

    /// Right or wrong, and why; nothing before there is an answer.
    fn verdict(&self, rows: &mut Rows, id: &str, question: &Ask) {
        let brush = self.brush;
        let Some((_, right)) = self.state.answer(self.tutorial, id) else { return };
        let again = match &question.form {
            _ if *right || !self.in_hand || self.is_told(id) => "",
            Form::Choice { .. } => "Press another number to try again.",
            Form::Typed { .. } => "Press a to try again.",
        };
        let word = if *right { brush.good("Right.") } else { brush.bad("Not so.") };
        let word = match (again, again.len() + "Not so. ".len() <= brush.width) {
            ("", _) => vec![word],
            (again, true) => vec![format!("{word} {}", brush.dim(again))],
            (again, false) => vec![word, brush.dim(again)],
        };
        rows.rows.push(String::new());
        rows.rows.extend(word);
        self.prose(rows, &question.because);
    }

    /// A command has told the answer: there is nothing left to guess.
    fn is_told(&self, id: &str) -> bool {
        self.state.outcome(self.tutorial, id).is_some_and(|outcome| outcome.ended)
    }

    fn command(&self, rows: &mut Rows, id: &str, command: &Practice) {
        if let (true, Mode::Typing { purpose: Purpose::Command, entry }) = (self.in_hand, &self.state.mode) {
            return self.typed(rows, prompt(command.root), entry);
        }
        let outcome = self.state.outcome(self.tutorial, id);
        let run = outcome.map(|outcome| outcome.run.as_str()).filter(|run| !run.is_empty()).unwrap_or(&command.run);
        let begin = self.brush.dim(prompt(command.root));
        let options = textwrap::Options::new(self.brush.width - 2)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for (index, line) in textwrap::wrap(&escape(run), options).into_iter().enumerate() {
            let begin = if index == 0 { begin.as_str() } else { "  " };
            rows.rows.push(format!("{begin}{}", self.brush.strong(&line)));
        }
    }

    fn typed(&self, rows: &mut Rows, prompt: &str, entry: &Entry) {
        let (typed, (row, column)) = entry::rows(prompt, entry, self.brush.width);
        rows.cursor = Some((rows.rows.len() + row, column));
        rows.rows.extend(typed);
    }

    fn outcome(&self, rows: &mut Rows, id: &str, command: &Practice) {
        let brush = self.brush;
        let Some(outcome) = self.state.outcome(self.tutorial, id) else {
            if let (true, Sandbox::Impossible { why }) = (self.in_hand, &self.state.sandbox) {
                self.prose(
                    rows,
                    &format!("*No sandbox can run here: {}. Enter shows what was recorded.*", escape(why)),
                );
            }
            return;
        };
        if outcome.recorded {
            let word = if outcome.output.is_empty() { "nothing was recorded of it" } else { "recorded, not run here" };
            rows.rows.push(brush.rule_in(&brush.accent(word)));
            if let Sandbox::Impossible { why } = &self.state.sandbox {
                self.prose(rows, &format!("*No sandbox can run here: {}*", escape(why)));
            }
        } else {
            rows.rows.push(brush.rule_in(&self.running(outcome)));
        }
        let mut lines =
            outcome.output.lines().flat_map(|line| chopped(&escape(&line.replace('\t', "    ")), brush.width));
        rows.rows.extend(lines.by_ref().take(MOST));
        let left = lines.count();
        if left > 0 {
            let more = if left == 1 { "line" } else { "lines" };
            rows.rows.push(brush.dim(&format!("({left} {more} more)")));
        }
        if let Some(end) = ending(outcome, command) {
            rows.rows.push(brush.dim(&end));
        }
        if outcome.ended && !outcome.recorded && outcome.run == command.run && !shows(&command.expect, &outcome.output)
        {
            self.prose(rows, "*This is not what is usually seen here. `R` begins the chapter, and its sandbox, anew.*");
        }
    }

    fn running(&self, outcome: &Outcome) -> String {
        if !outcome.ended {
            let word = match &self.state.sandbox {
                Sandbox::Booting => "the sandbox boots",
                _ if outcome.output.is_empty() && !outcome.first.is_empty() => "what it needs runs first",
                _ => "it runs",
            };
            return self.brush.accent(&format!("{word}{}", self.brush.sign("…", "...")));
        }
        if outcome.first.is_empty() {
            return String::new();
        }
        self.brush.dim(&format!("after what it needs: {}", outcome.first.join(", ")))
    }

    fn door(&self, rows: &mut Rows, lab: &str) {
        let brush = self.brush;
        let told = self.labs.iter().find(|told| told.id == lab);
        let title = told.map_or(lab, |told| told.title);
        self.hanging(rows, &brush.strong("Lab "), 4, &format!("**{title}**"));
        if let Some(told) = told {
            let best = told.best.map_or(String::new(), |best| format!(", your best score {best} %"));
            rows.rows.push(brush.dim(&format!("{} minutes{best}", told.minutes)));
        }
        match self.state.visited.get(lab) {
            Some(said) if !said.is_empty() => self.prose(rows, said),
            Some(_) => {}
            None => self.prose(rows, "Enter opens it: a shell on a machine of your own. `exit` brings you back here."),
        }
    }
}

impl Brush {
    /// A short rule above an output.
    fn rule_in(self, word: &str) -> String {
        let dash = self.dim(&self.sign("─", "-").repeat(3));
        if word.is_empty() { dash } else { format!("{dash} {word}") }
    }
}

fn prompt(root: bool) -> &'static str {
    if root { "# " } else { "$ " }
}

/// How a command ended, where that says something.
fn ending(outcome: &Outcome, command: &Practice) -> Option<String> {
    if !outcome.ended || outcome.recorded {
        return None;
    }
    match outcome.code {
        Some(0) if outcome.output.is_empty() => Some("(it printed nothing, and ended with 0)".into()),
        Some(0) => None,
        Some(124) => Some("(exit status 124: a time limit ended it)".into()),
        // What a page expects says all there is to say.
        Some(_) if outcome.run == command.run && shows(&command.expect, &outcome.output) => None,
        Some(code) => Some(format!("(exit status {code})")),
        None => Some("(stopped)".into()),
    }
}

/// A text in pieces of at most so many columns: at a space where there is one near, else wherever they end. At least one.
fn chopped(text: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    let mut column = 0;
    for character in text.chars() {
        let wide = display_width(character.encode_utf8(&mut [0; 4]));
        if column + wide > width {
            let space = row.rfind(' ').filter(|space| display_width(&row[*space..]) <= NEAR && *space > 0);
            let rest = space.map_or(String::new(), |space| row.split_off(space + 1));
            rows.push(std::mem::replace(&mut row, rest));
            column = display_width(&row);
        }
        row.push(character);
        column += wide;
    }
    rows.push(row);
    rows
}

/// A space so many columns from the edge is a better place to break than the edge.
const NEAR: usize = 24;
