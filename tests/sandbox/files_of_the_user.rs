//! Root writes a user's reports and progress with the user's rights only. Inside a sandbox, a report is written inside.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use crate::common::report_dir::{FORMATS, ReportDir, read, text};
use crate::common::{Root, TestEnv, UNITLAB};
use rustix::fs::{CWD, Mode, mkfifoat};
use unitlab::learner::{LearnerError, Owner, Progress, StateDir, Store};

tests! {
    under_sudo_the_file_is_written_with_the_users_rights,
    inside_a_sandbox_the_file_is_written_inside,
    root_writes_a_users_files_with_the_users_rights_only,
}

fn under_sudo_the_file_is_written_with_the_users_rights(_: Root) {
    let dir = ReportDir::new();
    let check = |output: &str| {
        let mut command = dir.command(UNITLAB);
        command.env("SUDO_UID", "4711").env("SUDO_GID", "4712").env("UNITLAB_STATE_DIR", dir.path("theirs/state"));
        command.args(["check", "sre-app", "--here", "--format", "junit", "--output", output]).output().unwrap()
    };
    for (name, mode) in [("theirs", 0o755), ("sticky", 0o1777), ("roots", 0o755)] {
        fs::create_dir(dir.path(name)).unwrap();
        fs::set_permissions(dir.path(name), Permissions::from_mode(mode)).unwrap();
    }
    std::os::unix::fs::chown(dir.path("theirs"), Some(4711), Some(4712)).unwrap();
    // A relative path starts at the current directory.
    check("theirs/report");
    let owner = fs::metadata(dir.path("theirs/report")).unwrap();
    assert_eq!((owner.uid(), owner.gid()), (4711, 4712));
    // Root does not write where the user may not.
    fs::write(dir.path("roots/report"), "precious").unwrap();
    symlink(dir.path("roots"), dir.path("theirs/roots")).unwrap();
    for output in ["roots/report", "roots/new", "theirs/roots/report"] {
        let refused = check(output);
        assert_eq!(refused.status.code(), Some(2), "{output}: {}", text(&refused.stderr));
    }
    // A link that another user made in a shared directory is neither followed nor replaced.
    symlink(dir.path("theirs/report"), dir.path("sticky/report")).unwrap();
    let before = read(&dir.path("theirs/report"));
    assert_eq!(check("sticky/report").status.code(), Some(3));
    assert_eq!(read(&dir.path("theirs/report")), before);
    assert_eq!(fs::read_dir(dir.path("sticky")).unwrap().count(), 1);
    // A FIFO that only root may open.
    mkfifoat(CWD, dir.path("sticky/fifo"), Mode::from_raw_mode(0o600)).unwrap();
    assert_eq!(check("sticky/fifo").status.code(), Some(3));
    assert_eq!(read(&dir.path("roots/report")), "precious");
    assert_eq!(fs::read_dir(dir.path("roots")).unwrap().count(), 1);
}

fn inside_a_sandbox_the_file_is_written_inside(env: TestEnv) {
    env.unitlab_stdout(&["lab", "start", "sre-app", "--no-shell"]);
    let exec = |args: &[&str]| env.unitlab(&[&["lab", "exec", "--"], args].concat());
    for (format, beginning, _) in FORMATS {
        let args = ["unitlab", "check", "--no-trials", "--format", format];
        let printed = exec(&args);
        let path = format!("/root/{format}");
        let filed = exec(&[&args[..], &["--output", &path]].concat());
        assert_eq!(filed.status.code(), Some(1), "{format}: {}", text(&filed.stderr));
        assert_eq!(printed.status.code(), Some(1), "{format}");
        assert_eq!(text(&filed.stdout), "", "{format}");
        let written = text(&exec(&["cat", &path]).stdout);
        let beginning = beginning.replace("this machine", "sandbox");
        assert!(
            written.starts_with(&beginning) && text(&printed.stdout).starts_with(&beginning),
            "{format}: {written}"
        );
        assert!(!Path::new(&path).exists(), "it was written outside");
        // From outside, it is written to a file of the host.
        let path = env.path().join(format);
        let outside = env.unitlab(&["check", "--no-trials", "--format", format, "--output", path.to_str().unwrap()]);
        assert_eq!((outside.status.code(), outside.stdout.len()), (Some(1), 0), "{format}");
        assert!(read(&path).starts_with(&beginning), "{format}");
    }
    let refused = exec(&["unitlab", "check", "--output", "/nowhere/report"]);
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    env.unitlab_stdout(&["lab", "stop", "sre-app"]);
}

fn count_one(store: &Store) -> u32 {
    let change = |progress: &mut Progress| *progress.lab("l").hints.entry("c".into()).or_default() += 1;
    store.update(change).unwrap().progress.labs["l"].hints["c"]
}

fn root_writes_a_users_files_with_the_users_rights_only(_: Root) {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let home = dir.path().join("home");
    fs::create_dir(&home).unwrap();
    std::os::unix::fs::chown(&home, Some(4711), Some(4712)).unwrap();
    let of = |path: &Path| Store::at(StateDir { path: path.to_owned(), owner: Owner { uid: 4711, gid: 4712 } });
    let theirs = of(&home.join("state/unitlab"));
    count_one(&theirs);
    let owner = |path: &Path| fs::metadata(path).map(|metadata| (metadata.uid(), metadata.gid())).unwrap();
    for path in [home.join("state"), home.join("state/unitlab"), theirs.path()] {
        assert_eq!(owner(&path), (4711, 4712), "{}", path.display());
    }
    assert_eq!(rustix::process::geteuid().as_raw(), 0, "only the worker gives up root");

    // Plant links to a private directory of root: as the state directory, and under each name that is written.
    let victim = dir.path().join("victim");
    fs::create_dir(&victim).unwrap();
    fs::set_permissions(&victim, fs::Permissions::from_mode(0o700)).unwrap();
    fs::write(victim.join("shadow"), "secret").unwrap();
    symlink(&victim, home.join("planted")).unwrap();
    assert!(matches!(of(&home.join("planted")).update(|_| {}), Err(LearnerError::System { .. })));
    assert!(matches!(of(&home.join("planted/deeper")).update(|_| {}), Err(LearnerError::System { .. })));
    for name in ["progress.toml.new", "progress.lock"] {
        let _ = fs::remove_file(home.join("state/unitlab").join(name));
        symlink(victim.join("shadow"), home.join("state/unitlab").join(name)).unwrap();
    }
    assert!(matches!(theirs.update(|progress| progress.lab("m").revealed = true), Err(LearnerError::System { .. })));
    fs::remove_file(home.join("state/unitlab/progress.lock")).unwrap();
    assert_eq!(count_one(&theirs), 2, "a planted temporary file is replaced, not followed");
    assert_eq!(fs::read_to_string(victim.join("shadow")).unwrap(), "secret");
    assert_eq!(fs::read_dir(&victim).unwrap().count(), 1);

    // The learner does not use a directory that root owns.
    let foreign = of(dir.path()).read();
    assert!(matches!(foreign, Err(LearnerError::WrongOwner { found: 0, wanted: 4711, .. })), "{foreign:?}");
}
