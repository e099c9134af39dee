//! Reading: pages, rows, and what lies over the page.

use std::collections::BTreeSet;

use super::play::{Play, opened};
use crate::engine::session::{Action, Deed, Event, KEYS, Key, Layout, Mode, Past, Purpose, Sandbox, contents, step};

/// The keys that a row of the help names.
fn named(row: &str) -> Vec<Key> {
    let of = |name: &str| match name {
        "Enter" => Key::Enter,
        "Space" => Key::Char(' '),
        "Right" => Key::Right,
        "Left" => Key::Left,
        "Up" => Key::Up,
        "Down" => Key::Down,
        "PgUp" => Key::PageUp,
        "PgDn" => Key::PageDown,
        "Home" => Key::Home,
        "End" => Key::End,
        "Tab" => Key::Tab,
        "Shift-Tab" => Key::BackTab,
        "Ctrl-C" => Key::Ctrl('c'),
        "Ctrl-Z" => Key::Ctrl('z'),
        "1 to 6" => Key::Char('2'),
        name => Key::Char(name.parse().expect("one letter")),
    };
    row.split(", ").map(of).collect()
}

#[test]
fn every_key_of_the_help_does_something_on_some_page() {
    for (row, what) in KEYS {
        for key in named(row) {
            let does = (0..5).any(|page| {
                let mut play = Play::at(page);
                if page == 0 {
                    play.runs(Key::Enter, "a");
                }
                play.rows_of_a_block = 20;
                play.press(Key::Char('j')).lay();
                // Keys for what is answered and visited already.
                if page == 1 {
                    play.press(Key::BackTab).press(Key::Char('a')).types("x").press(Key::Enter);
                }
                let before = play.state.clone();
                play.press(key);
                play.state != before || !play.did.is_empty()
            });
            assert!(does, "{row}: {what}");
        }
    }
}

#[test]
fn every_key_of_the_help_keeps_out_of_other_modes() {
    let modes: [(&str, &[Key]); 6] = [
        ("typing", &[Key::Char('e')]),
        ("contents", &[Key::Char('t')]),
        ("search", &[Key::Char('/')]),
        ("glossary", &[Key::Char('g')]),
        ("help", &[Key::Char('?')]),
        ("restart", &[Key::Char('R')]),
    ];
    for (mode, keys) in modes {
        for (row, _) in KEYS {
            for key in named(row) {
                let mut play = Play::at(0);
                for key in keys {
                    play.press(*key);
                }
                assert!(!play.reads(), "{mode}");
                play.press(key);
                // Only these act: on what is chosen or typed, on the sitting as a whole, or on the chapter.
                let acts = match (mode, key) {
                    (_, Key::Ctrl('c' | 'z')) | ("typing" | "contents", Key::Enter) | ("contents", Key::Char('q')) => 1,
                    _ => 0,
                };
                assert_eq!(play.did.len(), acts, "{mode}: {key:?} does {:?}", play.did);
                assert_eq!(play.place(), (0, 0), "{mode}: {key:?}");
                play.press(Key::Escape);
                assert!(play.reads(), "{mode}: Esc goes back");
            }
        }
    }
}

#[test]
fn pages_follow_one_another_from_the_first_to_the_last() {
    let mut play = Play::of(0, 0, Past::default(), Sandbox::None);
    let (_, did) = crate::engine::session::State::begin(&play.tutorial, 0, 0, Past::default());
    assert_eq!(did, [opened("one", "commands", false), Action::Prepare { chapter: 0 }]);
    play.hears(Event::Sandbox(Sandbox::Booting));
    play.press(Key::Char('p'));
    assert_eq!((play.place(), play.state.notice.as_str()), ((0, 0), "this is the first page"));
    let mut places = vec![play.place()];
    for key in [Key::Right, Key::Char('n'), Key::Char('n')] {
        play.press(key);
        places.push(play.place());
    }
    assert_eq!(play.did, [opened("one", "door", false)], "one chapter has one sandbox");
    play.press(Key::Char('n'));
    assert_eq!(play.did, [opened("one", "summary", true)]);
    // A page without anything to do: Enter and Space go on.
    play.press(Key::Enter);
    assert_eq!(play.did, [opened("two", "prose", false), Action::Prepare { chapter: 1 }]);
    play.press(Key::Char(' ')).press(Key::Char('n'));
    assert_eq!(play.did, [opened("three", "last", true)], "a chapter of words needs no sandbox");
    assert_eq!(play.place(), (2, 0));
    for key in [Key::Char('n'), Key::Enter, Key::Char(' ')] {
        play.press(key);
        assert_eq!((play.place(), play.did.len()), ((2, 0), 0));
        assert_eq!(play.state.notice, "this is the last page of the last chapter; q leaves");
    }
    play.press(Key::Left);
    assert_eq!(play.place(), (1, 1), "back goes to the last page of the chapter before");
    assert_eq!(places, [(0, 0), (0, 1), (0, 2), (0, 3)]);
    play.press(Key::Char('q'));
    assert_eq!(play.did, [Action::Quit]);
}

#[test]
fn the_window_moves_and_never_leaves_the_page() {
    let mut play = Play::at(4);
    play.rows_of_a_block = 34;
    play.lay();
    for (key, scroll) in [
        (Key::Up, 0),
        (Key::Down, 1),
        (Key::Char('j'), 2),
        (Key::Char('k'), 1),
        (Key::PageDown, 9),
        (Key::Char(' '), 17),
        (Key::PageUp, 9),
        (Key::End, 24),
        (Key::Down, 24),
        (Key::Home, 0),
        (Key::Enter, 8),
    ] {
        play.press(key);
        assert_eq!((play.state.scroll, play.place()), (scroll, (0, 4)), "{key:?}");
    }
    play.press(Key::End);
    play.rows_of_a_block = 12;
    play.lay();
    assert_eq!(play.state.scroll, 2, "a page that became shorter is still in the window");
    play.press(Key::Char(' '));
    assert_eq!((play.place(), play.state.scroll), ((1, 0), 0), "at the end Space turns the page");
}

#[test]
fn contents_lead_to_any_page() {
    let mut play = Play::at(2);
    play.press(Key::Char('t'));
    let rows = contents(&play.tutorial);
    assert_eq!(rows.len(), 3 + 5 + 2 + 1);
    assert_eq!(play.state.mode, Mode::Contents { cursor: 3 }, "at the page in hand");
    for (key, cursor) in [
        (Key::Up, 2),
        (Key::Char('k'), 1),
        (Key::Down, 2),
        (Key::Char('j'), 3),
        (Key::PageUp, 0),
        (Key::PageDown, 10),
        (Key::Down, 10),
        (Key::Home, 0),
        (Key::End, 10),
        (Key::Char('9'), 10),
        (Key::Char('2'), 6),
    ] {
        play.press(key);
        assert_eq!(play.state.mode, Mode::Contents { cursor }, "{key:?}");
    }
    play.press(Key::Down).press(Key::Down).press(Key::Enter);
    assert_eq!((play.place(), play.reads()), ((1, 1), true));
    play.types("tt");
    assert!(play.reads());
}

#[test]
fn words_are_found_on_every_page_and_terms_by_their_letters() {
    let mut play = Play::at(2);
    play.types("/WORDS a");
    let Mode::Search { entry, cursor: 0 } = &play.state.mode else { panic!("{:?}", play.state.mode) };
    let hits = crate::engine::session::find(&play.tutorial, &entry.text());
    let places: Vec<_> = hits.iter().map(|hit| (hit.chapter, hit.page, hit.line.as_str())).collect();
    assert_eq!(places, [(0, 0, "Words about a unit."), (2, 0, "Words alone.")]);
    play.press(Key::Down).press(Key::Down).press(Key::Enter);
    assert_eq!(play.place(), (2, 0));
    play.types("/nowhere").press(Key::Down).press(Key::Enter);
    assert!(matches!(play.state.mode, Mode::Search { cursor: 0, .. }), "there is nothing to go to");
    // A letter more begins a new list.
    play.press(Key::Ctrl('u')).types("o").press(Key::Down).types("n");
    assert!(matches!(play.state.mode, Mode::Search { cursor: 0, .. }));

    let mut play = Play::at(0);
    let terms = |play: &Play, letters: &str| -> Vec<String> {
        let page = play.state.page(&play.tutorial);
        crate::engine::session::terms_for(&play.tutorial, &play.tutorial.chapters[0], page, letters)
            .iter()
            .map(|term| term.name.clone())
            .collect()
    };
    assert_eq!(terms(&play, ""), ["unit", "cgroup", "slice"], "those of the page come first");
    assert_eq!(terms(&play, "C"), ["cgroup", "slice"], "then those that begin with it");
    assert_eq!(terms(&play, "x"), [""; 0]);
    play.types("g").press(Key::Down).press(Key::Down).press(Key::Down);
    assert!(matches!(play.state.mode, Mode::Glossary { cursor: 2, .. }));
    play.types("q").press(Key::Enter);
    assert_eq!((play.reads(), play.did.len()), (true, 0));
}

#[test]
fn the_help_is_a_list_and_a_word_lasts_until_the_next_key() {
    let mut play = Play::at(0);
    play.press(Key::Char('?')).press(Key::Down);
    assert_eq!(play.state.mode, Mode::Help { cursor: 1 });
    for _ in 0..9 {
        play.press(Key::PageDown);
    }
    assert_eq!(play.state.mode, Mode::Help { cursor: KEYS.len() - 1 });
    play.press(Key::Char('q'));
    assert!(play.reads() && play.did.is_empty(), "q closes it, and no more");
    play.press(Key::Char('p'));
    assert!(!play.state.notice.is_empty());
    play.press(Key::Tab);
    assert!(play.state.notice.is_empty());
    play.press(Key::Ctrl('l'));
    assert_eq!(play.did, [Action::Redraw]);
    play.press(Key::Ctrl('z'));
    assert_eq!(play.did, [Action::Suspend]);
}

#[test]
fn a_chapter_begins_anew_and_first_answers_stay() {
    let mut play = Play::at(1);
    play.types("1nR");
    assert_eq!(play.state.mode, Mode::Restart);
    play.press(Key::Char('n'));
    assert_eq!((play.place(), play.reads()), ((0, 2), true), "any key but y is a no");
    play.types("Ry");
    let restarted = Action::Remember(Deed::Restarted { chapter: "one".into() });
    assert_eq!(play.did, [restarted, Action::Prepare { chapter: 0 }, opened("one", "commands", false)]);
    assert_eq!(play.state.opened, BTreeSet::from([("one".into(), "commands".into())]));
    assert_eq!(play.state.answer(&play.tutorial, "q"), None);
    play.types("n2");
    assert!(!play.state.answers[&("one".to_owned(), "q".to_owned())].first_right);
    assert_eq!(play.state.answer(&play.tutorial, "q").map(|(_, right)| *right), Some(true));
}

#[test]
fn a_door_leads_out_and_back() {
    let mut play = Play::at(3);
    let enter = Action::Enter { lab: "lab".into() };
    play.press(Key::Char('r'));
    assert_eq!(play.did, []);
    play.press(Key::Enter);
    assert_eq!(play.did, std::slice::from_ref(&enter));
    play.hears(Event::Back("Passed.".into()));
    assert_eq!((play.did.as_slice(), play.place()), (&[Action::Redraw][..], (0, 3)));
    assert_eq!(play.state.visited["lab"], "Passed.");
    // In a window that was made smaller meanwhile, the door is still what is looked at.
    let Play { tutorial, state, .. } = Play::at(3);
    let (state, _) = step(&tutorial, state, Event::Back(String::new()));
    let small = Layout { rows: 4, total: 30, blocks: vec![(0, 20), (22, 25)] };
    let (state, _) = step(&tutorial, state, Event::Laid(small));
    assert_eq!((state.in_hand, state.scroll), (Some(1), 21));
    play.press(Key::Char('r'));
    assert_eq!(play.did, [enter], "r goes there again");
    play.press(Key::Enter);
    assert_eq!(play.place(), (0, 4));
    // Not while something runs.
    let mut play = Play::at(0);
    play.press(Key::Enter).types("nnn").press(Key::Enter);
    assert_eq!((play.did.len(), play.state.notice.as_str()), (0, "a command is running; Ctrl-C stops it"));
}

#[test]
fn what_is_typed_for_a_command_is_a_command() {
    let mut play = Play::at(0);
    play.press(Key::Char('e'));
    assert!(matches!(play.state.mode, Mode::Typing { purpose: Purpose::Command, .. }));
}
