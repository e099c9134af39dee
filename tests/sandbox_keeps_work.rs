//! What somebody has built in a sandbox is there until they say otherwise, whatever is done inside and to others.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test starts programs and fails by panicking")]

mod common;

use std::fs;
use std::process::Command;

use common::{TestEnv, UNITLAB, test_env};

const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

fn run(env: &TestEnv, script: &str) -> String {
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "sh", "-euc", script])
}

/// The naive way: work is there where `etc/machine-id` is. Whoever removed that file lost everything else, and was told
/// that the lab stands at its starting scene.
#[test]
fn nothing_inside_decides_whether_there_is_work() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&START);
    run(&env, "echo mine >/root/work; rm -f /etc/machine-id; ln -s /no/such /etc/machine-id");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert!(env.estate.sandbox("0-sre-app").has_work());
    // The link leads nowhere, and no machine can be booted with it: the work is not thrown away for that.
    let _ = env.unitlab(&START);
    let work = fs::read_to_string(env.estate.sandbox("0-sre-app").root().join("root/work"));
    assert_eq!(work.unwrap(), "mine\n");
}

/// Deeper than a process has descriptors for. The standard library's removal fails on it.
#[test]
fn a_deep_tree_is_no_reason_not_to_begin_anew() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&START);
    run(&env, "cd /var; i=0; while [ $i -lt 1500 ]; do mkdir d; cd d; i=$((i + 1)); done");
    let plain = env.command(&["lab", "reset", "sre-app", "--yes"]);
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 256; exec \"$0\" \"$@\"", UNITLAB]).args(plain.get_args()).env_clear();
    few.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let reset = few.output().unwrap();
    assert!(reset.status.success(), "{}", String::from_utf8_lossy(&reset.stderr));
    assert_eq!(run(&env, "ls -d /var/d 2>/dev/null || echo none"), "none\n");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
}

/// Another version of this program may have written it.
#[test]
fn a_record_that_cannot_be_read_costs_nobody_their_work() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&START);
    run(&env, "echo mine >/root/work");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    let sandbox = env.estate.sandbox("0-sre-app");
    fs::write(sandbox.dir().join("record.json"), "{\"version\": 99}").unwrap();
    env.unitlab_stdout(&["lab", "start", "first-process", "--no-shell"]);
    env.unitlab_stdout(&["lab", "stop", "first-process"]);
    assert_eq!(fs::read_to_string(sandbox.root().join("root/work")).unwrap(), "mine\n");
    let told = env.unitlab(&["doctor"]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(
        told.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains("a damaged record, next to a learner's work, of 0-sre-app"),
        "{told}"
    );
}
