//! A host has places for so many sandboxes and twins. Checks share them and wait for them, and none fails or waits for
//! ever.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::common::TestEnv;
use crate::common::terminal_session::TerminalSession;
use crate::common::traces::{await_exit, await_sandbox, cgroups, supervisors, traces};

tests! {
    checks_share_few_places_and_all_finish,
    a_check_waits_for_a_place_and_says_so,
    two_twins_stop_with_the_check_that_started_them,
}

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];
const SOLVE: [&str; 4] = ["lab", "solve", "sre-app", "--yes"];
const CHECK: [&str; 4] = ["check", "sre-app", "--format", "json"];
const NOTHING: [String; 0] = [];

/// Limits the sandboxes and twins of this estate.
fn set_places(env: &TestEnv, places: usize) {
    fs::write(env.estate.root().join("places"), places.to_string()).unwrap();
}

/// The most sandboxes, twins included, that this estate had at one time until the event on `end`.
fn most_at_once(env: &TestEnv, end: impl FnOnce() + Send) -> usize {
    let events = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
    let sandboxes = env.estate.root().join("sandboxes");
    inotify::add_watch(&events, &sandboxes, inotify::WatchFlags::CREATE).unwrap();
    let (over, ended) = std::os::unix::net::UnixStream::pair().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            end();
            drop(over);
        });
        let mut most = env.estate.sandboxes().len();
        loop {
            let mut fds = [PollFd::new(&events, PollFlags::IN), PollFd::new(&ended, PollFlags::IN)];
            let limit = Timespec::try_from(std::time::Duration::from_secs(300)).unwrap();
            assert!(poll(&mut fds, Some(&limit)).unwrap() > 0, "the checks do not finish");
            let [created, is_over] = fds.map(|fd| !fd.revents().is_empty());
            if created {
                rustix::io::read(&events, &mut [0; 4096]).unwrap();
                most = most.max(env.estate.sandboxes().len());
            } else if is_over {
                return most;
            }
        }
    })
}

/// Verified to fail without places: nine sandboxes at once. Checks that take one place after the other would wait for each
/// other here: each would hold one and want a second.
fn checks_share_few_places_and_all_finish(env: TestEnv) {
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&SOLVE);
    for places in [3, 2] {
        set_places(&env, places);
        let start = || env.command(&CHECK).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let checks: Vec<Child> = (0..4).map(|_| start()).collect();
        let mut outputs = Vec::new();
        let most = most_at_once(&env, || outputs = checks.into_iter().map(Child::wait_with_output).collect());
        for output in outputs {
            let output = output.unwrap();
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(output.status.success(), "{}: {text}{}", output.status, String::from_utf8_lossy(&output.stderr));
        }
        assert!(most <= places, "{most} sandboxes at once in {places} places");
    }
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
}

fn a_check_waits_for_a_place_and_says_so(env: TestEnv) {
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&SOLVE);
    set_places(&env, 1);
    let mut terminal = TerminalSession::start_unitlab(&env, &["check", "sre-app"], &[]);
    terminal.pty.wait_for_text("waiting for a free place");
    set_places(&env, 2);
    terminal.pty.wait_for_text("100 of 100 points");
    terminal.pty.wait_for_text("exit code 0.");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
}

fn is_up(dir: &std::path::Path) -> bool {
    fs::read_to_string(dir.join("record.json")).is_ok_and(|text| text.contains(r#""stage": "up""#))
}

/// Verified to fail with a supervisor that ignores the end of its lease: both twins kept running.
fn two_twins_stop_with_the_check_that_started_them(env: TestEnv) {
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&SOLVE);
    let kept = cgroups(&env);
    let of_lab = supervisors(&env);
    let send = |unitlab: &Child, is_ctrl_c: bool| {
        let pid = Pid::from_child(unitlab);
        if is_ctrl_c { kill_process_group(pid, Signal::INT) } else { kill_process(pid, Signal::KILL) }.unwrap();
    };
    for is_ctrl_c in [true, false] {
        let mut command: Command = env.command(&CHECK);
        let mut unitlab = command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        await_sandbox(&env, |_| {
            let twins = env.estate.sandboxes().into_iter().filter(|sandbox| sandbox.name().contains("twin"));
            twins.filter(|twin| is_up(twin.dir())).count() == 2
        });
        let mut groups: BTreeSet<_> = cgroups(&env);
        send(&unitlab, is_ctrl_c);
        assert!(!unitlab.wait().unwrap().success(), "it finished before it could be stopped");
        groups.extend(cgroups(&env));
        supervisors(&env).into_iter().filter(|pid| !of_lab.contains(pid)).for_each(await_exit);
        assert_eq!(env.estate.sweep(), []);
        let names: Vec<_> = env.estate.sandboxes().iter().map(|sandbox| sandbox.name().to_owned()).collect();
        assert_eq!(names, [NAME], "Ctrl-C: {is_ctrl_c}");
        let left: Vec<_> = groups.difference(&kept).filter(|dir| dir.exists()).collect();
        assert!(left.is_empty(), "Ctrl-C: {is_ctrl_c}: {left:?}");
    }
    // Their places are free again: with exactly as many as are needed, a check does not wait.
    set_places(&env, 3);
    env.unitlab_stdout(&CHECK);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &kept), NOTHING);
}
