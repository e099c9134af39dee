//! Whatever happens, in whatever order: a sitting stands.

use proptest::prelude::*;

use super::play::tutorial;
use crate::engine::session::{Action, Event, Key, Layout, Mode, Past, Sandbox, State, contents, step};

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
    (0_usize..30, 0_usize..100, blocks).prop_map(|(rows, total, blocks)| {
        let blocks = blocks.into_iter().map(|(begin, rows)| (begin, begin + rows)).collect();
        Layout { rows, total, blocks }
    })
}

fn events() -> impl Strategy<Value = Event> {
    let sandbox = prop::sample::select(vec![
        Sandbox::Booting,
        Sandbox::Up { systemd: "252".into() },
        Sandbox::Impossible { why: "so".into() },
        Sandbox::Locked,
        Sandbox::None,
    ]);
    prop_oneof![
        8 => keys().prop_map(Event::Key),
        3 => layouts().prop_map(Event::Laid),
        1 => sandbox.prop_map(Event::Sandbox),
        1 => "[ -~世\n]{0,9}".prop_map(Event::Printed),
        1 => prop::option::of(0..256).prop_map(Event::Ended),
        1 => ".{0,5}".prop_map(Event::Back),
    ]
}

proptest! {
    #[test]
    fn every_index_is_valid_and_the_window_stays_on_the_page(events in prop::collection::vec(events(), 0..120)) {
        let tutorial = tutorial();
        let (mut state, _) = State::begin(&tutorial, 0, 0, Past::default());
        for event in events {
            let ran_before = state.running.clone();
            let (next, actions) = step(&tutorial, state, event);
            state = next;
            let pages = &tutorial.chapters[state.chapter].pages;
            prop_assert!(state.in_hand.is_none_or(|block| pages[state.page].blocks[block].id().is_some()));
            prop_assert!(state.scroll <= state.layout.total.saturating_sub(state.layout.rows));
            prop_assert!(state.is_opened(&tutorial.chapters[state.chapter], &pages[state.page]));
            if let Mode::Contents { cursor } = state.mode {
                prop_assert!(cursor < contents(&tutorial).len());
            }
            for action in &actions {
                match action {
                    // What runs is a command of the chapter in hand, and nothing else runs.
                    Action::Run { chapter, first, block, .. } => {
                        prop_assert_eq!(&ran_before, &None);
                        prop_assert_eq!(*chapter, state.chapter);
                        let all = first.iter().chain([block]);
                        prop_assert!(all.into_iter().all(|id| tutorial.chapters[*chapter].block(id).is_some()));
                        prop_assert!(state.running.is_some());
                    }
                    Action::Prepare { chapter } => prop_assert_eq!(*chapter, state.chapter),
                    Action::Stop => prop_assert!(ran_before.is_some()),
                    _ => {}
                }
            }
            // What does not run has ended, unless its chapter was begun anew.
            for (spot, outcome) in &state.outcomes {
                prop_assert!(outcome.ended || state.running.as_ref() == Some(spot), "{spot:?}");
            }
        }
    }
}
