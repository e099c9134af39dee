//! What systemd does at the edges, and the verdict that is owed: tables of properties as 252 printed them.
//!
//! The numbers are those of the project's list of truths; the live tests that carry the same numbers hold these
//! properties against a real systemd.

mod at_boot;
mod life;
mod on_disk;
mod restart;
mod user;

use crate::engine::testbed::{Told, check, lab};
use crate::model::{CheckReport, Kind, Status};

fn judged(kind: Kind, told: Told) -> CheckReport {
    let mut reports = super::judge(&lab(vec![check("it", kind)]), &told.testimony());
    reports.remove(0)
}

/// Status, what was observed, and the ids of the causes.
fn gist(report: &CheckReport) -> (Status, &str, Vec<&str>) {
    (report.status, &report.observed, report.diagnosis.iter().map(|cause| cause.id.as_str()).collect())
}
