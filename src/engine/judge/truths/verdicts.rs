//! One check judged alone.

use crate::engine::testbed::{ObservationsBuilder, check, lab};
use crate::model::{CheckReport, Kind, Status};

pub(super) fn judged(kind: Kind, observed: ObservationsBuilder) -> CheckReport {
    let mut reports = super::super::judge(&lab(vec![check("it", kind)]), &observed.build());
    reports.remove(0)
}

/// Status, what was observed, and the ids of the causes.
pub(super) fn gist(report: &CheckReport) -> (Status, &str, Vec<&str>) {
    (report.status, &report.observed, report.diagnosis.iter().map(|cause| cause.cause.id()).collect())
}
