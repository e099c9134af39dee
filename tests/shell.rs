//! The learner's shell is a login on a real terminal, and the user's own terminal is left as it was.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test fails by panicking, and starts programs")]

mod common;

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use common::terminal_session::{PROMPT, TerminalSession};
use common::test_env;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

#[test]
fn the_prompt_names_the_lab_and_the_brief_stands_above_it() {
    let Some(env) = test_env() else { return };
    let terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    assert_eq!(terminal.pty.line(), PROMPT);
    let screen = terminal.pty.text();
    assert!(screen.contains("OPS-117") && screen.contains("unitlab check"), "{screen}");
}

#[test]
fn ctrl_c_interrupts_and_ctrl_z_suspends() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    // The word is said by the process that is interrupted.
    terminal.pty.keys("clear; sh -c 'echo o''n; exec sleep 777'\r");
    terminal.wait_for_row("on");
    terminal.pty.keys("\u{3}");
    terminal.wait_for_prompt("the prompt after Ctrl-C");
    terminal.pty.keys("echo code $?\r");
    terminal.wait_for_row("code 130");
    terminal.wait_for_prompt("the prompt after the code");

    let job = "sh -c 'echo u''p; exec sed -u s/typed/heard/'";
    terminal.pty.keys(&format!("clear; {job}\r"));
    terminal.wait_for_row("up");
    terminal.pty.keys("\u{1a}");
    terminal.wait_for_prompt("the prompt after Ctrl-Z");
    let (jobs, _) = terminal.run("jobs");
    assert!(jobs.contains("Stopped") && jobs.contains(job), "{jobs}");
    terminal.pty.keys("clear; fg\r");
    terminal.wait_for_row(job);
    // A line feed, since the shell may not have given the terminal back its own way with carriage returns yet.
    terminal.pty.keys("typed\n");
    terminal.wait_for_row("heard");
    terminal.pty.keys("\u{4}");
    terminal.wait_for_prompt("the prompt after the job's end");
    assert_eq!(terminal.run("jobs"), (String::new(), 0));
}

#[test]
fn the_window_has_its_size_at_once_and_after_a_change() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    let (rows, columns) = TerminalSession::SIZE;
    assert_eq!(terminal.run("stty size"), (format!("{rows} {columns}"), 0));
    // Without Python's buffers, which a signal handler may not enter again.
    let watch = "import os, signal; say = lambda text: os.write(1, text.encode() + b'\\n'); \
                 signal.signal(signal.SIGWINCH, lambda *_: say(repr(os.get_terminal_size()))); \
                 say('o' + 'n'); [signal.pause() for _ in range(9)]";
    terminal.pty.keys(&format!("clear; python3 -c \"{watch}\"\r"));
    terminal.wait_for_row("on");
    terminal.pty.resize(33, 111);
    terminal.pty.wait_for_text("columns=111, lines=33");
    terminal.pty.keys("\u{3}");
    terminal.wait_for_prompt("the prompt after Ctrl-C");
    assert_eq!(terminal.run("stty size"), ("33 111".into(), 0));
    assert_eq!(terminal.run("echo $LINES $COLUMNS"), ("33 111".into(), 0));
}

#[test]
fn the_learner_has_sudo_and_the_hosts_tools() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    assert_eq!(terminal.run("id -un"), ("learner".into(), 0));
    assert_eq!(terminal.run("sudo id -u"), ("0".into(), 0));
    assert_eq!(terminal.run("pwd"), ("/home/learner".into(), 0));
    assert!(terminal.run("tty").0.starts_with("/dev/pts/"));
    assert_eq!(terminal.run("journalctl --user-unit=none -q -n 1 >/dev/null").1, 0);
    for tool in ["vim", "vi", "nano", "emacs", "ed", "man", "less", "tmux", "journalctl", "systemctl", "unitlab"] {
        let hosts = ["/usr/bin", "/bin"].iter().any(|dir| fs::metadata(format!("{dir}/{tool}")).is_ok());
        let expected = i32::from(!(hosts || tool == "unitlab"));
        assert_eq!(terminal.run(&format!("command -v {tool} >/dev/null")).1, expected, "{tool}");
    }
    let page = ["-w", "5", "systemd.service"];
    let on_host = Command::new("man").args(page).output().is_ok_and(|output| output.status.success());
    assert_eq!(terminal.run(&format!("man {} >/dev/null 2>&1", page.join(" "))).1 == 0, on_host);
}

#[test]
fn unitlab_answers_inside_as_it_does_outside() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    for words in [
        &["check"][..],
        &["check", "--no-trials"],
        &["check", "--format", "json"],
        &["lab", "brief"],
        &["hint", "enabled"],
        &["hint", "nosuch"],
        &["check", "sre-app", "--no-trials"],
        &["check", "non-root"],
        &["lab", "brief", "sre-app"],
        &["lab", "brief", "nosuch"],
        &["hint", "sre-app"],
        &["hint", "sre-app", "enabled"],
        &["frob"],
    ] {
        let outside = env.unitlab(words).status.code().unwrap();
        let (said, inside) =
            terminal.run(&format!("unitlab {} | tail -n 30; (exit ${{PIPESTATUS[0]}})", words.join(" ")));
        assert_eq!(inside, outside, "{words:?}\n{said}");
    }
    let (said, code) = terminal.run("unitlab lab stop");
    assert!(code == 2 && said.contains("leave this shell first"), "{code} {said}");
    env.unitlab_stdout(&["lab", "solve", "sre-app", "--yes"]);
    let (said, code) = terminal.run("unitlab check");
    assert!(code == 0 && said.contains("100 of 100"), "{code} {said}");
}

/// A start that is never over times out, and takes the shell and what was being typed with it.
#[test]
fn the_start_of_the_shell_itself_is_over() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    let (said, _) = terminal.run("systemctl list-jobs --no-legend; systemctl is-system-running; systemctl list-units --no-legend 'run-u*.service'");
    assert!(said.trim_start().starts_with("running") && said.contains("active running a learner's shell"), "{said}");
}

#[test]
fn hints_follow_what_is_wrong_now() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    env.unitlab_stdout(&["lab", "solve", "--yes"]);
    let unit = "/etc/systemd/system/sre-app.service";
    env.unitlab_stdout(&["lab", "exec", "--", "sed", "-i", "s/^User=.*/User=sre-app # web/", unit]);
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "daemon-reload"]);
    for expected in [
        "Hint 1 of 3: `systemctl show sre-app.service` has the value as systemd read it.",
        "Hint 2 of 3: In a unit file a comment begins a line.",
        "Hint 3 of 3: /etc/systemd/system/sre-app.service:",
        "3. /etc/systemd/system/sre-app.service:",
    ] {
        let said = env.unitlab_stdout(&["hint"]).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(expected), "no {expected:?} in {said}");
    }
    // Mended on disk and not read yet: another cause, and its first hint.
    env.unitlab_stdout(&["lab", "exec", "--", "sed", "-i", "s/ # web$//", unit]);
    let said = env.unitlab_stdout(&["hint"]);
    assert!(said.contains("Hint 1 of 3: ") && said.contains("systemctl cat sre-app.service"), "{said}");
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "daemon-reload"]);
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "restart", "sre-app"]);
    assert!(env.unitlab_stdout(&["hint"]).contains("Nothing fails."));
    // All of them count as shown.
    let report: serde_json::Value =
        serde_json::from_str(&env.unitlab_stdout(&["check", "--no-trials", "--format", "json"])).unwrap();
    assert_eq!(report["hints"], 4);
}

#[test]
fn leaving_keeps_the_code_and_says_that_the_sandbox_goes_on() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    terminal.pty.keys("exit 3\r");
    assert_eq!(terminal.exit_code(), 3);
    assert!(terminal.pty.text().contains("sre-app keeps running"), "{}", terminal.pty.text());
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    env.unitlab_stdout(&["lab", "exec", "--", "true"]);
}

#[test]
fn the_terminal_assert_restored_when_unitlab_is_ended() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut terminal = TerminalSession::open(&env, &["lab", "shell"], &[]);
        assert_ne!(terminal.pty.modes(), terminal.modes_before, "nothing could be seen to be restored");
        kill_process(Pid::from_raw(terminal.unitlab()).unwrap(), signal).unwrap();
        assert_ne!(terminal.exit_code(), 0);
        assert_eq!(terminal.pty.modes(), terminal.modes_before, "{signal:?}");
        assert!(terminal.pty.shows_cursor());
    }
}

#[test]
fn the_terminal_assert_restored_when_the_sandbox_is_stopped_from_elsewhere() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    assert_ne!(terminal.pty.modes(), terminal.modes_before, "nothing could be seen to be restored");
    env.unitlab_stdout(&["lab", "stop"]);
    terminal.exit_code();
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    let screen = terminal.pty.text();
    assert!(screen.contains("is being switched off") && !screen.contains("keeps running"), "{screen}");
}

#[test]
fn two_shells_at_once_are_two_terminals() {
    let Some(env) = test_env() else { return };
    let mut one = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    let mut other = TerminalSession::open(&env, &["lab", "shell"], &[]);
    let (first, second) = (one.run("tty").0, other.run("tty").0);
    assert!(first.starts_with("/dev/pts/") && second.starts_with("/dev/pts/") && first != second, "{first} {second}");
    one.run(&format!("echo hello > {second}"));
    other.pty.wait_for_text("hello");
    one.pty.keys("exit\r");
    assert_eq!(one.exit_code(), 0);
    assert_eq!(other.run("echo still here"), ("still here".into(), 0));
}

#[test]
fn with_a_dead_bus_there_is_still_a_root_shell() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "stop", "dbus.socket", "dbus.service"]);
    let root = "[sre-app] root@sandbox:~# ";
    let mut terminal = TerminalSession::with_prompt(&env, &["lab", "shell"], &[], root);
    assert!(terminal.pty.text().contains("The message bus of this sandbox is dead"), "{}", terminal.pty.text());
    assert_eq!(terminal.run("id -u; systemctl start dbus.socket"), ("0".into(), 0));
    terminal.pty.keys("exit\r");
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    TerminalSession::open(&env, &["lab", "shell"], &[]);
}

#[test]
fn closing_the_window_ends_what_runs_in_it_and_spares_nohup() {
    let Some(env) = test_env() else { return };
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    // Seconds that nobody else sleeps for, to be told apart by.
    let (plain, spared) = (format!("7{:08}", std::process::id()), format!("8{:08}", std::process::id()));
    terminal.run(&format!("sleep {plain} & nohup sleep {spared} >/dev/null 2>&1 &\r:"));
    let (plain, spared) = (sleeper(&plain), sleeper(&spared));
    let end = pidfd_open(plain, PidfdFlags::empty()).unwrap();
    terminal.close();
    let limit = Timespec { tv_sec: 60, tv_nsec: 0 };
    let ended = poll(&mut [PollFd::new(&end, PollFlags::IN)], Some(&limit)).unwrap();
    assert_eq!(ended, 1, "`sleep &` outlived its terminal");
    // The end of the login is done with when its session is.
    env.unitlab_stdout(&[
        "lab",
        "exec",
        "--",
        "sh",
        "-c",
        "while loginctl --no-legend list-sessions | grep -q active; do :; done",
    ]);
    assert!(is_alive(spared), "nohup did not survive its terminal");
}

/// The process that sleeps for so many seconds. Its shell has forked it already, and it may still have to become itself.
fn sleeper(seconds: &str) -> Pid {
    let command = format!("sleep\0{seconds}\0");
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
        let is_it = |pid: &i32| fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line == command);
        if let Some(pid) = pids.into_iter().find(is_it) {
            return Pid::from_raw(pid).unwrap();
        }
        assert!(Instant::now() < deadline, "nobody sleeps for {seconds} seconds");
        std::thread::yield_now();
    }
}

fn is_alive(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

#[test]
fn nothing_of_the_hosts_environment_is_inside() {
    let Some(env) = test_env() else { return };
    let told = [("TERM", "screen-256color"), ("LANG", "C.UTF-8"), ("COLORTERM", "truecolor"), ("NO_COLOR", "yes")];
    let canaries =
        ["EDITOR", "LC_ALL", "LD_LIBRARY_PATH", "PROMPT_COMMAND", "SSH_AUTH_SOCK", "UNITLAB_SECRET", "http_proxy"];
    let canaries = canaries.map(|name| (name, "canary"));
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[&told[..], &canaries[..]].concat());
    let (environment, _) = terminal.run("env; sudo env");
    assert!(!environment.contains("canary"), "{environment}");
    for (name, value) in told {
        assert!(environment.contains(&format!("{name}={value}")), "{name}: {environment}");
    }
    let env = env.path().to_str().unwrap();
    assert!(environment.contains("HOME=/home/learner") && !environment.contains(env), "{environment}");
    assert!(!environment.contains("UNITLAB_"), "{environment}");
}

#[test]
fn colours_are_there_until_somebody_says_no() {
    let Some(env) = test_env() else { return };
    let mut plain = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[("NO_COLOR", "1")]);
    let mut coloured = TerminalSession::open(&env, &["lab", "shell"], &[]);
    for (terminal, wanted) in [(&mut plain, false), (&mut coloured, true)] {
        terminal.run("unitlab check; ls -d /etc");
        assert_eq!(has_colour(terminal.pty.written()), wanted, "{}", terminal.pty.text());
    }
}

/// An escape sequence that sets colours or weights: `CSI … m`.
fn has_colour(written: &[u8]) -> bool {
    let text = String::from_utf8_lossy(written);
    text.split("\u{1b}[")
        .skip(1)
        .any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
}
