//! Processes in a sandbox see no secret of the host and cannot reach its processes.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::common::traces::{pid_of, poll_until, record};
use crate::common::{TestEnv, course, run_in_sandbox};
use unitlab::sandbox::random_id;

tests! {
    no_secret_of_the_host_is_visible_inside,
    root_inside_has_no_power_over_processes_outside,
}

const NAME: &str = "0-sre-app";
const START: [&str; 4] = ["lab", "start", "sre-app", "--no-shell"];

/// A file with a secret on the host; removed when dropped.
struct Canary(PathBuf);

impl Canary {
    fn new(dir: &str, secret: &str) -> Self {
        let path = Path::new(dir).join(format!("unitlab-canary-{}", random_id()));
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

/// Searches everything that root inside can read (file names, contents, environments, open files) for the words on its
/// standard input, and prints where it finds one.
const SEARCH: &str = r#"
import os, stat, sys
words = sys.stdin.buffer.read().split()
def search(where, data):
    for word in words:
        if word in data: print("found", word.decode()[:7], "in", where)
def read(path):
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
        try: return os.read(fd, 1 << 20) if stat.S_ISREG(os.fstat(fd).st_mode) else b""
        finally: os.close(fd)
    except OSError: return b""
mine = {os.getpid(), os.getppid()}
for top, dirs, files in os.walk("/"):
    if top in ("/proc", "/sys"): dirs.clear()
    # The host's programs in /usr hold no secrets: only their names are searched.
    for name in files:
        path = os.path.join(top, name)
        search(path, name.encode())
        if not top.startswith("/usr/") or top.startswith("/usr/local"): search(path, read(path))
for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) == os.getpid(): continue
    search(f"environment of {pid}", read(f"/proc/{pid}/environ"))
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try: search(f"fd {fd} of {pid}", os.readlink(f"/proc/{pid}/fd/{fd}").encode())
        except OSError: pass
    search(f"comm of {pid}", read(f"/proc/{pid}/comm"))
print("done")
"#;

/// Verified to fail without each of these:
/// - `--tmpfs=/usr/local`: its secret was found, because the id map makes root inside its owner;
/// - the check of modes when `/etc` is copied: the secrets in /etc were found;
/// - `env_clear` in the entrance: the secret in the environment was found;
/// - `set_cloexec_on_all`: descriptors 8 and 9 were open in the command inside.
fn no_secret_of_the_host_is_visible_inside(env: TestEnv) {
    let secret = format!("canary-{}", random_id());
    let canaries =
        ["/usr/local", "/usr/local/bin", "/etc/security", "/etc/profile.d"].map(|dir| Canary::new(dir, &secret));
    let leaked = env.path().join(format!("leaked-{secret}"));
    fs::write(&leaked, &secret).unwrap();
    // Runs unitlab from a shell that leaks a secret in its environment and in open descriptors.
    let run_leaking = |args: &[&str], input: &Path| {
        let plain = env.command(args);
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
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run_leaking(&START, Path::new("/dev/null"));
    // The last word is not a secret: the search must find it.
    let words = env.path().join("words");
    fs::write(&words, format!("{secret} unitlab-canary sre-app")).unwrap();
    let found = run_leaking(&["lab", "exec", "sre-app", "--", "python3", "-c", SEARCH], &words);
    assert!(found.contains("found sre-app") && found.ends_with("done\n"), "the search finds nothing: {found}");
    let secrets: Vec<_> = found.lines().filter(|line| line.contains("canary") || line.contains("unitlab in")).collect();
    assert!(secrets.is_empty(), "{secrets:#?}");

    // The supervisor, which outlives the caller, does not hold the leaked descriptors either.
    let supervisor = pid_of(&record(&env, NAME), "supervisor");
    for entry in fs::read_dir(format!("/proc/{supervisor}/fd")).unwrap().filter_map(Result::ok) {
        assert_ne!(
            fs::read_link(entry.path()).ok(),
            Some(leaked.clone()),
            "the supervisor holds a descriptor that the caller leaked"
        );
    }

    // No user of the host and no home directory is inside, and every password is locked.
    let exec =
        |script: &str| run_leaking(&["lab", "exec", "sre-app", "--", "sh", "-c", script], Path::new("/dev/null"));
    assert_eq!(exec("ls -A /home; ls -A /root | grep -v -e bashrc -e profile -e ssh -e cache; true"), "learner\n");
    assert_eq!(exec("cut -d: -f2 /etc/shadow | sort -u"), "!*\n");
    let passwd = fs::read_to_string("/etc/passwd").unwrap();
    let users = passwd.lines().filter(|row| {
        row.split(':').nth(2).is_some_and(|uid| (1000..65534).contains(&uid.parse::<u32>().unwrap_or(0)))
    });
    let inside = exec("cat /etc/passwd");
    assert!(users.filter(|row| !row.starts_with("learner:")).all(|row| !inside.contains(row)), "{inside}");
    drop(canaries);
}

/// Verified to fail with an examiner that is started by `systemd-run` inside: root inside saw it and could kill it.
fn root_inside_has_no_power_over_processes_outside(env: TestEnv) {
    let course = course();
    let session = env.lab_session(course.lab("sre-app").unwrap(), "closed");
    let mut bystander =
        Command::new("sleep").arg("100").stdout(Stdio::null()).stderr(Stdio::null()).process_group(0).spawn().unwrap();
    // An examiner that has entered the sandbox and waits for questions.
    let mut examiner =
        session.entrance().unwrap().examiner().unwrap().stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let inner = fs::read_link(format!("/proc/{}/ns/user", pid_of(&record(&env, "closed"), "leader"))).unwrap();
    poll_until("the examiner does not enter the sandbox", || {
        fs::read_link(format!("/proc/{}/ns/user", examiner.id())).ok() == Some(inner.clone())
    });
    let attack = format!(
        "import ctypes, os, signal\nlibc = ctypes.CDLL(None, use_errno=True)\n\
         for pid in ({}, {}, {}, {}):\n  for name, act in (('signal', lambda: os.kill(pid, 9)), ('group', lambda: os.killpg(pid, 9)), ('look', lambda: os.listdir(f'/proc/{{pid}}'))):\n    try:\n      act()\n      print(name, pid)\n    except OSError: pass\n  if libc.ptrace(16, pid, 0, 0) == 0: print('ptrace', pid)\n\
         for pid in filter(str.isdigit, os.listdir('/proc')):\n  name = open(f'/proc/{{pid}}/comm').read()\n  if name in ('unitlab\\n', 'sleep\\n', 'systemd-nspawn\\n'): print('seen', name)\n\
         try: open('/sys/fs/cgroup/cgroup.kill', 'w').write('1'); print('cgroup.kill')\n\
         except OSError: pass\nprint('done')",
        bystander.id(),
        examiner.id(),
        std::process::id(),
        pid_of(&record(&env, "closed"), "supervisor"),
    );
    assert_eq!(run_in_sandbox(&session, &["python3", "-c", &attack]), "done\n");
    // Kills every process inside except PID 1.
    let _ = session.entrance().unwrap().capture(&["sh", "-c", "kill -9 -1"], b"");
    let questions = br#"{"questions":[{"ask":"system"}]}"#;
    let frame = [&u32::try_from(questions.len()).unwrap().to_be_bytes(), &questions[..]].concat();
    examiner.stdin.take().unwrap().write_all(&frame).unwrap();
    let output = examiner.wait_with_output().unwrap();
    assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("version"), "{output:?}");
    assert!(bystander.try_wait().unwrap().is_none());
    bystander.kill().unwrap();
    bystander.wait().unwrap();
}
