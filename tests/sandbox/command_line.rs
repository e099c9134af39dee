//! The command line with a lab: questions without a terminal, error documents, widths, and Ctrl-C.

use std::process::Output;

use crate::common::TestEnv;
use crate::common::terminal_session::TerminalSession;
use crate::common::traces::poll_until;

tests! {
    without_a_terminal_a_question_is_an_error_that_names_the_flag,
    with_format_json_an_error_is_a_document,
    output_fits_the_terminal_width,
    ctrl_c_exits_with_130_and_restores_terminal_and_machine,
    ctrl_c_stops_the_command_in_the_sandbox,
}

fn result(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

fn without_a_terminal_a_question_is_an_error_that_names_the_flag(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    for (args, flag) in [
        (&["lab", "start", "sre-app"][..], "--no-shell"),
        (&["lab", "shell"], "unitlab lab exec"),
        (&["lab", "reset"], "--yes"),
        (&["lab", "solve"], "--yes"),
    ] {
        let (code, out, err) = result(&env.unitlab(args));
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}\n{err}");
        assert!(err.contains(flag), "{args:?}\n{err}");
    }
    let (code, _, err) = result(&env.unitlab(&["lab", "start", "sre-app", "--no-shell"]));
    assert!(code == 2 && err.starts_with("unitlab: sre-app is already running\n"), "{err}");
    env.unitlab_stdout(&["lab", "exec", "--", "test", "-e", "/opt/sre-app/index.html"]);
}

fn with_format_json_an_error_is_a_document(env: TestEnv) {
    let (code, out, err) = result(&env.unitlab(&["check", "sre-app", "--format", "json"]));
    assert_eq!((code, err.as_str()), (3, ""), "{out}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["schema"], "unitlab.error/1");
    assert!(document.to_string().contains("unitlab lab start sre-app"), "{document}");
}

fn output_fits_the_terminal_width(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    for columns in [40, 60, 80] {
        for args in [&["lab", "brief"][..], &["check", "--no-trials"], &["hint"], &["list"], &["doctor"], &["--help"]] {
            let output = env.command(args).env("COLUMNS", columns.to_string()).output().unwrap();
            let (_, out, _) = result(&output);
            let wide = out.lines().find(|line| line.chars().count() > columns);
            assert_eq!(wide, None, "{args:?} at {columns} columns:\n{out}");
        }
    }
}

/// Runs a command on a terminal, presses Ctrl-C when the screen shows `when`, and checks the exit code and the terminal.
fn interrupt(env: &TestEnv, args: &[&str], when: &str) -> TerminalSession {
    let mut terminal = TerminalSession::start_unitlab(env, args, &[]);
    terminal.pty.wait_for_text(when);
    terminal.pty.send_keys("\u{3}");
    assert_eq!(terminal.exit_code(), 130, "{args:?}");
    let screen = terminal.pty.text();
    assert!(screen.lines().any(|line| line == "exit code 130."), "{args:?} left half a line:\n{screen}");
    assert!(terminal.pty.shows_cursor(), "{args:?} left the cursor hidden");
    assert_eq!(terminal.pty.modes(), terminal.modes_before, "{args:?}");
    terminal
}

fn ctrl_c_exits_with_130_and_restores_terminal_and_machine(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    interrupt(&env, &["check"], "asking the machine");
    interrupt(&env, &["hint"], "asking the machine");
    interrupt(&env, &["lab", "reset"], "[y/N]");
    interrupt(&env, &["demo"], "Nothing done yet");
    // Their sandboxes stop as well. A released lock sends no notification, so poll.
    poll_until("twins and demos are still running", || {
        env.estate.sandboxes().iter().filter(|sandbox| sandbox.is_running()).count() <= 1
    });
    env.unitlab_stdout(&["lab", "exec", "--", "true"]);
    // A directory may be left if its supervisor had not started yet; `doctor --fix` removes it like this.
    assert_eq!(env.estate.sweep(), Vec::new());
    assert_eq!(env.estate.sandboxes().len(), 1, "{:?}", env.estate.sandboxes());
}

fn ctrl_c_stops_the_command_in_the_sandbox(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    let script = "echo begun; exec sleep 77777";
    interrupt(&env, &["lab", "exec", "--", "sh", "-c", script], "begun");
    let (code, out, _) = result(&env.unitlab(&["lab", "exec", "--", "pgrep", "-xf", "sleep 77777"]));
    assert_eq!((code, out.as_str()), (1, ""), "the command is still running in the sandbox");
}
