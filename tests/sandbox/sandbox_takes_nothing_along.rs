//! A process that enters a sandbox keeps neither the caller's terminal nor the keys of its session keyring.

use std::process::{Command, Stdio};

use crate::common::{TestEnv, UNITLAB};

tests! {
    a_command_run_without_the_manager_has_no_terminal_and_no_keys,
}

/// Runs a command with a controlling terminal and a key in the session keyring.
const CALLER: &str = r#"
import ctypes, os, platform, pty, sys
kernel = ctypes.CDLL(None, use_errno=True)
add, keyctl = (217, 219) if platform.machine() == "aarch64" else (248, 250)
pid, terminal = pty.fork()
if pid == 0:
    # A new session keyring with one key; -3 is KEY_SPEC_SESSION_KEYRING.
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

/// Prints whether it can open the caller's terminal and find its key.
const SEARCH: &str = r#"
import ctypes, os, platform
keyctl = 219 if platform.machine() == "aarch64" else 250
try: os.open("/dev/tty", os.O_RDWR); print("a terminal")
except OSError as error: print("no terminal:", error.strerror)
found = ctypes.CDLL(None, use_errno=True).syscall(keyctl, 10, -3, b"user", b"unitlab-canary", 0)
print("a key" if found > 0 else "no key")
"#;

/// Returns what `SEARCH` prints inside, started by `CALLER`.
fn search_inside(env: &TestEnv) -> String {
    let plain = env.command(&[]);
    let mut caller = Command::new("python3");
    caller.args(["-c", CALLER, UNITLAB, "lab", "exec", "sre-app", "--", "python3", "-c", SEARCH]);
    caller.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).stdin(Stdio::null());
    let output = caller.output().unwrap();
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Verified to fail with an `enter` that starts a new session only for terminals ("a terminal"), and with one that keeps the
/// keyring ("a key").
fn a_command_run_without_the_manager_has_no_terminal_and_no_keys(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    // With a dead message bus, `unitlab enter` runs the command itself.
    env.unitlab_stdout(&["lab", "exec", "--", "systemctl", "stop", "dbus.socket", "dbus.service"]);
    let text = search_inside(&env);
    assert!(text.contains("no terminal: ") && text.contains("no key\r\n"), "{text}");
    assert!(!text.contains("no keyrings"), "the test proves nothing\n{text}");
}
