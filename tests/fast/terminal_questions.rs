//! unitlab asks a yes-no question only on a terminal, and restores the terminal's modes afterwards.
//!
//! Each test starts this test binary again, with only [`run_act`]. Its stdin and stderr are a pseudo terminal.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use crate::common::pty::Pty;
use unitlab::ui::{ColorChoice, Terminal};

const PROMPT: &str = "Remove /srv? [y/N]";

/// The child process: performs the act that its environment names, and prints the outcome.
#[test]
#[ignore = "the other tests run it as a child process"]
fn run_act() {
    let act = std::env::var("UNITLAB_TEST_ACT").unwrap();
    let terminal = Terminal::new(ColorChoice::Auto, act == "ask with --yes");
    if act == "spin" {
        let spinner = terminal.spinner("booting a sandbox");
        // Blocks until the test closes the pipe.
        assert_eq!(std::io::stdin().read(&mut [0]).unwrap(), 0);
        drop(spinner);
        println!("\noutcome: spun");
    } else {
        println!("\noutcome: {:?}", terminal.confirm("Remove /srv?", "--yes").map_err(|refused| refused.to_string()));
    }
}

fn child(act: &str, term: &str, stdin: Stdio, stderr: Stdio) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "terminal_questions::run_act", "--ignored", "--nocapture"])
        .env("UNITLAB_TEST_ACT", act)
        .env("TERM", term)
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .unwrap()
}

fn outcome(mut child: Child) -> String {
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("outcome: "));
    line.unwrap_or_else(|| panic!("no outcome in {text}")).to_owned()
}

/// The child on a terminal, which is its stdin and stderr. Its stdout is a pipe to the test.
fn child_on(pty: &Pty, act: &str, term: &str) -> Child {
    child(act, term, pty.stdio(), pty.stdio())
}

#[test]
fn a_key_answers_the_question_and_the_terminal_is_restored() {
    for (key, answer, shown) in [
        ('y', "Ok(true)", "Remove /srv? [y/N] yes"),
        ('n', "Ok(false)", "Remove /srv? [y/N] no"),
        ('\r', "Ok(false)", "Remove /srv? [y/N] no"),
        ('\u{3}', "Err(\"interrupted\")", PROMPT),
    ] {
        let mut pty = Pty::new(24, 80);
        let before = pty.modes();
        let child = child_on(&pty, "ask", "xterm");
        pty.wait_for_text(PROMPT);
        pty.send_key_in_raw_mode(key);
        assert_eq!(outcome(child), answer);
        assert_eq!(pty.final_text().trim_end(), shown);
        assert_eq!(pty.modes(), before, "the modes of the terminal changed");
        assert!(pty.shows_cursor(), "the cursor is hidden");
    }
}

#[test]
fn without_a_terminal_the_error_names_the_flag_that_answers() {
    let refused = "Err(\"cannot ask without a terminal: “Remove /srv?” (answer it with --yes)\")";
    let null = Stdio::null;
    assert_eq!(outcome(child("ask", "xterm", null(), null())), refused);
    let pty = Pty::new(24, 80);
    assert_eq!(outcome(child("ask", "xterm", null(), pty.stdio())), refused);
    assert_eq!(outcome(child_on(&pty, "ask", "dumb")), refused);
}

#[test]
fn the_yes_flag_answers_without_a_prompt() {
    let mut pty = Pty::new(24, 80);
    assert_eq!(outcome(child_on(&pty, "ask with --yes", "xterm")), "Ok(true)");
    assert_eq!(pty.final_text(), "");
}

#[test]
fn a_spinner_appears_on_a_terminal_and_is_erased() {
    let mut pty = Pty::new(24, 80);
    let mut spinning = child("spin", "xterm", Stdio::piped(), pty.stdio());
    pty.wait_for_text("booting a sandbox");
    drop(spinning.stdin.take());
    assert_eq!(outcome(spinning), "spun");
    assert_eq!(pty.final_text(), "");
    assert!(pty.shows_cursor());
}

#[test]
fn without_a_terminal_a_spinner_writes_nothing() {
    let mut spinning = child("spin", "xterm", Stdio::null(), Stdio::piped());
    let mut stderr = spinning.stderr.take().unwrap();
    assert_eq!(outcome(spinning), "spun");
    let mut written = String::new();
    stderr.read_to_string(&mut written).unwrap();
    assert_eq!(written, "");
}
