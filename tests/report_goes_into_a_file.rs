//! `--output FILE`: the report is there as a whole or not at all, it is the user's, and standard output stays empty.
//!
//! Graded is this machine (`--here`), whatever it is: where a report goes does not depend on what is in it.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests start the program and fail by panicking")]

mod common;

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use common::{UNITLAB, home};
use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

/// How each format begins, and what a failure of unitlab itself says in it.
const FORMATS: [(&str, &str, &str); 4] = [
    ("human", "sre-app · this machine", ""),
    ("json", "{\n  \"schema\": \"unitlab.report/1\"", "unitlab.error/1"),
    ("junit", "<?xml version=\"1.0\"", "<error message="),
    ("tap", "TAP version 14\n1..", "Bail out! there is no lab"),
];

struct Desk {
    dir: TempDir,
}

impl Desk {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        Self { dir }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.dir.path()).env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.env("UNITLAB_STATE_DIR", self.path(".state")).stdin(Stdio::null());
        command
    }

    /// `unitlab check sre-app --here WORDS…` in this folder.
    fn check(&self, words: &[&str]) -> Output {
        self.command(UNITLAB).args(["check", "sre-app", "--here"]).args(words).output().unwrap()
    }

    /// What lies here, drafts too.
    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.dir.path()).unwrap();
        let mut names: Vec<String> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.retain(|name| name != ".state");
        names.sort();
        names
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn every_format_goes_into_a_file_with_the_same_exit_code() {
    let desk = Desk::new();
    let code = desk.check(&[]).status.code();
    for (format, beginning, _) in FORMATS {
        let printed = desk.check(&["--format", format]);
        assert_eq!(printed.status.code(), code, "{format}");
        assert!(text(&printed.stdout).starts_with(beginning), "{}", text(&printed.stdout));
        let filed = desk.check(&["--format", format, "--output", "report"]);
        assert_eq!(filed.status.code(), code, "{format}");
        assert_eq!(text(&filed.stdout), "", "{format}");
        assert!(read(&desk.path("report")).starts_with(beginning), "{format}");
        assert_eq!(desk.names(), ["report"], "{format}");
    }
}

#[test]
fn a_failure_of_unitlab_itself_takes_the_place_of_an_earlier_report() {
    let desk = Desk::new();
    for (format, beginning, failure) in FORMATS {
        let words = ["check", "nosuch", "--here", "--format", format];
        let printed = desk.command(UNITLAB).args(words).output().unwrap();
        assert_eq!(printed.status.code(), Some(2));
        assert!(text(&printed.stdout).contains(failure), "{format}");
        desk.check(&["--format", format, "--output", "report"]);
        let filed = desk.command(UNITLAB).args(words).args(["--output", "report"]).output().unwrap();
        assert_eq!(filed.status.code(), Some(2));
        assert_eq!(text(&filed.stdout), "");
        assert!(text(&filed.stderr).contains("there is no lab"), "{}", text(&filed.stderr));
        if format == "human" {
            // A person has read it on stderr.
            assert!(read(&desk.path("report")).starts_with(beginning));
        } else {
            assert_eq!(read(&desk.path("report")), text(&printed.stdout));
        }
    }
}

#[test]
fn colours_go_into_a_file_only_when_asked_for() {
    let desk = Desk::new();
    let report = |words: &[&str]| {
        let mut command = desk.command(UNITLAB);
        command.args(["check", "sre-app", "--here", "--output", "report"]).args(words).env("CLICOLOR_FORCE", "1");
        command.output().unwrap();
        read(&desk.path("report"))
    };
    assert!(!report(&[]).contains('\x1b'));
    assert!(report(&["--color", "always"]).contains('\x1b'));
}

#[test]
fn a_place_where_nothing_can_be_written_is_said_before_anything_is_graded() {
    let desk = Desk::new();
    fs::create_dir(desk.path("folder")).unwrap();
    symlink("folder", desk.path("link-to-folder")).unwrap();
    fs::write(desk.path("file"), "old").unwrap();
    for (output, complaint) in [
        ("missing/report", "there is no folder"),
        ("file/report", "there is no folder"),
        ("folder", "is a folder"),
        ("folder/", "is a folder"),
        ("new/", "is a folder"),
        ("link-to-folder", "is a folder"),
        ("", "--output"),
    ] {
        let done = desk.check(&["--format", "json", "--output", output]);
        assert_eq!(done.status.code(), Some(2), "{output}");
        assert!(text(&done.stderr).contains(complaint), "{output}: {}", text(&done.stderr));
        assert_eq!(text(&done.stdout), "", "{output}");
    }
    assert_eq!(desk.names(), ["file", "folder", "link-to-folder"]);
    assert_eq!(fs::read_dir(desk.path("folder")).unwrap().count(), 0);
    assert!(!desk.path(".state").exists(), "it was graded");
}

#[test]
fn a_link_is_replaced_and_never_followed() {
    let desk = Desk::new();
    fs::write(desk.path("victim"), "precious").unwrap();
    symlink("victim", desk.path("report")).unwrap();
    symlink("nowhere", desk.path("dangling")).unwrap();
    for name in ["report", "dangling"] {
        desk.check(&["--output", name]);
        assert!(fs::symlink_metadata(desk.path(name)).unwrap().is_file(), "{name}");
    }
    assert_eq!(read(&desk.path("victim")), "precious");
    assert_eq!(desk.names(), ["dangling", "report", "victim"]);
}

#[test]
fn an_earlier_reports_permissions_stay_and_new_ones_are_the_umasks() {
    let desk = Desk::new();
    let mode = || fs::metadata(desk.path("report")).unwrap().mode() & 0o777;
    let masked = desk
        .command("sh")
        .args(["-c", "umask 027; exec \"$@\"", "sh", UNITLAB])
        .args(["check", "sre-app"])
        .args(["--here", "--output", "report"])
        .output()
        .unwrap();
    assert_eq!(text(&masked.stdout), "");
    assert_eq!(mode(), 0o640);
    fs::set_permissions(desk.path("report"), Permissions::from_mode(0o604)).unwrap();
    let before = fs::metadata(desk.path("report")).unwrap().ino();
    desk.check(&["--output", "report"]);
    assert_eq!(mode(), 0o604);
    assert_ne!(fs::metadata(desk.path("report")).unwrap().ino(), before, "it was written over in place");
}

#[test]
fn a_stream_is_written_into_directly() {
    let desk = Desk::new();
    let fifo = desk.path("fifo");
    mkfifoat(CWD, &fifo, Mode::from_raw_mode(0o600)).unwrap();
    let heard = thread::scope(|scope| {
        let reader = scope.spawn(|| read(&fifo));
        desk.check(&["--format", "tap", "--output", "fifo"]);
        reader.join().unwrap()
    });
    assert!(heard.starts_with("TAP version 14\n1.."), "{heard}");
    assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo());
    desk.check(&["--output", "/dev/null"]);
    assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
    // The disk is full, in the middle of it.
    let full = desk.check(&["--output", "/dev/full"]);
    assert_eq!(full.status.code(), Some(3));
    assert!(text(&full.stderr).contains("No space left on device"), "{}", text(&full.stderr));
    assert_eq!(desk.names(), ["fifo"]);
}

/// Standard output that is a file must be written where it stands, and `/dev/stdout` stay the link that it is.
#[test]
fn standard_output_has_names_too() {
    let desk = Desk::new();
    let before = fs::read_link("/dev/stdout").unwrap();
    for name in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let mut file = fs::File::create(desk.path("out")).unwrap();
        file.write_all(b"before\n").unwrap();
        let mut command = desk.command(UNITLAB);
        command.args(["check", "sre-app", "--here", "--format", "tap", "--output", name]).stdout(file);
        command.status().unwrap();
        assert!(read(&desk.path("out")).starts_with("before\nTAP version 14\n"), "{name}");
    }
    assert_eq!(fs::read_link("/dev/stdout").unwrap(), before);
    let mut command = desk.command(UNITLAB);
    command.args(["check", "sre-app", "--here", "--format", "tap", "--output", "/dev/stderr"]);
    command.stderr(fs::File::create(desk.path("err")).unwrap());
    assert!(command.output().unwrap().stdout.is_empty());
    assert!(read(&desk.path("err")).contains("TAP version 14\n"), "{}", read(&desk.path("err")));
}

/// The kernel ends the program, or refuses, in the middle of the write: files of more than 2 KiB may not be made.
#[test]
fn a_crash_or_a_full_disk_in_the_middle_leaves_the_earlier_report() {
    let desk = Desk::new();
    fs::write(desk.path("report"), "the earlier report").unwrap();
    for (shell, died) in [("ulimit -c 0; ulimit -f 4", true), ("trap '' XFSZ; ulimit -f 4", false)] {
        let script = format!("{shell}; exec \"$@\"");
        let mut command = desk.command("sh");
        command.args(["-c", &script, "sh", UNITLAB, "check", "sre-app", "--here", "--format", "json"]);
        let done = command.args(["--output", "report"]).output().unwrap();
        assert_eq!(done.status.code(), if died { None } else { Some(3) }, "{}", text(&done.stderr));
        assert_eq!(text(&done.stdout), "");
        assert_eq!(read(&desk.path("report")), "the earlier report");
        let drafts: Vec<String> = desk.names().into_iter().filter(|name| name != "report").collect();
        assert_eq!(drafts.len(), usize::from(died), "{drafts:?}");
        for draft in drafts {
            fs::remove_file(desk.path(&draft)).unwrap();
        }
    }
}

#[test]
fn root_writes_for_a_user_with_the_users_rights_only() {
    if !rustix::process::getuid().is_root() {
        let _ = writeln!(std::io::stderr(), "skipped: only root can act for somebody else");
        return;
    }
    let desk = Desk::new();
    let check = |output: &str| {
        let mut command = desk.command(UNITLAB);
        command.env("SUDO_UID", "4711").env("SUDO_GID", "4712").env("UNITLAB_STATE_DIR", desk.path("theirs/state"));
        command.args(["check", "sre-app", "--here", "--format", "junit", "--output", output]).output().unwrap()
    };
    for (name, mode) in [("theirs", 0o755), ("sticky", 0o1777), ("roots", 0o755)] {
        fs::create_dir(desk.path(name)).unwrap();
        fs::set_permissions(desk.path(name), Permissions::from_mode(mode)).unwrap();
    }
    std::os::unix::fs::chown(desk.path("theirs"), Some(4711), Some(4712)).unwrap();
    // A relative path is seen from where the command was typed.
    check("theirs/report");
    let owner = fs::metadata(desk.path("theirs/report")).unwrap();
    assert_eq!((owner.uid(), owner.gid()), (4711, 4712));
    // Where they may not write, root does not write for them.
    fs::write(desk.path("roots/report"), "precious").unwrap();
    symlink(desk.path("roots"), desk.path("theirs/roots")).unwrap();
    for output in ["roots/report", "roots/new", "theirs/roots/report"] {
        let refused = check(output);
        assert_eq!(refused.status.code(), Some(2), "{output}: {}", text(&refused.stderr));
    }
    // What somebody else planted in a common folder is neither followed nor taken away.
    symlink(desk.path("theirs/report"), desk.path("sticky/report")).unwrap();
    let before = read(&desk.path("theirs/report"));
    assert_eq!(check("sticky/report").status.code(), Some(3));
    assert_eq!(read(&desk.path("theirs/report")), before);
    assert_eq!(fs::read_dir(desk.path("sticky")).unwrap().count(), 1);
    // A stream that only root may open.
    mkfifoat(CWD, desk.path("sticky/fifo"), Mode::from_raw_mode(0o600)).unwrap();
    assert_eq!(check("sticky/fifo").status.code(), Some(3));
    assert_eq!(read(&desk.path("roots/report")), "precious");
    assert_eq!(fs::read_dir(desk.path("roots")).unwrap().count(), 1);
}

#[test]
fn inside_a_sandbox_the_file_is_made_inside() {
    let Some(home) = home() else { return };
    home.must(&["lab", "start", "sre-app", "--no-shell"]);
    let exec = |words: &[&str]| home.unitlab(&[&["lab", "exec", "--"], words].concat());
    for (format, beginning, _) in FORMATS {
        let words = ["unitlab", "check", "--no-trials", "--format", format];
        let printed = exec(&words);
        let path = format!("/root/{format}");
        let filed = exec(&[&words[..], &["--output", &path]].concat());
        assert_eq!(filed.status.code(), Some(1), "{format}: {}", text(&filed.stderr));
        assert_eq!(printed.status.code(), Some(1), "{format}");
        assert_eq!(text(&filed.stdout), "", "{format}");
        let written = text(&exec(&["cat", &path]).stdout);
        let beginning = beginning.replace("this machine", "sandbox");
        assert!(
            written.starts_with(&beginning) && text(&printed.stdout).starts_with(&beginning),
            "{format}: {written}"
        );
        assert!(!Path::new(&path).exists(), "it was made outside");
        // And from outside, into a file of the host.
        let path = home.path().join(format);
        let outside = home.unitlab(&["check", "--no-trials", "--format", format, "--output", path.to_str().unwrap()]);
        assert_eq!((outside.status.code(), outside.stdout.len()), (Some(1), 0), "{format}");
        assert!(read(&path).starts_with(&beginning), "{format}");
    }
    let refused = exec(&["unitlab", "check", "--output", "/nowhere/report"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    home.must(&["lab", "stop", "sre-app"]);
}

/// A folder where the new progress file would be written is refused to root too.
///
/// The naive way, tried by hand: the grade was remembered before the report was put together, and the report was lost.
#[test]
fn a_report_is_told_also_where_it_cannot_be_remembered() {
    let desk = Desk::new();
    for (format, begin, _) in FORMATS {
        let _ = fs::remove_dir_all(desk.path(".state"));
        let remembered = desk.check(&["--format", format]);
        fs::remove_dir_all(desk.path(".state")).unwrap();
        fs::create_dir_all(desk.path(".state/progress.toml.new")).unwrap();
        let done = desk.check(&["--format", format]);
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        assert!(out.starts_with(begin), "{out}");
        assert_eq!(done.status.code(), remembered.status.code(), "{err}");
        assert!(err.contains("not remembered: cannot write ") && err.contains("progress.toml.new"), "{err}");
        assert!(err.contains("next: "), "{err}");
        if format == "json" {
            serde_json::from_slice::<serde_json::Value>(&done.stdout).unwrap();
        }
    }
}
