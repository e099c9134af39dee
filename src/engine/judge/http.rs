//! `http`: a process of the unit answers a GET on loopback with the expected status and body.

use crate::engine::ask;
use crate::engine::diagnose::{foreign_listener, why_not_running};
use crate::engine::finding::Finding;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{HttpOutcome, Layer, PortOwner, Unknown, Verdict};

pub(super) fn judge(view: &UnitView, port: u16, path: &str, status: u16, contains: Option<&str>) -> Verdict {
    let url = format!("http://127.0.0.1:{port}{path}");
    let with = contains.map(|text| format!(" containing \"{text}\"")).unwrap_or_default();
    let mut finding = Finding::expecting(format!("{status} from {url}{with}, answered by {}", view.unit));
    let fact = match view.live(&ask::http(view.unit, port, path)) {
        Ok(fact) => fact,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let owner = match &fact.owner {
        PortOwner::NoListener => "no socket listens".to_owned(),
        PortOwner::Unit { pid } => format!("pid {pid} of {} listens", view.unit),
        PortOwner::Other { pid, comm } => format!("pid {pid} {comm} listens, not a process of {}", view.unit),
        PortOwner::Unknown => "a socket listens, but its owner is unknown".into(),
    };
    let outcome = match &fact.outcome {
        HttpOutcome::Answered { status, .. } => format!("status {status}"),
        HttpOutcome::Refused => "connection refused".into(),
        HttpOutcome::TimedOut => "no answer in time".into(),
        HttpOutcome::Broken { what } => format!("not an HTTP answer: {what}"),
    };
    finding.show(Layer::Live, format!("curl -i {url}"), &outcome);
    finding.show(Layer::Live, format!("sudo ss -ltnp 'sport = :{port}'"), &owner);

    if let PortOwner::Other { pid, comm } = &fact.owner {
        finding.because([foreign_listener(view, port, *pid, comm)]);
        return finding.failed(format!("{outcome}, from pid {pid} ({comm}), not from {}", view.unit));
    }
    let HttpOutcome::Answered { status: got, body } = &fact.outcome else {
        if let Ok(unit) = view.loaded()
            && unit.get("ActiveState") != "active"
        {
            let files = view.files();
            let unit_files = files.as_ref().ok().map(|files| UnitFiles::read(files));
            finding.because(why_not_running(view, unit, unit_files.as_ref(), None));
        }
        return finding.failed(format!("{outcome}: {owner}"));
    };
    if *got != status {
        return finding.failed(outcome);
    }
    if let Some(text) = contains.filter(|text| !body.contains(text)) {
        return finding.failed(format!("{outcome}, but the body does not contain \"{text}\""));
    }
    match &fact.owner {
        PortOwner::Unit { .. } => finding.passed(format!("{outcome}; {owner}")),
        _ => finding.unknown(&Unknown {
            reason: format!("{url} answers, but the process that answers is unknown"),
            remedy: Some("run the check as root, which can see the sockets of every process".into()),
        }),
    }
}
