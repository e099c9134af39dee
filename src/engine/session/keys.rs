//! What the keys do while a page is read.

use super::entry::Entry;
use super::event::{Action, Deed, Key};
use super::given::Given;
use super::modes;
use super::state::{Mode, Purpose, State, contents};
use super::step::Turn;
use crate::model::{Block, Form};

pub(super) fn press(turn: &mut Turn<'_>, key: Key) {
    turn.state.notice.clear();
    match key {
        Key::Ctrl('c') if turn.state.running.is_some() => return turn.act(Action::Stop),
        Key::Ctrl('c') => return turn.act(Action::Quit),
        Key::Ctrl('l') => return turn.act(Action::Redraw),
        Key::Ctrl('z') => return turn.act(Action::Suspend),
        _ => {}
    }
    if turn.state.mode == Mode::Page { read(turn, key) } else { modes::press(turn, key) }
}

fn read(turn: &mut Turn<'_>, key: Key) {
    let rows = turn.state.layout.rows.saturating_sub(2).max(1);
    match key {
        Key::Char('n') | Key::Right => next_page(turn),
        Key::Char('p') | Key::Left => previous_page(turn),
        Key::Char(' ') if below(&turn.state) == 0 => next_page(turn),
        Key::Char(' ') | Key::PageDown => scroll(turn, true, rows),
        Key::PageUp => scroll(turn, false, rows),
        Key::Down | Key::Char('j') => scroll(turn, true, 1),
        Key::Up | Key::Char('k') => scroll(turn, false, 1),
        Key::Home => scroll(turn, false, usize::MAX),
        Key::End => scroll(turn, true, turn.state.layout.total),
        Key::Tab => neighbour(turn, true),
        Key::BackTab => neighbour(turn, false),
        Key::Enter => enter(turn),
        Key::Char(digit @ '1'..='6') => choose(turn, digit as usize - '1' as usize),
        Key::Char('a') => answer_again(turn),
        Key::Char('e') => edit(turn),
        Key::Char('r') => run_again(turn),
        Key::Char('t') => {
            let here = (turn.state.chapter, Some(turn.state.page));
            let cursor = contents(turn.tutorial).iter().position(|row| *row == here).unwrap_or(0);
            turn.state.mode = Mode::Contents { cursor };
        }
        Key::Char('/') => turn.state.mode = Mode::Search { entry: Entry::default(), cursor: 0 },
        Key::Char('g') => turn.state.mode = Mode::Glossary { entry: Entry::default(), cursor: 0 },
        Key::Char('R') => turn.state.mode = Mode::Restart,
        Key::Char('?' | 'h') => turn.state.mode = Mode::Help { cursor: 0 },
        Key::Char('q') => turn.act(Action::Quit),
        _ => {}
    }
}

/// Rows of the page below the window.
fn below(state: &State) -> usize {
    state.layout.total.saturating_sub(state.scroll + state.layout.rows)
}

fn scroll(turn: &mut Turn<'_>, down: bool, rows: usize) {
    let state = &mut turn.state;
    state.scroll = if down { state.scroll.saturating_add(rows) } else { state.scroll.saturating_sub(rows) };
    turn.clamp();
}

pub(super) fn next_page(turn: &mut Turn<'_>) {
    let (chapter, page) = (turn.state.chapter, turn.state.page);
    if page + 1 < turn.state.chapter(turn.tutorial).pages.len() {
        turn.open(chapter, page + 1);
    } else if chapter + 1 < turn.tutorial.chapters.len() {
        turn.open(chapter + 1, 0);
    } else {
        "this is the last page of the last chapter; q leaves".clone_into(&mut turn.state.notice);
    }
}

fn previous_page(turn: &mut Turn<'_>) {
    let (chapter, page) = (turn.state.chapter, turn.state.page);
    if page > 0 {
        turn.open(chapter, page - 1);
    } else if chapter > 0 {
        turn.open(chapter - 1, turn.tutorial.chapters[chapter - 1].pages.len() - 1);
    } else {
        "this is the first page".clone_into(&mut turn.state.notice);
    }
}

/// Takes the next or the previous live block of the page in hand, round and round.
fn neighbour(turn: &mut Turn<'_>, onward: bool) {
    let blocks = &turn.state.page(turn.tutorial).blocks;
    let alive: Vec<usize> = (0..blocks.len()).filter(|index| blocks[*index].id().is_some()).collect();
    let here = alive.iter().position(|index| Some(*index) == turn.state.in_hand);
    let next = match (here, onward) {
        _ if alive.is_empty() => return,
        (None, true) => 0,
        (None, false) => alive.len() - 1,
        (Some(at), true) => (at + 1) % alive.len(),
        (Some(at), false) => (at + alive.len() - 1) % alive.len(),
    };
    turn.take(alive[next]);
}

/// Does what the block in hand waits for; else goes on.
fn enter(turn: &mut Turn<'_>) {
    let Some(block) = turn.state.block(turn.tutorial) else { return on(turn) };
    if !turn.state.sees_block() {
        return turn.follow();
    }
    if turn.state.is_done(turn.tutorial, block) && !matches!(block, Block::Door { .. }) && turn.state.marked.is_empty()
    {
        return on(turn);
    }
    let answered = block.id().is_some_and(|id| turn.state.answer(turn.tutorial, id).is_some());
    match block {
        Block::Prose(_) => on(turn),
        Block::Try { command, .. } => turn.run(&command.run),
        Block::Predict { command, .. } if answered => turn.run(&command.run),
        Block::Quiz { question, .. } | Block::Predict { question, .. } => match &question.form {
            Form::Typed { .. } => {
                turn.state.mode = Mode::Typing { purpose: Purpose::Answer, entry: Entry::default() };
                turn.follow();
            }
            Form::Choice { several: true, .. } if !turn.state.marked.is_empty() => {
                turn.answer(Given::Choices(turn.state.marked.iter().copied().collect()));
            }
            Form::Choice { several, choices, .. } => {
                let how = if *several { "mark what is right with" } else { "answer with" };
                turn.state.notice = format!("{how} 1 to {}; n skips the question", choices.len());
            }
        },
        Block::Door { lab } => {
            if turn.state.visited.contains_key(lab) {
                on(turn);
            } else {
                turn.enter(lab);
            }
        }
    }
}

/// To the next thing that asks for something, else down, else to the next page.
fn on(turn: &mut Turn<'_>) {
    if turn.state.running.is_some() {
        return turn.is_busy();
    }
    let from = turn.state.in_hand.map_or(0, |block| block + 1);
    if let Some(next) = turn.undone_from(from) {
        turn.take(next);
    } else if below(&turn.state) > 0 {
        let rows = turn.state.layout.rows.saturating_sub(2).max(1);
        scroll(turn, true, rows);
    } else {
        next_page(turn);
    }
}

/// Answers with a choice, or marks it where several may be right.
fn choose(turn: &mut Turn<'_>, choice: usize) {
    let Some(question) = turn.state.block(turn.tutorial).and_then(Block::question) else { return };
    let Form::Choice { choices, several, .. } = &question.form else { return };
    if choice >= choices.len() {
        return;
    }
    if !turn.state.sees_block() {
        return turn.follow();
    }
    if must_wait(turn) {
        return turn.is_busy();
    }
    if !several {
        turn.answer(Given::Choices(vec![choice]));
    } else if !turn.state.marked.remove(&choice) {
        turn.state.marked.insert(choice);
    }
}

/// Takes another answer in words.
fn answer_again(turn: &mut Turn<'_>) {
    let question = turn.state.block(turn.tutorial).and_then(Block::question);
    if question.is_some_and(|question| matches!(question.form, Form::Typed { .. })) {
        if must_wait(turn) {
            return turn.is_busy();
        }
        turn.state.mode = Mode::Typing { purpose: Purpose::Answer, entry: Entry::default() };
        turn.follow();
    }
}

/// An answer would run a command, and another one runs.
fn must_wait(turn: &Turn<'_>) -> bool {
    turn.state.running.is_some() && turn.state.block(turn.tutorial).is_some_and(|block| block.command().is_some())
}

/// Lets the learner change the command in hand before it runs.
fn edit(turn: &mut Turn<'_>) {
    let Some(block) = turn.state.block(turn.tutorial) else { return };
    let Some((id, command)) = block.id().zip(block.command()) else { return };
    if turn.state.running.is_some() {
        return turn.is_busy();
    }
    if matches!(block, Block::Predict { .. }) && turn.state.answer(turn.tutorial, id).is_none() {
        "say first what will come; then it runs".clone_into(&mut turn.state.notice);
        return;
    }
    let last = turn.state.outcome(turn.tutorial, id).map(|outcome| outcome.run.clone()).filter(|run| !run.is_empty());
    let entry = Entry::of(&last.unwrap_or_else(|| command.run.clone()));
    turn.state.mode = Mode::Typing { purpose: Purpose::Command, entry };
    turn.follow();
}

/// Runs the command in hand once more, or opens the lab again.
fn run_again(turn: &mut Turn<'_>) {
    let Some(block) = turn.state.block(turn.tutorial) else { return };
    if let Block::Door { lab } = block
        && turn.state.visited.contains_key(lab)
    {
        return turn.enter(lab);
    }
    let Some((id, command)) = block.id().zip(block.command()) else { return };
    if turn.state.outcome(turn.tutorial, id).is_some_and(|outcome| outcome.ended) {
        turn.run(&command.run);
    }
}

/// Reads the chapter from its beginning again.
pub(super) fn restart(turn: &mut Turn<'_>) {
    let chapter = turn.state.chapter(turn.tutorial).id.clone();
    for (_, answered) in turn.state.answers.iter_mut().filter(|((of, _), _)| *of == chapter) {
        answered.now = None;
    }
    turn.state.outcomes.retain(|(of, _), _| *of != chapter);
    turn.state.opened.retain(|(of, _)| *of != chapter);
    turn.act(Action::Remember(Deed::Restarted { chapter }));
    turn.prepare();
    turn.open(turn.state.chapter, 0);
}
