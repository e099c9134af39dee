//! Copying a root for a twin never leaves that root, even if processes inside replace files with links meanwhile.

use std::fs;

use crate::common::{TestEnv, course, run_in_sandbox};
use unitlab::app::LabSession;
use unitlab::sandbox::{Captured, launch_twin, random_id};

tests! {
    a_copy_never_leaves_its_root,
    a_root_that_is_too_deep_is_refused,
}

/// Creates what a careless copy would follow, block on, or fill the disk with. The argument is a directory of the host.
const TRAPS: &str = r#"
import os, sys
out = sys.argv[1]
os.makedirs("/srv/traps"); os.chdir("/srv/traps")
os.symlink(out + "/secret", "file-link"); os.symlink(out, "dir-link"); os.symlink("../" * 20 + out[1:], "up-link")
os.symlink("/etc/shadow", "shadow-link"); os.symlink("loop", "loop"); os.symlink("/proc/1/root", "magic-link")
os.mkfifo("fifo"); os.mkdir("closed", 0)
with open("sparse", "wb") as sparse: sparse.seek(1 << 40); sparse.write(b"end")
with open(b"not-\xff-utf8\n", "w") as name: name.write("x")
os.link("sparse", "second-name")
open("suid", "w").close(); os.chown("suid", 1000, 1000); os.chmod("suid", 0o4755)
import socket; socket.socket(socket.AF_UNIX).bind("socket")
for n in range(40): os.mkdir("deep"); os.chdir("deep")
"#;

/// Exchanges files and directories with links to the host's secrets, as fast as it can.
const SWAP: &str = r#"
import ctypes, os, sys
out = sys.argv[1]
os.makedirs("/etc/swaps"); os.chdir("/etc/swaps")
pairs = []
for n in range(40):
    os.mkdir(f"dir{n}"); open(f"dir{n}/secret", "w").close(); os.symlink(out, f"dir-link{n}")
    open(f"file{n}", "w").close(); os.symlink(out + "/secret", f"file-link{n}"); os.mkfifo(f"fifo{n}")
    pairs += [(f"dir{n}", f"dir-link{n}"), (f"file{n}", f"file-link{n}"), (f"file{n}", f"fifo{n}")]
pairs = [(a.encode(), b.encode()) for a, b in pairs]
libc = ctypes.CDLL(None)
print("swapping", flush=True)
while True:
    for a, b in pairs: libc.renameat2(-100, a, -100, b, 2)
    open("coming", "w").close(); os.rename("coming", "going"); os.unlink("going")
"#;

/// Prints the copy's files from inside, without following links.
const LIST: &str = "find /srv /etc/swaps -type f -size -2000 -exec cat {} + 2>/dev/null; \
                    find /srv /etc -name stolen; cd /srv/traps; stat -c '%F %a %u %s %N' *; find deep -type d | wc -l";

fn run_in_twin(env: &crate::common::TestEnv, session: &LabSession, argv: &[&str]) -> Captured {
    let (twin, record, _lease) = launch_twin(&env.estate, session.sandbox()).unwrap();
    let captured = record.entrance().unwrap().capture(argv, b"").unwrap();
    twin.stop().unwrap();
    assert!(!twin.exists());
    captured
}

/// Verified to fail with a copy that checks for a link and then opens by name without `NOFOLLOW`, as `std::fs::copy` does:
/// the secret was in the twin.
fn a_copy_never_leaves_its_root(env: TestEnv) {
    let secret = format!("secret-{}", random_id());
    let out = env.path().join("out");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("secret"), &secret).unwrap();
    fs::write(out.join("stolen"), &secret).unwrap();
    let out = out.to_str().unwrap();
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "trapped");
    run_in_sandbox(&session, &["python3", "-c", TRAPS, out]);
    run_in_sandbox(&session, &["systemd-run", "--quiet", "--unit=swap", "python3", "-uc", SWAP, out]);
    run_in_sandbox(&session, &["sh", "-c", "journalctl -u swap -f -n all -o cat | grep -m1 swapping"]);

    for _ in 0..3 {
        let listing = run_in_twin(&env, &session, &["sh", "-c", LIST]).output;
        assert!(
            !listing.contains(&secret) && !listing.contains("/stolen"),
            "the copy went out of its root:\n{listing}"
        );
        // Everything else is copied as it is: links as links, owners and set-uid bits, holes as holes.
        for what in [
            "symbolic link 777 0",
            "fifo 644 0 0",
            "directory 0 0",
            "regular empty file 4755 1000 0",
            "regular file 644 0 1099511627779",
        ] {
            assert!(listing.contains(what), "{what}:\n{listing}");
        }
        assert!(listing.contains("\n40\n"), "the deep directories:\n{listing}");
    }
}

/// A failed copy is reported, and the original keeps running.
fn a_root_that_is_too_deep_is_refused(env: TestEnv) {
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "abyss");
    let dig = "import os\nos.chdir('/srv')\nfor n in range(300): os.mkdir('deep'); os.chdir('deep')";
    run_in_sandbox(&session, &["python3", "-c", dig]);
    let error = launch_twin(&env.estate, session.sandbox()).unwrap_err().to_string();
    assert!(error.contains("cannot copy the root"), "{error}");
    let names: Vec<_> = env.estate.sandboxes().iter().map(|sandbox| sandbox.name().to_owned()).collect();
    assert_eq!(names, ["abyss"], "a failed twin leaves its directory");
    assert_eq!(run_in_sandbox(&session, &["systemctl", "is-system-running"]), "running\n");
}
