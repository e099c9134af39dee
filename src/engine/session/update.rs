//! The entry points of a session: begin it, and update it with an event.

use super::action::Action;
use super::event::Event;
use super::key::Key;
use super::state::{Mode, SavedProgress, State};
use super::step::Step;
use super::{overlay_keys, page_keys};
use crate::model::Tutorial;

/// Begins a session on a page. Returns its state and the first actions.
pub(crate) fn begin(tutorial: &Tutorial, chapter: usize, page: usize, saved: SavedProgress) -> (State, Vec<Action>) {
    let mut step = Step::new(tutorial, State::new(chapter, page, saved));
    step.open(chapter, page);
    (step.state, step.actions)
}

/// Applies an event. Returns the new state and the actions that follow, in order.
pub(crate) fn update(tutorial: &Tutorial, state: State, event: Event) -> (State, Vec<Action>) {
    let mut step = Step::new(tutorial, state);
    match event {
        Event::Key(key) => press(&mut step, key),
        Event::Layout(layout) => step.set_layout(layout),
        Event::Sandbox(status) => step.set_sandbox(status),
        Event::Output(text) => step.append_output(&text),
        Event::Exited(code) => step.finish_command(code),
        Event::LabClosed(message) => step.leave_lab(message),
    }
    (step.state, step.actions)
}

fn press(step: &mut Step<'_>, key: Key) {
    step.state.notice.clear();
    match key {
        Key::Ctrl('c') if step.state.running.is_some() => step.emit(Action::Stop),
        Key::Ctrl('c') => step.emit(Action::Quit),
        Key::Ctrl('l') => step.emit(Action::Redraw),
        Key::Ctrl('z') => step.emit(Action::Suspend),
        key if step.state.mode == Mode::Page => page_keys::press(step, key),
        key => overlay_keys::press(step, key),
    }
}
