//! A directory in which tests run `unitlab check sre-app --here`, which writes reports there.
#![allow(dead_code, unreachable_pub, reason = "a module of every test program, each of which uses the part it needs")]
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests start the program under test")]

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::UNITLAB;

/// Each format, how its report begins, and a part of an error document in it.
pub const FORMATS: [(&str, &str, &str); 4] = [
    ("human", "sre-app · this machine", ""),
    ("json", "{\n  \"schema\": \"unitlab.report/1\"", "unitlab.error/1"),
    ("junit", "<?xml version=\"1.0\"", "<error message="),
    ("tap", "TAP version 14\n1..", "Bail out! there is no lab"),
];

pub struct ReportDir {
    dir: TempDir,
}

impl ReportDir {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        Self { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("UNITLAB_STATE_DIR", self.path(".state")).stdin(Stdio::null());
        command
    }

    /// Runs `unitlab check sre-app --here ARGS…` in this directory.
    pub fn check(&self, args: &[&str]) -> Output {
        self.command(UNITLAB).args(["check", "sre-app", "--here"]).args(args).output().unwrap()
    }

    /// Names of all files here, temporary ones too.
    pub fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".state");
        names.sort();
        names
    }
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}
