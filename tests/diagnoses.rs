//! From the facts to the cause: each diagnosis on a real systemd, with what it says, its chapter, and what merely follows
//! from it.
//!
//! One sandbox holds a unit for each row; the lab is read from the text that an author would write. A diagnosis is a test
//! of its own: `cargo test --test diagnoses address_in_use`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
#[path = "diagnoses/coverage.rs"]
mod coverage;
#[path = "diagnoses/rows.rs"]
mod rows;
#[path = "diagnoses/starts.rs"]
mod starts;

use std::fmt::Write as _;
use std::sync::LazyLock;

use common::{TestEnv, test_env};
use rows::{LAST, ROWS, Row};
use starts::STARTS;
use unitlab::course::Course;
use unitlab::model::{CheckReport, Diagnosis, Status};

/// What all scripts of the rows may use.
const WORDS: &str = r#"#!/bin/sh
set -eu
unit() { cat >"/etc/systemd/system/$1.service"; }
await() {
    tries=0
    until systemctl show -p ActiveState,SubState,Result,ExecMainStatus -- "$1" | grep -qx "$2"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "$1 never had $2"; exit 1; }
        sleep 0.05
    done
}
fails() { ! systemctl start "$1" 2>/dev/null; }
"#;

/// All of them, in the order in which their stories are told.
fn rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(STARTS).chain(LAST)
}

/// Every row's report, in their order.
static REPORTS: LazyLock<Option<Vec<CheckReport>>> = LazyLock::new(|| test_env().map(|env| reports(&env)));

fn reports(env: &TestEnv) -> Vec<CheckReport> {
    let mut lab =
        "title = \"Causes\"\nchapter = \"systemctl\"\nminutes = 1\npass = 1\nunit = \"x.service\"\n".to_owned();
    for (at, row) in rows().enumerate() {
        writeln!(
            lab,
            "[[check]]\nid = \"c{at}\"\ntitle = \"t\"\npoints = 1\nunit = \"{}.service\"\nwhy = \"w\"\n\
             lesson = \"systemctl\"\nhints = [\"1\", \"2\", \"3\"]\n{}",
            row.unit,
            row.check.replace("; ", "\n")
        )
        .unwrap();
    }
    // All files first, so that one reload serves all; then what happened to each.
    let mut setup = WORDS.to_owned();
    for row in rows() {
        writeln!(setup, "{}\n{}\nEND", ["unit ", row.unit, " <<'END'"].concat(), row.file).unwrap();
    }
    setup.push_str("systemctl daemon-reload\n");
    for row in rows() {
        writeln!(setup, "{}", row.then.replace("UNIT", row.unit)).unwrap();
    }
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path = dir.path().join("labs/causes").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    write("lab.toml", &lab);
    write("brief.md", "Do it.");
    write("scene/setup.sh", &setup);
    write("solution/notes.md", "Done.");
    write("solution/apply.sh", "true");
    let course = Course::open(dir.path()).unwrap();
    let session = env.lab_session(course.lab("causes").unwrap(), "causes");
    let graded = session.grade(course.lab("causes").unwrap(), true);
    session.close().unwrap();
    assert!(graded.twin_error.is_none(), "{:?}", graded.twin_error);
    graded.checks
}

/// `crash-loop < exec-missing` is a cause that follows from another.
fn named(report: &CheckReport) -> Vec<String> {
    let name = |diagnosis: &Diagnosis| match diagnosis.follows {
        None => diagnosis.cause.to_string(),
        Some(root) => format!("{} < {root}", diagnosis.cause),
    };
    report.diagnosis.iter().map(name).collect()
}

fn holds(test: &str) {
    let Some(reports) = &*REPORTS else { return };
    let mut wrong = Vec::new();
    let of_test: Vec<(&Row, &CheckReport)> = rows().zip(reports).filter(|(row, _)| row.test == test).collect();
    assert!(!of_test.is_empty(), "no row is about {test}");
    for (row, report) in of_test {
        let first = report.diagnosis.first();
        let says = first.is_some_and(|cause| row.says.iter().all(|part| cause.text.contains(part)));
        let next =
            first.is_some_and(|cause| cause.next.contains(row.next) && cause.lesson.as_deref() == Some(row.lesson));
        if report.status != Status::Failed || named(report) != row.causes || !says || !next {
            wrong.push(format!(
                "{}: wanted {:?} {:?} {:?}\n got {:?} {report:#?}",
                row.unit,
                row.causes,
                row.says,
                row.next,
                named(report)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! diagnoses {
    ($($name:ident),+ $(,)?) => {
        $(#[test]
        fn $name() {
            holds(stringify!($name));
        })+

        /// A row that no test reads would prove nothing.
        #[test]
        fn every_row_belongs_to_a_test() {
            let tests = [$(stringify!($name)),+];
            assert!(rows().all(|row| tests.contains(&row.test)));
        }
    };
}

diagnoses! {
    needs_daemon_reload,
    needs_restart,
    wrong_section,
    unknown_key,
    inline_comment,
    quoted_value,
    months_not_minutes,
    overridden_by_drop_in,
    masked,
    status_203_exec,
    status_200_chdir,
    status_216_group,
    status_217_user,
    steps_of_other_commands,
    shell_words,
    status_226_namespace,
    address_in_use,
    permission_denied,
    privileged_port,
    read_only_path,
    home_protected,
    start_limit_hit,
    start_limit_too_tight,
    crash_loop,
    wanted_by_unknown_target,
    no_install_section,
    runs_as_root,
    orphan_answers_the_port,
    zero_byte_unit,
    linked_not_enabled,
    enabled_by_alias_only,
    enabled_at_runtime_only,
    needs_reenable,
    oneshot_with_restart,
    edited_the_wrong_copy,
    bad_setting,
    condition_not_met,
    environment_assumed,
    forking_without_pidfile,
    notify_never_ready,
    ordering_cycle,
    shell_syntax,
    waits_for_ready,
}
