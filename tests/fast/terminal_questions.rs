//! unitlab asks only on a terminal, and restores the terminal's modes afterwards.
//!
//! Some tests start this test binary again, with only [`run_act`]. Its stdin and stderr are a pseudo terminal.

use std::io::Read as _;
use std::process::{Child, Command, Stdio};

use crate::common::UNITLAB;
use crate::common::pty::{Pty, exit_code};
use crate::common::terminal_session::TerminalSession;
use rustix::process::{Pid, Signal, kill_process};
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
        ('\u{1b}', "Ok(false)", "Remove /srv? [y/N] no"),
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

/// unitlab with progress to forget, on its own in a home directory.
struct Learner {
    home: tempfile::TempDir,
}

impl Learner {
    fn new() -> Self {
        let learner = Self { home: tempfile::tempdir().unwrap() };
        let handed_in = learner.command(&["answer", "pid", "5", "--lab", "first-process"]).output().unwrap();
        assert!(handed_in.status.success(), "{handed_in:?}");
        learner
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(UNITLAB);
        command.args(args).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8").env("TERM", "xterm");
        command.env("HOME", self.home.path()).env("UNITLAB_STATE_DIR", self.home.path().join("state"));
        command.env("UNITLAB_ESTATE", self.home.path().join("estate")).stdin(Stdio::null());
        command
    }

    fn progress(&self) -> String {
        let exported = self.command(&["progress", "export"]).output().unwrap();
        String::from_utf8(exported.stdout).unwrap()
    }
}

/// A prompt of the program.
struct Prompt {
    args: &'static [&'static str],
    /// The screen shows this while it is open.
    open: &'static str,
    /// These keys answer it.
    answer: &'static str,
    /// The screen shows this after the answer.
    answered: &'static str,
    /// These keys leave it without an answer.
    leave: &'static str,
    left: &'static str,
}

/// One prompt of each kind: a yes-no question, a list, and a text.
const PROMPTS: [Prompt; 3] = [
    Prompt {
        args: &["progress", "reset"],
        open: "[y/N]",
        answer: "y",
        answered: "Forgotten: everything",
        leave: "\u{1b}",
        left: "Nothing was forgotten.",
    },
    Prompt {
        args: &["lab", "brief"],
        open: "unit-surgery",
        answer: "\u{1b}[B\u{1b}[B\r",
        answered: "Which lab? on-call",
        leave: "\u{1b}",
        left: "No lab was chosen.",
    },
    Prompt {
        args: &["answer", "pid", "--lab", "first-process"],
        open: "pid:",
        answer: "seven\r42\r",
        answered: "Handed in: pid is “42”",
        leave: "\r",
        left: "Nothing was handed in.",
    },
];

/// Opens a prompt in a terminal of 60 columns, lets `end` end it, and returns the exit code and the screen.
fn ended(learner: &Learner, prompt: &Prompt, end: impl FnOnce(&mut TerminalSession)) -> (i32, String) {
    let mut terminal = TerminalSession::start_sized(&learner.command(prompt.args), (150, 60));
    terminal.pty.wait_for_text(prompt.open);
    end(&mut terminal);
    let code = terminal.exit_code();
    assert!(terminal.pty.shows_cursor(), "{:?} left the cursor hidden", prompt.args);
    assert_eq!(terminal.pty.modes(), terminal.modes_before, "{:?} changed the modes of the terminal", prompt.args);
    (code, terminal.pty.text())
}

#[test]
fn each_prompt_can_be_answered_and_left() {
    for prompt in &PROMPTS {
        let learner = Learner::new();
        let before = learner.progress();
        let (code, screen) = ended(&learner, prompt, |terminal| terminal.pty.send_keys(prompt.leave));
        assert_eq!(code, 0, "{screen}");
        assert!(screen.contains(prompt.left), "{screen}");
        assert_eq!(learner.progress(), before);
        let (code, screen) = ended(&learner, prompt, |terminal| terminal.pty.send_keys(prompt.answer));
        assert_eq!(code, 0, "{screen}");
        assert!(screen.contains(prompt.answered), "{screen}");
    }
}

#[test]
fn a_text_of_the_wrong_form_is_refused_with_the_reason() {
    let learner = Learner::new();
    let (_, screen) = ended(&learner, &PROMPTS[2], |terminal| {
        terminal.pty.send_keys("seven\r");
        terminal.pty.wait_for_text("“seven” is not a number; type a number");
        terminal.pty.send_keys("8\r");
    });
    assert!(screen.contains("Handed in: pid is “8”") && !screen.contains("seven"), "{screen}");
}

#[test]
fn ctrl_c_and_signals_end_each_prompt_and_restore_the_terminal() {
    for prompt in &PROMPTS {
        let learner = Learner::new();
        let before = learner.progress();
        let (code, screen) = ended(&learner, prompt, |terminal| terminal.pty.send_keys("\u{3}"));
        assert_eq!(code, 130, "{screen}");
        for (signal, exit) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129)] {
            let (code, screen) = ended(&learner, prompt, |terminal| {
                kill_process(Pid::from_raw(terminal.unitlab_pid()).unwrap(), signal).unwrap();
            });
            assert_eq!(code, exit, "{screen}");
        }
        assert_eq!(learner.progress(), before);
    }
}

#[test]
fn a_closed_terminal_ends_each_prompt() {
    for prompt in &PROMPTS {
        let learner = Learner::new();
        let before = learner.progress();
        let mut pty = Pty::new(24, 60);
        let session = pty.spawn(&learner.command(prompt.args));
        pty.wait_for_text(prompt.open);
        pty.close();
        assert_eq!(exit_code(session), 129, "{:?}", prompt.args);
        // A terminal that does not control the process sends no signal.
        let mut pty = Pty::new(24, 60);
        let mut command = learner.command(prompt.args);
        let child = command.stdin(pty.stdio()).stdout(Stdio::null()).stderr(pty.stdio()).spawn().unwrap();
        drop(command);
        pty.wait_for_text(prompt.open);
        pty.close();
        assert_eq!(exit_code(child), 3, "{:?}", prompt.args);
        assert_eq!(learner.progress(), before);
    }
}

#[test]
fn prompts_follow_the_colour_option_and_the_character_set() {
    let learner = Learner::new();
    let list = |args: &[&str], lang: &str| {
        let mut command = learner.command(&[&["lab", "brief"], args].concat());
        let mut terminal = TerminalSession::start(command.env("LANG", lang));
        terminal.pty.wait_for_text("unit-surgery");
        terminal.pty.send_keys("\u{1b}");
        terminal.exit_code();
        String::from_utf8_lossy(terminal.pty.written()).into_owned()
    };
    assert!(list(&[], "C.UTF-8").contains("\u{1b}[36m\u{1b}[1m▸"), "{}", list(&[], "C.UTF-8"));
    let plain = list(&["--color", "never"], "C");
    assert!(plain.is_ascii() && plain.contains("> first-process") && !plain.contains("\u{1b}[36m"), "{plain:?}");
}
