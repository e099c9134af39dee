//! One check judged alone.

use crate::engine::testbed::{ObservationsBuilder, check, lab};
use crate::model::{CheckReport, Kind, Status};

pub(super) fn judged(kind: Kind, observations: ObservationsBuilder) -> CheckReport {
    let mut reports = super::super::judge(&lab(vec![check("it", kind)]), &observations.build());
    reports.remove(0)
}

/// Status, what was observed, and the ids of the causes.
pub(super) fn summary(report: &CheckReport) -> (Status, &str, Vec<&str>) {
    (report.status, &report.observed, report.diagnosis.iter().map(|cause| cause.cause.id()).collect())
}
