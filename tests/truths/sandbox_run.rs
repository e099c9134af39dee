//! The sandbox that all truths share: made once, looked at once together with its twin, and gone before the first test
//! reads what was seen.

use std::sync::LazyLock;

use unitlab::app::Graded;
use unitlab::model::{
    Check, CheckReport, Overlay, OverlayFile, StabilityFact, StabilityQuestion, UnitFact, UnitQuestion,
};

use super::common::{course, test_env};
use super::row::Row;
use super::{active, at_boot, files, next_boot, restart, runs_as, staying_up, user_and_network};

/// Functions for the script: `exits` prints a command's exit status, and `await` waits for a change that systemd announces
/// only on D-Bus.
const WORDS: &str = r#"
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

/// What came of all rows.
struct SandboxRun {
    graded: Graded,
    /// `exits CODE COMMAND` lines.
    said: String,
    version: u32,
}

/// The last truth of the list that the project began with. What is beyond it has a sandbox of its own, so that neither
/// batch asks more questions than a machine answers at once.
const LISTED: u8 = 37;

/// Every row of every subject on one side of that line.
fn rows(beyond: bool, version: u32) -> Vec<Row> {
    let subjects = if beyond {
        vec![staying_up::rows(version), next_boot::rows(version), user_and_network::rows()]
    } else {
        vec![runs_as::rows(), restart::rows(version), active::rows(version), at_boot::rows(), files::rows()]
    };
    subjects.into_iter().flatten().collect()
}

/// Rows whose expectations do not matter yet.
const ANY_VERSION: u32 = 0;

fn sandbox_run(beyond: bool) -> Option<&'static SandboxRun> {
    // Poisoned by a failure: it is made once, and every test fails with it.
    static LIST: LazyLock<Option<SandboxRun>> = LazyLock::new(|| test_env().map(|env| SandboxRun::make(&env, false)));
    static BEYOND: LazyLock<Option<SandboxRun>> = LazyLock::new(|| test_env().map(|env| SandboxRun::make(&env, true)));
    if beyond { BEYOND.as_ref() } else { LIST.as_ref() }
}

impl SandboxRun {
    fn make(env: &super::common::TestEnv, beyond: bool) -> Self {
        let rows = rows(beyond, ANY_VERSION);
        let mut lab = course().lab("sre-app").unwrap().clone();
        lab.scene = Overlay::default();
        lab.lab.checks = rows.iter().enumerate().flat_map(|(at, row)| checks(at, row)).collect();
        let session = env.lab_session(&lab, "truths");
        let done = session.apply(&overlay(&rows)).unwrap();
        assert!(done.status.success(), "{}\n{}", done.status, done.output);
        let graded = session.grade(&lab, true);
        session.close().unwrap();
        assert!(graded.twin_error.is_none(), "{:?}", graded.twin_error);
        let version = graded.place.systemd.parse().unwrap_or_else(|_| panic!("{:?}", graded.checks.first()));
        Self { graded, said: done.output, version }
    }

    fn loaded(&self, unit: &str) -> Option<&UnitFact> {
        self.graded.observations.live.get(&UnitQuestion { unit: unit.to_owned() }).ok()
    }

    /// What does not hold of a row, one sentence each.
    fn complaints(&self, at: usize, row: &Row) -> Vec<String> {
        let unit = &row.unit;
        let mut wrong = Vec::new();
        for (command, status) in &row.exits {
            let line = self.said.lines().find(|line| line.ends_with(&format!(" {command}")));
            if line != Some(&format!("exits {status} {command}")) {
                wrong.push(format!("{unit}: {line:?} instead of {status}"));
            }
        }
        wrong.extend(
            self.said.lines().filter(|line| line.starts_with(&format!("{unit} never had "))).map(str::to_owned),
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
            wrong.push(format!("{unit} does not prove it: {fact:#?}"));
        }
        for (check, (kind, status, causes)) in checks(at, row).iter().zip(&row.verdicts) {
            let report = self.report(&check.id);
            let named: Vec<&str> = report.diagnosis.iter().map(|cause| cause.cause.id()).collect();
            if (report.status, &named) != (*status, causes) {
                let (got, seen) = (report.status, &report.observed);
                wrong.push(format!(
                    "{unit} {kind:?}:\n    {got:?} {named:?} ({seen})\n    instead of {status:?} {causes:?}\n    {:?}",
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
        "{WORDS}\nsystemctl daemon-reload\nsystemctl enable --quiet {}\nsystemctl start {} || true\n{}\n\
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

/// Holds one truth against what was seen.
pub(crate) fn holds(truth: u8) {
    let beyond = truth > LISTED;
    let Some(world) = sandbox_run(beyond) else { return };
    let rows = rows(beyond, world.version);
    let mine: Vec<_> = rows.iter().enumerate().filter(|(_, row)| row.truth == truth).collect();
    assert!(!mine.is_empty(), "truth {truth} has no rows");
    let wrong: Vec<String> = mine.into_iter().flat_map(|(at, row)| world.complaints(at, row)).collect();
    assert!(wrong.is_empty(), "on systemd {}:\n{}", world.version, wrong.join("\n"));
}

/// What the live machine answered; none where no sandbox can boot.
pub(crate) fn stability(question: &StabilityQuestion) -> Option<StabilityFact> {
    Some(sandbox_run(false)?.graded.observations.live.get(question).unwrap().clone())
}
