//! Questions: one of, several of, typed, and those that a command answers.

use std::collections::{BTreeMap, BTreeSet};

use super::play::{Play, run};
use crate::engine::session::{Action, Answered, Deed, Event, Given, Key, Mode, Past, Sandbox};

fn answered(block: &str, given: Given, right: bool) -> Action {
    Action::Remember(Deed::Answered { chapter: "one".into(), block: block.into(), given, right })
}

fn text(text: &str) -> Given {
    Given::Text(text.into())
}

impl Play {
    fn first(&self, block: &str) -> (&Given, bool) {
        let answered = &self.state.answers[&("one".to_owned(), block.to_owned())];
        (&answered.first, answered.first_right)
    }
}

#[test]
fn the_first_try_counts_and_another_is_free() {
    let mut play = Play::at(1);
    play.press(Key::Enter);
    assert_eq!((play.did.len(), play.state.notice.as_str()), (0, "answer with 1 to 3; n skips the question"));
    play.press(Key::Char('4'));
    assert_eq!(play.did, [], "there are three choices");
    play.press(Key::Char('1'));
    assert_eq!(play.did, [answered("q", Given::Choices(vec![0]), false)]);
    play.press(Key::Char('2'));
    assert_eq!(play.did, [answered("q", Given::Choices(vec![1]), true)]);
    assert_eq!(play.first("q"), (&Given::Choices(vec![0]), false));
    assert_eq!(play.state.answer(&play.tutorial, "q"), Some(&(Given::Choices(vec![1]), true)));
    play.press(Key::Enter);
    assert_eq!(play.in_hand(), Some("s"));
}

#[test]
fn several_are_marked_and_handed_in_together() {
    let mut play = Play::at(1);
    play.press(Key::Tab).press(Key::Enter);
    assert_eq!(play.state.notice, "mark what is right with 1 to 3; n skips the question");
    play.types("32").press(Key::Char('2')).press(Key::Char('1'));
    assert_eq!((play.did.len(), &play.state.marked), (0, &BTreeSet::from([0, 2])), "a mark is taken back by its key");
    play.press(Key::Enter);
    assert_eq!(play.did, [answered("s", Given::Choices(vec![0, 2]), true)]);
    play.press(Key::Char('2')).press(Key::Enter);
    assert_eq!(play.did, [answered("s", Given::Choices(vec![1]), false)]);
    assert!(play.first("s").1);
    play.press(Key::Char('3')).press(Key::BackTab).press(Key::Tab);
    assert!(play.state.marked.is_empty(), "marks do not outlive the question in hand");
}

#[test]
fn a_typed_answer_owns_the_keyboard() {
    let mut play = Play::at(1);
    play.press(Key::BackTab).press(Key::Enter);
    for key in "qnt/gR?123 ".chars().map(Key::Char).chain([Key::Left, Key::Up, Key::Tab, Key::PageDown, Key::Home]) {
        play.press(key);
        assert_eq!(play.did, [], "{key:?}");
        assert!(matches!(play.state.mode, Mode::Typing { .. }), "{key:?}");
    }
    assert_eq!(play.place(), (0, 1));
    play.press(Key::Enter);
    assert_eq!(play.did, [answered("t", text("qnt/gR?123"), false)], "as it was typed, without spaces around");
    play.press(Key::Char('a')).types(" QUIT.").press(Key::Enter);
    assert_eq!(play.did, [answered("t", text("QUIT."), true)]);
    assert!(!play.first("t").1);
    // Thought better of, and nothing typed: no answer.
    play.press(Key::Char('a')).types("x").press(Key::Escape).press(Key::Char('a')).press(Key::Enter);
    assert_eq!((play.did.len(), play.reads()), (0, true));
    assert_eq!(play.state.answer(&play.tutorial, "t"), Some(&(text("QUIT."), true)));
    // Who types can still stop, and leave.
    play.press(Key::Char('a')).press(Key::Ctrl('c'));
    assert_eq!(play.did, [Action::Quit]);
}

#[test]
fn a_guess_comes_before_the_command_and_the_reason_after_it() {
    let mut play = Play::at(2);
    for key in ['e', 'r', 'a'] {
        play.press(Key::Char(key));
        assert!(play.did.is_empty() && play.reads(), "{key}");
    }
    play.press(Key::Char('e'));
    assert_eq!(play.state.notice, "say first what will come; then it runs");
    play.press(Key::Char('1'));
    assert_eq!(play.did, [answered("g", Given::Choices(vec![0]), false), run(&["a", "b"], "g", "echo g")]);
    let block = play.state.block(&play.tutorial).unwrap();
    assert!(!play.state.is_done(&play.tutorial, block));
    play.press(Key::Char('2'));
    assert_eq!((play.did.len(), play.state.notice.as_str()), (0, "a command is running; Ctrl-C stops it"));
    play.hears(Event::Printed("g".into()));
    play.hears(Event::Ended(Some(0)));
    assert!(play.state.is_done(&play.tutorial, play.state.block(&play.tutorial).unwrap()));
    play.press(Key::Char('2'));
    assert_eq!(play.did, [answered("g", Given::Choices(vec![1]), true)], "it does not run again by itself");
    play.press(Key::Enter).press(Key::Enter);
    play.types("quit").press(Key::Enter);
    assert_eq!(play.did, [answered("h", text("quit"), true), run(&[], "h", "echo h")]);
    play.press(Key::Char('a'));
    assert!(play.reads(), "not while it runs");
}

#[test]
fn a_guess_of_an_earlier_sitting_still_runs() {
    let given = Given::Choices(vec![1]);
    let known = Answered { first: given.clone(), first_right: true, now: Some((given, true)) };
    let past = Past { answers: BTreeMap::from([(("one".into(), "g".into()), known)]), ..Past::default() };
    let mut play = Play::of(0, 2, past, Sandbox::Up { systemd: String::new() });
    assert_eq!(play.in_hand(), Some("g"));
    play.press(Key::Enter);
    assert_eq!(play.did, [run(&["a", "b"], "g", "echo g")]);
}

#[test]
fn what_is_out_of_sight_is_shown_before_keys_act_on_it() {
    let mut play = Play::at(1);
    play.rows_of_a_block = 20;
    play.lay();
    play.press(Key::End);
    play.press(Key::Char('2'));
    assert_eq!((play.did.len(), play.state.scroll), (0, 0), "the question comes back into sight");
    play.press(Key::Char('2'));
    assert_eq!(play.did.len(), 1);
    play.press(Key::End).press(Key::BackTab).press(Key::Home).press(Key::Enter);
    assert_eq!((play.state.scroll, play.reads()), (40, true));
    play.press(Key::Enter);
    assert!(!play.reads());
}

#[test]
fn a_question_may_be_answered_while_a_command_runs() {
    let mut play = Play::at(0);
    play.press(Key::Enter).types("n1");
    assert_eq!(play.did, [answered("q", Given::Choices(vec![0]), false)]);
    play.press(Key::Char('n')).press(Key::Char('1'));
    assert_eq!((play.did.len(), play.state.notice.as_str()), (0, "a command is running; Ctrl-C stops it"));
}
