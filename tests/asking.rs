//! A person is asked on a terminal and nowhere else, and the terminal is left as it was.
//!
//! Each test runs [`asked`] of this very file as a child whose keys and stderr are a pseudo terminal.
#![allow(clippy::disallowed_methods, reason = "tests start programs")]
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags, open};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, tcgetattr};
use unitlab::terminal::{ColorChoice, Terminal};

const PROMPT: &str = "Remove /srv? [y/N]";

/// The child: does what its environment says, and prints what came of it.
#[test]
#[ignore = "it is run by the other tests"]
fn asked() {
    let act = std::env::var("UNITLAB_TEST_ACT").unwrap();
    let terminal = Terminal::new(ColorChoice::Auto, act == "ask with --yes");
    if act == "spin" {
        let spinner = terminal.spinner("booting a sandbox");
        // Until the test lets go of the pipe.
        assert_eq!(std::io::stdin().read(&mut [0]).unwrap(), 0);
        drop(spinner);
        println!("\noutcome: spun");
    } else {
        println!("\noutcome: {:?}", terminal.confirm("Remove /srv?", "--yes").map_err(|refused| refused.to_string()));
    }
}

fn child(act: &str, term: &str, stdin: Stdio, stderr: Stdio) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "asked", "--ignored", "--nocapture"])
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

/// Our end of a pseudo terminal, the child's end, and what the screen shows.
struct Pty {
    ours: File,
    theirs: OwnedFd,
    screen: vt100::Parser,
}

impl Pty {
    fn new() -> Self {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap();
        let theirs = open(&name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap();
        Self { ours: ours.into(), theirs, screen: vt100::Parser::default() }
    }

    fn child(&self, act: &str, term: &str) -> Child {
        let end = || Stdio::from(self.theirs.try_clone().unwrap());
        child(act, term, end(), end())
    }

    /// Reads until the screen shows a text.
    fn shows(&mut self, text: &str) {
        while !self.screen.screen().contents().contains(text) {
            let mut bytes = [0; 1024];
            let count = self.ours.read(&mut bytes).unwrap();
            self.screen.process(&bytes[..count]);
        }
    }

    /// What the screen shows once all that was written to it is read: a mark of ours stands behind it.
    fn settled(&mut self) -> String {
        rustix::io::write(&self.theirs, b"(end)").unwrap();
        self.shows("(end)");
        self.screen.screen().contents().replace("(end)", "").trim_end().to_owned()
    }

    /// Presses a key, once keys are read one by one: before that, Ctrl-C would go to whoever holds the terminal.
    fn press(&mut self, key: u8) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.modes().contains(LocalModes::ICANON) {
            assert!(Instant::now() < deadline, "no key is waited for");
            std::thread::yield_now();
        }
        self.ours.write_all(&[key]).unwrap();
    }

    fn modes(&self) -> LocalModes {
        tcgetattr(&self.theirs).unwrap().local_modes
    }
}

#[test]
fn keys_answer_and_the_terminal_is_left_as_it_was() {
    for (key, answer, shown) in [
        (b'y', "Ok(true)", "Remove /srv? [y/N] yes"),
        (b'n', "Ok(false)", "Remove /srv? [y/N] no"),
        (b'\r', "Ok(false)", "Remove /srv? [y/N] no"),
        (3, "Err(\"interrupted\")", PROMPT),
    ] {
        let mut pty = Pty::new();
        let before = pty.modes();
        let child = pty.child("ask", "xterm");
        pty.shows(PROMPT);
        pty.press(key);
        assert_eq!(outcome(child), answer);
        assert_eq!(pty.settled().trim_end(), shown);
        assert_eq!(pty.modes(), before, "the terminal's modes");
        assert!(!pty.screen.screen().hide_cursor(), "the cursor is hidden");
    }
}

#[test]
fn without_a_terminal_it_is_refused_with_the_flag() {
    let refused = "Err(\"nobody can be asked here: “Remove /srv?” (answer it with --yes)\")";
    let null = Stdio::null;
    assert_eq!(outcome(child("ask", "xterm", null(), null())), refused);
    let pty = Pty::new();
    assert_eq!(outcome(child("ask", "xterm", null(), Stdio::from(pty.theirs.try_clone().unwrap()))), refused);
    assert_eq!(outcome(pty.child("ask", "dumb")), refused);
}

#[test]
fn yes_answers_without_asking() {
    let mut pty = Pty::new();
    assert_eq!(outcome(pty.child("ask with --yes", "xterm")), "Ok(true)");
    assert_eq!(pty.settled(), "");
}

#[test]
fn a_spinner_shows_on_a_terminal_and_leaves_nothing() {
    let mut pty = Pty::new();
    let mut spinning = child("spin", "xterm", Stdio::piped(), Stdio::from(pty.theirs.try_clone().unwrap()));
    pty.shows("booting a sandbox");
    drop(spinning.stdin.take());
    assert_eq!(outcome(spinning), "spun");
    assert_eq!(pty.settled(), "");
    assert!(!pty.screen.screen().hide_cursor());
}

#[test]
fn a_spinner_writes_nothing_elsewhere() {
    let mut spinning = child("spin", "xterm", Stdio::null(), Stdio::piped());
    let mut stderr = spinning.stderr.take().unwrap();
    assert_eq!(outcome(spinning), "spun");
    let mut written = String::new();
    stderr.read_to_string(&mut written).unwrap();
    assert_eq!(written, "");
}
