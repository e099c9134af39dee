//! On a real systemd, unitlab names the right causes for each broken unit, with the text, next step and chapter of the
//! first one.
//!
//! One sandbox holds a unit for each row. The lab is parsed from `lab.toml` text, as an author writes it. To run the
//! test of one diagnosis: `cargo test --test sandbox diagnoses::address_in_use`.

pub(crate) mod coverage;
mod rows;
mod starts;

use std::fmt::Write as _;
use std::sync::LazyLock;

use crate::common::{CanBoot, TestEnv};
use rows::{LAST, ROWS, Row};
use starts::STARTS;
use unitlab::app::Twins;
use unitlab::course::Course;
use unitlab::model::{CheckReport, Diagnosis, Status};

/// Shell functions for the scripts of the rows.
const SHELL_FUNCTIONS: &str = r#"#!/bin/sh
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

/// All rows, in the order in which their scripts run.
fn all_rows() -> impl Iterator<Item = &'static Row> {
    ROWS.iter().chain(STARTS).chain(LAST)
}

/// The report of each row's check, in the order of the rows.
static REPORTS: LazyLock<Vec<CheckReport>> = LazyLock::new(|| reports(&TestEnv::new()));

fn reports(env: &TestEnv) -> Vec<CheckReport> {
    let mut lab =
        "title = \"Causes\"\nchapter = \"systemctl\"\nminutes = 1\npass = 1\nunit = \"x.service\"\n".to_owned();
    for (at, row) in all_rows().enumerate() {
        writeln!(
            lab,
            "[[check]]\nid = \"c{at}\"\ntitle = \"t\"\npoints = 1\nunit = \"{}.service\"\nwhy = \"w\"\n\
             lesson = \"systemctl\"\nhints = [\"1\", \"2\", \"3\"]\n{}",
            row.unit,
            row.check.replace("; ", "\n")
        )
        .unwrap();
    }
    // All files come first, so one daemon-reload is enough. Then each row's script runs.
    let mut setup = SHELL_FUNCTIONS.to_owned();
    for row in all_rows() {
        writeln!(setup, "{}\n{}\nEND", ["unit ", row.unit, " <<'END'"].concat(), row.file).unwrap();
    }
    setup.push_str("systemctl daemon-reload\n");
    for row in all_rows() {
        writeln!(setup, "{}", row.action.replace("UNIT", row.unit)).unwrap();
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
    let graded = session.grade(course.lab("causes").unwrap(), Twins::One);
    session.close().unwrap();
    assert!(graded.twin_error.is_none(), "{:?}", graded.twin_error);
    graded.checks
}

/// Ids of the causes. `crash-loop < exec-missing` is a crash loop that follows from the missing program.
fn cause_ids(report: &CheckReport) -> Vec<String> {
    let name = |diagnosis: &Diagnosis| match diagnosis.follows {
        None => diagnosis.cause.to_string(),
        Some(root) => format!("{} < {root}", diagnosis.cause),
    };
    report.diagnosis.iter().map(name).collect()
}

fn assert_rows(test: &str) {
    let mut wrong = Vec::new();
    let of_test: Vec<(&Row, &CheckReport)> = all_rows().zip(&*REPORTS).filter(|(row, _)| row.test == test).collect();
    assert!(!of_test.is_empty(), "no row names the test {test}");
    for (row, report) in of_test {
        let first = report.diagnosis.first();
        let has_text = first.is_some_and(|cause| row.text.iter().all(|part| cause.text.contains(part)));
        let has_next_step =
            first.is_some_and(|cause| cause.next.contains(row.next) && cause.lesson.as_deref() == Some(row.lesson));
        if report.status != Status::Failed || cause_ids(report) != row.causes || !has_text || !has_next_step {
            wrong.push(format!(
                "{}: wanted {:?} {:?} {:?}\n got {:?} {report:#?}",
                row.unit,
                row.causes,
                row.text,
                row.next,
                cause_ids(report)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

macro_rules! diagnoses {
    ($($name:ident),+ $(,)?) => {
        tests! { $($name,)+ every_row_names_an_existing_test }

        $(fn $name(_: CanBoot) {
            assert_rows(stringify!($name));
        })+

        /// No test would read a row with another name.
        fn every_row_names_an_existing_test() {
            let tests = [$(stringify!($name)),+];
            assert!(all_rows().all(|row| tests.contains(&row.test)));
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
