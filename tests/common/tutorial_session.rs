//! The tutorial in a terminal, with a small course for tests.
#![allow(dead_code, unreachable_pub, reason = "a module of every test program, each of which uses the part it needs")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests start the program under test")]

use std::fs;
use std::path::{Path, PathBuf};

use textwrap::core::display_width;

use super::TestEnv;
use super::terminal_session::TerminalSession;

/// A usual window and the narrowest: rows and columns.
pub const SIZES: [(u16, u16); 2] = [(24, 80), (20, 40)];

const FIRST: &str = r#"+++
title   = "The first, with a title that is far too long for any narrow window"
minutes = 5
goals   = ["see a command run", "answer questions"]
+++

## Look

A [unit](glossary.md#unit) is a thing.

```try
id     = "hello"
run    = "echo hello-$((40 + 2))"
look   = "the number"
expect = "hello-42"
```

## Ask

```quiz
id      = "which"
ask     = "Which number is even?"
choices = ["Seven, which is divided by no other number", "Eight"]
answer  = 2
because = "Eight is twice four."
```

```quiz
id      = "word"
ask     = "Which word leaves?"
accept  = ["quit"]
because = "It says so."
```

## Long

```try
id     = "long"
run    = "echo begun; exec sleep 55"
look   = "nothing"
expect = "begun"
seconds = 60
```

## Wide

世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界

| Directive | What it does |
|---|---|
| `Restart=on-failure` | starts it again after an unclean end, and after nothing else at all |
| `RestartSec=` | waits |

```text
a drawing that is much too wide for a narrow window ─────────────▶ and goes on
```

```predict
id      = "guess"
run     = "printf %0120d 0"
ask     = "How many columns has it?"
choices = ["Many, since a number is written with as many digits as are wanted of it", "Few"]
answer  = 1
because = "One hundred and twenty, which is more than this window has."
expect  = "0{120}"
```

## Summary

- That was it.
"#;

const SECOND: &str = r#"+++
title   = "The second"
minutes = 5
goals   = ["read", "go on reading"]
+++

## Another

The needle lies here.

```try
id     = "there"
run    = "test -e /tmp/mark && echo old; touch /tmp/mark; echo fresh"
look   = "whether it is a new machine"
expect = "fresh"
```

## Summary

- The end.
"#;

const RECORD: &str = "[hello]\nrun = \"echo hello-$((40 + 2))\"\noutput = \"hello-from-the-record\\n\"\n";

/// Writes the small course into the test's directory.
pub fn small_course(env: &TestEnv) -> PathBuf {
    let dir = env.path().join("course");
    fs::create_dir_all(dir.join("lessons/recorded")).unwrap();
    let write = |name: &str, text: &str| fs::write(dir.join("lessons").join(name), text).unwrap();
    write("01-first.md", FIRST);
    write("02-second.md", SECOND);
    write("glossary.md", "# Glossary\n\n## unit\n\nWhat systemd manages.\n");
    write("recorded/first.toml", RECORD);
    dir
}

pub struct TutorialSession {
    pub terminal: TerminalSession,
    pub size: (u16, u16),
    colored: bool,
}

impl TutorialSession {
    /// Starts `unitlab ARGS…` with the small course, in a window of this size.
    pub fn open(env: &TestEnv, args: &[&str], size: (u16, u16), colored: bool) -> Self {
        let course = small_course(env);
        let mut command = env.command(&["--course", course.to_str().unwrap()]);
        command.args(args);
        if !colored {
            command.env("NO_COLOR", "1");
        }
        Self { terminal: TerminalSession::start_sized(&command, size), size, colored }
    }

    /// Waits for a text, then checks the whole screen.
    pub fn wait_for(&mut self, text: &str) {
        self.terminal.pty.wait_for_text(text);
        self.check_screen();
    }

    pub fn press_and_wait(&mut self, keys: &str, text: &str) {
        self.terminal.pty.send_keys(keys);
        self.wait_for(text);
    }

    /// Asserts that no row is wider than the window, and that colours are used only if wanted.
    pub fn check_screen(&self) {
        for row in self.terminal.pty.rows_in_wide_window() {
            assert!(
                display_width(row.trim_end()) <= usize::from(self.size.1),
                "cut: {row:?}\n{}",
                self.terminal.pty.text()
            );
        }
        let written = String::from_utf8_lossy(self.terminal.pty.written()).into_owned();
        let colors = written.split("\x1b[").skip(1).filter(|part| {
            let end = part.find(|character: char| !character.is_ascii_digit() && character != ';');
            end.is_some_and(|end| part[end..].starts_with('m') && !matches!(&part[..end], "" | "0"))
        });
        assert_eq!(colors.count() > 0, self.colored, "colours");
    }

    /// Quits with `q`, and asserts that the terminal is restored.
    pub fn quit(mut self) {
        self.terminal.pty.send_keys("q");
        assert_eq!(self.terminal.exit_code(), 0);
        self.assert_restored();
    }

    /// Asserts that the screen, the cursor and all modes are as before.
    pub fn assert_restored(&self) {
        assert!(!self.terminal.pty.is_on_alternate_screen() && self.terminal.pty.shows_cursor());
        assert_eq!(self.terminal.pty.modes(), self.terminal.modes_before);
    }
}

/// The text of the progress file.
pub fn saved_progress(state_dir: &Path) -> String {
    fs::read_to_string(state_dir.join("progress.toml")).unwrap()
}
