//! A person at a terminal, with a shell of their own around the one in the sandbox.
#![allow(dead_code, unreachable_pub, reason = "a module of every test program, each of which uses the part it needs")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests start the program under test")]

use std::fs;
use std::process::{Child, Command};

use super::Home;
use super::pty::{Pty, line};

/// What the learner's shell says when it waits for a command.
pub const PROMPT: &str = "[sre-app] learner@sandbox:~$ ";

/// The user's own shell: it runs one command, tells how it ended, and stays, since the end of a session puts its
/// terminal in order by itself. Ctrl-C is for what runs in it. It never touches the terminal's modes.
const OWN_SHELL: &str = r#"trap : INT; "$@"; echo "left with $?."; read -r _"#;

/// A terminal in which unitlab runs.
pub struct Desk {
    pub pty: Pty,
    /// The terminal's modes before unitlab was started.
    pub modes_before: String,
    session: Child,
    prompt: String,
    asked: u32,
}

impl Desk {
    /// Rows and columns: room enough for every answer to be on one screen.
    pub const SIZE: (u16, u16) = (60, 100);

    /// Runs `unitlab WORDS…` with these variables too, and waits for the learner's prompt.
    pub fn at(home: &Home, words: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::with_prompt(home, words, variables, PROMPT)
    }

    /// As [`Desk::at`], where another shell than the learner's is expected.
    pub fn with_prompt(home: &Home, words: &[&str], variables: &[(&str, &str)], prompt: &str) -> Self {
        let mut desk = Self::running(home, words, variables);
        prompt.clone_into(&mut desk.prompt);
        desk.wait_for_prompt("the first prompt");
        desk
    }

    /// Runs `unitlab WORDS…` with these variables too.
    pub fn running(home: &Home, words: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut unitlab = home.command(words);
        unitlab.envs(variables.iter().copied());
        Self::of(&unitlab)
    }

    /// Runs a command.
    pub fn of(unitlab: &Command) -> Self {
        Self::sized(unitlab, Self::SIZE)
    }

    /// Runs a command in a window of so many rows and columns.
    pub fn sized(unitlab: &Command, (rows, columns): (u16, u16)) -> Self {
        let pty = Pty::new(rows, columns);
        let mut own = Command::new("sh");
        own.args(["-c", OWN_SHELL, "sh"]).arg(unitlab.get_program()).args(unitlab.get_args());
        own.envs(unitlab.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let modes_before = pty.modes();
        let session = pty.spawn(&own);
        Self { pty, modes_before, session, prompt: PROMPT.to_owned(), asked: 0 }
    }

    /// The pid of unitlab itself.
    pub fn unitlab(&self) -> i32 {
        let pid = self.session.id();
        fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap().trim().parse().unwrap()
    }

    pub fn wait_for_prompt(&mut self, what: &str) {
        let prompt = self.prompt.clone();
        self.pty.wait_until(what, |screen| line(screen) == prompt);
    }

    /// Waits until a row of the screen is just this.
    pub fn wait_for_row(&mut self, text: &str) {
        self.pty.wait_until(text, |screen| screen.rows(0, 200).any(|row| row.trim() == text));
    }

    /// Types a command; what it printed, and its exit code.
    pub fn run(&mut self, command: &str) -> (String, i32) {
        self.asked += 1;
        let mark = format!("ended {}:", self.asked);
        // What was typed goes with `clear`, so that the screen holds nothing but the answer.
        self.pty.keys(&format!("clear; {command}; echo \"{mark}\"$?\r"));
        let (prompt, is_mark) = (self.prompt.clone(), |row: &str| row.starts_with(&mark));
        self.pty.wait_until(command, |screen| line(screen) == prompt && screen.rows(0, 200).any(|row| is_mark(&row)));
        let text = self.pty.text();
        let rows: Vec<&str> = text.lines().collect();
        let end = rows.iter().position(|row| is_mark(row)).unwrap();
        (rows[..end].join("\n").trim().to_owned(), rows[end][mark.len()..].trim().parse().unwrap())
    }

    /// Waits until the command has ended; its exit code.
    pub fn left_with(&mut self) -> i32 {
        self.pty.shows("left with ");
        self.pty.wait_until("the exit code", |screen| code(&screen.contents()).is_some());
        code(&self.pty.text()).unwrap()
    }

    /// Closes the window, and waits until everything in it that hangs up has done so.
    pub fn close(self) {
        let Self { pty, mut session, .. } = self;
        pty.close();
        session.wait().unwrap();
    }
}

fn code(text: &str) -> Option<i32> {
    // Behind a `^C`, where the terminal echoed one.
    text.lines().find_map(|line| line.split_once("left with ")?.1.strip_suffix('.')?.parse().ok())
}
