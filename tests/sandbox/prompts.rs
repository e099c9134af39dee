//! What unitlab asks on a terminal if a lab, a check or an answer is left out.

use std::process::Output;

use crate::common::TestEnv;
use crate::common::terminal_session::TerminalSession;

tests! {
    lab_start_offers_the_labs_and_boots_the_chosen_one,
    hint_offers_the_checks_that_failed,
    stop_asks_which_sandbox_and_all_stops_every_one,
    an_answer_can_be_chosen_and_typed_inside_the_sandbox,
}

/// The row of the screen with the pointer.
fn pointed_row(screen: &str) -> Option<String> {
    screen.lines().find_map(|row| Some(row.strip_prefix("▸ ")?.split_whitespace().next()?.to_owned()))
}

fn point_at(terminal: &mut TerminalSession, name: &str) {
    terminal.pty.wait_until(name, |screen| pointed_row(&screen.contents()).as_deref() == Some(name));
}

fn result(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn lab_start_offers_the_labs_and_boots_the_chosen_one(env: TestEnv) {
    let mut terminal = TerminalSession::start_unitlab(&env, &["lab", "start", "--no-shell"], &[]);
    point_at(&mut terminal, "first-process");
    for name in ["least-privilege", "on-call", "sre-app"] {
        terminal.pty.send_keys("\u{1b}[B");
        point_at(&mut terminal, name);
    }
    terminal.pty.send_keys("\r");
    assert_eq!(terminal.exit_code(), 0, "{}", terminal.pty.text());
    let screen = terminal.pty.text();
    assert!(screen.starts_with("Which lab? sre-app\n") && screen.contains("sre-app is up"), "{screen}");
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "true"]);
    // Now it is the current lab, and nothing is asked.
    env.unitlab_stdout(&["lab", "exec", "--", "true"]);
    // A shell completes its checks, and where a running sandbox is wanted, its name.
    for (words, offered) in [(&["hint", "ena"][..], "enabled"), (&["lab", "stop", "s"], "sre-app")] {
        let mut shell = env.command(&[&["--", "unitlab"], words].concat());
        shell.env("UNITLAB_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        assert_eq!(String::from_utf8(shell.output().unwrap().stdout).unwrap(), offered);
    }
}

fn hint_offers_the_checks_that_failed(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "unit-surgery", "--no-shell"]);
    let hint = |keys: &[&str]| {
        let mut terminal = TerminalSession::start_unitlab(&env, &["hint"], &[]);
        terminal.pty.wait_until("a row", |screen| pointed_row(&screen.contents()).is_some());
        let first = pointed_row(&terminal.pty.text()).unwrap();
        let mut pointed = first.clone();
        for key in keys {
            terminal.pty.send_keys(key);
            if *key == "\u{1b}[B" {
                terminal.pty.wait_until("the next row", |screen| {
                    pointed_row(&screen.contents()).is_some_and(|row| row != first)
                });
                pointed = pointed_row(&terminal.pty.text()).unwrap();
            }
        }
        assert_eq!(terminal.exit_code(), 0, "{}", terminal.pty.text());
        (first, pointed, terminal.pty.text())
    };
    let title = |id: &str| {
        let document = env.unitlab(&["check", "--no-trials", "--format", "json"]).stdout;
        let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
        let checks = document["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).unwrap()["title"].as_str().unwrap().to_owned()
    };
    // Without a choice, the hint is for the first check that failed, as it is without a terminal.
    let (first, _, screen) = hint(&["\u{1b}"]);
    assert!(screen.contains(&title(&first)) && screen.contains("Hint 1 of"), "{screen}");
    let piped = env.unitlab_stdout(&["hint"]);
    assert!(piped.contains(&title(&first)) && piped.contains("Hint 2 of"), "{piped}");
    let (_, second, screen) = hint(&["\u{1b}[B", "\r"]);
    assert_ne!(first, second);
    assert!(screen.contains(&format!("A hint for which check? {second}")), "{screen}");
    assert!(screen.contains(&title(&second)) && screen.contains("Hint 1 of"), "{screen}");
}

fn stop_asks_which_sandbox_and_all_stops_every_one(env: TestEnv) {
    for lab in ["sre-app", "crash-loop"] {
        env.unitlab_stdout(&["lab", "start", lab, "--no-shell"]);
    }
    let mut terminal = TerminalSession::start_unitlab(&env, &["lab", "stop"], &[]);
    // The current lab is the default.
    point_at(&mut terminal, "crash-loop");
    terminal.pty.wait_until("two rows", |screen| {
        screen.contents().lines().filter(|row| row.ends_with("· running")).count() == 2
    });
    terminal.pty.send_keys("\u{1b}");
    assert_eq!(terminal.exit_code(), 0);
    terminal = TerminalSession::start_unitlab(&env, &["lab", "stop"], &[]);
    point_at(&mut terminal, "crash-loop");
    terminal.pty.send_keys("\u{1b}[B\r");
    assert_eq!(terminal.exit_code(), 0);
    assert!(terminal.pty.text().contains("sre-app is switched off."), "{}", terminal.pty.text());

    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    assert_eq!(env.unitlab(&["lab", "stop", "sre-app", "--all"]).status.code(), Some(2));
    let (code, out, err) = result(&env.unitlab(&["lab", "stop", "--all"]));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for lab in ["sre-app", "crash-loop"] {
        assert!(out.contains(&format!("{lab} is switched off. Your work is kept.")), "{out}");
    }
    assert!(env.estate.sandboxes().iter().all(|sandbox| !sandbox.is_running()));
    let (code, out, err) = result(&env.unitlab(&["lab", "stop", "--all"]));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "No sandbox is running.\n", ""));
}

fn an_answer_can_be_chosen_and_typed_inside_the_sandbox(env: TestEnv) {
    let prompt = "[first-process] learner@sandbox:~$ ";
    let mut terminal = TerminalSession::with_prompt(&env, &["lab", "start", "first-process"], &[], prompt);
    terminal.pty.send_keys("clear; unitlab answer\r");
    terminal.pty.wait_until("a row", |screen| pointed_row(&screen.contents()).is_some());
    let id = "pid";
    while let Some(pointed) = pointed_row(&terminal.pty.text()).filter(|pointed| pointed != id) {
        terminal.pty.send_keys("\u{1b}[B");
        terminal
            .pty
            .wait_until("another row", |screen| pointed_row(&screen.contents()).is_some_and(|row| row != pointed));
    }
    terminal.pty.send_keys("\r");
    terminal.pty.wait_for_text(&format!("Which answer? {id}"));
    terminal.pty.wait_for_text("a number");
    terminal.pty.send_keys("x\r");
    terminal.pty.wait_for_text("“x” is not a number");
    terminal.pty.send_keys("4711\r");
    terminal.pty.wait_for_text(&format!("Handed in: {id} is “4711”"));
    terminal.wait_for_prompt("the shell's prompt");
    assert!(terminal.pty.shows_cursor());
    let (out, code) = terminal.run("unitlab answer | cat");
    assert!(code == 0 && out.contains("“4711”"), "{out}");
}
