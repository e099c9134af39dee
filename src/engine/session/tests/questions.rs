//! Questions: single choice, multiple choice, typed answers, and predictions.

use std::collections::{BTreeMap, BTreeSet};

use super::player::{Player, run};
use crate::engine::session::{
    Action, AnswerHistory, Event, Key, Mode, ProgressUpdate, QuizAnswer, SandboxStatus, SavedProgress,
};

fn answered(block: &str, answer: QuizAnswer, correct: bool) -> Action {
    Action::SaveProgress(ProgressUpdate::QuestionAnswered {
        chapter: "one".into(),
        block: block.into(),
        answer,
        correct,
    })
}

fn text(text: &str) -> QuizAnswer {
    QuizAnswer::Text(text.into())
}

impl Player {
    fn first(&self, block: &str) -> (&QuizAnswer, bool) {
        let answered = &self.state.answers[&("one".to_owned(), block.to_owned())];
        (&answered.first, answered.first_correct)
    }
}

#[test]
fn only_the_first_answer_is_scored() {
    let mut player = Player::on_page(1);
    player.press(Key::Enter);
    assert_eq!((player.actions.len(), player.state.notice.as_str()), (0, "answer with 1 to 3; n skips the question"));
    player.press(Key::Char('4'));
    assert_eq!(player.actions, [], "there are three choices");
    player.press(Key::Char('1'));
    assert_eq!(player.actions, [answered("q", QuizAnswer::Choices(vec![0]), false)]);
    player.press(Key::Char('2'));
    assert_eq!(player.actions, [answered("q", QuizAnswer::Choices(vec![1]), true)]);
    assert_eq!(player.first("q"), (&QuizAnswer::Choices(vec![0]), false));
    assert_eq!(player.state.answer(&player.tutorial, "q"), Some(&(QuizAnswer::Choices(vec![1]), true)));
    player.press(Key::Enter);
    assert_eq!(player.focus(), Some("s"));
}

#[test]
fn several_choices_are_marked_then_submitted() {
    let mut player = Player::on_page(1);
    player.press(Key::Tab).press(Key::Enter);
    assert_eq!(player.state.notice, "mark every right choice with 1 to 3; n skips the question");
    player.type_text("32").press(Key::Char('2')).press(Key::Char('1'));
    assert_eq!(
        (player.actions.len(), &player.state.marked),
        (0, &BTreeSet::from([0, 2])),
        "the key removes its mark again"
    );
    player.press(Key::Enter);
    assert_eq!(player.actions, [answered("s", QuizAnswer::Choices(vec![0, 2]), true)]);
    player.press(Key::Char('2')).press(Key::Enter);
    assert_eq!(player.actions, [answered("s", QuizAnswer::Choices(vec![1]), false)]);
    assert!(player.first("s").1);
    player.press(Key::Char('3')).press(Key::BackTab).press(Key::Tab);
    assert!(player.state.marked.is_empty(), "selecting another question clears the marks");
}

#[test]
fn while_an_answer_is_typed_letters_are_text() {
    let mut player = Player::on_page(1);
    player.press(Key::BackTab).press(Key::Enter);
    for key in "qnt/gR?123 ".chars().map(Key::Char).chain([Key::Left, Key::Up, Key::Tab, Key::PageDown, Key::Home]) {
        player.press(key);
        assert_eq!(player.actions, [], "{key:?}");
        assert!(matches!(player.state.mode, Mode::Typing { .. }), "{key:?}");
    }
    assert_eq!(player.page(), (0, 1));
    player.press(Key::Enter);
    assert_eq!(player.actions, [answered("t", text("qnt/gR?123"), false)], "the answer is trimmed");
    player.press(Key::Char('a')).type_text(" QUIT.").press(Key::Enter);
    assert_eq!(player.actions, [answered("t", text("QUIT."), true)]);
    assert!(!player.first("t").1);
    // Esc, or an empty line: no answer.
    player.press(Key::Char('a')).type_text("x").press(Key::Escape).press(Key::Char('a')).press(Key::Enter);
    assert_eq!((player.actions.len(), player.is_reading()), (0, true));
    assert_eq!(player.state.answer(&player.tutorial, "t"), Some(&(text("QUIT."), true)));
    // Ctrl-C still quits.
    player.press(Key::Char('a')).press(Key::Ctrl('c'));
    assert_eq!(player.actions, [Action::Quit]);
}

#[test]
fn a_prediction_is_answered_before_its_command_runs() {
    let mut player = Player::on_page(2);
    for key in ['e', 'r', 'a'] {
        player.press(Key::Char(key));
        assert!(player.actions.is_empty() && player.is_reading(), "{key}");
    }
    player.press(Key::Char('e'));
    assert_eq!(player.state.notice, "answer the question first; then the command runs");
    player.press(Key::Char('1'));
    assert_eq!(player.actions, [answered("g", QuizAnswer::Choices(vec![0]), false), run(&["a", "b"], "g", "echo g")]);
    let block = player.state.block(&player.tutorial).unwrap();
    assert!(!player.state.is_done(&player.tutorial, block));
    player.press(Key::Char('2'));
    assert_eq!((player.actions.len(), player.state.notice.as_str()), (0, "a command is running; Ctrl-C stops it"));
    player.send(Event::Output("g".into()));
    player.send(Event::Exited(Some(0)));
    assert!(player.state.is_done(&player.tutorial, player.state.block(&player.tutorial).unwrap()));
    player.press(Key::Char('2'));
    assert_eq!(player.actions, [answered("g", QuizAnswer::Choices(vec![1]), true)], "the command does not run again");
    player.press(Key::Enter).press(Key::Enter);
    player.type_text("quit").press(Key::Enter);
    assert_eq!(player.actions, [answered("h", text("quit"), true), run(&[], "h", "echo h")]);
    player.press(Key::Char('a'));
    assert!(player.is_reading(), "not while it runs");
}

#[test]
fn a_prediction_of_an_earlier_session_can_still_run() {
    let given = QuizAnswer::Choices(vec![1]);
    let known = AnswerHistory { first: given.clone(), first_correct: true, latest: Some((given, true)) };
    let saved =
        SavedProgress { answers: BTreeMap::from([(("one".into(), "g".into()), known)]), ..SavedProgress::default() };
    let mut player = Player::begin(0, 2, saved, SandboxStatus::Running { systemd: String::new() });
    assert_eq!(player.focus(), Some("g"));
    player.press(Key::Enter);
    assert_eq!(player.actions, [run(&["a", "b"], "g", "echo g")]);
}

#[test]
fn keys_scroll_to_a_hidden_question_before_they_act() {
    let mut player = Player::on_page(1);
    player.rows_per_block = 20;
    player.send_layout();
    player.press(Key::End);
    player.press(Key::Char('2'));
    assert_eq!((player.actions.len(), player.state.scroll), (0, 0), "the question is visible again");
    player.press(Key::Char('2'));
    assert_eq!(player.actions.len(), 1);
    player.press(Key::End).press(Key::BackTab).press(Key::Home).press(Key::Enter);
    assert_eq!((player.state.scroll, player.is_reading()), (40, true));
    player.press(Key::Enter);
    assert!(!player.is_reading());
}

#[test]
fn a_question_may_be_answered_while_a_command_runs() {
    let mut player = Player::on_page(0);
    player.press(Key::Enter).type_text("n1");
    assert_eq!(player.actions, [answered("q", QuizAnswer::Choices(vec![0]), false)]);
    player.press(Key::Char('n')).press(Key::Char('1'));
    assert_eq!((player.actions.len(), player.state.notice.as_str()), (0, "a command is running; Ctrl-C stops it"));
}
