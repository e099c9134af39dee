//! `unitlab doctor` names what is missing and the command that installs it. `--fix` runs that command, but asks first.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::{TestEnv, UNITLAB};

tests! {
    a_missing_program_is_named_with_the_command_that_installs_it,
    a_lab_that_cannot_boot_suggests_doctor,
    fix_installs_nothing_without_a_confirmation,
    fix_with_yes_runs_the_package_manager_and_checks_again,
    fix_removes_what_a_killed_supervisor_left,
}

/// Runs `unitlab ARGS…` in a mount namespace in which `/usr/bin/systemd-nspawn` is an empty file without execute
/// permission.
///
/// The package managers are the real ones, but apt-get only simulates. Standard error goes to standard output.
fn without_nspawn(env: &TestEnv, args: &[&str]) -> Output {
    let empty = env.path().join("empty");
    fs::write(&empty, "").unwrap();
    let apt = env.path().join("apt.conf");
    fs::write(&apt, "APT::Get::Simulate \"true\";\nDebug::NoLocking \"true\";\n").unwrap();
    let script = "mount --bind \"$1\" /usr/bin/systemd-nspawn && shift && exec \"$@\" 2>&1";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", script, "sh"]).arg(empty).arg(UNITLAB);
    command.args(args).env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    command.env("LANG", "C.UTF-8").env("HOME", env.path()).env("APT_CONFIG", apt).env("COLUMNS", "200");
    command.env("UNITLAB_ESTATE", env.estate.root()).env("UNITLAB_STATE_DIR", env.state_dir());
    command.stdin(Stdio::null()).output().unwrap()
}

fn all_output(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn has_apt() -> bool {
    Path::new("/usr/bin/apt-get").exists()
}

/// Returns the line of the output that contains `about`.
fn line<'a>(output: &'a str, about: &str) -> &'a str {
    output.lines().find(|line| line.contains(about)).unwrap_or_else(|| panic!("nothing about {about}:\n{output}"))
}

fn a_missing_program_is_named_with_the_command_that_installs_it(env: TestEnv) {
    let output = without_nspawn(&env, &["doctor"]);
    let text = all_output(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    let missing = line(&text, "systemd-nspawn");
    assert!(missing.contains("missing") && missing.contains("not installed"), "{text}");
    if has_apt() {
        assert!(
            text.contains("→ apt-get install -y --no-remove --no-install-recommends systemd-container\n"),
            "{text}"
        );
    }
    assert!(text.contains("Labs cannot run here yet. `unitlab doctor --fix`"), "{text}");
    // Without the mount namespace, nothing is missing.
    let output = env.unitlab(&["doctor"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(line(&String::from_utf8_lossy(&output.stdout), "systemd-nspawn").contains("good"));
}

fn a_lab_that_cannot_boot_suggests_doctor(env: TestEnv) {
    let output = without_nspawn(&env, &["lab", "start", "sre-app", "--no-shell"]);
    let text = all_output(&output);
    assert_eq!(output.status.code(), Some(3), "{text}");
    assert!(text.contains("systemd-nspawn is not installed"), "{text}");
    assert!(text.contains("next: unitlab doctor --fix --yes"), "{text}");
    if has_apt() {
        assert!(text.contains("apt-get install -y --no-remove --no-install-recommends systemd-container"), "{text}");
    }
    assert!(!text.contains("Building dependency tree"), "{text}");
    assert_eq!(env.estate.leftovers(), []);
}

fn fix_installs_nothing_without_a_confirmation(env: TestEnv) {
    let output = without_nspawn(&env, &["doctor", "--fix"]);
    let text = all_output(&output);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(text.contains("--yes"), "{text}");
    if has_apt() {
        assert!(
            text.contains("  apt-get install -y --no-remove --no-install-recommends systemd-container\n"),
            "{text}"
        );
        assert!(text.contains("“Install systemd-container?”"), "{text}");
    }
    assert!(!text.contains("Building dependency tree"), "{text}");
}

fn fix_with_yes_runs_the_package_manager_and_checks_again(env: TestEnv) {
    if !has_apt() {
        return;
    }
    let output = without_nspawn(&env, &["--yes", "doctor", "--fix"]);
    let text = all_output(&output);
    // The package is installed and only its file is hidden. So apt-get succeeds, and the second check does not.
    assert!(text.contains("systemd-container is already the newest version"), "{text}");
    assert!(text.find("Building dependency tree") < text.find("not installed; it boots the sandboxes"), "{text}");
    assert_eq!(output.status.code(), Some(3), "{text}");
}

fn fix_removes_what_a_killed_supervisor_left(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    let record = env.estate.sandboxes()[0].dir().join("record.json");
    let record: serde_json::Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    let supervisor = i32::try_from(record["supervisor"]["pid"].as_i64().unwrap()).unwrap();
    let pid = rustix::process::Pid::from_raw(supervisor).unwrap();
    let pidfd = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    rustix::event::poll(&mut [rustix::event::PollFd::new(&pidfd, rustix::event::PollFlags::IN)], None).unwrap();
    // If systemd is PID 1, it has stopped the rest of the service itself.
    let orphaned = record["service"].is_null();
    if orphaned {
        let text = env.unitlab_stdout(&["doctor"]);
        assert!(line(&text, "leftovers").contains("processes without their supervisor"), "{text}");
        assert!(text.contains("unitlab doctor --fix"), "{text}");
        let refused = env.unitlab(&["doctor", "--fix"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(!env.estate.leftovers().is_empty());
    }
    let text = env.unitlab_stdout(&["--yes", "doctor", "--fix"]);
    assert!(line(&text, "leftovers").contains("none; running sandboxes: 0"), "{text}");
    for group in record["cgroups"].as_array().unwrap() {
        assert!(!Path::new(group.as_str().unwrap()).exists(), "{group}");
    }
    // The learner's work is still there.
    assert!(env.estate.sandboxes()[0].has_root());
}
