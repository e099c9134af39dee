//! Real sandboxes for tests: each test has an estate and a state folder of its own, and leaves nothing behind.
#![allow(dead_code, unreachable_pub, reason = "a module of every test program, each of which uses the part it needs")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests start the program under test and fail by panicking"
)]

pub mod desk;
pub mod pty;
pub mod seat;
pub mod traces;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use unitlab::app::{LabRunner, LabSession};
use unitlab::course::{Course, LabFolder};
use unitlab::sandbox::{Estate, ProbeStatus, RootSource, is_root, probes};

/// The program under test.
pub const UNITLAB: &str = env!("CARGO_BIN_EXE_unitlab");

/// Why no sandbox can run here; none when one can.
fn obstacle() -> Option<String> {
    if !is_root() {
        return Some("not root".into());
    }
    let blocking = probes().into_iter().find(|probe| probe.status == ProbeStatus::Blocking)?;
    Some(format!("{}: {}", blocking.name, blocking.finding))
}

/// A place for sandboxes, or none where they cannot run: then the test says so and passes, unless
/// `UNITLAB_REQUIRE_SANDBOX` is set, under which a skipped test is a failed one.
pub fn home() -> Option<Home> {
    let Some(obstacle) = obstacle() else { return Some(Home::new()) };
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    assert!(std::env::var_os("UNITLAB_REQUIRE_SANDBOX").is_none(), "{test} needs a sandbox: {obstacle}");
    // Past the test harness, which swallows what a passing test prints.
    let _ = writeln!(std::io::stderr(), "skipped {test}: no sandbox here ({obstacle})");
    None
}

/// An estate and a state folder that end with the test.
pub struct Home {
    dir: TempDir,
    pub estate: Estate,
}

impl Home {
    fn new() -> Self {
        // Short, since sockets live below it; on disk, since a learner's roots do.
        let dir = tempfile::Builder::new().prefix("ul").tempdir_in("/var/tmp").unwrap();
        let estate = Estate::at(&dir.path().join("e"));
        Self { dir, estate }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn state_dir(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    /// `unitlab WORDS…` with this estate and state folder, no terminal, and an environment of its own.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(UNITLAB);
        command.args(words).env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("LANG", "C.UTF-8").env("TERM", "xterm-256color").env("HOME", self.dir.path());
        command.env("UNITLAB_ESTATE", self.estate.root()).env("UNITLAB_STATE_DIR", self.state_dir());
        command.stdin(std::process::Stdio::null());
        command
    }

    /// Runs `unitlab WORDS…` to its end.
    pub fn unitlab(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Runs `unitlab WORDS…`, which must succeed; its standard output.
    pub fn must(&self, words: &[&str]) -> String {
        let output = self.unitlab(words);
        let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (said(&output.stdout), said(&output.stderr));
        assert!(output.status.success(), "unitlab {words:?}: {}\n{out}\n{err}", output.status);
        out
    }

    /// The means to make sandboxes without the command line.
    pub fn workshop(&self) -> LabRunner {
        LabRunner {
            estate: self.estate.clone(),
            os_tree: std::env::var_os("UNITLAB_TEST_OS_TREE").map_or_else(|| "/".into(), PathBuf::from),
            owner: 0,
            owner_gid: 0,
            program: UNITLAB.into(),
            global_args: [
                "--estate",
                self.estate.root().to_str().unwrap(),
                "--state-dir",
                self.state_dir().to_str().unwrap(),
            ]
            .map(str::to_owned)
            .to_vec(),
        }
    }

    /// A lab's sandbox on a tmpfs with its scene laid; it ends when the bench is dropped.
    pub fn bench(&self, lab: &LabFolder, name: &str) -> LabSession {
        self.workshop().open(lab, name, RootSource::Fresh).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        for sandbox in self.estate.sandboxes() {
            let _ = sandbox.stop();
        }
    }
}

/// The course that is built in.
pub fn course() -> Course {
    Course::embedded().unwrap()
}

/// Runs a command as root inside and returns what it printed; it must succeed.
pub fn inside(bench: &LabSession, argv: &[&str]) -> String {
    let done = bench.entrance().unwrap().capture(argv, b"").unwrap();
    assert!(done.status.success(), "{argv:?}: {}\n{}", done.status, done.output);
    done.output
}
