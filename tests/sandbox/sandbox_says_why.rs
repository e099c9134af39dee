//! If a sandbox cannot boot, the error names the resource that the machine has run out of.
//!
//! It runs alone, because what it takes is missing to every sandbox of this user.

use std::time::{Duration, Instant};

use rustix::fs::inotify;

use crate::common::TestEnv;

tests! {
    #[alone]
    a_lack_of_inotify_instances_is_named_with_the_next_step,
}

fn a_lack_of_inotify_instances_is_named_with_the_next_step(env: TestEnv) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut held = Vec::new();
    loop {
        held.extend(std::iter::from_fn(|| inotify::init(inotify::CreateFlags::CLOEXEC).ok()));
        let output = env.unitlab(&["lab", "start", "sre-app", "--no-shell"]);
        let err = String::from_utf8_lossy(&output.stderr);
        if err.contains("fs.inotify.max_user_instances") {
            assert!(output.status.code() == Some(3) && err.contains("next: stop sandboxes"), "{err}");
            break;
        }
        // Another process has just released some.
        assert!(Instant::now() < deadline, "{} {err}", output.status);
        env.unitlab(&["lab", "stop"]);
    }
    drop(held);
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
}
