//! The sandbox of a lesson: its commands really run, and nothing is left however the lesson ends.

use crate::common::terminal_session::{PROMPT, TerminalSession};
use crate::common::traces::{await_exit, await_sandbox, kill, pid_of};
use crate::common::tutorial_session::{SIZES, TutorialSession, saved_progress};
use crate::common::{TestEnv, course};
use rustix::process::Signal;
use unitlab::model::Block;

tests! {
    commands_can_be_run_edited_and_stopped,
    after_kill_9_progress_is_kept_and_the_sandbox_ends,
    a_lab_opens_from_its_page_and_returns_to_it,
}

/// Waits for the only sandbox; returns the pid of its supervisor.
fn supervisor(env: &TestEnv) -> i32 {
    let dir = await_sandbox(env, |dir| dir.join("record.json").exists());
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(dir.join("record.json")).unwrap()).unwrap();
    pid_of(&record, "supervisor")
}

fn commands_can_be_run_edited_and_stopped(env: TestEnv) {
    for (size, colored) in [(SIZES[0], true), (SIZES[1], false)] {
        let _ = std::fs::remove_dir_all(env.state_dir());
        let mut session = TutorialSession::open(&env, &["learn", "first"], size, colored);
        // The command is entered while the sandbox boots.
        session.wait_for("1/5");
        session.press_and_wait("\r", "hello-42");
        session.wait_for("Enter go on");
        session.wait_for("systemd 2");
        session.press_and_wait("e\x15echo other-$((1 + 1)", "other-$((1 + 1)");
        session.press_and_wait(")\r", "other-2");
        session.wait_for("Enter go on");
        // The background process keeps the output pipe open. The command must end anyway, not when the pipe does.
        session.press_and_wait("e\x15sleep 999 & echo left-$((1 + 1)", "left-$((1 + 1)");
        session.press_and_wait(")\r", "left-2");
        session.wait_for("Enter go on");
        session.press_and_wait("r", "hello-42");
        session.wait_for("Enter go on");
        session.press_and_wait("nn\r", "begun");
        session.press_and_wait("n", "4/5");
        session.press_and_wait("p", "Ctrl-C stop it");
        session.press_and_wait("\u{3}", "(stopped)");
        // Opening another chapter stops the command and starts another sandbox.
        session.press_and_wait("r", "Ctrl-C stop it");
        session.press_and_wait("nnn", "1/2");
        session.terminal.pty.wait_until("the command has stopped", |screen| screen.contents().contains("Enter run"));
        session.press_and_wait("\r", "fresh");
        assert!(!session.terminal.pty.text().contains("old\n"), "{}", session.terminal.pty.text());
        let supervisor = supervisor(&env);
        assert!(saved_progress(&env.state_dir()).contains("ran = [\"hello\", \"long\"]"));
        session.quit();
        await_exit(supervisor);
    }
}

fn after_kill_9_progress_is_kept_and_the_sandbox_ends(env: TestEnv) {
    let mut session = TutorialSession::open(&env, &["learn", "first"], SIZES[0], true);
    session.wait_for("systemd 2");
    session.press_and_wait("\r", "hello-42");
    session.press_and_wait("n1", "Wrong.");
    let supervisor = supervisor(&env);
    kill(session.terminal.unitlab_pid(), Signal::KILL);
    assert_eq!(session.terminal.exit_code(), 137);
    await_exit(supervisor);
    drop(session);
    let mut session = TutorialSession::open(&env, &[], SIZES[0], true);
    session.wait_for("page 2 of 5");
    session.press_and_wait("\r", "2/5");
    session.wait_for("Wrong.");
    // The unanswered question is selected.
    session.press_and_wait("\x1b[Z", "Press another number");
    session.press_and_wait("2", "Correct.");
    // The same while a command runs.
    session.press_and_wait("n\r", "begun");
    let supervisor = self::supervisor(&env);
    kill(session.terminal.unitlab_pid(), Signal::KILL);
    assert_eq!(session.terminal.exit_code(), 137);
    await_exit(supervisor);
}

fn a_lab_opens_from_its_page_and_returns_to_it(env: TestEnv) {
    let built_in = course();
    let chapter = built_in.chapter("own-service").unwrap();
    let is_lab = |block: &Block| matches!(block, Block::LabLink { .. });
    let page = chapter.pages.iter().position(|page| page.blocks.iter().any(is_lab)).unwrap();
    let mut terminal = TerminalSession::start_sized(&env.command(&["learn", "own-service"]), (40, 100));
    for page in 0..=page {
        terminal.pty.wait_for_text(&format!("{}/{}", page + 1, chapter.pages.len()));
        terminal.pty.send_keys("n");
    }
    terminal.pty.send_keys("p");
    // The lab is the last interactive block of the page.
    terminal.pty.wait_for_text("From a terminal to a service");
    terminal.pty.send_keys("\x1b[Z");
    terminal.pty.wait_for_text("Enter open the lab");
    terminal.pty.send_keys("\r");
    terminal.wait_for_prompt("the learner's shell");
    assert_eq!(terminal.pty.line(), PROMPT);
    terminal.pty.send_keys("exit\r");
    terminal.pty.wait_for_text("It is not graded yet.");
    terminal.pty.wait_for_text(&format!("{}/{}", page + 1, chapter.pages.len()));
    assert!(terminal.pty.is_on_alternate_screen());
    terminal.pty.send_keys("q");
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
}
