//! The tutorial on a terminal: every screen fits its window, and the terminal is given back on every way out.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::process::{Command, Stdio};

use common::desk::Desk;
use common::pty::Pty;
use common::seat::{SIZES, Seat, progress, small_course};
use common::traces::kill;
use common::{UNITLAB, home};
use rustix::process::Signal;
use textwrap::core::display_width;

#[test]
fn every_screen_fits_its_window_in_colour_and_without() {
    let Some(home) = home() else { return };
    for (size, colored) in SIZES.into_iter().flat_map(|size| [(size, true), (size, false)]) {
        let _ = fs::remove_dir_all(home.state_dir());
        let mut seat = Seat::at(&home, &[], size, colored);
        seat.sees("unitlab");
        seat.press("\r", "1/5");
        seat.press("?", "do what is in");
        seat.press("\x1b[6~\x1b[6~", "fg");
        seat.press("\x1b", "Look at");
        seat.press("t", "The second");
        seat.press("2\r", "1/2");
        seat.press("p", "5/5");
        seat.press("/needle", "The needle lies here.");
        seat.press("\r", "1/2");
        seat.press("gunit", "What systemd manages.");
        seat.press("zzz", "No term has these letters.");
        seat.press("\x1b", "Another");
        seat.press("R", "anew?");
        seat.press("\x1b", "Another");
        seat.press("t1\r", "1/5");
        seat.press("nn", "3/5");
        seat.press("n", "4/5");
        // To its end, where the question is.
        seat.press("\x1b[F", "Few");
        seat.press("1", "1 Many");
        seat.quits();
    }
}

#[test]
fn another_size_draws_everything_anew() {
    let Some(home) = home() else { return };
    let mut seat = Seat::at(&home, &["learn", "first"], SIZES[0], true);
    seat.sees("1/5");
    seat.press("nnn", "4/5");
    for size in [(20, 40), (40, 120), (12, 50), (24, 80)] {
        seat.desk.pty.resize(size.0, size.1);
        seat.size = size;
        let last = usize::from(size.0) - 1;
        // The rule of the foot is as wide as the window, and nothing of the old window is left.
        seat.desk.pty.wait_until("the foot", |screen| {
            let rows: Vec<String> = screen.rows(0, size.1).collect();
            display_width(&rows[last - 1]) == usize::from(size.1) && rows[last].contains("keys")
        });
        seat.sees("4/5");
        seat.holds();
    }
    seat.quits();
}

#[test]
fn questions_are_answered_by_keys_and_kept_at_once() {
    let Some(home) = home() else { return };
    let mut seat = Seat::at(&home, &["learn", "1"], SIZES[1], true);
    seat.sees("1/5");
    seat.press("n1", "Not so.");
    assert!(progress(&home.state_dir()).contains("[chapters.first.answers.which]\nfirst = \"1\"\nright = false"));
    seat.press("2", "Right.");
    // A typed answer owns the keyboard: q does not quit, n turns no page.
    seat.press("\t\rqn/t?g", "> qn/t?g");
    seat.press("\x15quit\r", "✓ quit");
    seat.sees("2/5");
    let kept = progress(&home.state_dir());
    assert!(kept.contains("first = \"1\"\nright = false\nlatest = \"2\""), "{kept}");
    assert!(kept.contains("first = \"quit\"\nright = true"), "{kept}");
    seat.quits();
}

#[test]
fn the_terminal_is_given_back_to_whoever_ends_or_stops_it() {
    let Some(home) = home() else { return };
    for words in [&[][..], &["learn"]] {
        for (signal, code) in [(Signal::TERM, 130), (Signal::HUP, 130), (Signal::INT, 130)] {
            let mut seat = Seat::at(&home, words, SIZES[0], true);
            seat.sees("─");
            kill(seat.desk.unitlab(), signal);
            assert_eq!(seat.desk.left_with(), code, "{words:?} {signal:?}");
            seat.is_given_back();
        }
    }
    let mut seat = Seat::at(&home, &["learn"], SIZES[0], true);
    seat.sees("1/5");
    seat.desk.pty.keys("\u{3}");
    assert_eq!(seat.desk.left_with(), 0);
    seat.is_given_back();
}

#[test]
fn ctrl_z_steps_out_and_fg_comes_back() {
    let Some(home) = home() else { return };
    let course = small_course(&home);
    let mut shell = Command::new("bash");
    shell.args(["--norc", "--noprofile", "-i"]).env("PS1", "own> ");
    let unitlab = home.command(&[]);
    shell.envs(unitlab.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut pty = Pty::new(24, 80);
    let mut session = pty.spawn(&shell);
    pty.shows("own> ");
    pty.keys(&format!("{UNITLAB} --course {} learn\r", course.display()));
    pty.shows("1/5");
    for turn in 0..2 {
        pty.keys("\u{1a}");
        pty.wait_until("the shell", |screen| !screen.alternate_screen() && common::pty::line(screen) == "own> ");
        assert!(pty.text().contains("Stopped") && pty.shows_cursor(), "{}", pty.text());
        pty.keys("fg\r");
        pty.wait_until("the page", |screen| screen.alternate_screen() && screen.contents().contains("keys"));
        pty.keys(if turn == 0 { "n" } else { "p" });
        pty.shows(if turn == 0 { "2/5" } else { "1/5" });
    }
    pty.keys("q");
    pty.wait_until("the shell", |screen| !screen.alternate_screen() && common::pty::line(screen) == "own> ");
    pty.close();
    session.wait().unwrap();
}

#[test]
fn without_root_the_page_says_why_and_shows_the_record() {
    let Some(home) = home() else { return };
    let course = small_course(&home);
    let state = home.state_dir();
    fs::create_dir_all(&state).unwrap();
    chown(&state, Some(65534), Some(65534)).unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).unwrap();
    for size in SIZES {
        let mut command = home.command(&[]);
        let mut user = Command::new("setpriv");
        user.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "env", "PATH=/nowhere", UNITLAB]);
        user.arg("--course").arg(&course).args(["learn", "first"]);
        user.envs(command.env("NO_COLOR", "1").get_envs().filter_map(|(name, value)| Some((name, value?))));
        let _ = fs::remove_file(state.join("progress.toml"));
        let mut desk = Desk::sized(&user, size);
        desk.pty.shows("no sandbox here");
        desk.pty.shows("Enter shows");
        desk.pty.keys("\r");
        desk.pty.shows("recorded, not run here");
        desk.pty.shows("no sudo");
        desk.pty.shows("hello-from-the-record");
        desk.pty.keys("\r");
        desk.pty.shows("2/5");
        desk.pty.keys("nn\x1b[F1");
        desk.pty.shows("nothing was recorded");
        desk.pty.keys("q");
        assert_eq!(desk.left_with(), 0);
    }
}

#[test]
fn without_a_terminal_there_is_the_help_and_text() {
    let Some(home) = home() else { return };
    let output = home.unitlab(&[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(said.contains("Usage") && said.contains("learn"), "{said}");

    let output = home.unitlab(&["learn", "sevice-states", "--plain"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("did you mean") && said.contains("service-states"), "{said}");

    // Also where nobody asks for plain text, but nothing can be drawn.
    assert_eq!(home.must(&["learn", "1"]), home.must(&["learn", "process", "--plain"]));
    for chapter in 1..=8 {
        let output = home.command(&["learn", &chapter.to_string(), "--plain"]).env("COLUMNS", "40").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().count() > 50 && !text.contains('\x1b'), "{text}");
        let wide: Vec<&str> = text.lines().filter(|line| display_width(line) > 40).collect();
        assert!(wide.is_empty(), "chapter {chapter}: {wide:#?}");
    }
    let mut ascii = home.command(&["learn", "4", "--plain"]);
    let output = ascii.env("LANG", "C").env("LC_ALL", "C").stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let beyond: Vec<&str> = text.lines().filter(|line| !line.is_ascii()).collect();
    assert!(beyond.is_empty(), "{beyond:#?}");
}
