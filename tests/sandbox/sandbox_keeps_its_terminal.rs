//! Nothing in a sandbox can type into the user's terminal.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};

use crate::common::TestEnv;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

tests! {
    nothing_is_typed_into_the_hosts_terminal,
}

const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

/// A pseudo-terminal with the host's bash.
struct HostTerminal {
    master: File,
    shell: std::process::Child,
    screen: String,
}

impl HostTerminal {
    fn open(env: &TestEnv) -> Self {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = File::options()
            .read(true)
            .write(true)
            .open(ptsname(&master, Vec::new()).unwrap().to_str().unwrap())
            .unwrap();
        let plain = env.command(&[]);
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait", "bash", "--norc", "--noprofile", "-i"]).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PS1", "host$ ");
        command.env("UNITLAB", crate::common::UNITLAB);
        let stdio = || Stdio::from(slave.try_clone().unwrap());
        let shell = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        Self { master: master.into(), shell, screen: String::new() }
    }

    fn type_line(&mut self, line: &str) {
        writeln!(self.master, "{line}").unwrap();
    }

    /// Waits until this text is printed; the search starts after the last match.
    fn await_text(&mut self, text: &str) {
        let mut chunk = [0; 4096];
        while !self.screen.contains(text) {
            let timeout = Timespec::try_from(crate::common::traces::TIMEOUT).unwrap();
            let mut waits = [PollFd::from_borrowed_fd(self.master.as_fd(), PollFlags::IN)];
            let ready = poll(&mut waits, Some(&timeout)).unwrap();
            assert!(ready > 0, "{text:?} was not printed:\n{}", self.screen);
            let count = self.master.read(&mut chunk).unwrap();
            self.screen.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
        self.screen = self.screen.split_once(text).unwrap().1.to_owned();
    }
}

impl Drop for HostTerminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// Types a command into every terminal that root in the sandbox can open, then kills the shells there. The typed text
/// stays in the terminal for the next reader.
const TYPE: &str = r#"
import fcntl, glob, os, signal, sys, termios
line = "\ntouch %s/typed\n" % sys.argv[1]
tried = set()
for path in ["/dev/tty", "/proc/self/fd/0"] + glob.glob("/proc/[0-9]*/fd/*") + glob.glob("/dev/pts/*"):
    try:
        if not path.startswith("/proc/self") and "pts" not in os.path.realpath(path) and "pts" not in os.readlink(path): continue
    except OSError: pass
    try: fd = os.open(path, os.O_RDWR)
    except OSError: continue
    try:
        for letter in line: fcntl.ioctl(fd, termios.TIOCSTI, letter.encode())
        tried.add(os.readlink("/proc/self/fd/%d" % fd) + " typed")
    except OSError as error: tried.add("%s refused" % path)
open("/root/tried", "w").write("\n".join(sorted(tried)) + "\n")
for word in ("bash", "systemd-run", "sudo"): os.system("pkill -9 -x " + word)
"#;

/// Without a pseudo-terminal in between this fails: with `nsenter --target=LEADER --all bash` as the shell, the command
/// ran on the host.
fn nothing_is_typed_into_the_hosts_terminal(env: TestEnv) {
    env.unitlab_stdout(&START);
    let script = env.path().join("type.py");
    fs::write(&script, TYPE).unwrap();
    let mut install = env.command(&["lab", "exec", "sre-app", "--", "sh", "-c", "cat > /root/type.py"]);
    assert!(install.stdin(File::open(&script).unwrap()).status().unwrap().success());

    let mut terminal = HostTerminal::open(&env);
    terminal.await_text("host$ ");
    terminal.type_line(r#""$UNITLAB" lab shell sre-app; echo "back on the ""host""#);
    terminal.await_text("learner@sandbox");
    terminal.type_line(&format!("sudo python3 /root/type.py {}", env.path().display()));
    terminal.await_text("back on the host");
    // Text typed into the host's shell would run before this line.
    terminal.type_line(r#"echo "all is ""read""#);
    terminal.await_text("all is read");
    assert!(!env.path().join("typed").exists(), "a command from the sandbox ran on the host");
    let tried = env.unitlab_stdout(&["lab", "exec", "sre-app", "--", "cat", "/root/tried"]);
    // With dev.tty.legacy_tiocsti=0 the kernel refuses TIOCSTI everywhere, and nothing could be typed.
    let allowed = fs::read_to_string("/proc/sys/dev/tty/legacy_tiocsti").is_ok_and(|text| text.trim() == "1");
    assert!(!allowed || tried.contains(" typed"), "nothing was typed in the sandbox: the test proves nothing\n{tried}");
}
