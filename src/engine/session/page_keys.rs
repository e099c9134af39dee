//! What the keys do on a page.

use super::action::Action;
use super::key::Key;
use super::line_editor::LineEditor;
use super::quiz_answer::QuizAnswer;
use super::state::{InputPurpose, Mode, table_of_contents};
use super::step::Step;
use crate::model::{Block, QuizForm};

pub(super) fn press(step: &mut Step<'_>, key: Key) {
    match key {
        Key::Char('n') | Key::Right => next_page(step),
        Key::Char('p') | Key::Left => previous_page(step),
        Key::Char(' ') if step.state.rows_below() == 0 => next_page(step),
        Key::Char(' ') | Key::PageDown => step.scroll_down(screenful(step)),
        Key::PageUp => step.scroll_up(screenful(step)),
        Key::Down | Key::Char('j') => step.scroll_down(1),
        Key::Up | Key::Char('k') => step.scroll_up(1),
        Key::Home => step.scroll_up(usize::MAX),
        Key::End => step.scroll_down(step.state.layout.page_rows),
        Key::Tab => select_next(step),
        Key::BackTab => select_previous(step),
        Key::Enter => enter(step),
        Key::Char(digit @ '1'..='6') => choose(step, digit as usize - '1' as usize),
        Key::Char('a') => type_another_answer(step),
        Key::Char('e') => edit_command(step),
        Key::Char('r') => run_again(step),
        Key::Char('t') => {
            let here = (step.state.chapter, Some(step.state.page));
            let cursor = table_of_contents(step.tutorial).iter().position(|row| *row == here).unwrap_or(0);
            step.state.mode = Mode::Contents { cursor };
        }
        Key::Char('/') => step.state.mode = Mode::Search { input: LineEditor::default(), cursor: 0 },
        Key::Char('g') => step.state.mode = Mode::Glossary { input: LineEditor::default(), cursor: 0 },
        Key::Char('R') => step.state.mode = Mode::ConfirmRestart,
        Key::Char('?' | 'h') => step.state.mode = Mode::Help { cursor: 0 },
        Key::Char('q') => step.emit(Action::Quit),
        _ => {}
    }
}

/// The rows to scroll for one screen. Two rows stay visible.
fn screenful(step: &Step<'_>) -> usize {
    step.state.layout.window_rows.saturating_sub(2).max(1)
}

fn next_page(step: &mut Step<'_>) {
    let (chapter, page) = (step.state.chapter, step.state.page);
    if page + 1 < step.state.chapter(step.tutorial).pages.len() {
        step.open(chapter, page + 1);
    } else if chapter + 1 < step.tutorial.chapters.len() {
        step.open(chapter + 1, 0);
    } else {
        "this is the last page of the last chapter; q quits".clone_into(&mut step.state.notice);
    }
}

fn previous_page(step: &mut Step<'_>) {
    let (chapter, page) = (step.state.chapter, step.state.page);
    if page > 0 {
        step.open(chapter, page - 1);
    } else if chapter > 0 {
        step.open(chapter - 1, step.tutorial.chapters[chapter - 1].pages.len() - 1);
    } else {
        "this is the first page".clone_into(&mut step.state.notice);
    }
}

/// Indices of the blocks that can be selected.
fn interactive_blocks(step: &Step<'_>) -> Vec<usize> {
    let blocks = &step.state.page(step.tutorial).blocks;
    (0..blocks.len()).filter(|index| blocks[*index].id().is_some()).collect()
}

/// Selects the next interactive block; after the last one, the first.
fn select_next(step: &mut Step<'_>) {
    let blocks = interactive_blocks(step);
    let after = blocks.iter().position(|index| Some(*index) == step.state.focus).map_or(0, |at| at + 1);
    if let Some(next) = blocks.get(after).or(blocks.first()) {
        step.select(*next);
    }
}

/// Selects the previous interactive block; before the first one, the last.
fn select_previous(step: &mut Step<'_>) {
    let blocks = interactive_blocks(step);
    let here = blocks.iter().position(|index| Some(*index) == step.state.focus).unwrap_or(0);
    if let Some(previous) = blocks[..here.min(blocks.len())].last().or(blocks.last()) {
        step.select(*previous);
    }
}

/// Runs, answers or opens the selected block. If it is done, goes on.
fn enter(step: &mut Step<'_>) {
    let Some(block) = step.state.block(step.tutorial) else { return go_on(step) };
    if !step.state.focus_is_visible() {
        return step.scroll_to_focus();
    }
    if step.state.is_done(step.tutorial, block)
        && !matches!(block, Block::LabLink { .. })
        && step.state.marked.is_empty()
    {
        return go_on(step);
    }
    let answered = block.id().is_some_and(|id| step.state.answer(step.tutorial, id).is_some());
    match block {
        Block::Prose(_) => go_on(step),
        Block::Try { command, .. } => step.run(&command.run),
        Block::Predict { command, .. } if answered => step.run(&command.run),
        Block::Quiz { question, .. } | Block::Predict { question, .. } => match &question.form {
            QuizForm::Typed { .. } => type_answer(step),
            QuizForm::Choice { several: true, .. } if !step.state.marked.is_empty() => {
                step.answer(QuizAnswer::Choices(step.state.marked.iter().copied().collect()));
            }
            QuizForm::Choice { several, choices, .. } => {
                let how = if *several { "mark every right choice with" } else { "answer with" };
                step.state.notice = format!("{how} 1 to {}; n skips the question", choices.len());
            }
        },
        Block::LabLink { lab } => {
            if step.state.visited_labs.contains_key(lab) {
                go_on(step);
            } else {
                step.open_lab(lab);
            }
        }
    }
}

/// Goes to the next block that is not done, else scrolls down, else opens the next page.
fn go_on(step: &mut Step<'_>) {
    if step.state.running.is_some() {
        return step.notify_busy();
    }
    let from = step.state.focus.map_or(0, |block| block + 1);
    if let Some(next) = step.next_undone(from) {
        step.select(next);
    } else if step.state.rows_below() > 0 {
        step.scroll_down(screenful(step));
    } else {
        next_page(step);
    }
}

/// Answers with a choice, or toggles its mark if the question allows several.
fn choose(step: &mut Step<'_>, choice: usize) {
    let Some(question) = step.state.block(step.tutorial).and_then(Block::question) else { return };
    let QuizForm::Choice { choices, several, .. } = &question.form else { return };
    if choice >= choices.len() {
        return;
    }
    if !step.state.focus_is_visible() {
        return step.scroll_to_focus();
    }
    if answering_must_wait(step) {
        return step.notify_busy();
    }
    if !several {
        step.answer(QuizAnswer::Choices(vec![choice]));
    } else if !step.state.marked.remove(&choice) {
        step.state.marked.insert(choice);
    }
}

fn type_answer(step: &mut Step<'_>) {
    step.state.mode = Mode::Typing { purpose: InputPurpose::Answer, input: LineEditor::default() };
    step.scroll_to_focus();
}

fn type_another_answer(step: &mut Step<'_>) {
    let question = step.state.block(step.tutorial).and_then(Block::question);
    if question.is_some_and(|question| matches!(question.form, QuizForm::Typed { .. })) {
        if answering_must_wait(step) {
            return step.notify_busy();
        }
        type_answer(step);
    }
}

/// Whether an answer would run a command while another one is running.
fn answering_must_wait(step: &Step<'_>) -> bool {
    step.state.running.is_some() && step.state.block(step.tutorial).is_some_and(|block| block.command().is_some())
}

/// Lets the learner edit the command of the selected block before it runs.
fn edit_command(step: &mut Step<'_>) {
    let Some(block) = step.state.block(step.tutorial) else { return };
    let Some((id, command)) = block.id().zip(block.command()) else { return };
    if step.state.running.is_some() {
        return step.notify_busy();
    }
    if matches!(block, Block::Predict { .. }) && step.state.answer(step.tutorial, id).is_none() {
        "answer the question first; then the command runs".clone_into(&mut step.state.notice);
        return;
    }
    let last = step.state.command_run(step.tutorial, id).map(|run| run.command.as_str());
    let input = LineEditor::new(last.filter(|last| !last.is_empty()).unwrap_or(&command.run));
    step.state.mode = Mode::Typing { purpose: InputPurpose::Command, input };
    step.scroll_to_focus();
}

/// Runs the original command of the selected block again, or opens its lab again.
fn run_again(step: &mut Step<'_>) {
    let Some(block) = step.state.block(step.tutorial) else { return };
    if let Block::LabLink { lab } = block
        && step.state.visited_labs.contains_key(lab)
    {
        return step.open_lab(lab);
    }
    let Some((id, command)) = block.id().zip(block.command()) else { return };
    if step.state.has_run(step.tutorial, id) {
        step.run(&command.run);
    }
}
