//! Commands: run, edited, stopped, run again, and without a sandbox.

use super::player::{Player, opened, run};
use crate::engine::session::{Action, CommandRun, Event, Key, Mode, ProgressUpdate, SandboxStatus, SavedProgress};

fn save_run(block: &str) -> Action {
    Action::SaveProgress(ProgressUpdate::CommandRan { chapter: "one".into(), block: block.into() })
}

fn running() -> Event {
    Event::Sandbox(SandboxStatus::Running { systemd: "257".into() })
}

fn unavailable() -> SandboxStatus {
    SandboxStatus::Unavailable { why: "no root".into() }
}

impl Player {
    fn run_of(&self, block: &str) -> &CommandRun {
        self.state.command_run(&self.tutorial, block).expect("it has run")
    }
}

#[test]
fn a_command_runs_prints_and_exits() {
    let mut player = Player::begin(0, 0, SavedProgress::default(), SandboxStatus::NotStarted);
    assert_eq!(player.focus(), Some("a"));
    player.send(Event::Sandbox(SandboxStatus::Booting));
    // A command may be entered while the sandbox boots.
    player.press(Key::Enter);
    assert_eq!(player.actions, [run(&[], "a", "echo a")]);
    player.send(running());
    player.send(Event::Output("a".into()));
    player.send(Event::Output("\n".into()));
    assert_eq!((player.run_of("a").output.as_str(), player.run_of("a").finished), ("a\n", false));
    for key in [Key::Enter, Key::Char('e'), Key::Char('r')] {
        player.press(key);
        assert_eq!(player.actions, [], "only one command runs at a time");
    }
    player.press(Key::Enter);
    assert_eq!(player.state.notice, "a command is running; Ctrl-C stops it");
    player.send(Event::Exited(Some(3)));
    assert_eq!(player.actions, [save_run("a")]);
    assert_eq!((player.run_of("a").finished, player.run_of("a").exit_code), (true, Some(3)));
    player.press(Key::Enter);
    assert_eq!(player.focus(), Some("b"), "Enter goes on to the next one");
}

#[test]
fn prerequisites_run_once_in_each_sandbox() {
    let mut player = Player::on_page(0);
    player.press(Key::Tab);
    assert_eq!(player.focus(), Some("b"));
    assert_eq!(player.run_to_end(Key::Enter, "b"), run(&["a"], "b", "echo b"));
    assert_eq!(player.run_to_end(Key::Char('r'), "b"), run(&[], "b", "echo b"), "its prerequisite has run");
    assert_eq!(player.run_of("b").output, "b", "the last run is shown");
    // On another page: all its prerequisites have run.
    player.type_text("nn1");
    assert_eq!(player.actions[1], run(&[], "g", "echo g"));
    player.send(Event::Exited(Some(0)));
    // In a fresh sandbox they run again.
    player.type_text("Ry");
    player.send(Event::Sandbox(SandboxStatus::Booting));
    player.send(running());
    player.press(Key::Tab);
    assert_eq!(player.run_to_end(Key::Enter, "b"), run(&["a"], "b", "echo b"));
    // The same after a visit to another chapter.
    player.state.page = 4;
    player.type_text("np");
    assert_eq!(player.actions[1], Action::PrepareSandbox { chapter: 0 });
    player.type_text("pp1");
    assert_eq!(player.actions[1], run(&["a", "b"], "g", "echo g"), "prerequisites of prerequisites run first");
}

#[test]
fn an_edited_or_stopped_command_does_not_count_as_run() {
    let mut player = Player::on_page(0);
    player.press(Key::Char('e')).type_text(" twice");
    assert_eq!(player.run_to_end(Key::Enter, "a twice"), run(&[], "a", "echo a twice"));
    player.press(Key::Tab);
    assert_eq!(player.run_to_end(Key::Enter, ""), run(&["a"], "b", "echo b"), "the original command has not run");
    // Editing starts from the last run; r runs the original again.
    player.press(Key::BackTab).press(Key::Char('e'));
    assert!(matches!(&player.state.mode, Mode::Typing { input, .. } if input.text() == "echo a twice"));
    player.press(Key::Escape);
    assert_eq!(player.run_to_end(Key::Char('r'), "a"), run(&[], "a", "echo a"));
    // An empty line runs nothing.
    player.press(Key::Char('e')).press(Key::Ctrl('u')).press(Key::Enter);
    assert_eq!((player.actions.len(), player.is_reading()), (0, true));

    let mut player = Player::on_page(0);
    player.press(Key::Enter).press(Key::Ctrl('c'));
    assert_eq!(player.actions, [Action::Stop]);
    player.send(Event::Exited(None));
    assert_eq!((player.run_of("a").finished, player.run_of("a").exit_code), (true, None));
    player.press(Key::Tab).press(Key::Enter);
    assert_eq!(player.actions, [run(&["a"], "b", "echo b")]);
    player.send(Event::Exited(Some(0)));
    player.press(Key::Ctrl('c'));
    assert_eq!(player.actions, [Action::Quit], "without a running command, Ctrl-C quits");
}

#[test]
fn without_a_sandbox_the_recorded_output_is_shown() {
    let mut player = Player::begin(0, 0, SavedProgress::default(), unavailable());
    player.press(Key::Enter);
    assert_eq!(player.actions, [], "nothing is run or saved as run");
    assert!(player.run_of("a").recorded && player.run_of("a").finished);
    assert_eq!(player.run_of("a").output, "as it was\n");
    player.press(Key::Enter).press(Key::Enter);
    assert_eq!((player.run_of("b").output.as_str(), player.run_of("b").recorded), ("", true), "nothing was recorded");
    // The same for a prediction.
    player.type_text("nn1");
    assert!(player.run_of("g").recorded);
    assert!(!player.actions.iter().any(|action| matches!(action, Action::Run { .. })));
    // An edited command has no record, so the original is shown.
    player.type_text("ppe").type_text("!").press(Key::Enter);
    assert_eq!(player.run_of("a").command, "echo a");
    // The next chapter requests a sandbox again.
    player.state.page = 4;
    player.press(Key::Char('n'));
    assert!(player.actions.contains(&Action::PrepareSandbox { chapter: 1 }));
}

#[test]
fn if_the_sandbox_stops_its_output_or_the_recorded_output_is_shown() {
    for sandbox in [unavailable(), SandboxStatus::NeedsPassword] {
        let mut player = Player::begin(0, 0, SavedProgress::default(), SandboxStatus::Booting);
        player.press(Key::Enter);
        player.send(Event::Sandbox(sandbox.clone()));
        assert_eq!((player.run_of("a").output.as_str(), player.run_of("a").recorded), ("as it was\n", true));
        player.send(Event::Output("late".into()));
        player.send(Event::Exited(Some(0)));
        assert_eq!(player.run_of("a").output, "as it was\n");
        assert_eq!(player.actions, []);

        let mut player = Player::on_page(0);
        player.press(Key::Enter);
        player.send(Event::Output("begun".into()));
        player.send(Event::Sandbox(sandbox));
        let outcome = player.run_of("a");
        assert_eq!((outcome.output.as_str(), outcome.recorded, outcome.finished), ("begun", false, true));
        assert_eq!(player.state.running, None);
    }
}

#[test]
fn output_stays_with_the_block_that_ran() {
    let mut player = Player::on_page(0);
    player.press(Key::Enter);
    player.press(Key::Char('n')).press(Key::End);
    let scroll = player.state.scroll;
    player.send(Event::Output("late".into()));
    player.send(Event::Exited(Some(0)));
    assert_eq!((player.state.scroll, player.focus()), (scroll, Some("q")), "the current page does not scroll");
    assert_eq!(player.run_of("a").output, "late");
    // Output without a running command is ignored.
    player.send(Event::Output("?".into()));
    player.send(Event::Exited(Some(0)));
    assert_eq!((player.state.command_runs.len(), player.actions.len()), (1, 0));

    // Another chapter is opened: the command is stopped before the sandbox is replaced.
    let mut player = Player::on_page(4);
    player.press(Key::Home).type_text("pppp").press(Key::Enter);
    player.state.page = 4;
    player.press(Key::Char('n'));
    assert_eq!(player.actions, [opened("two", "prose", false), Action::Stop, Action::PrepareSandbox { chapter: 1 }]);
    player.send(Event::Exited(None));
    player.send(Event::Sandbox(SandboxStatus::Booting));
    player.send(running());
    player.press(Key::Char('n'));
    assert!(matches!(player.run_to_end(Key::Enter, "z"), Action::Run { chapter: 1, .. }));

    // The chapter is restarted while a command runs: its output is dropped.
    let mut player = Player::on_page(0);
    player.press(Key::Enter).type_text("Ry");
    assert_eq!(player.actions[1..3], [Action::Stop, Action::PrepareSandbox { chapter: 0 }]);
    player.send(Event::Output("late".into()));
    player.send(Event::Exited(None));
    assert_eq!((player.state.command_runs.len(), player.focus(), player.actions.len()), (0, Some("a"), 0));
}

#[test]
fn the_window_follows_output_while_its_end_is_visible() {
    let mut player = Player::on_page(0);
    player.rows_per_block = 8;
    player.send_layout();
    player.press(Key::Enter);
    assert_eq!(player.state.scroll, 6, "the selected block, rows 8 to 16, is visible");
    player.rows_per_block = 30;
    player.send(Event::Output("much".into()));
    assert_eq!(player.state.scroll, 50, "its end is at 60");
    player.press(Key::PageUp);
    let scroll = player.state.scroll;
    player.rows_per_block = 31;
    player.send(Event::Output("more".into()));
    assert_eq!(player.state.scroll, scroll, "a window that shows another part stays");
    player.press(Key::End).press(Key::Up);
    player.state.scroll = 52;
    player.send(Event::Exited(Some(0)));
    assert_eq!(player.state.scroll, 31, "when it is complete, its start is shown");
    player.press(Key::Char('r'));
    player.send(Event::Output("x".repeat(1 << 20)));
    player.send(Event::Output("世".repeat(1 << 20)));
    assert_eq!(player.run_of("a").output.len(), 64 << 10, "output is limited");
}
