//! Every lab is proven by its cases, each in a real sandbox of its own: untouched it is not passed, the solution and
//! every other right answer earn full marks, and each mistake is caught by exactly the checks that are meant to catch it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use common::{Home, course, home};
use unitlab::commands::Graded;
use unitlab::course::LabFolder;
use unitlab::model::{Case, CheckReport, Overlay, Status};

/// Sandboxes at once: more than cores, since most of a case is waiting.
const AT_ONCE: usize = 4;

#[test]
fn every_case_comes_out_as_it_says() {
    let Some(home) = home() else { return };
    for lab in course().labs() {
        let differences = prove(&home, lab);
        assert!(differences.is_empty(), "{}:\n{}", lab.lab.id, differences.join("\n"));
    }
}

/// The lab's own cases, and the two that every lab has.
fn prove(home: &Home, lab: &LabFolder) -> Vec<String> {
    let right = |name: &str, what: &str| Case {
        name: name.into(),
        what: what.into(),
        fails: Vec::new(),
        diagnosis: Vec::new(),
    };
    let solution = (right("solution", "the reference solution"), &lab.solution);
    let cases: Vec<(Case, &Overlay)> = std::iter::once(solution)
        .chain(lab.cases.iter().map(|folder| (folder.case.clone(), &folder.overlay)))
        .collect();
    let next = AtomicUsize::new(0);
    let differences = Mutex::new(untouched(home, lab));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((case, overlay)) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let bench = home.bench(lab, &case.name);
                    bench.apply(overlay).unwrap();
                    let graded = bench.grade(lab, true);
                    bench.close().unwrap();
                    differences.lock().unwrap().extend(differs(case, &graded));
                }
            });
        }
    });
    differences.into_inner().unwrap()
}

fn untouched(home: &Home, lab: &LabFolder) -> Vec<String> {
    let bench = home.bench(lab, "untouched");
    let graded = bench.grade(lab, true);
    bench.close().unwrap();
    let with = |status| graded.checks.iter().filter(|check| check.status == status).count();
    let mut differences = Vec::new();
    if with(Status::Failed) == 0 {
        differences.push("untouched: nothing fails".to_owned());
    }
    if with(Status::Unknown) > 0 {
        differences.push(format!("untouched: something is unknown: {}", said(&graded.checks)));
    }
    differences
}

fn differs(case: &Case, graded: &Graded) -> Option<String> {
    let failed: Vec<&String> =
        graded.checks.iter().filter(|check| check.status == Status::Failed).map(|check| &check.id).collect();
    let unknown = graded.checks.iter().any(|check| check.status == Status::Unknown);
    let named = |id: &String| graded.checks.iter().flat_map(|check| &check.diagnosis).any(|cause| cause.id == *id);
    let unnamed: Vec<&String> = case.diagnosis.iter().filter(|id| !named(id)).collect();
    let as_said = failed.len() == case.fails.len() && failed.iter().all(|id| case.fails.contains(id));
    if as_said && !unknown && unnamed.is_empty() && graded.twinless.is_none() {
        return None;
    }
    Some(format!(
        "{}: fails {failed:?} instead of {:?}, not diagnosed {unnamed:?}, twin {:?}\n{}",
        case.name,
        case.fails,
        graded.twinless,
        said(&graded.checks)
    ))
}

fn said(checks: &[CheckReport]) -> String {
    let lines = checks.iter().filter(|check| check.status != Status::Passed).map(|check| {
        let causes: Vec<&str> = check.diagnosis.iter().map(|cause| cause.id.as_str()).collect();
        format!("    {} {:?}: {} {causes:?}", check.id, check.status, check.observed)
    });
    lines.collect::<Vec<_>>().join("\n")
}
