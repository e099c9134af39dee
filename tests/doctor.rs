//! `unitlab doctor` says what is missing and what mends it, and `--fix` does that, but never without having asked.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and starts the program under test in a mount namespace of its own"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::{Home, UNITLAB, home};

/// Runs `unitlab WORDS…` where `/usr/bin/systemd-nspawn` is an empty file that cannot be run. Nothing else of the
/// machine is different, and for everybody else on it nothing is.
///
/// Package managers are the real ones. apt-get works out all it would do and then does none of it.
fn without_nspawn(home: &Home, words: &[&str]) -> Output {
    let nothing = home.path().join("nothing");
    fs::write(&nothing, "").unwrap();
    let apt = home.path().join("apt.conf");
    fs::write(&apt, "APT::Get::Simulate \"true\";\nDebug::NoLocking \"true\";\n").unwrap();
    let script = "mount --bind \"$1\" /usr/bin/systemd-nspawn && shift && exec \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--propagation", "private", "sh", "-c", script, "sh"]).arg(nothing).arg(UNITLAB);
    command.args(words).env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    command.env("LANG", "C.UTF-8").env("HOME", home.path()).env("APT_CONFIG", apt).env("COLUMNS", "200");
    command.env("UNITLAB_ESTATE", home.estate.root()).env("UNITLAB_STATE_DIR", home.state_dir());
    command.stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned()).concat()
}

fn has_apt() -> bool {
    Path::new("/usr/bin/apt-get").exists()
}

/// The line of `doctor`'s answer about one thing.
fn line<'a>(said: &'a str, about: &str) -> &'a str {
    said.lines().find(|line| line.contains(about)).unwrap_or_else(|| panic!("nothing about {about}:\n{said}"))
}

#[test]
fn names_what_is_missing_and_the_command_that_mends_it() {
    let Some(home) = home() else { return };
    let output = without_nspawn(&home, &["doctor"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    let missing = line(&said, "systemd-nspawn");
    assert!(missing.contains("missing") && missing.contains("not installed"), "{said}");
    if has_apt() {
        assert!(said.contains("→ apt-get install -y systemd-container\n"), "{said}");
    }
    assert!(said.contains("Labs cannot run here yet. `unitlab doctor --fix`"), "{said}");
    // The same machine, seen from where it is not hidden.
    let output = home.unitlab(&["doctor"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(line(&String::from_utf8_lossy(&output.stdout), "systemd-nspawn").contains("good"));
}

#[test]
fn a_lab_that_cannot_boot_sends_to_the_doctor() {
    let Some(home) = home() else { return };
    let output = without_nspawn(&home, &["lab", "start", "sre-app", "--no-shell"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("systemd-nspawn is not installed"), "{said}");
    assert!(said.contains("next: unitlab doctor --fix"), "{said}");
    assert_eq!(home.estate.leftovers(), []);
}

#[test]
fn mends_nothing_without_having_asked() {
    let Some(home) = home() else { return };
    let output = without_nspawn(&home, &["doctor", "--fix"]);
    let said = said(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("--yes"), "{said}");
    if has_apt() {
        assert!(said.contains("Run `apt-get install -y systemd-container`?"), "{said}");
    }
    assert!(!said.contains("Building dependency tree"), "{said}");
}

#[test]
fn told_yes_it_runs_the_package_manager_and_looks_again() {
    let Some(home) = home() else { return };
    if !has_apt() {
        return;
    }
    let output = without_nspawn(&home, &["--yes", "doctor", "--fix"]);
    let said = said(&output);
    // The package is there; it is the file that was hidden. So apt-get is content, and the second look is not.
    assert!(said.contains("systemd-container is already the newest version"), "{said}");
    assert!(said.find("Building dependency tree") < said.find("not installed; it boots the sandboxes"), "{said}");
    assert_eq!(output.status.code(), Some(3), "{said}");
}

#[test]
fn finds_what_a_killed_supervisor_left_and_sweeps_it_up() {
    let Some(home) = home() else { return };
    home.must(&["lab", "start", "sre-app", "--no-shell"]);
    let record = home.estate.sandboxes()[0].dir().join("record.json");
    let record: serde_json::Value = serde_json::from_slice(&fs::read(record).unwrap()).unwrap();
    let supervisor = i32::try_from(record["supervisor"]["pid"].as_i64().unwrap()).unwrap();
    let pid = rustix::process::Pid::from_raw(supervisor).unwrap();
    let death = rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    rustix::event::poll(&mut [rustix::event::PollFd::new(&death, rustix::event::PollFlags::IN)], None).unwrap();
    // Where systemd is PID 1 it has ended the rest of the service itself.
    let orphaned = record["service"].is_null();
    if orphaned {
        let said = home.must(&["doctor"]);
        assert!(line(&said, "leftovers").contains("processes without their supervisor"), "{said}");
        assert!(said.contains("unitlab doctor --fix"), "{said}");
        let refused = home.unitlab(&["doctor", "--fix"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(!home.estate.leftovers().is_empty());
    }
    let said = home.must(&["--yes", "doctor", "--fix"]);
    assert!(line(&said, "leftovers").contains("none; running sandboxes: 0"), "{said}");
    for group in record["cgroups"].as_array().unwrap() {
        assert!(!Path::new(group.as_str().unwrap()).exists(), "{group}");
    }
    // What the learner did is not what is swept up.
    assert!(home.estate.sandboxes()[0].has_root());
}
