//! Reading: pages, scrolling, and overlays.

use std::collections::BTreeSet;

use super::player::{Player, opened};
use crate::engine::session::{
    Action, Event, InputPurpose, KEY_HELP, Key, Layout, Mode, ProgressUpdate, SandboxStatus, SavedProgress,
    table_of_contents, update,
};

/// The keys that a row of the help names.
fn keys_in(row: &str) -> Vec<Key> {
    let key_of = |name: &str| match name {
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
    row.split(", ").map(key_of).collect()
}

#[test]
fn every_key_in_the_help_does_something() {
    for (row, what) in KEY_HELP {
        for key in keys_in(row) {
            let has_effect = (0..5).any(|page| {
                let mut player = Player::on_page(page);
                if page == 0 {
                    player.run_to_end(Key::Enter, "a");
                }
                player.rows_per_block = 20;
                player.press(Key::Char('j')).send_layout();
                // Some keys act only on an answered question.
                if page == 1 {
                    player.press(Key::BackTab).press(Key::Char('a')).type_text("x").press(Key::Enter);
                }
                let before = player.state.clone();
                player.press(key);
                player.state != before || !player.actions.is_empty()
            });
            assert!(has_effect, "{row}: {what}");
        }
    }
}

#[test]
fn page_keys_do_nothing_in_other_modes() {
    let modes: [(&str, &[Key]); 6] = [
        ("typing", &[Key::Char('e')]),
        ("contents", &[Key::Char('t')]),
        ("search", &[Key::Char('/')]),
        ("glossary", &[Key::Char('g')]),
        ("help", &[Key::Char('?')]),
        ("restart", &[Key::Char('R')]),
    ];
    for (mode, keys) in modes {
        for (row, _) in KEY_HELP {
            for key in keys_in(row) {
                let mut player = Player::on_page(0);
                for key in keys {
                    player.press(*key);
                }
                assert!(!player.is_reading(), "{mode}");
                player.press(key);
                // Only these keys act in these modes.
                let acts = match (mode, key) {
                    (_, Key::Ctrl('c' | 'z')) | ("typing" | "contents", Key::Enter) | ("contents", Key::Char('q')) => 1,
                    _ => 0,
                };
                assert_eq!(player.actions.len(), acts, "{mode}: {key:?} does {:?}", player.actions);
                assert_eq!(player.page(), (0, 0), "{mode}: {key:?}");
                player.press(Key::Escape);
                assert!(player.is_reading(), "{mode}: Esc goes back");
            }
        }
    }
}

#[test]
fn next_and_previous_go_through_all_pages() {
    let mut player = Player::begin(0, 0, SavedProgress::default(), SandboxStatus::NotStarted);
    let (_, actions) = crate::engine::session::begin(&player.tutorial, 0, 0, SavedProgress::default());
    assert_eq!(actions, [opened("one", "commands", false), Action::PrepareSandbox { chapter: 0 }]);
    player.send(Event::Sandbox(SandboxStatus::Booting));
    player.press(Key::Char('p'));
    assert_eq!((player.page(), player.state.notice.as_str()), ((0, 0), "this is the first page"));
    let mut places = vec![player.page()];
    for key in [Key::Right, Key::Char('n'), Key::Char('n')] {
        player.press(key);
        places.push(player.page());
    }
    assert_eq!(player.actions, [opened("one", "lab", false)], "one chapter has one sandbox");
    player.press(Key::Char('n'));
    assert_eq!(player.actions, [opened("one", "summary", true)]);
    // A page without anything to do: Enter and Space go on.
    player.press(Key::Enter);
    assert_eq!(player.actions, [opened("two", "prose", false), Action::PrepareSandbox { chapter: 1 }]);
    player.press(Key::Char(' ')).press(Key::Char('n'));
    assert_eq!(player.actions, [opened("three", "last", true)], "a chapter of prose needs no sandbox");
    assert_eq!(player.page(), (2, 0));
    for key in [Key::Char('n'), Key::Enter, Key::Char(' ')] {
        player.press(key);
        assert_eq!((player.page(), player.actions.len()), ((2, 0), 0));
        assert_eq!(player.state.notice, "this is the last page of the last chapter; q quits");
    }
    player.press(Key::Left);
    assert_eq!(player.page(), (1, 1), "the previous page is the last of the chapter before");
    assert_eq!(places, [(0, 0), (0, 1), (0, 2), (0, 3)]);
    player.press(Key::Char('q'));
    assert_eq!(player.actions, [Action::Quit]);
}

#[test]
fn scrolling_stays_on_the_page() {
    let mut player = Player::on_page(4);
    player.rows_per_block = 34;
    player.send_layout();
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
        player.press(key);
        assert_eq!((player.state.scroll, player.page()), (scroll, (0, 4)), "{key:?}");
    }
    player.press(Key::End);
    player.rows_per_block = 12;
    player.send_layout();
    assert_eq!(player.state.scroll, 2, "the window moves when the page becomes shorter");
    player.press(Key::Char(' '));
    assert_eq!((player.page(), player.state.scroll), ((1, 0), 0), "at the end Space opens the next page");
}

#[test]
fn the_table_of_contents_opens_any_page() {
    let mut player = Player::on_page(2);
    player.press(Key::Char('t'));
    let rows = table_of_contents(&player.tutorial);
    assert_eq!(rows.len(), 3 + 5 + 2 + 1);
    assert_eq!(player.state.mode, Mode::Contents { cursor: 3 }, "the current page");
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
        player.press(key);
        assert_eq!(player.state.mode, Mode::Contents { cursor }, "{key:?}");
    }
    player.press(Key::Down).press(Key::Down).press(Key::Enter);
    assert_eq!((player.page(), player.is_reading()), ((1, 1), true));
    player.type_text("tt");
    assert!(player.is_reading());
}

#[test]
fn search_finds_pages_and_the_glossary_finds_terms() {
    let mut player = Player::on_page(2);
    player.type_text("/WORDS a");
    let Mode::Search { input, cursor: 0 } = &player.state.mode else { panic!("{:?}", player.state.mode) };
    let hits = crate::engine::session::search(&player.tutorial, &input.text());
    let places: Vec<_> = hits.iter().map(|hit| (hit.chapter, hit.page, hit.line.as_str())).collect();
    assert_eq!(places, [(0, 0, "Words about a unit."), (2, 0, "Words alone.")]);
    player.press(Key::Down).press(Key::Down).press(Key::Enter);
    assert_eq!(player.page(), (2, 0));
    player.type_text("/nowhere").press(Key::Down).press(Key::Enter);
    assert!(matches!(player.state.mode, Mode::Search { cursor: 0, .. }), "there is no hit");
    // Another letter selects the first hit.
    player.press(Key::Ctrl('u')).type_text("o").press(Key::Down).type_text("n");
    assert!(matches!(player.state.mode, Mode::Search { cursor: 0, .. }));

    let mut player = Player::on_page(0);
    let terms = |player: &Player, letters: &str| -> Vec<String> {
        let page = player.state.page(&player.tutorial);
        crate::engine::session::glossary_terms(&player.tutorial, &player.tutorial.chapters[0], page, letters)
            .iter()
            .map(|term| term.name.clone())
            .collect()
    };
    assert_eq!(terms(&player, ""), ["unit", "cgroup", "slice"], "those of the page come first");
    assert_eq!(terms(&player, "C"), ["cgroup", "slice"], "then those that begin with it");
    assert_eq!(terms(&player, "x"), [""; 0]);
    player.type_text("g").press(Key::Down).press(Key::Down).press(Key::Down);
    assert!(matches!(player.state.mode, Mode::Glossary { cursor: 2, .. }));
    player.type_text("q").press(Key::Enter);
    assert_eq!((player.is_reading(), player.actions.len()), (true, 0));
}

#[test]
fn the_help_scrolls_and_a_notice_lasts_until_the_next_key() {
    let mut player = Player::on_page(0);
    player.press(Key::Char('?')).press(Key::Down);
    assert_eq!(player.state.mode, Mode::Help { cursor: 1 });
    for _ in 0..9 {
        player.press(Key::PageDown);
    }
    assert_eq!(player.state.mode, Mode::Help { cursor: KEY_HELP.len() - 1 });
    player.press(Key::Char('q'));
    assert!(player.is_reading() && player.actions.is_empty(), "q only closes the help");
    player.press(Key::Char('p'));
    assert!(!player.state.notice.is_empty());
    player.press(Key::Tab);
    assert!(player.state.notice.is_empty());
    player.press(Key::Ctrl('l'));
    assert_eq!(player.actions, [Action::Redraw]);
    player.press(Key::Ctrl('z'));
    assert_eq!(player.actions, [Action::Suspend]);
}

#[test]
fn a_restarted_chapter_keeps_first_answers() {
    let mut player = Player::on_page(1);
    player.type_text("1nR");
    assert_eq!(player.state.mode, Mode::ConfirmRestart);
    player.press(Key::Char('n'));
    assert_eq!((player.page(), player.is_reading()), ((0, 2), true), "any key but y cancels");
    player.type_text("Ry");
    let restarted = Action::SaveProgress(ProgressUpdate::ChapterRestarted { chapter: "one".into() });
    assert_eq!(player.actions, [restarted, Action::PrepareSandbox { chapter: 0 }, opened("one", "commands", false)]);
    assert_eq!(player.state.opened, BTreeSet::from([("one".into(), "commands".into())]));
    assert_eq!(player.state.answer(&player.tutorial, "q"), None);
    player.type_text("n2");
    assert!(!player.state.answers[&("one".to_owned(), "q".to_owned())].first_correct);
    assert_eq!(player.state.answer(&player.tutorial, "q").map(|(_, right)| *right), Some(true));
}

#[test]
fn a_lab_opens_and_returns_to_its_page() {
    let mut player = Player::on_page(3);
    let enter = Action::OpenLab { lab: "lab".into() };
    player.press(Key::Char('r'));
    assert_eq!(player.actions, []);
    player.press(Key::Enter);
    assert_eq!(player.actions, std::slice::from_ref(&enter));
    player.send(Event::LabClosed("Passed.".into()));
    assert_eq!((player.actions.as_slice(), player.page()), (&[Action::Redraw][..], (0, 3)));
    assert_eq!(player.state.visited_labs["lab"], "Passed.");
    // If the window was made smaller meanwhile, the lab is still visible.
    let Player { tutorial, state, .. } = Player::on_page(3);
    let (state, _) = update(&tutorial, state, Event::LabClosed(String::new()));
    let small = Layout { window_rows: 4, page_rows: 30, blocks: vec![(0, 20), (22, 25)] };
    let (state, _) = update(&tutorial, state, Event::Layout(small));
    assert_eq!((state.focus, state.scroll), (Some(1), 21));
    player.press(Key::Char('r'));
    assert_eq!(player.actions, [enter], "r opens the lab again");
    player.press(Key::Enter);
    assert_eq!(player.page(), (0, 4));
    // Not while a command runs.
    let mut player = Player::on_page(0);
    player.press(Key::Enter).type_text("nnn").press(Key::Enter);
    assert_eq!((player.actions.len(), player.state.notice.as_str()), (0, "a command is running; Ctrl-C stops it"));
}

#[test]
fn e_edits_the_command() {
    let mut player = Player::on_page(0);
    player.press(Key::Char('e'));
    assert!(matches!(player.state.mode, Mode::Typing { purpose: InputPurpose::Command, .. }));
}
