//! From inside, nothing of the host can be seen, reached or used up.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a test starts programs and fails by panicking")]

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::traces::{cgroups_of, pid_of, record, traces};
use common::{Home, course, home, inside};
use unitlab::sandbox::mark;

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

/// A secret on the host, gone with the test.
struct Canary(PathBuf);

impl Canary {
    fn new(dir: &str, secret: &str) -> Self {
        let path = Path::new(dir).join(format!("unitlab-canary-{}", mark()));
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&path).unwrap();
        let canary = Self(path);
        file.write_all(secret.as_bytes()).unwrap();
        canary
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Everything that root inside can read, names and contents, environments and open files; prints where the words are.
const LOOK: &str = r#"
import os, stat, sys
words = sys.stdin.buffer.read().split()
def tell(where, data):
    for word in words:
        if word in data: print("seen", word.decode()[:7], "in", where)
def read(path):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try: return os.read(fd, 1 << 20) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
        finally: os.close(fd)
    except OSError: return b""
mine = {os.getpid(), os.getppid()}
for top, dirs, files in os.walk("/"):
    if top in ("/proc", "/sys"): dirs.clear()
    # Of /usr, the host's own programs hold no secrets, and only names are looked at.
    for name in files:
        path = os.path.join(top, name)
        tell(path, name.encode())
        if not top.startswith("/usr/") or top.startswith("/usr/local"): tell(path, read(path))
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid(): continue
    tell(f"environment of {pid}", read(f"/proc/{pid}/environ"))
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try: tell(f"fd {fd} of {pid}", os.readlink(f"/proc/{pid}/fd/{fd}").encode())
        except OSError: pass
    tell(f"comm of {pid}", read(f"/proc/{pid}/comm"))
print("looked")
"#;

/// The naive way, tried by hand: NAIVE-CANARY
#[test]
fn no_secret_of_the_host_is_seen() {
    let Some(home) = home() else { return };
    let secret = format!("canary-{}", mark());
    let canaries =
        ["/usr/local", "/usr/local/bin", "/etc/security", "/etc/profile.d"].map(|dir| Canary::new(dir, &secret));
    let leaked = home.path().join(format!("leaked-{secret}"));
    fs::write(&leaked, &secret).unwrap();
    // A caller with secrets in its environment and in descriptors that it forgot to close.
    let careless = |words: &[&str], input: &Path| {
        let plain = home.command(words);
        let mut command = Command::new("sh");
        command
            .args(["-c", r#"exec 9<"$0" 8>>"$0"; exec "$@""#])
            .arg(&leaked)
            .arg(plain.get_program())
            .args(plain.get_args());
        command.env_clear().envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        for name in
            ["SECRET", "LC_ALL", "LC_SECRET", "TERM", "LANG", "BASH_ENV", "LD_LIBRARY_PATH", "SYSTEMD_LOG_TARGET"]
        {
            command.env(name, format!("/{secret}"));
        }
        let output = command.stdin(File::open(input).unwrap()).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    careless(&START, Path::new("/dev/null"));
    // One word is no secret, to know that looking finds what is there.
    let words = home.path().join("words");
    fs::write(&words, format!("{secret} unitlab-canary sre-app")).unwrap();
    let seen = careless(&["lab", "exec", "sre-app", "--", "python3", "-c", LOOK], &words);
    assert!(seen.contains("seen sre-app") && seen.ends_with("looked\n"), "looking finds nothing: {seen}");
    let secrets: Vec<_> = seen.lines().filter(|line| line.contains("canary") || line.contains("unitlab in")).collect();
    assert!(secrets.is_empty(), "{secrets:#?}");

    // What a caller leaks does not stay open in what outlives it either.
    let supervisor = pid_of(&record(&home, NAME), "supervisor");
    for entry in fs::read_dir(format!("/proc/{supervisor}/fd")).unwrap().filter_map(Result::ok) {
        assert_ne!(fs::read_link(entry.path()).ok(), Some(leaked.clone()), "the supervisor holds what a caller leaked");
    }

    // People and their homes stay out, and every password is locked.
    let exec = |script: &str| careless(&["lab", "exec", "sre-app", "--", "sh", "-c", script], Path::new("/dev/null"));
    assert_eq!(exec("ls -A /home; ls -A /root | grep -v -e bashrc -e profile -e ssh -e cache; true"), "learner\n");
    assert_eq!(exec("cut -d: -f2 /etc/shadow | sort -u"), "!*\n");
    let people = fs::read_to_string("/etc/passwd").unwrap();
    let people = people.lines().filter(|row| {
        row.split(':').nth(2).is_some_and(|uid| (1000..65534).contains(&uid.parse::<u32>().unwrap_or(0)))
    });
    let inside = exec("cat /etc/passwd");
    assert!(people.filter(|row| !row.starts_with("learner:")).all(|row| !inside.contains(row)), "{inside}");
    drop(canaries);
}

/// A terminal of ours with bash of the host on it.
struct HostTerminal {
    master: File,
    shell: std::process::Child,
    screen: String,
}

impl HostTerminal {
    fn open(home: &Home) -> Self {
        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let slave = File::options()
            .read(true)
            .write(true)
            .open(ptsname(&master, Vec::new()).unwrap().to_str().unwrap())
            .unwrap();
        let plain = home.command(&[]);
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait", "bash", "--norc", "--noprofile", "-i"]).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("PS1", "host$ ");
        command.env("UNITLAB", common::UNITLAB);
        let stdio = || Stdio::from(slave.try_clone().unwrap());
        let shell = command.stdin(stdio()).stdout(stdio()).stderr(stdio()).spawn().unwrap();
        Self { master: master.into(), shell, screen: String::new() }
    }

    fn type_line(&mut self, line: &str) {
        writeln!(self.master, "{line}").unwrap();
    }

    /// Reads on until these words are printed that were not printed before.
    fn await_words(&mut self, words: &str) {
        let mut chunk = [0; 4096];
        while !self.screen.contains(words) {
            let timeout = rustix::event::Timespec::try_from(common::traces::PATIENCE).unwrap();
            let mut waits =
                [rustix::event::PollFd::from_borrowed_fd(self.master.as_fd(), rustix::event::PollFlags::IN)];
            let ready = rustix::event::poll(&mut waits, Some(&timeout)).unwrap();
            assert!(ready > 0, "{words:?} does not come:\n{}", self.screen);
            let count = self.master.read(&mut chunk).unwrap();
            self.screen.push_str(&String::from_utf8_lossy(&chunk[..count]));
        }
        self.screen = self.screen.split_once(words).unwrap().1.to_owned();
    }
}

impl Drop for HostTerminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

/// Types a command into every terminal that root inside can get hold of, its own and those of others, and kills whoever
/// would read it there, so that it waits for the next who reads.
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

/// The naive way, tried by hand: NAIVE-TIOCSTI
#[test]
fn nothing_is_typed_into_the_hosts_terminal() {
    let Some(home) = home() else { return };
    home.must(&START);
    let script = home.path().join("type.py");
    fs::write(&script, TYPE).unwrap();
    let mut install = home.command(&["lab", "exec", "sre-app", "--", "sh", "-c", "cat > /root/type.py"]);
    assert!(install.stdin(File::open(&script).unwrap()).status().unwrap().success());

    let mut terminal = HostTerminal::open(&home);
    terminal.await_words("host$ ");
    terminal.type_line(r#""$UNITLAB" lab shell sre-app; echo "back on the ""host""#);
    terminal.await_words("learner@sandbox");
    terminal.type_line(&format!("sudo python3 /root/type.py {}", home.path().display()));
    terminal.await_words("back on the host");
    // Whatever was typed for the host's shell would run before this.
    terminal.type_line(r#"echo "all is ""read""#);
    terminal.await_words("all is read");
    assert!(!home.path().join("typed").exists(), "a command from inside ran on the host");
    let tried = home.must(&["lab", "exec", "sre-app", "--", "cat", "/root/tried"]);
    // Else the kernel refuses it everywhere (dev.tty.legacy_tiocsti=0), and the relay was not needed.
    let allowed = fs::read_to_string("/proc/sys/dev/tty/legacy_tiocsti").is_ok_and(|text| text.trim() == "1");
    assert!(!allowed || tried.contains(" typed"), "it was not even typed inside: the test proves nothing\n{tried}");
}

/// The naive way, tried by hand: NAIVE-BOMB
#[test]
fn a_fork_bomb_and_a_memory_hog_stay_in_limits() {
    let Some(home) = home() else { return };
    home.must(&START);
    let before = record(&home, NAME);
    let groups = cgroups_of(&before);
    let limit = |file: &str| groups.iter().map(|dir| dir.join("machine").join(file)).find(|path| path.exists());
    if let Some(limit) = limit("pids.max") {
        // It forks until it is refused, and says how often it was not.
        let bomb = "import os, signal, time\nn = 0\ntry:\n  while n < 5000:\n    if os.fork() == 0: signal.pause()\n    n += 1\nexcept OSError: pass\nprint(n, flush=True)\nsignal.pause()";
        home.must(&[
            "lab",
            "exec",
            "sre-app",
            "--",
            "systemd-run",
            "--quiet",
            "-p",
            "TasksMax=infinity",
            "--unit=bomb",
            "python3",
            "-c",
            bomb,
        ]);
        home.unitlab(&[
            "lab",
            "exec",
            "sre-app",
            "--",
            "sh",
            "-c",
            "journalctl -u bomb -f -n all -o cat | grep -m1 '^[0-9]'",
        ]);
        let now: u32 = fs::read_to_string(limit.with_file_name("pids.current")).unwrap().trim().parse().unwrap();
        assert!(now <= 1024, "{now} tasks");
        // The host still has its way.
        assert!(Command::new("true").status().unwrap().success());
        home.must(&["lab", "stop", "sre-app"]);
        assert_eq!(traces(&home, &groups), [""; 0]);
        home.must(&START);
    }
    let groups = cgroups_of(&record(&home, NAME));
    let limited = |file: &&str| groups.iter().any(|dir| dir.join("machine").join(file).exists());
    if ["memory.max", "memory.limit_in_bytes"].iter().any(|file| limited(&file)) {
        let hog = "import mmap\nfor n in range(3 << 10): m = mmap.mmap(-1, 1 << 20); m.write(b'x' * (1 << 20)); globals()[f'm{n}'] = m";
        let done = home.unitlab(&["lab", "exec", "sre-app", "--", "python3", "-c", hog]);
        assert_ne!(done.status.code(), Some(0), "three gigabytes were to be had");
        home.must(&["lab", "stop", "sre-app"]);
    }
}

/// The naive way, tried by hand: NAIVE-DISK
#[test]
fn a_full_disk_stays_in_its_sandbox() {
    let Some(home) = home() else { return };
    let course = course();
    let bench = home.bench(course.lab("sre-app").unwrap(), "full");
    let fill = "import os\ntry:\n  with open('/var/big', 'wb', 0) as big:\n    while True: big.write(bytes(1 << 20))\nexcept OSError as error: print(error.strerror)\n\
                try:\n  for n in range(1000000): os.mkdir(f'/opt/{n}')\nexcept OSError as error: print(error.strerror)\n\
                root = os.statvfs('/')\nprint(root.f_blocks * root.f_frsize >> 20, root.f_bavail)";
    // What it fills is counted where it is filled: the host's own disk is used by others meanwhile.
    let said = inside(&bench, &["python3", "-c", fill]);
    let full = "No space left on device\n";
    assert_eq!(said, format!("{full}{full}256 0\n"));
    let device = |path: &str| inside(&bench, &["stat", "-f", "-c", "%T", path]);
    assert_eq!([device("/"), device("/var"), device("/home")], ["tmpfs\n"; 3]);
    // Full as it is, it is asked, and has a twin or says plainly why not.
    let lab = course.lab("sre-app").unwrap();
    let graded = bench.grade(lab, true);
    assert!(graded.checks.iter().all(|check| check.earned == 0), "an untouched lab has earned points");
    bench.close().unwrap();
}

/// The naive way, tried by hand: NAIVE-SIGNAL
#[test]
fn root_inside_has_no_power_over_processes_outside() {
    let Some(home) = home() else { return };
    let course = course();
    let bench = home.bench(course.lab("sre-app").unwrap(), "power");
    let mut bystander =
        Command::new("sleep").arg("100").stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn().unwrap();
    // An examiner that has gone in and waits for its questions.
    let mut examiner =
        bench.entrance().unwrap().examiner().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let inner = fs::read_link(format!("/proc/{}/ns/user", pid_of(&record(&home, "power"), "leader"))).unwrap();
    let entered = || fs::read_link(format!("/proc/{}/ns/user", examiner.id())).ok() == Some(inner.clone());
    // The kernel tells nobody when a process joins a namespace.
    let deadline = std::time::Instant::now() + common::traces::PATIENCE;
    while !entered() {
        assert!(std::time::Instant::now() < deadline, "the examiner does not go in");
        std::thread::yield_now();
    }
    let attack = format!(
        "import ctypes, os, signal\nlibc = ctypes.CDLL(None, use_errno=True)\n\
         for pid in ({}, {}, {}, {}):\n  for name, act in (('signal', lambda: os.kill(pid, 9)), ('group', lambda: os.killpg(pid, 9)), ('look', lambda: os.listdir(f'/proc/{{pid}}'))):\n    try:\n      act()\n      print(name, pid)\n    except OSError: pass\n  if libc.ptrace(16, pid, 0, 0) == 0: print('ptrace', pid)\n\
         for pid in filter(str.isdigit, os.listdir('/proc')):\n  name = open(f'/proc/{{pid}}/comm').read()\n  if name in ('unitlab\\n', 'sleep\\n', 'systemd-nspawn\\n'): print('seen', name)\n\
         try: open('/sys/fs/cgroup/cgroup.kill', 'w').write('1'); print('cgroup.kill')\n\
         except OSError: pass\nprint('done')",
        bystander.id(),
        examiner.id(),
        std::process::id(),
        pid_of(&record(&home, "power"), "supervisor"),
    );
    assert_eq!(inside(&bench, &["python3", "-c", &attack]), "done\n");
    // Everybody inside but PID 1.
    let _ = bench.entrance().unwrap().capture(&["sh", "-c", "kill -9 -1"], b"");
    examiner.stdin.take().unwrap().write_all(br#"{"questions":[{"ask":"system"}]}"#).unwrap();
    let examined = examiner.wait_with_output().unwrap();
    assert!(examined.status.success() && String::from_utf8_lossy(&examined.stdout).contains("version"), "{examined:?}");
    assert!(bystander.try_wait().unwrap().is_none());
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}

/// Says each line of its input to the gate and prints what comes back.
const ASK: &str = r#"
import json, socket, sys
requests = json.load(sys.stdin)
for request in requests:
    gate = socket.socket(socket.AF_UNIX); gate.connect("/run/unitlab/socket")
    try:
        gate.sendall(request.encode("latin-1")); gate.shutdown(socket.SHUT_WR)
    except OSError: pass
    answer = b""
    try:
        while chunk := gate.recv(65536): answer += chunk
    except OSError: pass
    print(json.dumps(answer.decode().splitlines()[-1:]))
"#;

/// The naive way, tried by hand: NAIVE-GATE
#[test]
fn the_gate_knows_its_verbs_and_nothing_else() {
    let Some(home) = home() else { return };
    home.must(&START);
    let with = |more: &str| format!(r#"{{"color":false,"width":80,{more}}}{}"#, "\n");
    let refused: Vec<String> = [
        "\n".to_owned(),
        String::new(),
        "GET / HTTP/1.1\r\n\r\n".into(),
        "\0\u{ff}\u{fe}\n".into(),
        format!("{}\n", "[".repeat(4000)),
        with(&format!(r#""verb":"brief","check":"{}""#, "a".repeat(1 << 20))),
        "a".repeat(1 << 20),
        with(r#""verb":"exec","command":["id"]"#),
        with(r#""verb":"solve""#),
        with(r#""verb":"stop""#),
        with(r#""verb":"brief","lab":"other""#),
        with(r#""verb":"check","course":"/etc""#),
        with(r#""verb":"check","state_dir":"/etc""#),
        with(r#""verb":"check","format":"/etc/passwd""#),
        with(r#""verb":["check"]"#),
        r#"{"verb":"brief","color":false,"width":-1}"#.to_owned() + "\n",
    ]
    .into();
    let harmless = [
        // An id is one word to `hint`, whatever it looks like.
        with(r#""verb":"hint","check":"--estate=/tmp""#),
        with(r#""verb":"hint","check":"../../etc/passwd""#),
        with(r#""verb":"hint","check":"$(touch /tmp/x)\u0000""#),
    ];
    let asked: Vec<&String> = refused.iter().chain(&harmless).collect();
    let input = home.path().join("asked.json");
    fs::write(&input, serde_json::to_vec(&asked).unwrap()).unwrap();
    let mut ask =
        home.command(&["lab", "exec", "sre-app", "--", "runuser", "-u", "nobody", "--", "python3", "-c", ASK]);
    let output = ask.stdin(File::open(&input).unwrap()).output().unwrap();
    let answers = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<&str> = answers.lines().collect();
    assert_eq!(answers.len(), asked.len(), "{}", String::from_utf8_lossy(&output.stderr));
    for (request, answer) in refused.iter().zip(&answers) {
        // Hung up on while it still spoke, or told that it was not understood.
        let is_refused = *answer == "[]" || *answer == r#"["{\"exit\":2}"]"#;
        assert!(is_refused, "{}: {answer}", request.chars().take(80).collect::<String>());
    }
    for (request, answer) in harmless.iter().zip(&answers[refused.len()..]) {
        assert!(!answer.contains(r#"\":0}"#) || request.contains("--estate"), "{request}: {answer}");
    }
    // It is as ready as before, for what it does know.
    let brief =
        home.must(&["lab", "exec", "sre-app", "--", "runuser", "-u", "learner", "--", "unitlab", "lab", "brief"]);
    assert_eq!(brief, home.must(&["lab", "brief", "sre-app"]));
    let mode = fs::metadata(home.estate.root().join("sandboxes")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "others on the host may look into sandboxes");
}
