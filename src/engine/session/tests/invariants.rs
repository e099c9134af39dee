//! Invariants that hold after any sequence of events.

use proptest::prelude::*;

use super::player::tutorial;
use crate::engine::session::{
    Action, Event, Key, Layout, Mode, SandboxStatus, SavedProgress, begin, table_of_contents, update,
};

fn keys() -> impl Strategy<Value = Key> {
    use Key::*;
    prop_oneof![
        4 => prop::sample::select("npjkeart/gRyh?123456 qx世".chars().collect::<Vec<_>>()).prop_map(Char),
        3 => Just(Enter),
        3 => prop::sample::select(vec![
            Escape, Tab, BackTab, Backspace, Delete, Left, Right, Up, Down, Home, End, PageUp, PageDown,
        ]),
        1 => prop::sample::select("cluwzak".chars().collect::<Vec<_>>()).prop_map(Ctrl),
    ]
}

fn layouts() -> impl Strategy<Value = Layout> {
    let blocks = prop::collection::vec((0_usize..60, 0_usize..60), 0..6);
    (0_usize..30, 0_usize..100, blocks).prop_map(|(window_rows, page_rows, blocks)| {
        let blocks = blocks.into_iter().map(|(begin, rows)| (begin, begin + rows)).collect();
        Layout { window_rows, page_rows, blocks }
    })
}

fn events() -> impl Strategy<Value = Event> {
    let sandbox = prop::sample::select(vec![
        SandboxStatus::Booting,
        SandboxStatus::Running { systemd: "252".into() },
        SandboxStatus::Unavailable { why: "so".into() },
        SandboxStatus::NeedsPassword,
        SandboxStatus::NotStarted,
    ]);
    prop_oneof![
        8 => keys().prop_map(Event::Key),
        3 => layouts().prop_map(Event::Layout),
        1 => sandbox.prop_map(Event::Sandbox),
        1 => "[ -~世\n]{0,9}".prop_map(Event::Output),
        1 => prop::option::of(0..256).prop_map(Event::Exited),
        1 => ".{0,5}".prop_map(Event::LabClosed),
    ]
}

proptest! {
    #[test]
    fn every_index_is_valid_and_the_window_stays_on_the_page(events in prop::collection::vec(events(), 0..120)) {
        let tutorial = tutorial();
        let (mut state, _) = begin(&tutorial, 0, 0, SavedProgress::default());
        for event in events {
            let ran_before = state.running.clone();
            let (next, actions) = update(&tutorial, state, event);
            state = next;
            let pages = &tutorial.chapters[state.chapter].pages;
            prop_assert!(state.focus.is_none_or(|block| pages[state.page].blocks[block].id().is_some()));
            prop_assert!(state.scroll <= state.layout.page_rows.saturating_sub(state.layout.window_rows));
            prop_assert!(state.is_opened(&tutorial.chapters[state.chapter], &pages[state.page]));
            if let Mode::Contents { cursor } = state.mode {
                prop_assert!(cursor < table_of_contents(&tutorial).len());
            }
            for action in &actions {
                match action {
                    // Only commands of the current chapter run, one at a time.
                    Action::Run { chapter, prerequisites, block, .. } => {
                        prop_assert_eq!(&ran_before, &None);
                        prop_assert_eq!(*chapter, state.chapter);
                        let all = prerequisites.iter().chain([block]);
                        prop_assert!(all.into_iter().all(|id| tutorial.chapters[*chapter].block(id).is_some()));
                        prop_assert!(state.running.is_some());
                    }
                    Action::PrepareSandbox { chapter } => prop_assert_eq!(*chapter, state.chapter),
                    Action::Stop => prop_assert!(ran_before.is_some()),
                    _ => {}
                }
            }
            // Every command is finished or running.
            for (location, outcome) in &state.command_runs {
                prop_assert!(outcome.finished || state.running.as_ref() == Some(location), "{location:?}");
            }
        }
    }
}
