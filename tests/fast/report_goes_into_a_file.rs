//! `--output FILE`: the file has the whole report or is unchanged, it belongs to the user, and standard output is empty.
//!
//! Most tests grade this machine (`--here`), because the destination of a report does not depend on its content.

use std::fs::{self, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink};
use std::thread;

use crate::common::UNITLAB;
use crate::common::report_dir::{FORMATS, ReportDir, read, text};
use rustix::fs::{CWD, Mode, mkfifoat};

#[test]
fn every_format_goes_into_a_file_with_the_same_exit_code() {
    let dir = ReportDir::new();
    let code = dir.check(&[]).status.code();
    for (format, beginning, _) in FORMATS {
        let printed = dir.check(&["--format", format]);
        assert_eq!(printed.status.code(), code, "{format}");
        assert!(text(&printed.stdout).starts_with(beginning), "{}", text(&printed.stdout));
        let filed = dir.check(&["--format", format, "--output", "report"]);
        assert_eq!(filed.status.code(), code, "{format}");
        assert_eq!(text(&filed.stdout), "", "{format}");
        assert!(read(&dir.path("report")).starts_with(beginning), "{format}");
        assert_eq!(dir.names(), ["report"], "{format}");
    }
}

#[test]
fn an_error_document_replaces_an_earlier_report() {
    let dir = ReportDir::new();
    for (format, beginning, failure) in FORMATS {
        let args = ["check", "nosuch", "--here", "--format", format];
        let printed = dir.command(UNITLAB).args(args).output().unwrap();
        assert_eq!(printed.status.code(), Some(2));
        assert!(text(&printed.stdout).contains(failure), "{format}");
        dir.check(&["--format", format, "--output", "report"]);
        let filed = dir.command(UNITLAB).args(args).args(["--output", "report"]).output().unwrap();
        assert_eq!(filed.status.code(), Some(2));
        assert_eq!(text(&filed.stdout), "");
        assert!(text(&filed.stderr).contains("there is no lab"), "{}", text(&filed.stderr));
        if format == "human" {
            // The error was shown on stderr.
            assert!(read(&dir.path("report")).starts_with(beginning));
        } else {
            assert_eq!(read(&dir.path("report")), text(&printed.stdout));
        }
    }
}

#[test]
fn a_file_has_colours_only_with_color_always() {
    let dir = ReportDir::new();
    let report = |args: &[&str]| {
        let mut command = dir.command(UNITLAB);
        command.args(["check", "sre-app", "--here", "--output", "report"]).args(args).env("CLICOLOR_FORCE", "1");
        command.output().unwrap();
        read(&dir.path("report"))
    };
    assert!(!report(&[]).contains('\x1b'));
    assert!(report(&["--color", "always"]).contains('\x1b'));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error_before_grading() {
    let dir = ReportDir::new();
    fs::create_dir(dir.path("folder")).unwrap();
    symlink("folder", dir.path("link-to-folder")).unwrap();
    fs::write(dir.path("file"), "old").unwrap();
    for (output, complaint) in [
        ("missing/report", "there is no directory"),
        ("file/report", "there is no directory"),
        ("folder", "is a directory"),
        ("folder/", "is a directory"),
        ("new/", "is a directory"),
        ("link-to-folder", "is a directory"),
        ("", "--output"),
    ] {
        let done = dir.check(&["--format", "json", "--output", output]);
        assert_eq!(done.status.code(), Some(2), "{output}");
        assert!(text(&done.stderr).contains(complaint), "{output}: {}", text(&done.stderr));
        assert_eq!(text(&done.stdout), "", "{output}");
    }
    assert_eq!(dir.names(), ["file", "folder", "link-to-folder"]);
    assert_eq!(fs::read_dir(dir.path("folder")).unwrap().count(), 0);
    assert!(!dir.path(".state").exists(), "it was graded");
}

#[test]
fn a_symbolic_link_is_replaced_and_never_followed() {
    let dir = ReportDir::new();
    fs::write(dir.path("victim"), "precious").unwrap();
    symlink("victim", dir.path("report")).unwrap();
    symlink("nowhere", dir.path("dangling")).unwrap();
    for name in ["report", "dangling"] {
        dir.check(&["--output", name]);
        assert!(fs::symlink_metadata(dir.path(name)).unwrap().is_file(), "{name}");
    }
    assert_eq!(read(&dir.path("victim")), "precious");
    assert_eq!(dir.names(), ["dangling", "report", "victim"]);
}

#[test]
fn an_earlier_files_mode_is_kept_and_a_new_file_follows_the_umask() {
    let dir = ReportDir::new();
    let mode = || fs::metadata(dir.path("report")).unwrap().mode() & 0o777;
    let masked = dir
        .command("sh")
        .args(["-c", "umask 027; exec \"$@\"", "sh", UNITLAB])
        .args(["check", "sre-app"])
        .args(["--here", "--output", "report"])
        .output()
        .unwrap();
    assert_eq!(text(&masked.stdout), "");
    assert_eq!(mode(), 0o640);
    fs::set_permissions(dir.path("report"), Permissions::from_mode(0o604)).unwrap();
    let before = fs::metadata(dir.path("report")).unwrap().ino();
    dir.check(&["--output", "report"]);
    assert_eq!(mode(), 0o604);
    assert_ne!(fs::metadata(dir.path("report")).unwrap().ino(), before, "it was overwritten in place");
}

#[test]
fn a_fifo_or_device_is_written_directly() {
    let dir = ReportDir::new();
    let fifo = dir.path("fifo");
    mkfifoat(CWD, &fifo, Mode::from_raw_mode(0o600)).unwrap();
    let received = thread::scope(|scope| {
        let reader = scope.spawn(|| read(&fifo));
        dir.check(&["--format", "tap", "--output", "fifo"]);
        reader.join().unwrap()
    });
    assert!(received.starts_with("TAP version 14\n1.."), "{received}");
    assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo());
    dir.check(&["--output", "/dev/null"]);
    assert!(fs::symlink_metadata("/dev/null").unwrap().file_type().is_char_device());
    // The disk is full while the report is written.
    let full = dir.check(&["--output", "/dev/full"]);
    assert_eq!(full.status.code(), Some(3));
    assert!(text(&full.stderr).contains("No space left on device"), "{}", text(&full.stderr));
    assert_eq!(dir.names(), ["fifo"]);
}

/// A file that is standard output is written at its current offset, and `/dev/stdout` stays a symbolic link.
#[test]
fn names_of_standard_output_are_not_opened() {
    let dir = ReportDir::new();
    let before = fs::read_link("/dev/stdout").unwrap();
    for name in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let mut file = fs::File::create(dir.path("out")).unwrap();
        file.write_all(b"before\n").unwrap();
        let mut command = dir.command(UNITLAB);
        command.args(["check", "sre-app", "--here", "--format", "tap", "--output", name]).stdout(file);
        command.status().unwrap();
        assert!(read(&dir.path("out")).starts_with("before\nTAP version 14\n"), "{name}");
    }
    assert_eq!(fs::read_link("/dev/stdout").unwrap(), before);
    let mut command = dir.command(UNITLAB);
    command.args(["check", "sre-app", "--here", "--format", "tap", "--output", "/dev/stderr"]);
    command.stderr(fs::File::create(dir.path("err")).unwrap());
    assert!(command.output().unwrap().stdout.is_empty());
    assert!(read(&dir.path("err")).contains("TAP version 14\n"), "{}", read(&dir.path("err")));
}

/// With a file size limit of 2 KiB, the kernel kills the program in the middle of the write, or the write fails.
#[test]
fn a_crash_or_an_error_while_writing_keeps_the_earlier_report() {
    let dir = ReportDir::new();
    fs::write(dir.path("report"), "the earlier report").unwrap();
    for (shell, died) in [("ulimit -c 0; ulimit -f 4", true), ("trap '' XFSZ; ulimit -f 4", false)] {
        let script = format!("{shell}; exec \"$@\"");
        let mut command = dir.command("sh");
        command.args(["-c", &script, "sh", UNITLAB, "check", "sre-app", "--here", "--format", "json"]);
        let done = command.args(["--output", "report"]).output().unwrap();
        assert_eq!(done.status.code(), if died { None } else { Some(3) }, "{}", text(&done.stderr));
        assert_eq!(text(&done.stdout), "");
        assert_eq!(read(&dir.path("report")), "the earlier report");
        let drafts: Vec<String> = dir.names().into_iter().filter(|name| name != "report").collect();
        assert_eq!(drafts.len(), usize::from(died), "{drafts:?}");
        for draft in drafts {
            fs::remove_file(dir.path(&draft)).unwrap();
        }
    }
}

/// A directory at the path of the temporary progress file makes writing fail, for root too. The report must not be lost.
#[test]
fn a_report_is_printed_even_if_the_grade_cannot_be_recorded() {
    let dir = ReportDir::new();
    for (format, begin, _) in FORMATS {
        let _ = fs::remove_dir_all(dir.path(".state"));
        let remembered = dir.check(&["--format", format]);
        fs::remove_dir_all(dir.path(".state")).unwrap();
        fs::create_dir_all(dir.path(".state/progress.toml.new")).unwrap();
        let done = dir.check(&["--format", format]);
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
