//! The tutorial on a terminal: every screen fits the window, and the terminal is restored however it ends.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::{Command, Stdio};

use crate::common::pty::Pty;
use crate::common::terminal_session::TerminalSession;
use crate::common::traces::kill;
use crate::common::tutorial_session::{SIZES, TutorialSession, saved_progress, small_course};
use crate::common::{TestEnv, UNITLAB};
use rustix::process::Signal;
use textwrap::core::display_width;

tests! {
    every_screen_fits_its_window_in_colour_and_without,
    a_resized_window_is_drawn_again,
    answers_are_saved_at_once,
    the_terminal_is_restored_after_a_signal_or_ctrl_c,
    ctrl_z_suspends_and_fg_continues,
    without_root_the_page_shows_the_reason_and_the_recorded_output,
    without_a_terminal_it_prints_help_or_plain_text,
}

fn every_screen_fits_its_window_in_colour_and_without(env: TestEnv) {
    for (size, colored) in SIZES.into_iter().flat_map(|size| [(size, true), (size, false)]) {
        let _ = fs::remove_dir_all(env.state_dir());
        let mut session = TutorialSession::open(&env, &[], size, colored);
        session.wait_for("unitlab");
        session.press_and_wait("\r", "1/5");
        session.press_and_wait("?", "run, answer or");
        session.press_and_wait("\x1b[6~\x1b[6~", "fg");
        session.press_and_wait("\x1b", "Look at");
        session.press_and_wait("t", "The second");
        session.press_and_wait("2\r", "1/2");
        session.press_and_wait("p", "5/5");
        session.press_and_wait("/needle", "The needle lies here.");
        session.press_and_wait("\r", "1/2");
        session.press_and_wait("gunit", "What systemd manages.");
        session.press_and_wait("zzz", "No term contains this text.");
        session.press_and_wait("\x1b", "Another");
        session.press_and_wait("R", "Restart this chapter?");
        session.press_and_wait("\x1b", "Another");
        session.press_and_wait("t1\r", "1/5");
        session.press_and_wait("nn", "3/5");
        session.press_and_wait("n", "4/5");
        // The question is at the end.
        session.press_and_wait("\x1b[F", "Few");
        session.press_and_wait("1", "1 Many");
        session.quit();
    }
}

fn a_resized_window_is_drawn_again(env: TestEnv) {
    let mut session = TutorialSession::open(&env, &["learn", "first"], SIZES[0], true);
    session.wait_for("1/5");
    session.press_and_wait("nnn", "4/5");
    for size in [(20, 40), (40, 120), (12, 50), (24, 80)] {
        session.terminal.pty.resize(size.0, size.1);
        session.size = size;
        let last = usize::from(size.0) - 1;
        // The rule of the footer is as wide as the new window.
        session.terminal.pty.wait_until("the footer", |screen| {
            let rows: Vec<String> = screen.rows(0, size.1).collect();
            display_width(&rows[last - 1]) == usize::from(size.1) && rows[last].contains("keys")
        });
        session.wait_for("4/5");
        session.check_screen();
    }
    session.quit();
}

fn answers_are_saved_at_once(env: TestEnv) {
    let mut session = TutorialSession::open(&env, &["learn", "1"], SIZES[1], true);
    session.wait_for("1/5");
    session.press_and_wait("n1", "Wrong.");
    assert!(saved_progress(&env.state_dir()).contains("[chapters.first.answers.which]\nfirst = \"1\"\nright = false"));
    session.press_and_wait("2", "Correct.");
    // While an answer is typed, letters are text: q does not quit, n does not turn the page.
    session.press_and_wait("\t\rqn/t?g", "> qn/t?g");
    session.press_and_wait("\x15quit\r", "✓ quit");
    session.wait_for("2/5");
    let kept = saved_progress(&env.state_dir());
    assert!(kept.contains("first = \"1\"\nright = false\nlatest = \"2\""), "{kept}");
    assert!(kept.contains("first = \"quit\"\nright = true"), "{kept}");
    session.quit();
}

fn the_terminal_is_restored_after_a_signal_or_ctrl_c(env: TestEnv) {
    for args in [&[][..], &["learn"]] {
        for (signal, code) in [(Signal::TERM, 130), (Signal::HUP, 130), (Signal::INT, 130)] {
            let mut session = TutorialSession::open(&env, args, SIZES[0], true);
            session.wait_for("─");
            kill(session.terminal.unitlab_pid(), signal);
            assert_eq!(session.terminal.exit_code(), code, "{args:?} {signal:?}");
            session.assert_restored();
        }
    }
    let mut session = TutorialSession::open(&env, &["learn"], SIZES[0], true);
    session.wait_for("1/5");
    session.terminal.pty.send_keys("\u{3}");
    assert_eq!(session.terminal.exit_code(), 0);
    session.assert_restored();
}

fn ctrl_z_suspends_and_fg_continues(env: TestEnv) {
    let course = small_course(&env);
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "own> ");
    let unitlab = env.command(&[]);
    shell.envs(unitlab.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut pty = Pty::new(24, 80);
    let mut session = pty.spawn(&shell);
    pty.wait_for_text("own> ");
    pty.send_keys(&format!("{UNITLAB} --course {} learn\r", course.display()));
    pty.wait_for_text("1/5");
    for turn in 0..2 {
        pty.send_keys("\u{1a}");
        pty.wait_until("the shell", |screen| !screen.alternate_screen() && crate::common::pty::line(screen) == "own> ");
        assert!(pty.text().contains("Stopped") && pty.shows_cursor(), "{}", pty.text());
        pty.send_keys("fg\r");
        pty.wait_until("the page", |screen| screen.alternate_screen() && screen.contents().contains("keys"));
        pty.send_keys(if turn == 0 { "n" } else { "p" });
        pty.wait_for_text(if turn == 0 { "2/5" } else { "1/5" });
    }
    pty.send_keys("q");
    pty.wait_until("the shell", |screen| !screen.alternate_screen() && crate::common::pty::line(screen) == "own> ");
    pty.close();
    session.wait().unwrap();
}

/// Runs unitlab as a user without rights, on a machine without sudo.
const WITHOUT_SUDO: &str = r#"
[ ! -e /usr/bin/sudo ] || mount --bind /etc/passwd /usr/bin/sudo
exec setpriv --reuid 65534 --regid 65534 --clear-groups "$0" "$@""#;

fn without_root_the_page_shows_the_reason_and_the_recorded_output(env: TestEnv) {
    let course = small_course(&env);
    let state = env.state_dir();
    fs::create_dir_all(&state).unwrap();
    chown(&state, Some(65534), Some(65534)).unwrap();
    fs::set_permissions(env.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for size in SIZES {
        let mut command = env.command(&[]);
        let mut user = Command::new("unshare");
        user.args(["--mount", "sh", "-ec", WITHOUT_SUDO, UNITLAB])
            .arg("--course")
            .arg(&course)
            .args(["learn", "first"]);
        user.envs(command.env("NO_COLOR", "1").get_envs().filter_map(|(name, value)| Some((name, value?))));
        let _ = fs::remove_file(state.join("progress.toml"));
        let mut terminal = TerminalSession::start_sized(&user, size);
        terminal.pty.wait_for_text("no sandbox here");
        terminal.pty.wait_for_text("Enter shows");
        terminal.pty.send_keys("\r");
        terminal.pty.wait_for_text("recorded, not run here");
        terminal.pty.wait_for_text("no sudo");
        terminal.pty.wait_for_text("hello-from-the-record");
        terminal.pty.send_keys("\r");
        terminal.pty.wait_for_text("2/5");
        terminal.pty.send_keys("nn\x1b[F1");
        terminal.pty.wait_for_text("no output was recorded");
        terminal.pty.send_keys("q");
        assert_eq!(terminal.exit_code(), 0);
    }
}

fn without_a_terminal_it_prints_help_or_plain_text(env: TestEnv) {
    let output = env.unitlab(&[]);
    assert_eq!(output.status.code(), Some(2));
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(printed.contains("Usage") && printed.contains("learn"), "{printed}");

    let output = env.unitlab(&["learn", "sevice-states", "--plain"]);
    assert_eq!(output.status.code(), Some(2));
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(printed.contains("did you mean") && printed.contains("service-states"), "{printed}");

    // Without --plain too, if no screen can be drawn.
    assert_eq!(env.unitlab_stdout(&["learn", "1"]), env.unitlab_stdout(&["learn", "process", "--plain"]));
    for chapter in 1..=8 {
        let output = env.command(&["learn", &chapter.to_string(), "--plain"]).env("COLUMNS", "40").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().count() > 50 && !text.contains('\x1b'), "{text}");
        let wide: Vec<&str> = text.lines().filter(|line| display_width(line) > 40).collect();
        assert!(wide.is_empty(), "chapter {chapter}: {wide:#?}");
    }
    let mut ascii = env.command(&["learn", "4", "--plain"]);
    let output = ascii.env("LANG", "C").env("LC_ALL", "C").stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let non_ascii: Vec<&str> = text.lines().filter(|line| !line.is_ascii()).collect();
    assert!(non_ascii.is_empty(), "{non_ascii:#?}");
}
