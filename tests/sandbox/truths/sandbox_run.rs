//! The two sandboxes that the cases share. Each is booted and graded once, and removed before the first test reads the
//! result.

use std::sync::LazyLock;

use unitlab::app::{Graded, Twins};
use unitlab::model::{
    Check, CheckReport, Overlay, OverlayFile, StabilityFact, StabilityQuestion, UnitFact, UnitQuestion,
};

use super::row::Row;
use super::{active, at_boot, files, next_boot, restart, runs_as, staying_up, user_and_network};
use crate::common::{TestEnv, course};

/// Shell functions of the script: `exits` prints the exit status of a command, `await` waits for a property of a unit.
const FUNCTIONS: &str = r#"
exits() { "$@" >/dev/null 2>&1 </dev/null && code=0 || code=$?; echo "exits $code $*"; }
await() {
    tries=0
    until [ "$(systemctl show -P "$2" -- "$1")" = "$3" ]; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { echo "$1 never had $2=$3: $(systemctl show -p "$2,SubState,Result" -- "$1" | tr '\n' ' ')"; break; }
        sleep 0.05
    done
}
set -eu
"#;

/// The result of all rows.
struct SandboxRun {
    graded: Graded,
    /// The output of the script, with lines `exits STATUS COMMAND`.
    output: String,
    version: u32,
}

/// The last case of the first sandbox. Later cases are in a second one, because a machine answers a limited number of
/// questions at once.
const LAST_OF_FIRST: u8 = 37;

/// The rows of the first or the second sandbox.
fn rows(second: bool, version: u32) -> Vec<Row> {
    let subjects = if second {
        vec![staying_up::rows(version), next_boot::rows(version), user_and_network::rows()]
    } else {
        vec![runs_as::rows(), restart::rows(version), active::rows(version), at_boot::rows(), files::rows()]
    };
    subjects.into_iter().flatten().collect()
}

/// For rows whose expectations are not used, because the version is not known yet.
const ANY_VERSION: u32 = 0;

fn sandbox_run(second: bool) -> &'static SandboxRun {
    // Made once. If that panics, every test fails.
    static FIRST: LazyLock<SandboxRun> = LazyLock::new(|| SandboxRun::make(&TestEnv::new(), false));
    static SECOND: LazyLock<SandboxRun> = LazyLock::new(|| SandboxRun::make(&TestEnv::new(), true));
    if second { &SECOND } else { &FIRST }
}

impl SandboxRun {
    fn make(env: &TestEnv, second: bool) -> Self {
        let rows = rows(second, ANY_VERSION);
        let mut lab = course().lab("sre-app").unwrap().clone();
        lab.scene = Overlay::default();
        lab.lab.checks = rows.iter().enumerate().flat_map(|(at, row)| checks(at, row)).collect();
        let session = env.lab_session(&lab, "truths");
        let done = session.apply(&overlay(&rows)).unwrap();
        assert!(done.status.success(), "{}\n{}", done.status, done.output);
        let graded = session.grade(&lab, Twins::One);
        session.close().unwrap();
        assert!(graded.twin_error.is_none(), "{:?}", graded.twin_error);
        let version = graded.place.systemd.parse().unwrap_or_else(|_| panic!("{:?}", graded.checks.first()));
        Self { graded, output: done.output, version }
    }

    fn loaded(&self, unit: &str) -> Option<&UnitFact> {
        self.graded.observations.live.get(&UnitQuestion { unit: unit.to_owned() }).ok()
    }

    /// What differs from a row, one sentence each.
    fn differences(&self, at: usize, row: &Row) -> Vec<String> {
        let unit = &row.unit;
        let mut wrong = Vec::new();
        for (command, status) in &row.exits {
            let line = self.output.lines().find(|line| line.ends_with(&format!(" {command}")));
            if line != Some(&format!("exits {status} {command}")) {
                wrong.push(format!("{unit}: {line:?} instead of {status}"));
            }
        }
        wrong.extend(
            self.output.lines().filter(|line| line.starts_with(&format!("{unit} never had "))).map(str::to_owned),
        );
        let loaded = self.loaded(unit);
        for (property, value) in &row.shows {
            let shown = loaded.map(|fact| fact.get(property));
            if shown != Some(value) {
                wrong.push(format!("{unit} shows {property}={shown:?} instead of {value:?}"));
            }
        }
        if let (Some(proof), Some(fact)) = (row.proves, loaded)
            && !proof(fact)
        {
            wrong.push(format!("{unit} does not meet its condition: {fact:#?}"));
        }
        for (check, (kind, status, causes)) in checks(at, row).iter().zip(&row.verdicts) {
            let report = self.report(&check.id);
            let named: Vec<&str> = report.diagnosis.iter().map(|cause| cause.cause.id()).collect();
            if (report.status, &named) != (*status, causes) {
                let (got, observed) = (report.status, &report.observed);
                wrong.push(format!(
                    "{unit} {kind:?}:\n    {got:?} {named:?} ({observed})\n    instead of {status:?} {causes:?}\n    {:?}",
                    report.diagnosis
                ));
            }
        }
        wrong
    }

    fn report(&self, id: &str) -> &CheckReport {
        self.graded.checks.iter().find(|report| report.id == id).unwrap()
    }
}

/// One check for each verdict.
fn checks(at: usize, row: &Row) -> Vec<Check> {
    let check = |(number, (kind, _, _)): (usize, &(unitlab::model::Kind, _, _))| Check {
        id: format!("{at}-{number}"),
        title: row.unit.clone(),
        points: 1,
        needs: vec![],
        why: String::new(),
        lesson: String::new(),
        hints: vec![],
        unit: row.unit.clone(),
        kind: kind.clone(),
    };
    row.verdicts.iter().enumerate().map(check).collect()
}

fn overlay(rows: &[Row]) -> Overlay {
    let units = |wanted: fn(&Row) -> bool| {
        let units: Vec<&str> = rows.iter().filter(|row| wanted(row)).map(|row| row.unit.as_str()).collect();
        units.join(" ")
    };
    let lines = |of: fn(&Row) -> &Vec<String>| rows.iter().flat_map(of).cloned().collect::<Vec<_>>().join("\n");
    let script = format!(
        "{FUNCTIONS}\nsystemctl daemon-reload\nsystemctl enable --quiet {}\nsystemctl start {} || true\n{}\n\
         systemctl daemon-reload\n{}\n",
        units(|row| row.enabled),
        units(|row| row.started),
        lines(|row| &row.then),
        lines(|row| &row.last),
    );
    let files = rows.iter().flat_map(|row| &row.files).map(|(path, text)| OverlayFile {
        path: path.clone(),
        bytes: text.clone().into_bytes(),
        executable: false,
    });
    Overlay { files: files.collect(), script: Some(script) }
}

/// Asserts all rows of one case.
pub(crate) fn assert_case(truth: u8) {
    let second = truth > LAST_OF_FIRST;
    let run = sandbox_run(second);
    let rows = rows(second, run.version);
    let of_case: Vec<_> = rows.iter().enumerate().filter(|(_, row)| row.truth == truth).collect();
    assert!(!of_case.is_empty(), "case {truth} has no rows");
    let wrong: Vec<String> = of_case.into_iter().flat_map(|(at, row)| run.differences(at, row)).collect();
    assert!(wrong.is_empty(), "on systemd {}:\n{}", run.version, wrong.join("\n"));
}

/// The answer of the live machine.
pub(crate) fn stability(question: &StabilityQuestion) -> StabilityFact {
    sandbox_run(false).graded.observations.live.get(question).unwrap().clone()
}
