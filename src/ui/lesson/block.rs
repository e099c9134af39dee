//! Interactive blocks: questions and their answers, commands and their output, labs.

use textwrap::core::display_width;

use super::input_line;
use super::lab_summary::LabSummary;
use crate::engine::session::{
    CommandRun, InputPurpose, LineEditor, Mode, QuizAnswer, SandboxStatus, State, output_matches,
};
use crate::model::{Block, LessonCommand, QuizForm, QuizQuestion, Style, Tutorial, escape};
use crate::ui::{markdown, wrap};

/// The rows of a block, and the row and column of the cursor while the learner types into it.
#[derive(Debug, Default)]
pub(super) struct BlockRows {
    pub(super) rows: Vec<String>,
    pub(super) cursor: Option<(usize, usize)>,
}

/// Rows shown of a command's output.
const MAX_OUTPUT_ROWS: usize = 200;

/// Draws an interactive block. Prose has no rows here; `page_rows` draws it.
pub(super) fn block_rows(
    tutorial: &Tutorial,
    state: &State,
    index: usize,
    labs: &[LabSummary<'_>],
    style: Style,
) -> BlockRows {
    let is_focused = state.focus == Some(index);
    let painter = Painter { tutorial, state, is_focused, labs, style };
    let mut out = BlockRows::default();
    match &state.page(tutorial).blocks[index] {
        Block::Prose(_) => {}
        Block::Quiz { id, question } => {
            painter.question(&mut out, id, question);
            painter.result(&mut out, id, question);
        }
        Block::Try { id, command, look } => {
            painter.command(&mut out, id, command);
            painter.prose(&mut out, &format!("**Look at** {look}"));
            painter.output(&mut out, id, command);
        }
        Block::Predict { id, question, command } => {
            painter.question(&mut out, id, question);
            out.rows.push(String::new());
            painter.command(&mut out, id, command);
            painter.output(&mut out, id, command);
            // An answer from an earlier session is explained too, although the command's output was not saved.
            if state.command_run(tutorial, id).is_none_or(|run| run.finished) {
                painter.result(&mut out, id, question);
            }
        }
        Block::LabLink { lab } => painter.lab(&mut out, lab),
    }
    out
}

struct Painter<'a> {
    tutorial: &'a Tutorial,
    state: &'a State,
    is_focused: bool,
    labs: &'a [LabSummary<'a>],
    style: Style,
}

impl Painter<'_> {
    fn prose(&self, out: &mut BlockRows, text: &str) {
        out.rows.extend(markdown(text, self.style.width, self.style.color).lines().map(str::to_owned));
    }

    /// Adds wrapped markdown after a prefix of `prefix_width` columns.
    fn prefixed(&self, out: &mut BlockRows, prefix: &str, prefix_width: usize, text: &str) {
        let room = self.style.width.saturating_sub(prefix_width);
        for (index, line) in markdown(text, room, self.style.color).lines().enumerate() {
            let margin = if index == 0 { prefix.to_owned() } else { " ".repeat(prefix_width) };
            out.rows.push(format!("{margin}{line}"));
        }
    }

    fn question(&self, out: &mut BlockRows, id: &str, question: &QuizQuestion) {
        let style = self.style;
        self.prefixed(out, &style.bold_accent("? "), 2, &question.ask);
        let answer = self.state.answer(self.tutorial, id);
        match &question.form {
            QuizForm::Choice { choices, several, right } => {
                for (index, choice) in choices.iter().enumerate() {
                    let mark = self.choice_mark(id, answer, index, *several, right);
                    let prefix = format!("{mark} {} ", style.bold_accent(&(index + 1).to_string()));
                    self.prefixed(out, &prefix, 4, choice);
                }
            }
            QuizForm::Typed { .. } => match (&self.state.mode, answer) {
                (Mode::Typing { purpose: InputPurpose::Answer, input }, _) if self.is_focused => {
                    self.text_field(out, "> ", input);
                }
                (_, Some((answer, correct))) => {
                    let mark = self.result_mark(*correct);
                    for (index, line) in hard_wrap(&escape(&answer.to_text()), style.width - 2).into_iter().enumerate()
                    {
                        out.rows.push(format!("{} {line}", if index == 0 { mark.as_str() } else { " " }));
                    }
                }
                (_, None) => out.rows.push(style.dim("> (press Enter, then type)")),
            },
        }
    }

    fn choice_mark(
        &self,
        id: &str,
        answer: Option<&(QuizAnswer, bool)>,
        index: usize,
        several: bool,
        right: &[usize],
    ) -> String {
        let (style, glyphs) = (self.style, self.style.glyphs());
        let is_chosen = matches!(answer, Some((QuizAnswer::Choices(chosen), _)) if chosen.contains(&index));
        if self.is_focused && self.state.marked.contains(&index) {
            return style.bold_accent(glyphs.marked);
        }
        match answer {
            Some(_) if is_chosen => self.result_mark(right.contains(&index)),
            Some(_) if self.state.has_run(self.tutorial, id) && right.contains(&index) => style.dim(glyphs.passed),
            _ if several && self.is_focused => style.dim(glyphs.unmarked),
            _ => " ".to_owned(),
        }
    }

    fn result_mark(&self, correct: bool) -> String {
        let glyphs = self.style.glyphs();
        if correct { self.style.good(glyphs.passed) } else { self.style.bad(glyphs.failed) }
    }

    /// Adds whether the latest answer is correct, and why. Without an answer, adds nothing.
    fn result(&self, out: &mut BlockRows, id: &str, question: &QuizQuestion) {
        let style = self.style;
        let Some((_, correct)) = self.state.answer(self.tutorial, id) else { return };
        let retry = match &question.form {
            // The command's output has already shown the answer.
            _ if *correct || !self.is_focused || self.state.has_run(self.tutorial, id) => "",
            QuizForm::Choice { .. } => "Press another number to try again.",
            QuizForm::Typed { .. } => "Press a to try again.",
        };
        let word = if *correct { style.good("Correct.") } else { style.bad("Wrong.") };
        out.rows.push(String::new());
        match (retry, retry.len() + "Wrong. ".len() <= style.width) {
            ("", _) => out.rows.push(word),
            (retry, true) => out.rows.push(format!("{word} {}", style.dim(retry))),
            (retry, false) => out.rows.extend([word, style.dim(retry)]),
        }
        self.prose(out, &question.because);
    }

    fn command(&self, out: &mut BlockRows, id: &str, command: &LessonCommand) {
        if let (true, Mode::Typing { purpose: InputPurpose::Command, input }) = (self.is_focused, &self.state.mode) {
            return self.text_field(out, prompt(command.root), input);
        }
        let run = self.state.command_run(self.tutorial, id);
        let shown = run.map(|run| run.command.as_str()).filter(|run| !run.is_empty()).unwrap_or(&command.run);
        let prompt = self.style.dim(prompt(command.root));
        for (index, line) in wrap(&escape(shown), self.style.width, 2).into_iter().enumerate() {
            let prefix = if index == 0 { prompt.as_str() } else { "  " };
            out.rows.push(format!("{prefix}{}", self.style.bold_accent(&line)));
        }
    }

    fn text_field(&self, out: &mut BlockRows, prompt: &str, input: &LineEditor) {
        let (rows, (row, column)) = input_line::rows(prompt, input, self.style.width);
        out.cursor = Some((out.rows.len() + row, column));
        out.rows.extend(rows);
    }

    fn output(&self, out: &mut BlockRows, id: &str, command: &LessonCommand) {
        let style = self.style;
        let Some(run) = self.state.command_run(self.tutorial, id) else {
            if let (true, SandboxStatus::Unavailable { why }) = (self.is_focused, &self.state.sandbox) {
                self.prose(
                    out,
                    &format!("*No sandbox can run here: {}. Enter shows the recorded output.*", escape(why)),
                );
            }
            return;
        };
        if run.recorded {
            let label = if run.output.is_empty() { "no output was recorded" } else { "recorded, not run here" };
            out.rows.push(self.output_rule(&style.accent(label)));
            if let SandboxStatus::Unavailable { why } = &self.state.sandbox {
                self.prose(out, &format!("*No sandbox can run here: {}*", escape(why)));
            }
        } else {
            out.rows.push(self.output_rule(&self.run_label(run)));
        }
        let mut lines =
            run.output.lines().flat_map(|line| hard_wrap(&escape(&line.replace('\t', "    ")), style.width));
        out.rows.extend(lines.by_ref().take(MAX_OUTPUT_ROWS));
        let hidden = lines.count();
        if hidden > 0 {
            let lines = if hidden == 1 { "line" } else { "lines" };
            out.rows.push(style.dim(&format!("({hidden} more {lines})")));
        }
        if let Some(note) = exit_note(run, command) {
            out.rows.push(style.dim(&note));
        }
        let is_original = !run.recorded && run.command == command.run;
        if run.finished && is_original && !output_matches(&command.expect, &run.output) {
            self.prose(out, "*This is not the usual output. `R` restarts the chapter with a fresh sandbox.*");
        }
    }

    /// A short rule above an output.
    fn output_rule(&self, label: &str) -> String {
        let rule = self.style.dim(&self.style.glyphs().rule.repeat(3));
        if label.is_empty() { rule } else { format!("{rule} {label}") }
    }

    fn run_label(&self, run: &CommandRun) -> String {
        if !run.finished {
            let label = match &self.state.sandbox {
                SandboxStatus::Booting => "the sandbox boots",
                _ if run.output.is_empty() && !run.prerequisites.is_empty() => "earlier commands run first",
                _ => "running",
            };
            return self.style.accent(&format!("{label}{}", self.style.glyphs().ellipsis));
        }
        if run.prerequisites.is_empty() {
            return String::new();
        }
        self.style.dim(&format!("ran first: {}", run.prerequisites.join(", ")))
    }

    fn lab(&self, out: &mut BlockRows, id: &str) {
        let style = self.style;
        let lab = self.labs.iter().find(|lab| lab.id == id);
        let title = lab.map_or(id, |lab| lab.title);
        self.prefixed(out, &style.bold_accent("Lab "), 4, &format!("**{title}**"));
        if let Some(lab) = lab {
            let best = lab.best.map_or(String::new(), |best| format!(", your best score {best} %"));
            out.rows.push(style.dim(&format!("{} minutes{best}", lab.minutes)));
        }
        match self.state.visited_labs.get(id) {
            Some(message) if !message.is_empty() => self.prose(out, message),
            Some(_) => {}
            None => self.prose(out, "Enter opens a shell in a private machine. `exit` brings you back here."),
        }
    }
}

fn prompt(root: bool) -> &'static str {
    if root { "# " } else { "$ " }
}

/// A note about the exit code, if it says more than the output.
fn exit_note(run: &CommandRun, command: &LessonCommand) -> Option<String> {
    if !run.finished || run.recorded {
        return None;
    }
    match run.exit_code {
        Some(0) if run.output.is_empty() => Some("(no output, exit status 0)".into()),
        Some(0) => None,
        Some(124) => Some("(exit status 124: stopped by the time limit)".into()),
        // The chapter expects this output, so the status is expected too.
        Some(_) if run.command == command.run && output_matches(&command.expect, &run.output) => None,
        Some(code) => Some(format!("(exit status {code})")),
        None => Some("(stopped)".into()),
    }
}

/// Breaks a line of output into rows of at most `width` columns: at a space near the edge, else at the edge. Returns at
/// least one row.
fn hard_wrap(text: &str, width: usize) -> Vec<String> {
    let mut rows = Vec::new();
    let mut row = String::new();
    let mut column = 0;
    for character in text.chars() {
        let columns = display_width(character.encode_utf8(&mut [0; 4]));
        if column + columns > width {
            let space = row.rfind(' ').filter(|space| display_width(&row[*space..]) <= NEAR_EDGE && *space > 0);
            let rest = space.map_or(String::new(), |space| row.split_off(space + 1));
            rows.push(std::mem::replace(&mut row, rest));
            column = display_width(&row);
        }
        row.push(character);
        column += columns;
    }
    rows.push(row);
    rows
}

/// A space at most this many columns from the edge is used to break a row.
const NEAR_EDGE: usize = 24;
