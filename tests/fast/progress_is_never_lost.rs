//! Progress survives races, kill -9, damage and newer versions; planted links do not mislead root.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::process::{getgid, getuid};
use unitlab::learner::{LearnerError, Owner, Progress, StateDir, Store};

const CHILD: &str = "UNITLAB_TEST_CHILD_DIR";
const ROUNDS: &str = "UNITLAB_TEST_CHILD_ROUNDS";

fn me() -> Owner {
    Owner { uid: getuid().as_raw(), gid: getgid().as_raw() }
}

fn store(path: &Path) -> Store {
    Store::at(StateDir { path: path.to_owned(), owner: me() })
}

fn count_one(store: &Store) -> u32 {
    // Changes every part of the file: pages, answers and labs.
    let change = |progress: &mut Progress| {
        let hints = progress.lab("l").hints.entry("c".into()).or_default();
        *hints += 1;
        let (count, page) = (hints.to_string(), page_of(*hints));
        let chapter = progress.chapter("one");
        chapter.record_page(&format!("page-{page}"), false, "2026-11-22T08:00:00Z");
        chapter.record_answer("question", &count, count == "1");
        progress.current_chapter = Some("one".into());
    };
    store.update(change).unwrap().progress.labs["l"].hints["c"]
}

/// Returns one of five pages, so that the file stays small.
fn page_of(count: u32) -> u32 {
    count % 5
}

fn counted(store: &Store) -> u32 {
    let loaded = store.read().unwrap();
    assert_eq!(loaded.damaged_copy, None);
    let count = loaded.progress.labs.get("l").map_or(0, |lab| lab.hints["c"]);
    if count > 0 {
        // A change is complete or absent; the first answer never changes.
        let chapter = &loaded.progress.chapters["one"];
        let answer = &chapter.answers["question"];
        assert_eq!(answer.latest, Some(count.to_string()));
        assert_eq!((answer.first.as_str(), answer.right), ("1", true));
        assert_eq!(chapter.page, Some(format!("page-{}", page_of(count))));
        assert_eq!(chapter.seen.len(), count.min(5) as usize);
    }
    count
}

/// Runs in the child processes of the tests below.
#[test]
#[ignore = "runs as a child process of the other tests"]
fn child_that_counts() {
    let Some(dir) = std::env::var_os(CHILD) else { return };
    let rounds: u32 = std::env::var(ROUNDS).unwrap().parse().unwrap();
    let store = store(Path::new(&dir));
    for _ in 0..rounds {
        writeln!(std::io::stdout(), "counted {}", count_one(&store)).unwrap();
    }
}

#[allow(clippy::disallowed_methods, reason = "a process to race with and to kill")]
fn child(dir: &Path, rounds: u32) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "progress_is_never_lost::child_that_counts", "--ignored", "--nocapture"])
        .env(CHILD, dir)
        .env(ROUNDS, rounds.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn concurrent_changes_are_all_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut children: Vec<Child> = (0..3).map(|_| child(dir.path(), 40)).collect();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| (0..40).for_each(|_| _ = count_one(&store(dir.path()))));
        }
    });
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(counted(&store(dir.path())), 6 * 40);
}

#[test]
fn kill_9_at_any_moment_loses_no_finished_change() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    for round in 0..40 {
        let mut child = child(dir.path(), u32::MAX);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut acknowledged = 0;
        // Kill after a different number of changes each time, somewhere within the next one.
        let mut left = 1 + round % 7;
        while left > 0 {
            if let Some(count) = lines.next().unwrap().unwrap().split("counted ").nth(1) {
                acknowledged = count.parse().unwrap();
                left -= 1;
            }
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let found = counted(&store);
        assert!(found >= acknowledged, "round {round}: {found} on disk, {acknowledged} were acknowledged");
        assert_eq!(count_one(&store), found + 1, "the lock outlived its holder, or the change was lost");
    }
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "something stayed behind: {names:?}");
}

#[test]
fn a_damaged_file_is_kept_as_a_copy_and_reported() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    for (number, damage) in [(1, &b"version = 1\n[labs."[..]), (2, b"\xff\xfe"), (3, b"")] {
        count_one(&store);
        fs::write(store.path(), damage).unwrap();
        let loaded = if number == 2 { store.update(|_| {}) } else { store.read() }.unwrap();
        let copy = loaded.damaged_copy.unwrap();
        assert_eq!(copy.path, dir.path().join(format!("progress.damaged-{number}.toml")));
        assert_eq!(fs::read(&copy.path).unwrap(), damage);
        assert!(!copy.why.is_empty());
        assert_eq!(loaded.progress, Progress::default());
        assert_eq!(counted(&store), 0);
    }
    fs::File::create(store.path()).unwrap().set_len(1 << 40).unwrap();
    assert_eq!(store.read().unwrap().damaged_copy.unwrap().why, "it is larger than 4 MiB");
}

#[test]
fn readable_parts_of_a_damaged_file_are_recovered() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    count_one(&store);
    let valid = fs::read_to_string(store.path()).unwrap();
    // A last line cut off, as by a full disk under another program; then an edit by hand with a wrong type.
    for (number, damaged) in
        [(1, format!("{valid}[labs.m]\nrevealed = tr")), (2, format!("{valid}[chapters.two]\nseen = \"everything\"\n"))]
    {
        fs::write(store.path(), &damaged).unwrap();
        let loaded = store.update(|progress| progress.lab("n").revealed = true).unwrap();
        let copy = loaded.damaged_copy.unwrap();
        assert_eq!(copy.path, dir.path().join(format!("progress.damaged-{number}.toml")));
        assert_eq!(fs::read_to_string(&copy.path).unwrap(), damaged);
        assert_eq!(counted(&store), 1, "the readable parts are there");
        let recovered = store.read().unwrap().progress;
        assert!(recovered.labs["n"].revealed && !recovered.chapters.contains_key("two"), "{recovered:?}");
        assert_eq!(recovered.current_chapter.as_deref(), Some("one"));
    }
}

/// A directory with the name of the temporary file makes the recovery fail there, as kill -9 would. If the damaged file
/// were renamed first, this test would find no progress.
#[test]
fn an_interrupted_recovery_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    count_one(&store);
    let damaged = format!("{}[labs.m]\nrevealed = tr", fs::read_to_string(store.path()).unwrap());
    fs::write(store.path(), &damaged).unwrap();
    fs::create_dir(dir.path().join("progress.toml.new")).unwrap();
    for _ in 0..2 {
        assert!(matches!(store.read(), Err(LearnerError::System { .. })));
        assert_eq!(fs::read_to_string(store.path()).unwrap(), damaged);
    }
    fs::remove_dir(dir.path().join("progress.toml.new")).unwrap();
    let loaded = store.read().unwrap();
    assert_eq!(loaded.progress.labs["l"].hints["c"], 1);
    assert_eq!(loaded.damaged_copy.unwrap().path, dir.path().join("progress.damaged-1.toml"), "one copy is enough");
    assert_eq!(fs::read_to_string(dir.path().join("progress.damaged-1.toml")).unwrap(), damaged);
    assert_eq!(counted(&store), 1);
}

#[test]
fn progress_of_version_1_is_read_and_written_as_version_2() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    fs::write(store.path(), "version = 1\n[labs.l]\nrevealed = true\n[labs.l.hints]\nc = 41\n").unwrap();
    assert_eq!(store.read().unwrap().progress.labs["l"].hints["c"], 41);
    assert!(fs::read_to_string(store.path()).unwrap().starts_with("version = 1"), "reading changes nothing");
    store.update(|progress| progress.chapter("one").restart()).unwrap();
    let text = fs::read_to_string(store.path()).unwrap();
    assert!(text.contains("version = 2") && text.contains("c = 41"), "{text}");
}

#[test]
fn reset_keeps_the_seed_while_the_sandbox_exists() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let sandbox = dir.path().join(format!("estate/sandboxes/{}-state-room", getuid().as_raw()));
    for (exists, lab_argument) in [(true, Some("state-room")), (true, None), (false, Some("state-room")), (false, None)]
    {
        let _ = fs::remove_dir_all(&sandbox);
        if exists {
            fs::create_dir_all(&sandbox).unwrap();
        }
        let updated = store.update(|progress| {
            progress.current_lab = Some("state-room".into());
            progress.lab("state-room").seed = Some(7);
            progress.lab("state-room").record_grading(50, false, "2026-11-22T10:10:00Z");
        });
        updated.unwrap();
        #[allow(clippy::disallowed_methods, reason = "the program under test")]
        let mut unitlab = Command::new(env!("CARGO_BIN_EXE_unitlab"));
        unitlab.args(["progress", "reset", "--yes"]).args(lab_argument).env("UNITLAB_STATE_DIR", dir.path());
        unitlab.env("UNITLAB_ESTATE", dir.path().join("estate")).env_remove("SUDO_UID");
        assert!(unitlab.output().unwrap().status.success());
        let left = store.read().unwrap().progress;
        assert_eq!(left.current_lab, None);
        let lab = left.labs.get("state-room");
        assert_eq!(lab.and_then(|lab| lab.seed), exists.then_some(7), "{lab_argument:?}");
        assert_eq!(lab.and_then(|lab| lab.best_percent), None, "{lab_argument:?}");
    }
}

#[test]
fn a_newer_version_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(dir.path());
    let newer = "version = 3\nsomething-else = true\n";
    fs::write(store.path(), newer).unwrap();
    let error = store.update(|progress| progress.lab("l").revealed = true).unwrap_err();
    assert!(matches!(error, LearnerError::Newer { version: 3, .. }), "{error}");
    assert!(error.to_string().contains("newer unitlab"), "{error}");
    assert!(store.read().is_err());
    assert_eq!(fs::read_to_string(store.path()).unwrap(), newer);
}

#[test]
fn reading_creates_nothing_and_changes_create_private_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/unitlab");
    let store = store(&path);
    assert_eq!(store.read().unwrap().progress, Progress::default());
    assert!(!dir.path().join("a").exists());
    count_one(&store);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&store.path()), mode(&path.join("progress.lock"))), (0o700, 0o600, 0o600));
    fs::remove_file(store.path()).unwrap();
    symlink("/etc/passwd", store.path()).unwrap();
    assert!(matches!(store.read(), Err(LearnerError::NotAFile { .. })));
}
