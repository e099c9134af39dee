//! Whoever goes in takes nothing of the caller's along: no terminal to be opened, and no keys of the session.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test starts programs and fails by panicking")]

mod common;

use std::process::{Command, Stdio};

use common::{TestEnv, UNITLAB, test_env};

/// A caller on a terminal, and with a key in the session's keyring, who runs a command inside.
const CALLER: &str = r#"
import ctypes, os, platform, pty, sys
kernel = ctypes.CDLL(None, use_errno=True)
add, keyctl = (217, 219) if platform.machine() == "aarch64" else (248, 250)
pid, terminal = pty.fork()
if pid == 0:
    # A keyring of its own, and a key in it: -3 is the session's.
    if kernel.syscall(keyctl, 1, None) < 0 or kernel.syscall(add, b"user", b"unitlab-canary", b"secret", 6, -3) < 0:
        print("no keyrings: errno", ctypes.get_errno())
    os.execv(sys.argv[1], sys.argv[1:])
out = b""
while True:
    try: chunk = os.read(terminal, 4096)
    except OSError: break
    if not chunk: break
    out += chunk
os.waitpid(pid, 0)
sys.stdout.buffer.write(out)
"#;

/// What is there of the caller's, seen from inside.
const LOOK: &str = r#"
import ctypes, os, platform
keyctl = 219 if platform.machine() == "aarch64" else 250
try: os.open("/dev/tty", os.O_RDWR); print("a terminal")
except OSError as error: print("no terminal:", error.strerror)
found = ctypes.CDLL(None, use_errno=True).syscall(keyctl, 10, -3, b"user", b"unitlab-canary", 0)
print("a key" if found > 0 else "no key")
"#;

/// What a command inside sees, asked by such a caller.
fn seen_inside(env: &TestEnv) -> String {
    let plain = env.command(&[]);
    let mut caller = Command::new("python3");
    caller.args(["-c", CALLER, UNITLAB, "lab", "exec", "sre-app", "--", "python3", "-c", LOOK]);
    caller.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    let done = caller.output().unwrap();
    String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr)
}

/// The naive way, tried: `enter` that makes a session of its own for terminals only printed "a terminal", and one that
/// keeps the keyring "a key".
#[test]
fn a_command_without_a_manager_has_no_terminal_and_no_keys() {
    let Some(env) = test_env() else { return };
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    // Root inside decides what runs at the other end of an entry: with a dead bus it is the command itself.
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "stop", "dbus.socket", "dbus.service"]);
    let said = seen_inside(&env);
    assert!(said.contains("no terminal: ") && said.contains("no key\r\n"), "{said}");
    assert!(!said.contains("no keyrings"), "the test proves nothing\n{said}");
}
