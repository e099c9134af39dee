//! unitlab in a terminal, started from a shell as a user does.
#![allow(dead_code, unreachable_pub, reason = "a module of every test program, each of which uses the part it needs")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests start the program under test")]

use std::fs;
use std::process::{Child, Command};

use super::TestEnv;
use super::pty::{Pty, line};

/// The prompt of the shell in the sandbox.
pub const PROMPT: &str = "[sre-app] learner@sandbox:~$ ";

/// The outer shell: it runs one command, prints its exit code, and waits. If it exited, the kernel would reset the
/// terminal, and a test could not see the state in which unitlab left it. It never changes the terminal's modes.
const OUTER_SHELL: &str = r#"trap : INT; "$@"; echo "exit code $?."; read -r _"#;

/// A terminal with unitlab in it.
pub struct TerminalSession {
    pub pty: Pty,
    /// The terminal's modes before unitlab started.
    pub modes_before: String,
    session: Child,
    prompt: String,
    commands: u32,
}

impl TerminalSession {
    /// Default rows and columns; the output of every command fits.
    pub const SIZE: (u16, u16) = (60, 100);

    /// Starts `unitlab ARGS…` with these variables, and waits for the learner's prompt.
    pub fn open(env: &TestEnv, args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::with_prompt(env, args, variables, PROMPT)
    }

    /// Like [`TerminalSession::open`], with another prompt.
    pub fn with_prompt(env: &TestEnv, args: &[&str], variables: &[(&str, &str)], prompt: &str) -> Self {
        let mut terminal = Self::start_unitlab(env, args, variables);
        prompt.clone_into(&mut terminal.prompt);
        terminal.wait_for_prompt("the first prompt");
        terminal
    }

    /// Starts `unitlab ARGS…` with these variables.
    pub fn start_unitlab(env: &TestEnv, args: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut unitlab = env.command(args);
        unitlab.envs(variables.iter().copied());
        Self::start(&unitlab)
    }

    pub fn start(unitlab: &Command) -> Self {
        Self::start_sized(unitlab, Self::SIZE)
    }

    /// Starts a command in a window of these rows and columns.
    pub fn start_sized(unitlab: &Command, (rows, columns): (u16, u16)) -> Self {
        let pty = Pty::new(rows, columns);
        let mut shell = Command::new("sh");
        shell.args(["-c", OUTER_SHELL, "sh"]).arg(unitlab.get_program()).args(unitlab.get_args());
        shell.envs(unitlab.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let modes_before = pty.modes();
        let session = pty.spawn(&shell);
        Self { pty, modes_before, session, prompt: PROMPT.to_owned(), commands: 0 }
    }

    pub fn unitlab_pid(&self) -> i32 {
        let pid = self.session.id();
        fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap().trim().parse().unwrap()
    }

    pub fn wait_for_prompt(&mut self, what: &str) {
        let prompt = self.prompt.clone();
        self.pty.wait_until(what, |screen| line(screen) == prompt);
    }

    /// Waits until a row of the screen is exactly this text.
    pub fn wait_for_row(&mut self, text: &str) {
        self.pty.wait_until(text, |screen| screen.rows(0, 200).any(|row| row.trim() == text));
    }

    /// Types a command and waits for it; returns its output and exit code.
    pub fn run(&mut self, command: &str) -> (String, i32) {
        self.commands += 1;
        let mark = format!("ended {}:", self.commands);
        // `clear` removes the typed command, so that the screen holds only the output.
        self.pty.send_keys(&format!("clear; {command}; echo \"{mark}\"$?\r"));
        let (prompt, is_mark) = (self.prompt.clone(), |row: &str| row.starts_with(&mark));
        self.pty.wait_until(command, |screen| line(screen) == prompt && screen.rows(0, 200).any(|row| is_mark(&row)));
        let text = self.pty.text();
        let rows: Vec<&str> = text.lines().collect();
        let end = rows.iter().position(|row| is_mark(row)).unwrap();
        (rows[..end].join("\n").trim().to_owned(), rows[end][mark.len()..].trim().parse().unwrap())
    }

    /// Waits until unitlab exits; returns its exit code.
    pub fn exit_code(&mut self) -> i32 {
        self.pty.wait_for_text("exit code ");
        self.pty.wait_until("the exit code", |screen| code(&screen.contents()).is_some());
        code(&self.pty.text()).unwrap()
    }

    /// Closes the terminal, and waits until the outer shell exits.
    pub fn close(self) {
        let Self { pty, mut session, .. } = self;
        pty.close();
        session.wait().unwrap();
    }
}

fn code(text: &str) -> Option<i32> {
    // An echoed `^C` may precede it.
    text.lines().find_map(|line| line.split_once("exit code ")?.1.strip_suffix('.')?.parse().ok())
}
