//! A chapter from beginning to end as lines, for screen readers, pipes and paper.

use std::fmt::Write as _;

use super::brush::Brush;
use crate::model::{Ask, Block, Chapter, Form, escape};
use crate::ui::markdown;

/// The whole chapter: what would be asked is asked and answered, what would be run is shown as it was recorded.
#[must_use]
pub fn plain(chapter: &Chapter, brush: Brush) -> String {
    let mut out = String::new();
    let mut say = |text: &str| {
        out.push_str(&markdown(text, brush.width, brush.color));
        out.push('\n');
    };
    let goals: Vec<String> = chapter.goals.iter().map(|goal| format!("- {goal}")).collect();
    say(&format!(
        "# {}. {}\n\n{} minutes. Once you have read this chapter, you can\n\n{}",
        chapter.number,
        chapter.title,
        chapter.minutes,
        goals.join("\n")
    ));
    for page in &chapter.pages {
        say(&format!("## {}", page.title));
        for block in &page.blocks {
            match block {
                Block::Prose(text) => say(text),
                Block::Quiz { question, .. } => {
                    say(&asked("Question", question));
                    say(&answered(question));
                }
                Block::Try { id, look, .. } => {
                    say(&format!("**Try** (look at {look})\n\n{}", printed(chapter, id, block)));
                }
                Block::Predict { id, question, .. } => {
                    say(&asked("Predict", question));
                    say(&printed(chapter, id, block));
                    say(&answered(question));
                }
                Block::Door { lab } => say(&format!("**Lab** `unitlab lab start {lab}`")),
            }
        }
    }
    brush.shown(out)
}

fn asked(word: &str, question: &Ask) -> String {
    let mut text = format!("**{word}** {}\n\n", question.ask);
    if let Form::Choice { choices, .. } = &question.form {
        for (index, choice) in choices.iter().enumerate() {
            let _ = writeln!(text, "{}. {choice}", index + 1);
        }
    }
    text
}

fn answered(question: &Ask) -> String {
    let numbers = match &question.form {
        Form::Choice { right, .. } => {
            let numbers: Vec<String> = right.iter().map(|choice| (choice + 1).to_string()).collect();
            format!("{}. ", numbers.join(" and "))
        }
        Form::Typed { .. } => String::new(),
    };
    format!("**Answer** {numbers}{}", question.because)
}

/// The command, and what it printed when the course was recorded, as a code block that nothing in it can end.
fn printed(chapter: &Chapter, id: &str, block: &Block) -> String {
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
