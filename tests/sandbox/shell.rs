//! The learner's shell is a login session on a real terminal, and the user's own terminal is restored afterwards.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::common::TestEnv;
use crate::common::terminal_session::{PROMPT, TerminalSession};
use crate::common::traces::{await_change, pid_of, pid_outside, record};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open};

tests! {
    the_shell_prints_the_brief_and_a_prompt_with_the_labs_name,
    ctrl_c_interrupts_and_ctrl_z_suspends,
    the_window_size_is_right_at_once_and_after_a_resize,
    the_learner_has_sudo_and_the_hosts_tools,
    unitlab_exits_inside_with_the_same_code_as_outside,
    the_shells_start_job_finishes,
    hints_follow_the_current_cause,
    leaving_the_shell_returns_its_exit_code_and_keeps_the_sandbox_running,
    the_terminal_is_restored_when_unitlab_gets_a_signal,
    the_terminal_is_restored_when_another_process_stops_the_sandbox,
    two_shells_have_two_terminals,
    with_a_dead_message_bus_the_shell_is_a_root_shell,
    closing_the_terminal_kills_its_processes_but_not_those_under_nohup,
    only_the_terminals_variables_reach_the_shell,
    no_color_disables_colours_inside,
}

fn the_shell_prints_the_brief_and_a_prompt_with_the_labs_name(env: TestEnv) {
    let terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    assert_eq!(terminal.pty.line(), PROMPT);
    let screen = terminal.pty.text();
    assert!(screen.contains("OPS-117") && screen.contains("unitlab check"), "{screen}");
}

fn ctrl_c_interrupts_and_ctrl_z_suspends(env: TestEnv) {
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    // The process that is interrupted prints the word.
    terminal.pty.send_keys("clear; sh -c 'echo o''n; exec sleep 777'\r");
    terminal.wait_for_row("on");
    terminal.pty.send_keys("\u{3}");
    terminal.wait_for_prompt("the prompt after Ctrl-C");
    terminal.pty.send_keys("echo code $?\r");
    terminal.wait_for_row("code 130");
    terminal.wait_for_prompt("the prompt after the code");

    let job = "sh -c 'echo u''p; exec sed -u s/typed/echoed/'";
    terminal.pty.send_keys(&format!("clear; {job}\r"));
    terminal.wait_for_row("up");
    terminal.pty.send_keys("\u{1a}");
    terminal.wait_for_prompt("the prompt after Ctrl-Z");
    let (jobs, _) = terminal.run("jobs");
    assert!(jobs.contains("Stopped") && jobs.contains(job), "{jobs}");
    terminal.pty.send_keys("clear; fg\r");
    terminal.wait_for_row(job);
    // A line feed, because the shell may not have restored the terminal's translation of carriage returns yet.
    terminal.pty.send_keys("typed\n");
    terminal.wait_for_row("echoed");
    terminal.pty.send_keys("\u{4}");
    terminal.wait_for_prompt("the prompt after the job has exited");
    assert_eq!(terminal.run("jobs"), (String::new(), 0));
}

fn the_window_size_is_right_at_once_and_after_a_resize(env: TestEnv) {
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    let (rows, columns) = TerminalSession::SIZE;
    assert_eq!(terminal.run("stty size"), (format!("{rows} {columns}"), 0));
    // os.write, because a signal handler cannot use Python's buffered output again.
    let watch = "import os, signal; say = lambda text: os.write(1, text.encode() + b'\\n'); \
                 signal.signal(signal.SIGWINCH, lambda *_: say(repr(os.get_terminal_size()))); \
                 say('o' + 'n'); [signal.pause() for _ in range(9)]";
    terminal.pty.send_keys(&format!("clear; python3 -c \"{watch}\"\r"));
    terminal.wait_for_row("on");
    terminal.pty.resize(33, 111);
    terminal.pty.wait_for_text("columns=111, lines=33");
    terminal.pty.send_keys("\u{3}");
    terminal.wait_for_prompt("the prompt after Ctrl-C");
    assert_eq!(terminal.run("stty size"), ("33 111".into(), 0));
    assert_eq!(terminal.run("echo $LINES $COLUMNS"), ("33 111".into(), 0));
}

fn the_learner_has_sudo_and_the_hosts_tools(env: TestEnv) {
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

fn unitlab_exits_inside_with_the_same_code_as_outside(env: TestEnv) {
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    for args in [
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
        let outside = env.unitlab(args).status.code().unwrap();
        let (output, inside) =
            terminal.run(&format!("unitlab {} | tail -n 30; (exit ${{PIPESTATUS[0]}})", args.join(" ")));
        assert_eq!(inside, outside, "{args:?}\n{output}");
    }
    let (output, code) = terminal.run("unitlab lab stop");
    assert!(code == 2 && output.contains("leave this shell first"), "{code} {output}");
    env.unitlab_stdout(&["lab", "solve", "sre-app", "--yes"]);
    let (output, code) = terminal.run("unitlab check");
    assert!(code == 0 && output.contains("100 of 100"), "{code} {output}");
}

/// A start job that never finishes would time out and kill the shell.
fn the_shells_start_job_finishes(env: TestEnv) {
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    let (output, _) = terminal.run("systemctl list-jobs --no-legend; systemctl is-system-running; systemctl list-units --no-legend 'run-u*.service'");
    assert!(
        output.trim_start().starts_with("running") && output.contains("active running a learner's shell"),
        "{output}"
    );
}

fn hints_follow_the_current_cause(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    env.unitlab_stdout(&["lab", "solve", "--yes"]);
    let unit = "/etc/systemd/system/sre-app.service";
    env.unitlab_stdout(&["lab", "exec", "--", "sed", "-i", "s/^User=.*/User=sre-app # web/", unit]);
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "daemon-reload"]);
    for expected in [
        "Hint 1 of 3: `systemctl show sre-app.service` has the value as systemd read it.",
        "Hint 2 of 3: In a unit file a comment must be on a separate line.",
        "Hint 3 of 3: /etc/systemd/system/sre-app.service:",
        "3. /etc/systemd/system/sre-app.service:",
    ] {
        let output = env.unitlab_stdout(&["hint"]).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(output.contains(expected), "no {expected:?} in {output}");
    }
    // Repaired on disk but not reloaded: this is another cause, with its own first hint.
    env.unitlab_stdout(&["lab", "exec", "--", "sed", "-i", "s/ # web$//", unit]);
    let output = env.unitlab_stdout(&["hint"]);
    assert!(output.contains("Hint 1 of 3: ") && output.contains("systemctl cat sre-app.service"), "{output}");
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "daemon-reload"]);
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "restart", "sre-app"]);
    assert!(env.unitlab_stdout(&["hint"]).contains("Nothing fails."));
    // The report counts the hints that were shown.
    let report: serde_json::Value =
        serde_json::from_str(&env.unitlab_stdout(&["check", "--no-trials", "--format", "json"])).unwrap();
    assert_eq!(report["hints"], 4);
}

fn leaving_the_shell_returns_its_exit_code_and_keeps_the_sandbox_running(env: TestEnv) {
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    terminal.pty.send_keys("exit 3\r");
    assert_eq!(terminal.exit_code(), 3);
    assert!(terminal.pty.text().contains("sre-app keeps running"), "{}", terminal.pty.text());
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    env.unitlab_stdout(&["lab", "exec", "--", "true"]);
}

fn the_terminal_is_restored_when_unitlab_gets_a_signal(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut terminal = TerminalSession::open(&env, &["lab", "shell"], &[]);
        assert_ne!(
            terminal.pty.modes(),
            terminal.modes_before,
            "the terminal modes were not changed: the test proves nothing"
        );
        kill_process(Pid::from_raw(terminal.unitlab_pid()).unwrap(), signal).unwrap();
        assert_ne!(terminal.exit_code(), 0);
        assert_eq!(terminal.pty.modes(), terminal.modes_before, "{signal:?}");
        assert!(terminal.pty.shows_cursor());
    }
}

fn the_terminal_is_restored_when_another_process_stops_the_sandbox(env: TestEnv) {
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    assert_ne!(
        terminal.pty.modes(),
        terminal.modes_before,
        "the terminal modes were not changed: the test proves nothing"
    );
    env.unitlab_stdout(&["lab", "stop"]);
    terminal.exit_code();
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    let screen = terminal.pty.text();
    assert!(screen.contains("is being switched off") && !screen.contains("keeps running"), "{screen}");
}

fn two_shells_have_two_terminals(env: TestEnv) {
    let mut one = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    let mut other = TerminalSession::open(&env, &["lab", "shell"], &[]);
    let (first, second) = (one.run("tty").0, other.run("tty").0);
    assert!(first.starts_with("/dev/pts/") && second.starts_with("/dev/pts/") && first != second, "{first} {second}");
    one.run(&format!("echo hello > {second}"));
    other.pty.wait_for_text("hello");
    one.pty.send_keys("exit\r");
    assert_eq!(one.exit_code(), 0);
    assert_eq!(other.run("echo still here"), ("still here".into(), 0));
}

fn with_a_dead_message_bus_the_shell_is_a_root_shell(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "stop", "dbus.socket", "dbus.service"]);
    let root = "[sre-app] root@sandbox:~# ";
    let mut terminal = TerminalSession::with_prompt(&env, &["lab", "shell"], &[], root);
    assert!(terminal.pty.text().contains("The message bus of this sandbox is dead"), "{}", terminal.pty.text());
    assert_eq!(terminal.run("id -u; systemctl start dbus.socket"), ("0".into(), 0));
    terminal.pty.send_keys("exit\r");
    assert_eq!(terminal.exit_code(), 0);
    assert_eq!(terminal.pty.modes(), terminal.modes_before);
    TerminalSession::open(&env, &["lab", "shell"], &[]);
}

fn closing_the_terminal_kills_its_processes_but_not_those_under_nohup(env: TestEnv) {
    let mut terminal = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[]);
    // Each writes its PID. Then nohup has made the second one ignore SIGHUP.
    let (pids, _) = terminal.run(
        "mkfifo plain spared; sh -c 'echo $$ >plain; exec sleep 77777' & \
         nohup sh -c 'echo $$ >spared; exec sleep 77777' >/dev/null 2>&1 & cat plain spared",
    );
    let sandbox = record(&env, "0-sre-app");
    let [plain, spared] = [1, 0].map(|line| {
        let inside = pids.lines().nth_back(line).unwrap();
        Pid::from_raw(pid_outside(&sandbox, inside)).unwrap()
    });
    let process = pidfd_open(plain, PidfdFlags::empty()).unwrap();
    terminal.close();
    let limit = Timespec { tv_sec: 60, tv_nsec: 0 };
    let exited = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&limit)).unwrap();
    assert_eq!(exited, 1, "`sleep &` outlived its terminal");
    let sessions = format!("/proc/{}/root/run/systemd/sessions", pid_of(&sandbox, "leader"));
    await_change(Path::new(&sessions), "logind does not close the session", || {
        let files = fs::read_dir(&sessions).unwrap().filter_map(Result::ok);
        files.filter_map(|file| fs::read_to_string(file.path()).ok()).all(|session| !is_open(&session))
    });
    assert!(is_alive(spared), "nohup did not survive its terminal");
}

/// Whether logind's file of a session says that its user is logged in.
fn is_open(session: &str) -> bool {
    let has = |line: &str| session.lines().any(|it| it == line);
    has("CLASS=user") && !has("STATE=closing")
}

fn is_alive(pid: Pid) -> bool {
    let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn only_the_terminals_variables_reach_the_shell(env: TestEnv) {
    let passed_on = [("TERM", "screen-256color"), ("LANG", "C.UTF-8"), ("COLORTERM", "truecolor"), ("NO_COLOR", "yes")];
    let canaries =
        ["EDITOR", "LC_ALL", "LD_LIBRARY_PATH", "PROMPT_COMMAND", "SSH_AUTH_SOCK", "UNITLAB_SECRET", "http_proxy"];
    let canaries = canaries.map(|name| (name, "canary"));
    let mut terminal =
        TerminalSession::open(&env, &["lab", "start", "sre-app"], &[&passed_on[..], &canaries[..]].concat());
    let (environment, _) = terminal.run("env; sudo env");
    assert!(!environment.contains("canary"), "{environment}");
    for (name, value) in passed_on {
        assert!(environment.contains(&format!("{name}={value}")), "{name}: {environment}");
    }
    let env = env.path().to_str().unwrap();
    assert!(environment.contains("HOME=/home/learner") && !environment.contains(env), "{environment}");
    assert!(!environment.contains("UNITLAB_"), "{environment}");
}

fn no_color_disables_colours_inside(env: TestEnv) {
    let mut plain = TerminalSession::open(&env, &["lab", "start", "sre-app"], &[("NO_COLOR", "1")]);
    let mut coloured = TerminalSession::open(&env, &["lab", "shell"], &[]);
    for (terminal, wanted) in [(&mut plain, false), (&mut coloured, true)] {
        terminal.run("unitlab check; ls -d /etc");
        assert_eq!(has_colour(terminal.pty.written()), wanted, "{}", terminal.pty.text());
    }
}

/// Whether it has an escape sequence that sets a colour or weight: `CSI … m`.
fn has_colour(written: &[u8]) -> bool {
    let text = String::from_utf8_lossy(written);
    text.split("\u{1b}[")
        .skip(1)
        .any(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').starts_with('m'))
}
