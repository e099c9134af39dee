//! When unitlab, a supervisor or systemd-nspawn is killed at any moment, only the learner's root stays on the host.
//!
//! The tests look for processes, mounts in any namespace, sockets and control groups of their own estate
//! (`common/traces.rs`).

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::common::TestEnv;
use crate::common::traces::{
    await_exit, await_sandbox, cgroups, cgroups_of, kill, nspawn_of, pid_of, record, supervisors, traces,
};
use rustix::process::{Pid, Signal};

tests! {
    an_interrupted_start_leaves_nothing_at_any_moment,
    temporary_sandboxes_and_twins_stop_with_the_command_that_started_them,
    nothing_is_left_of_a_killed_supervisor_or_nspawn,
    a_stale_record_does_not_kill_another_process,
    a_stop_kills_what_a_killed_enter_process_started,
}

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];
const NOTHING: [String; 0] = [];

/// Starts a command in a new process group, as a shell does.
fn spawn_in_group(mut command: Command) -> Child {
    command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A condition: the sandbox's name contains `name`, and its directory contains `file`.
fn has(name: &'static str, file: &'static str) -> impl Fn(&Path) -> bool {
    move |dir| dir.file_name().unwrap().to_str().unwrap().contains(name) && dir.join(file).exists()
}

fn is_up(dir: &Path) -> bool {
    fs::read_to_string(dir.join("record.json")).is_ok_and(|text| text.contains(r#""stage": "up""#))
}

type Condition = Box<dyn Fn(&Path) -> bool>;

/// How the test stops unitlab.
#[derive(Debug, Clone, Copy)]
enum End {
    /// SIGKILL to unitlab alone.
    Killed,
    /// Ctrl-C: SIGINT to everything in its process group.
    CtrlC,
}

/// Starts `unitlab ARGS…`, stops it when a sandbox fulfils the condition, and waits until all supervisors except `keep`
/// have exited. Returns the control groups of all sandboxes.
fn interrupt(env: &TestEnv, args: &[&str], when: &Condition, end: End, keep: Option<i32>) -> BTreeSet<PathBuf> {
    for _ in 0..10 {
        let unitlab = spawn_in_group(env.command(args));
        await_sandbox(env, when);
        if let Some(groups) = stop(env, unitlab, end, keep) {
            return groups;
        }
        // On a busy machine it may finish before this test is scheduled. Then try again.
        if keep.is_none() {
            env.unitlab_stdout(&["lab", "stop", "sre-app"]);
            env.estate.sandbox(NAME).remove().unwrap();
        }
    }
    panic!("{args:?} always finished before it could be stopped");
}

/// Stops unitlab; none if it finished before.
fn stop(env: &TestEnv, mut unitlab: Child, end: End, keep: Option<i32>) -> Option<BTreeSet<PathBuf>> {
    let pid = Pid::from_child(&unitlab);
    let mut groups = cgroups(env);
    match end {
        End::Killed => rustix::process::kill_process(pid, Signal::KILL).unwrap(),
        End::CtrlC => rustix::process::kill_process_group(pid, Signal::INT).unwrap(),
    }
    let status = unitlab.wait().unwrap();
    let is_stopped = match end {
        End::Killed => status.signal() == Some(Signal::KILL.as_raw()),
        End::CtrlC => status.code() == Some(130) || status.signal() == Some(Signal::INT.as_raw()),
    };
    if !is_stopped {
        return None;
    }
    // A supervisor that was just being started has written its record meanwhile.
    groups.extend(cgroups(env));
    supervisors(env).into_iter().filter(|pid| Some(*pid) != keep).for_each(await_exit);
    Some(groups)
}

/// Verified to fail with a supervisor that ignores the end of its lease (`is_kept` always true), and with one that ignores
/// a failed connection to `ready`: "process … does not exit: … supervise".
fn an_interrupted_start_leaves_nothing_at_any_moment(env: TestEnv) {
    let moments: [(&str, Condition, End); 7] = [
        ("before the supervisor is started", Box::new(has(NAME, "")), End::Killed),
        ("while the supervisor is started", Box::new(has(NAME, "log")), End::Killed),
        ("when its record is written", Box::new(has(NAME, "record.json")), End::Killed),
        ("when its sockets listen", Box::new(has(NAME, "control")), End::CtrlC),
        ("when its root is made", Box::new(has(NAME, "root")), End::Killed),
        ("when its root is made", Box::new(has(NAME, "root")), End::CtrlC),
        ("when it is up, while the scene is applied", Box::new(is_up), End::Killed),
    ];
    for (when, moment, end) in moments {
        let groups = interrupt(&env, &START, &moment, end, None);
        let left = traces(&env, &groups);
        let only_files = left.iter().all(|left| left.starts_with("socket file"));
        assert!(only_files, "{when}, {end:?}: {left:#?}");
        assert_eq!(env.estate.sweep(), []);
        let sandbox = env.estate.sandbox(NAME);
        assert_eq!(traces(&env, &groups), NOTHING, "{when}, {end:?}, after the sweep");
        assert!(!sandbox.is_scene_applied(), "{when}: an incomplete scene is marked as applied");
    }
    // The next start makes an incomplete root again.
    env.unitlab_stdout(&START);
    assert_eq!(env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "systemctl", "is-system-running"]), "running\n");
    let groups = cgroups(&env);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &groups), NOTHING);
}

/// Verified to fail with a supervisor that ignores the end of its lease: the twin of the first check kept running.
fn temporary_sandboxes_and_twins_stop_with_the_command_that_started_them(env: TestEnv) {
    env.unitlab_stdout(&START);
    let kept = cgroups(&env);
    let moments: [(&[&str], &str, &str, End); 5] = [
        (&["check", "sre-app"], "twin", "log", End::CtrlC),
        (&["check", "sre-app"], "twin", "control", End::Killed),
        (&["demo"], "demo", "control", End::CtrlC),
        (&["demo"], "demo", "set", End::Killed),
        (&["demo"], "twin", "record.json", End::CtrlC),
    ];
    let supervisor_of_lab = pid_of(&record(&env, NAME), "supervisor");
    for (args, name, file, end) in moments {
        let groups = interrupt(&env, args, &(Box::new(has(name, file)) as Condition), end, Some(supervisor_of_lab));
        // A sweep also removes a directory whose supervisor was not started yet.
        assert_eq!(env.estate.sweep(), []);
        let names: Vec<_> = env.estate.sandboxes().iter().map(|sandbox| sandbox.name().to_owned()).collect();
        assert_eq!(names, [NAME], "{args:?} {file} {end:?}");
        let left: Vec<_> = groups.difference(&kept).filter(|dir| dir.exists()).collect();
        assert!(left.is_empty(), "{args:?} {file} {end:?}: {left:?}");
    }
    // The learner's own sandbox was not disturbed.
    assert_eq!(pid_of(&record(&env, NAME), "supervisor"), supervisor_of_lab);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &kept), NOTHING);
}

/// Verified to fail with a supervisor that does not kill the control group after nspawn has exited: systemd and its services
/// kept running as orphans. Also verified to fail with a start that does not sweep first: the old payload kept running.
fn nothing_is_left_of_a_killed_supervisor_or_nspawn(env: TestEnv) {
    let sandbox = env.estate.sandbox(NAME);
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "touch", "/root/work"]);

    // nspawn is killed: its supervisor kills the orphans and exits.
    let before = record(&env, NAME);
    kill(nspawn_of(&before), Signal::KILL);
    await_exit(pid_of(&before, "supervisor"));
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
    assert_eq!(env.estate.leftovers(), []);

    // The supervisor is killed: the payload keeps running, doctor reports it, and its --fix kills it.
    env.unitlab_stdout(&START);
    let before = record(&env, NAME);
    kill(pid_of(&before, "supervisor"), Signal::KILL);
    await_exit(pid_of(&before, "supervisor"));
    assert!(!traces(&env, &cgroups_of(&before)).is_empty(), "nothing is left: the test proves nothing");
    assert!(env.unitlab_stdout(&["doctor"]).contains("processes without their supervisor"));
    env.unitlab_stdout(&["doctor", "--fix", "--yes"]);
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
    assert!(!env.unitlab_stdout(&["doctor"]).contains("without their supervisor"));

    // Both are killed: the next start kills what is left, and continues with the learner's work.
    env.unitlab_stdout(&START);
    let before = record(&env, NAME);
    let (supervisor, nspawn) = (pid_of(&before, "supervisor"), nspawn_of(&before));
    kill(supervisor, Signal::KILL);
    kill(nspawn, Signal::KILL);
    await_exit(supervisor);
    await_exit(nspawn);
    env.unitlab_stdout(&START);
    assert!(cgroups_of(&before).iter().all(|dir| !dir.exists()), "a start leaves the control groups of the last run");
    await_exit(pid_of(&before, "leader"));
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "test", "-e", "/root/work"]);

    let before = record(&env, NAME);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
    let mut kept: Vec<_> = fs::read_dir(sandbox.dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    kept.retain(|name| !["record.json", "set", "log", "lock", ".#root.lck"].iter().any(|file| name == file));
    assert_eq!(kept, ["root"], "a stop keeps the root and the record, and nothing else");
}

/// A pid in a record may belong to another process by now. Verified to fail with a stop that sends SIGKILL to the pid in
/// the record: it killed this test's own child.
fn a_stale_record_does_not_kill_another_process(env: TestEnv) {
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    let mut bystander = Command::new("sleep").arg("100").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut stale = record(&env, NAME);
    for role in ["supervisor", "leader"] {
        stale[role] = serde_json::json!({ "pid": bystander.id(), "start": 1 });
    }
    stale["stage"] = "up".into();
    let path = env.estate.sandbox(NAME).dir().join("record.json");
    fs::write(&path, stale.to_string()).unwrap();
    env.estate.sandbox(NAME).stop().unwrap();
    assert_eq!(env.estate.sweep(), []);
    env.unitlab_stdout(&START);
    assert!(bystander.try_wait().unwrap().is_none(), "a process of another program was killed");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

/// What a killed `unitlab enter` has started keeps running in the sandbox until the sandbox stops. Then the kernel kills
/// every process in the pid namespace with its PID 1.
fn a_stop_kills_what_a_killed_enter_process_started(env: TestEnv) {
    env.unitlab_stdout(&START);
    let before = record(&env, NAME);
    let mut command = env.command(&["lab", "exec", "sre-app", "--", "sh", "-c", "echo in; exec sleep 1000"]);
    let mut unitlab = command.process_group(0).stdout(Stdio::piped()).spawn().unwrap();
    let mut word = [0; 3];
    std::io::Read::read_exact(unitlab.stdout.as_mut().unwrap(), &mut word).unwrap();
    let pid = unitlab.id();
    let children = fs::read_dir(format!("/proc/{pid}/task"))
        .unwrap()
        .filter_map(|task| fs::read_to_string(task.unwrap().path().join("children")).ok());
    let entered: Vec<i32> =
        children.flat_map(|text| text.split(' ').filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect();
    assert_eq!(entered.len(), 1, "one process enters");
    kill(entered[0], Signal::KILL);
    unitlab.kill().unwrap();
    unitlab.wait().unwrap();
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
}
