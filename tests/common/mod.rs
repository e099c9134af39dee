//! A test environment for real sandboxes: an estate and a state directory for each test, removed at its end.
#![allow(dead_code, unreachable_pub, reason = "each test program uses only a part of this module")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests start the program under test and fail by panicking"
)]

#[macro_use]
pub mod harness;
pub mod pty;
pub mod recording;
pub mod report_dir;
pub mod terminal_session;
pub mod traces;
pub mod tutorial_session;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use harness::Needed;
use tempfile::TempDir;
use unitlab::app::{LabRunner, LabSession, Locations};
use unitlab::course::{Course, LabDirectory};
use unitlab::sandbox::{Estate, ProbeStatus, RootSource, is_root, probes};

/// The program under test.
pub const UNITLAB: &str = env!("CARGO_BIN_EXE_unitlab");

/// Why no sandbox can run here; `None` if one can.
fn sandbox_obstacle() -> Option<String> {
    static OBSTACLE: LazyLock<Option<String>> = LazyLock::new(|| {
        if !is_root() {
            return Some("needs root".into());
        }
        let blocking = probes().into_iter().find(|probe| probe.status == ProbeStatus::Blocking)?;
        Some(format!("no sandbox can run here: {}: {}", blocking.name, blocking.finding))
    });
    OBSTACLE.clone()
}

fn assert_can_boot() {
    if let Some(obstacle) = sandbox_obstacle() {
        panic!("this test boots a sandbox: {obstacle}");
    }
}

impl Needed for TestEnv {
    const REQUIRED_IF: &str = "UNITLAB_REQUIRE_SANDBOX";

    fn obstacle() -> Option<String> {
        sandbox_obstacle()
    }

    fn provide() -> Self {
        Self::new()
    }
}

/// For tests that act for another user.
pub struct Root;

impl Needed for Root {
    const REQUIRED_IF: &str = "UNITLAB_REQUIRE_SANDBOX";

    fn obstacle() -> Option<String> {
        (!is_root()).then(|| "needs root".into())
    }

    fn provide() -> Self {
        assert!(is_root(), "this test needs root");
        Self
    }
}

/// For tests that share a sandbox, or make several environments.
pub struct CanBoot;

impl Needed for CanBoot {
    const REQUIRED_IF: &str = "UNITLAB_REQUIRE_SANDBOX";

    fn obstacle() -> Option<String> {
        sandbox_obstacle()
    }

    fn provide() -> Self {
        assert_can_boot();
        Self
    }
}

/// An estate and a state directory. Dropping it stops all sandboxes and removes both.
pub struct TestEnv {
    dir: TempDir,
    pub estate: Estate,
}

impl TestEnv {
    /// # Panics
    /// If no sandbox can run here.
    pub fn new() -> Self {
        assert_can_boot();
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
