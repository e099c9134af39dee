//! A sandbox that cannot boot says what the machine has run out of. It is alone in its process: what it takes is missing
//! to every sandbox of this machine.

mod common;

use rustix::fs::inotify;

use common::home;

#[test]
fn inotify_instances_that_are_used_up_are_named() {
    let Some(home) = home() else { return };
    let held: Vec<_> = std::iter::from_fn(|| inotify::init(inotify::CreateFlags::CLOEXEC).ok()).collect();
    let output = home.unitlab(&["lab", "start", "sre-app", "--no-shell"]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{err}");
    assert!(err.contains("fs.inotify.max_user_instances") && err.contains("next: stop sandboxes"), "{err}");
    drop(held);
    home.must(&["lab", "start", "sre-app", "--no-shell"]);
}
