//! A test environment for real sandboxes: an estate and a state directory for each test, removed at its end.
#![allow(dead_code, unreachable_pub, reason = "each test program uses only a part of this module")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests start the program under test and fail by panicking"
)]

pub mod pty;
pub mod terminal_session;
pub mod traces;
pub mod tutorial_session;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use unitlab::app::{LabRunner, LabSession, Locations};
use unitlab::course::{Course, LabDirectory};
use unitlab::sandbox::{Estate, ProbeStatus, RootSource, is_root, probes};

/// The program under test.
pub const UNITLAB: &str = env!("CARGO_BIN_EXE_unitlab");

/// Why no sandbox can run here; none if one can.
fn obstacle() -> Option<String> {
    if !is_root() {
        return Some("not root".into());
    }
    let blocking = probes().into_iter().find(|probe| probe.status == ProbeStatus::Blocking)?;
    Some(format!("{}: {}", blocking.name, blocking.finding))
}

/// A new environment; `None` if no sandbox can run here. Then the test must return, and this function prints why.
///
/// # Panics
/// If no sandbox can run and `UNITLAB_REQUIRE_SANDBOX` is set.
pub fn test_env() -> Option<TestEnv> {
    let Some(obstacle) = obstacle() else { return Some(TestEnv::new()) };
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    assert!(std::env::var_os("UNITLAB_REQUIRE_SANDBOX").is_none(), "{test} needs a sandbox: {obstacle}");
    // Not with eprintln!, because the test harness hides its output in passing tests.
    let _ = writeln!(std::io::stderr(), "skipped {test}: no sandbox here ({obstacle})");
    None
}

/// An estate and a state directory. Dropping it stops all sandboxes and removes both.
pub struct TestEnv {
    dir: TempDir,
    pub estate: Estate,
}

impl TestEnv {
    fn new() -> Self {
        // A short path, because socket paths are limited to 108 bytes. On disk, as the learners' roots are.
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

    /// `unitlab ARGS…` with this estate and state directory, without a terminal, in a small environment.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(UNITLAB);
        command.args(args).env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("LANG", "C.UTF-8").env("TERM", "xterm-256color").env("HOME", self.dir.path());
        command.env("UNITLAB_ESTATE", self.estate.root()).env("UNITLAB_STATE_DIR", self.state_dir());
        command.stdin(std::process::Stdio::null());
        command
    }

    pub fn unitlab(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// The standard output of `unitlab ARGS…`, which must succeed.
    pub fn unitlab_stdout(&self, args: &[&str]) -> String {
        let output = self.unitlab(args);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "unitlab {args:?}: {}\n{out}\n{err}", output.status);
        out
    }

    /// Opens sandboxes without the command line.
    pub fn lab_runner(&self) -> LabRunner {
        LabRunner {
            estate: self.estate.clone(),
            os_tree: std::env::var_os("UNITLAB_TEST_OS_TREE").map_or_else(|| "/".into(), PathBuf::from),
            owner: 0,
            owner_gid: 0,
            program: UNITLAB.into(),
            locations: Locations {
                state_dir: self.state_dir(),
                estate: self.estate.root().to_owned(),
                course_dir: None,
            },
        }
    }

    /// Boots a lab's sandbox on a tmpfs, in the lab's starting scene. Dropping the session stops it.
    pub fn lab_session(&self, lab: &LabDirectory, name: &str) -> LabSession {
        self.lab_runner().open(lab, name, RootSource::Fresh).unwrap()
    }
}

impl Drop for TestEnv {
    fn drop(&mut self) {
        for sandbox in self.estate.sandboxes() {
            let _ = sandbox.stop();
        }
    }
}

/// The built-in course.
pub fn course() -> Course {
    Course::embedded().unwrap()
}

/// Runs a command as root in the sandbox, which must succeed, and returns its output.
pub fn run_in_sandbox(session: &LabSession, argv: &[&str]) -> String {
    let captured = session.entrance().unwrap().capture(argv, b"").unwrap();
    assert!(captured.status.success(), "{argv:?}: {}\n{}", captured.status, captured.output);
    captured.output
}
