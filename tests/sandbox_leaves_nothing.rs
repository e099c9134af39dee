//! Whatever dies, at whatever moment: nothing of a sandbox stays on the host but the learner's root.
//!
//! Nothing is looked for by name: a leftover is a process, a mount in any namespace, a socket or a control group that
//! belongs to this test's estate (`common/traces.rs`).
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test starts programs and fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use common::traces::{
    await_exit, await_sandbox, cgroups, cgroups_of, kill, nspawn_of, pid_of, record, supervisors, traces,
};
use common::{TestEnv, test_env};
use rustix::process::{Pid, Signal};

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];
const NOTHING: [String; 0] = [];

/// In a process group of its own, as a shell would start it.
fn begin(mut command: Command) -> Child {
    command.process_group(0).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// What a moment of a sandbox's life is recognised by in its folder.
fn has(name: &'static str, file: &'static str) -> impl Fn(&Path) -> bool {
    move |dir| dir.file_name().unwrap().to_str().unwrap().contains(name) && dir.join(file).exists()
}

fn is_up(dir: &Path) -> bool {
    fs::read_to_string(dir.join("record.json")).is_ok_and(|text| text.contains(r#""stage": "up""#))
}

type Moment = Box<dyn Fn(&Path) -> bool>;

/// How unitlab ends before its time.
#[derive(Debug, Clone, Copy)]
enum End {
    /// kill -9 of it alone.
    Killed,
    /// Ctrl-C: SIGINT to everything in its process group.
    CtrlC,
}

/// Ends a running unitlab, and waits until all supervisors but one have noticed; the control groups of all.
fn cut_short(env: &TestEnv, mut unitlab: Child, end: End, keeper: Option<i32>) -> BTreeSet<std::path::PathBuf> {
    let pid = Pid::from_child(&unitlab);
    let mut groups = cgroups(env);
    match end {
        End::Killed => rustix::process::kill_process(pid, Signal::KILL).unwrap(),
        End::CtrlC => rustix::process::kill_process_group(pid, Signal::INT).unwrap(),
    }
    assert!(!unitlab.wait().unwrap().success(), "it was over before it could be cut short");
    // One that was just being started has a record only now.
    groups.extend(cgroups(env));
    supervisors(env).into_iter().filter(|pid| Some(*pid) != keeper).for_each(await_exit);
    groups
}

/// The naive way, tried by hand: a supervisor that is let live on whatever its caller says (`is_kept` always true), and
/// one that does not mind when nobody listens at `ready`: each failed here, "process … does not end: … supervise".
#[test]
fn a_start_that_is_cut_short_at_any_moment() {
    let Some(env) = test_env() else { return };
    let moments: [(&str, Moment, End); 7] = [
        ("before there is a supervisor", Box::new(has(NAME, "")), End::Killed),
        ("when there may be one, or not yet", Box::new(has(NAME, "log")), End::Killed),
        ("when its record is written", Box::new(has(NAME, "record.json")), End::Killed),
        ("when its sockets listen", Box::new(has(NAME, "control")), End::CtrlC),
        ("when its root is made", Box::new(has(NAME, "root")), End::Killed),
        ("when its root is made", Box::new(has(NAME, "root")), End::CtrlC),
        ("when it is up, and its scene is being laid", Box::new(is_up), End::Killed),
    ];
    for (when, moment, end) in moments {
        let unitlab = begin(env.command(&START));
        await_sandbox(&env, moment);
        let groups = cut_short(&env, unitlab, end, None);
        let left = traces(&env, &groups);
        let only_files = left.iter().all(|left| left.starts_with("socket file"));
        assert!(only_files, "{when}, {end:?}: {left:#?}");
        assert_eq!(env.estate.sweep(), []);
        let sandbox = env.estate.sandbox(NAME);
        assert_eq!(traces(&env, &groups), NOTHING, "{when}, {end:?}, swept up");
        assert!(!sandbox.is_scene_applied(), "{when}: an unfinished scene passes for a finished one");
    }
    // What is half made is made anew.
    env.unitlab_stdout(&START);
    assert_eq!(env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "systemctl", "is-system-running"]), "running\n");
    let groups = cgroups(&env);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &groups), NOTHING);
}

/// The naive way, tried by hand: the first of the two above. The twin of the first interrupted check did not end.
#[test]
fn benches_and_twins_end_with_whoever_holds_them() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&START);
    let kept = cgroups(&env);
    let moments: [(&[&str], &str, &str, End); 5] = [
        (&["check", "sre-app"], "twin", "log", End::CtrlC),
        (&["check", "sre-app"], "twin", "control", End::Killed),
        (&["demo"], "demo", "control", End::CtrlC),
        (&["demo"], "demo", "set", End::Killed),
        (&["demo"], "twin", "record.json", End::CtrlC),
    ];
    let keeper = pid_of(&record(&env, NAME), "supervisor");
    for (words, name, file, end) in moments {
        let unitlab = begin(env.command(words));
        await_sandbox(&env, has(name, file));
        let groups = cut_short(&env, unitlab, end, Some(keeper));
        // A folder that was made before its supervisor was started tells of no process, and is swept as a folder.
        assert_eq!(env.estate.sweep(), []);
        let names: Vec<_> = env.estate.sandboxes().iter().map(|sandbox| sandbox.name().to_owned()).collect();
        assert_eq!(names, [NAME], "{words:?} {file} {end:?}");
        let left: Vec<_> = groups.difference(&kept).filter(|dir| dir.exists()).collect();
        assert!(left.is_empty(), "{words:?} {file} {end:?}: {left:?}");
    }
    // The learner's own has seen nothing of all that.
    assert_eq!(pid_of(&record(&env, NAME), "supervisor"), keeper);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &kept), NOTHING);
}

/// The naive way, tried by hand: a supervisor that trusts the end of nspawn to be the end of all (its `cgroup::kill`
/// left out) leaves systemd and its services running as orphans. And a start without the sweep before it: "a start
/// leaves the groups of the one before", with the old payload still in them.
#[test]
fn killed_supervisors_and_nspawns() {
    let Some(env) = test_env() else { return };
    let sandbox = env.estate.sandbox(NAME);
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "touch", "/root/work"]);

    // nspawn: its supervisor ends the orphans, and itself.
    let before = record(&env, NAME);
    kill(nspawn_of(&before), Signal::KILL);
    await_exit(pid_of(&before, "supervisor"));
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
    assert_eq!(env.estate.leftovers(), []);

    // The supervisor: the payload lives on without it, doctor says so, and ends it.
    env.unitlab_stdout(&START);
    let before = record(&env, NAME);
    kill(pid_of(&before, "supervisor"), Signal::KILL);
    await_exit(pid_of(&before, "supervisor"));
    assert!(!traces(&env, &cgroups_of(&before)).is_empty(), "nothing is left to be found: the test proves nothing");
    assert!(env.unitlab_stdout(&["doctor"]).contains("processes without their supervisor"));
    env.unitlab_stdout(&["doctor", "--fix", "--yes"]);
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
    assert!(!env.unitlab_stdout(&["doctor"]).contains("without their supervisor"));

    // Both at once: the next start ends what is left before it starts, and goes on with the learner's work.
    env.unitlab_stdout(&START);
    let before = record(&env, NAME);
    let (supervisor, nspawn) = (pid_of(&before, "supervisor"), nspawn_of(&before));
    kill(supervisor, Signal::KILL);
    kill(nspawn, Signal::KILL);
    await_exit(supervisor);
    await_exit(nspawn);
    env.unitlab_stdout(&START);
    assert!(cgroups_of(&before).iter().all(|dir| !dir.exists()), "a start leaves the groups of the one before");
    await_exit(pid_of(&before, "leader"));
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "test", "-e", "/root/work"]);

    let before = record(&env, NAME);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
    let mut kept: Vec<_> = fs::read_dir(sandbox.dir()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    kept.retain(|name| !["record.json", "set", "log", "lock", ".#root.lck"].iter().any(|file| name == file));
    assert_eq!(kept, ["root"], "a stop keeps the root and what is written down about it");
}

/// A record is believed only as far as it is still true: neither of another boot nor about a process number that
/// somebody else has by now.
///
/// The naive way, tried by hand: a stop that sends SIGKILL to the record's pid killed this test's own child.
#[test]
fn a_stale_record_ends_nobody_else() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&START);
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    let mut bystander = Command::new("sleep").arg("100").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut stale = record(&env, NAME);
    for who in ["supervisor", "leader"] {
        stale[who] = serde_json::json!({ "pid": bystander.id(), "start": 1 });
    }
    stale["stage"] = "up".into();
    let path = env.estate.sandbox(NAME).dir().join("record.json");
    fs::write(&path, stale.to_string()).unwrap();
    env.estate.sandbox(NAME).stop().unwrap();
    assert_eq!(env.estate.sweep(), []);
    env.unitlab_stdout(&START);
    assert!(bystander.try_wait().unwrap().is_none(), "a process that is none of ours was ended");
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

/// The ones who go in: killed on the way, they leave what they began to the sandbox, which takes it along. Not hostile:
/// the kernel ends whatever is in a pid namespace with its PID 1.
#[test]
fn killed_entrances() {
    let Some(env) = test_env() else { return };
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
    assert_eq!(entered.len(), 1, "one process goes in");
    kill(entered[0], Signal::KILL);
    unitlab.kill().unwrap();
    unitlab.wait().unwrap();
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert_eq!(traces(&env, &cgroups_of(&before)), NOTHING);
}
