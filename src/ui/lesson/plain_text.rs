//! A whole chapter as text, for screen readers, pipes and paper.

use std::fmt::Write as _;

use crate::model::{Block, Chapter, QuizForm, QuizQuestion, Style, escape};
use crate::ui::markdown;

/// Formats the whole chapter: questions with their answers, commands with their recorded output.
pub(crate) fn chapter_as_text(chapter: &Chapter, style: Style) -> String {
    let mut out = String::new();
    let mut write = |text: &str| {
        out.push_str(&markdown(text, style.width, style.color));
        out.push('\n');
    };
    let goals: Vec<String> = chapter.goals.iter().map(|goal| format!("- {goal}")).collect();
    write(&format!(
        "# {}. {}\n\n{} minutes. After this chapter you can\n\n{}",
        chapter.number,
        chapter.title,
        chapter.minutes,
        goals.join("\n")
    ));
    for page in &chapter.pages {
        write(&format!("## {}", page.title));
        for block in &page.blocks {
            match block {
                Block::Prose(text) => write(text),
                Block::Quiz { question, .. } => {
                    write(&question_text("Question", question));
                    write(&answer_text(question));
                }
                Block::Try { id, look, .. } => {
                    write(&format!("**Try** (look at {look})\n\n{}", command_text(chapter, id, block)));
                }
                Block::Predict { id, question, .. } => {
                    write(&question_text("Predict", question));
                    write(&command_text(chapter, id, block));
                    write(&answer_text(question));
                }
                Block::LabLink { lab } => write(&format!("**Lab** `unitlab lab start {lab}`")),
            }
        }
    }
    style.to_charset(out)
}

fn question_text(label: &str, question: &QuizQuestion) -> String {
    let mut text = format!("**{label}** {}\n\n", question.ask);
    if let QuizForm::Choice { choices, .. } = &question.form {
        for (index, choice) in choices.iter().enumerate() {
            let _ = writeln!(text, "{}. {choice}", index + 1);
        }
    }
    text
}

fn answer_text(question: &QuizQuestion) -> String {
    let numbers = match &question.form {
        QuizForm::Choice { right, .. } => {
            let numbers: Vec<String> = right.iter().map(|choice| (choice + 1).to_string()).collect();
            format!("{}. ", numbers.join(" and "))
        }
        QuizForm::Typed { .. } => String::new(),
    };
    format!("**Answer** {numbers}{}", question.because)
}

/// The command and its recorded output as a code block. A fence in the output cannot end the block.
fn command_text(chapter: &Chapter, id: &str, block: &Block) -> String {
    let Some(command) = block.command() else { return String::new() };
    let prompt = if command.root { '#' } else { '$' };
    let mut text = format!("~~~~~~~~console\n{prompt} {}\n", escape(&command.run));
    if let Some(recorded) = chapter.record(id) {
        for line in recorded.output.lines() {
            text.push_str(&escape(&line.replace('\t', "    ")).replace("~~~~~~~~", "~~~~~~~"));
            text.push('\n');
        }
    }
    text.push_str("~~~~~~~~\n");
    text
}
