//! Commands: run, changed, stopped, run again, and without a sandbox.

use super::player::{Player, opened, run};
use crate::engine::session::{Action, CommandRun, Event, History, Key, Mode, ProgressUpdate, SandboxStatus};

fn ran(block: &str) -> Action {
    Action::SaveProgress(ProgressUpdate::CommandRan { chapter: "one".into(), block: block.into() })
}

fn up() -> Event {
    Event::Sandbox(SandboxStatus::Running { systemd: "257".into() })
}

fn impossible() -> SandboxStatus {
    SandboxStatus::Unavailable { why: "no root".into() }
}

impl Player {
    fn run_of(&self, block: &str) -> &CommandRun {
        self.state.command_run(&self.tutorial, block).expect("it has run")
    }
}

#[test]
fn a_command_runs_prints_and_ends() {
    let mut player = Player::of(0, 0, History::default(), SandboxStatus::NotStarted);
    assert_eq!(player.focus(), Some("a"));
    player.receives(Event::Sandbox(SandboxStatus::Booting));
    // It may be wanted before the sandbox is there: whoever runs it waits.
    player.press(Key::Enter);
    assert_eq!(player.actions, [run(&[], "a", "echo a")]);
    player.receives(up());
    player.receives(Event::Output("a".into()));
    player.receives(Event::Output("\n".into()));
    assert_eq!((player.run_of("a").output.as_str(), player.run_of("a").finished), ("a\n", false));
    for key in [Key::Enter, Key::Char('e'), Key::Char('r')] {
        player.press(key);
        assert_eq!(player.actions, [], "one at a time");
    }
    player.press(Key::Enter);
    assert_eq!(player.state.notice, "a command is running; Ctrl-C stops it");
    player.receives(Event::Exited(Some(3)));
    assert_eq!(player.actions, [ran("a")]);
    assert_eq!((player.run_of("a").finished, player.run_of("a").exit_code), (true, Some(3)));
    player.press(Key::Enter);
    assert_eq!(player.focus(), Some("b"), "Enter goes on to the next one");
}

#[test]
fn what_a_command_needs_runs_before_it_once_in_each_sandbox() {
    let mut player = Player::at(0);
    player.press(Key::Tab);
    assert_eq!(player.focus(), Some("b"));
    assert_eq!(player.runs(Key::Enter, "b"), run(&["a"], "b", "echo b"));
    assert_eq!(player.runs(Key::Char('r'), "b"), run(&[], "b", "echo b"), "its need was met");
    assert_eq!(player.run_of("b").output, "b", "the last run is the one that is shown");
    // On another page, what needs the one that needs it needs nothing more.
    player.types("nn1");
    assert_eq!(player.actions[1], run(&[], "g", "echo g"));
    player.receives(Event::Exited(Some(0)));
    // A fresh sandbox: all over again.
    player.types("Ry");
    player.receives(Event::Sandbox(SandboxStatus::Booting));
    player.receives(up());
    player.press(Key::Tab);
    assert_eq!(player.runs(Key::Enter, "b"), run(&["a"], "b", "echo b"));
    // So it is after a visit to another chapter.
    player.state.page = 4;
    player.types("np");
    assert_eq!(player.actions[1], Action::PrepareSandbox { chapter: 0 });
    player.types("pp1");
    assert_eq!(player.actions[1], run(&["a", "b"], "g", "echo g"), "what is needed by what is needed comes first");
}

#[test]
fn what_was_changed_or_stopped_has_not_run() {
    let mut player = Player::at(0);
    player.press(Key::Char('e')).types(" twice");
    assert_eq!(player.runs(Key::Enter, "a twice"), run(&[], "a", "echo a twice"));
    player.press(Key::Tab);
    assert_eq!(player.runs(Key::Enter, ""), run(&["a"], "b", "echo b"), "the command of its own has not run");
    // A change begins with what ran last; an own command comes back with r.
    player.press(Key::BackTab).press(Key::Char('e'));
    assert!(matches!(&player.state.mode, Mode::Typing { input, .. } if input.text() == "echo a twice"));
    player.press(Key::Escape);
    assert_eq!(player.runs(Key::Char('r'), "a"), run(&[], "a", "echo a"));
    // An empty line runs nothing.
    player.press(Key::Char('e')).press(Key::Ctrl('u')).press(Key::Enter);
    assert_eq!((player.actions.len(), player.reads()), (0, true));

    let mut player = Player::at(0);
    player.press(Key::Enter).press(Key::Ctrl('c'));
    assert_eq!(player.actions, [Action::Stop]);
    player.receives(Event::Exited(None));
    assert_eq!((player.run_of("a").finished, player.run_of("a").exit_code), (true, None));
    player.press(Key::Tab).press(Key::Enter);
    assert_eq!(player.actions, [run(&["a"], "b", "echo b")]);
    player.receives(Event::Exited(Some(0)));
    player.press(Key::Ctrl('c'));
    assert_eq!(player.actions, [Action::Quit], "at rest, Ctrl-C leaves");
}

#[test]
fn without_a_sandbox_there_is_what_was_recorded() {
    let mut player = Player::of(0, 0, History::default(), impossible());
    player.press(Key::Enter);
    assert_eq!(player.actions, [], "nothing is run, nothing remembered as run");
    assert!(player.run_of("a").recorded && player.run_of("a").finished);
    assert_eq!(player.run_of("a").output, "as it was\n");
    player.press(Key::Enter).press(Key::Enter);
    assert_eq!((player.run_of("b").output.as_str(), player.run_of("b").recorded), ("", true), "nothing was recorded");
    // It goes on, also where a command answers a question.
    player.types("nn1");
    assert!(player.run_of("g").recorded);
    assert!(!player.actions.iter().any(|action| matches!(action, Action::Run { .. })));
    // What was changed cannot be in any record.
    player.types("ppe").types("!").press(Key::Enter);
    assert_eq!(player.run_of("a").command, "echo a");
    // In the next chapter there may be one.
    player.state.page = 4;
    player.press(Key::Char('n'));
    assert!(player.actions.contains(&Action::PrepareSandbox { chapter: 1 }));
}

#[test]
fn a_sandbox_that_goes_away_leaves_a_record_or_what_was_seen() {
    for sandbox in [impossible(), SandboxStatus::NeedsPassword] {
        let mut player = Player::of(0, 0, History::default(), SandboxStatus::Booting);
        player.press(Key::Enter);
        player.receives(Event::Sandbox(sandbox.clone()));
        assert_eq!((player.run_of("a").output.as_str(), player.run_of("a").recorded), ("as it was\n", true));
        player.receives(Event::Output("late".into()));
        player.receives(Event::Exited(Some(0)));
        assert_eq!(player.run_of("a").output, "as it was\n");
        assert_eq!(player.actions, []);

        let mut player = Player::at(0);
        player.press(Key::Enter);
        player.receives(Event::Output("begun".into()));
        player.receives(Event::Sandbox(sandbox));
        let outcome = player.run_of("a");
        assert_eq!((outcome.output.as_str(), outcome.recorded, outcome.finished), ("begun", false, true));
        assert_eq!(player.state.running, None);
    }
}

#[test]
fn what_comes_late_belongs_to_the_page_that_was_left() {
    let mut player = Player::at(0);
    player.press(Key::Enter);
    player.press(Key::Char('n')).press(Key::End);
    let scroll = player.state.scroll;
    player.receives(Event::Output("late".into()));
    player.receives(Event::Exited(Some(0)));
    assert_eq!((player.state.scroll, player.focus()), (scroll, Some("q")), "the page that is read stays where it is");
    assert_eq!(player.run_of("a").output, "late");
    // Output of nothing that runs is nobody's.
    player.receives(Event::Output("?".into()));
    player.receives(Event::Exited(Some(0)));
    assert_eq!((player.state.command_runs.len(), player.actions.len()), (1, 0));

    // To another chapter: the command is stopped before its sandbox goes.
    let mut player = Player::at(4);
    player.press(Key::Home).types("pppp").press(Key::Enter);
    player.state.page = 4;
    player.press(Key::Char('n'));
    assert_eq!(player.actions, [opened("two", "prose", false), Action::Stop, Action::PrepareSandbox { chapter: 1 }]);
    player.receives(Event::Exited(None));
    player.receives(Event::Sandbox(SandboxStatus::Booting));
    player.receives(up());
    player.press(Key::Char('n'));
    assert!(matches!(player.runs(Key::Enter, "z"), Action::Run { chapter: 1, .. }));

    // The chapter begun anew below a command: it leaves nothing behind.
    let mut player = Player::at(0);
    player.press(Key::Enter).types("Ry");
    assert_eq!(player.actions[1..3], [Action::Stop, Action::PrepareSandbox { chapter: 0 }]);
    player.receives(Event::Output("late".into()));
    player.receives(Event::Exited(None));
    assert_eq!((player.state.command_runs.len(), player.focus(), player.actions.len()), (0, Some("a"), 0));
}

#[test]
fn output_is_followed_while_its_end_is_watched() {
    let mut player = Player::at(0);
    player.rows_of_a_block = 8;
    player.lay();
    player.press(Key::Enter);
    assert_eq!(player.state.scroll, 6, "the block in hand, 8 to 16, is in the window of 10");
    player.rows_of_a_block = 30;
    player.receives(Event::Output("much".into()));
    assert_eq!(player.state.scroll, 50, "its end is at 60");
    player.press(Key::PageUp);
    let scroll = player.state.scroll;
    player.rows_of_a_block = 31;
    player.receives(Event::Output("more".into()));
    assert_eq!(player.state.scroll, scroll, "who looks elsewhere is left there");
    player.press(Key::End).press(Key::Up);
    player.state.scroll = 52;
    player.receives(Event::Exited(Some(0)));
    assert_eq!(player.state.scroll, 31, "once it is all there, it is read from its beginning");
    player.press(Key::Char('r'));
    player.receives(Event::Output("x".repeat(1 << 20)));
    player.receives(Event::Output("世".repeat(1 << 20)));
    assert_eq!(player.run_of("a").output.len(), 64 << 10, "only so much is kept");
}
