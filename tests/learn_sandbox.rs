//! The sandbox beside the tutorial: real output on the page, and nothing left when it is closed, however that happens.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]

mod common;

use common::desk::{Desk, PROMPT};
use common::seat::{SIZES, Seat, progress};
use common::traces::{await_end, await_sandbox, kill, pid_of};
use common::{Home, course, home};
use rustix::process::Signal;
use unitlab::model::Block;

/// The supervisor of the only sandbox there is, once it runs.
fn supervisor(home: &Home) -> i32 {
    let dir = await_sandbox(home, |dir| dir.join("record.json").exists());
    let record: serde_json::Value = serde_json::from_slice(&std::fs::read(dir.join("record.json")).unwrap()).unwrap();
    pid_of(&record, "supervisor")
}

#[test]
fn commands_run_are_changed_and_are_stopped() {
    let Some(home) = home() else { return };
    for (size, colored) in [(SIZES[0], true), (SIZES[1], false)] {
        let _ = std::fs::remove_dir_all(home.state_dir());
        let mut seat = Seat::at(&home, &["learn", "first"], size, colored);
        // Before the sandbox is there: it is waited for.
        seat.sees("1/5");
        seat.press("\r", "hello-42");
        seat.sees("Enter go on");
        seat.sees("systemd 2");
        seat.press("e\x15echo other-$((1 + 1)", "other-$((1 + 1)");
        seat.press(")\r", "other-2");
        seat.sees("Enter go on");
        // What it leaves running in the session holds its output. The naive way, tried by hand: to read the pipe to its end
        // waited for that sleep, and to stop the command did not end it.
        seat.press("e\x15sleep 999 & echo left-$((1 + 1)", "left-$((1 + 1)");
        seat.press(")\r", "left-2");
        seat.sees("Enter go on");
        seat.press("r", "hello-42");
        seat.sees("Enter go on");
        seat.press("nn\r", "begun");
        seat.press("n", "4/5");
        seat.press("p", "Ctrl-C stop it");
        seat.press("\u{3}", "(stopped)");
        // Another chapter stops what runs, and has a machine of its own.
        seat.press("r", "Ctrl-C stop it");
        seat.press("nnn", "1/2");
        seat.desk.pty.wait_until("what ran has stopped", |screen| screen.contents().contains("Enter run"));
        seat.press("\r", "fresh");
        assert!(!seat.desk.pty.text().contains("old\n"), "{}", seat.desk.pty.text());
        let supervisor = supervisor(&home);
        assert!(progress(&home.state_dir()).contains("ran = [\"hello\", \"long\"]"));
        seat.quits();
        await_end(supervisor);
    }
}

#[test]
fn kill_9_loses_nothing_and_leaves_nothing() {
    let Some(home) = home() else { return };
    let mut seat = Seat::at(&home, &["learn", "first"], SIZES[0], true);
    seat.sees("systemd 2");
    seat.press("\r", "hello-42");
    seat.press("n1", "Not so.");
    let supervisor = supervisor(&home);
    kill(seat.desk.unitlab(), Signal::KILL);
    assert_eq!(seat.desk.left_with(), 137);
    await_end(supervisor);
    drop(seat);
    let mut seat = Seat::at(&home, &[], SIZES[0], true);
    seat.sees("page 2 of 5");
    seat.press("\r", "2/5");
    seat.sees("Not so.");
    // The one that has no answer yet is in hand.
    seat.press("\x1b[Z", "Press another number");
    seat.press("2", "Right.");
    // While a command runs, too.
    seat.press("n\r", "begun");
    let supervisor = self::supervisor(&home);
    kill(seat.desk.unitlab(), Signal::KILL);
    assert_eq!(seat.desk.left_with(), 137);
    await_end(supervisor);
}

#[test]
fn through_a_door_to_the_lab_and_back() {
    let Some(home) = home() else { return };
    let built_in = course();
    let chapter = built_in.chapter("own-service").unwrap();
    let is_door = |block: &Block| matches!(block, Block::Door { .. });
    let page = chapter.pages.iter().position(|page| page.blocks.iter().any(is_door)).unwrap();
    let mut desk = Desk::sized(&home.command(&["learn", "own-service"]), (40, 100));
    for page in 0..=page {
        desk.pty.shows(&format!("{}/{}", page + 1, chapter.pages.len()));
        desk.pty.keys("n");
    }
    desk.pty.keys("p");
    // Whatever else the page asks, the door is its last live block.
    desk.pty.shows("From a terminal to a service");
    desk.pty.keys("\x1b[Z");
    desk.pty.shows("Enter to the lab");
    desk.pty.keys("\r");
    desk.wait_for_prompt("the learner's shell");
    assert_eq!(desk.pty.line(), PROMPT);
    desk.pty.keys("exit\r");
    desk.pty.shows("It is not graded yet.");
    desk.pty.shows(&format!("{}/{}", page + 1, chapter.pages.len()));
    assert!(desk.pty.is_taken());
    desk.pty.keys("q");
    assert_eq!(desk.left_with(), 0);
    assert_eq!(desk.pty.modes(), desk.modes_before);
}
