//! A learner's work stays until the learner resets the lab, whatever happens inside or to other sandboxes.

use std::fs;
use std::process::Command;

use crate::common::{TestEnv, UNITLAB};

tests! {
    work_is_kept_whatever_files_the_learner_removes,
    a_reset_removes_a_very_deep_tree,
    a_sandbox_with_an_unreadable_record_keeps_its_work,
}

const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

fn run(env: &TestEnv, script: &str) -> String {
    env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "sh", "-euc", script])
}

/// Verified to fail if `etc/machine-id` decides whether there is work: a learner who removed that file lost everything
/// else, and the lab started from its scene.
fn work_is_kept_whatever_files_the_learner_removes(env: TestEnv) {
    env.unitlab_stdout(&START);
    run(&env, "echo mine >/root/work; rm -f /etc/machine-id; ln -s /no/such /etc/machine-id");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    assert!(env.estate.sandbox("0-sre-app").has_work());
    // With this dangling link the sandbox may not boot. The work must stay.
    let _ = env.unitlab(&START);
    let work = fs::read_to_string(env.estate.sandbox("0-sre-app").root().join("root/work"));
    assert_eq!(work.unwrap(), "mine\n");
}

/// The tree is deeper than the process has descriptors, so `std::fs::remove_dir_all` fails on it.
fn a_reset_removes_a_very_deep_tree(env: TestEnv) {
    env.unitlab_stdout(&START);
    run(&env, "cd /var; i=0; while [ $i -lt 1500 ]; do mkdir d; cd d; i=$((i + 1)); done");
    let plain = env.command(&["lab", "reset", "sre-app", "--yes"]);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 256; exec \"$0\" \"$@\"", UNITLAB]).args(plain.get_args()).env_clear();
    limited.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let reset = limited.output().unwrap();
    assert!(reset.status.success(), "{}", String::from_utf8_lossy(&reset.stderr));
    assert_eq!(run(&env, "ls -d /var/d 2>/dev/null || echo none"), "none\n");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
}

/// A newer version of unitlab may have written the record.
fn a_sandbox_with_an_unreadable_record_keeps_its_work(env: TestEnv) {
    env.unitlab_stdout(&START);
    run(&env, "echo mine >/root/work");
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
    let sandbox = env.estate.sandbox("0-sre-app");
    fs::write(sandbox.dir().join("record.json"), "{\"version\": 99}").unwrap();
    env.unitlab_stdout(&["lab", "start", "first-process", "--no-shell"]);
    env.unitlab_stdout(&["lab", "stop", "first-process"]);
    assert_eq!(fs::read_to_string(sandbox.root().join("root/work")).unwrap(), "mine\n");
    let output = env.unitlab(&["doctor"]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .contains("a damaged record, next to a learner's work, of 0-sre-app"),
        "{text}"
    );
}
