//! The causes behind an exit status that systemd itself sets: one of its steps before the program runs has failed.
//!
//! The text names the step before the path: the kernel reports "No such file" for the program's path even if only its
//! interpreter is missing.

use super::directive_mistakes::directive_mistakes;
use super::exec_step::env_with_carriage_return;
use super::failed_step::FailedStep;
use super::reload::stale;
use crate::engine::unit_files::{SettingLine, UnitFiles};
use crate::engine::unit_view::UnitView;
use crate::model::{Diagnosis, End, Ended, ExecCommand, FailureFact, Purpose, RequiredPath, UnitFact};

enum Step<'a> {
    Chdir,
    Exec,
    Group,
    /// The path in this directive does not exist.
    Namespace {
        directive: &'a str,
        path: &'a RequiredPath,
    },
    User,
}

/// Mistakes in the directive of the step come before the failure of the step.
pub(super) fn causes_of_status(
    view: &UnitView,
    unit: &UnitFact,
    files: Option<&UnitFiles>,
    failure: Option<&FailureFact>,
    ended: &Ended,
) -> Vec<Diagnosis> {
    let required = |purpose: fn(&Purpose) -> bool| failure?.paths.iter().find(|path| purpose(&path.purpose));
    let program = || required(|purpose| *purpose == Purpose::Program);
    let (step, status, directive) = match ended.end {
        End::Exited(203) => (Step::Exec, "203/EXEC", ended.directive),
        End::Exited(216) => (Step::Group, "216/GROUP", group_directive(unit, failure)),
        End::Exited(217) => (Step::User, "217/USER", "User"),
        End::Exited(200) => (Step::Chdir, "200/CHDIR", "WorkingDirectory"),
        End::Exited(226) => match missing_mount(failure) {
            Some((directive, path)) => (Step::Namespace { directive, path }, "226/NAMESPACE", directive),
            None => return vec![],
        },
        End::Exited(127) => return env_with_carriage_return(view, program()).into_iter().collect(),
        _ => return vec![],
    };
    let mut causes = Vec::new();
    let differs =
        |reloaded: &UnitFact| without_run_times(reloaded.get(directive)) != without_run_times(unit.get(directive));
    // Without a twin, NeedDaemonReload= shows that the files changed after the manager loaded them.
    let is_reported_stale = || {
        let line = files.and_then(|files| files.effective(directive)).map(|line| line.value);
        let loaded = without_run_times(unit.get(directive));
        unit.get("NeedDaemonReload") == "yes" && line.is_some_and(|value| !loaded.contains(&value))
    };
    if view.twin_loaded().map_or_else(is_reported_stale, differs) {
        causes.push(stale(view, files, directive));
    }
    causes.extend(files.map(|files| directive_mistakes(files, directive, &|_| true)).unwrap_or_default());
    let place = files
        .and_then(|files| deciding_line(files, directive, ended))
        .map_or_else(|| directive.to_owned(), |line| format!("{} at {}", line.text(), line.place()));
    let of_directive = match ended.directive {
        "ExecStart" => String::new(),
        other => format!(" of {other}="),
    };
    let name = status.split_once('/').map_or(status, |(_, name)| name);
    let failed = FailedStep {
        unit,
        failure,
        command: ended.command.as_ref(),
        lead: format!("Step {name}{of_directive} failed ({status}, {place})"),
        try_again: try_again(view, unit),
    };
    causes.push(match step {
        Step::Chdir => failed.chdir(required(|purpose| *purpose == Purpose::WorkingDirectory)),
        Step::Exec => failed.exec(program()),
        Step::Group => failed.group(),
        Step::Namespace { directive, path } => failed.namespace(directive, path),
        Step::User => failed.user(),
    });
    causes
}

/// The first path that does not exist in a directive for the mount namespace, with that directive.
fn missing_mount(failure: Option<&FailureFact>) -> Option<(&str, &RequiredPath)> {
    failure?.paths.iter().find_map(|path| match &path.purpose {
        Purpose::Namespace(directive) if path.found.node.is_none() => Some((directive.as_str(), path)),
        _ => None,
    })
}

/// The line that the text names. If there are several commands, the one with the program that failed.
fn deciding_line<'f>(files: &'f UnitFiles, directive: &'f str, ended: &Ended) -> Option<SettingLine<'f>> {
    let program = ended.command.as_ref().filter(|_| directive == ended.directive).map(|command| command.path);
    let has_program = |line: &SettingLine| program.is_some_and(|path| line.value.contains(path));
    files.in_effect(directive).into_iter().find(has_program).or_else(|| files.effective(directive))
}

/// `Group` or `SupplementaryGroups`, depending on which of them names a group that does not exist.
fn group_directive(unit: &UnitFact, failure: Option<&FailureFact>) -> &'static str {
    let is_missing = |group: &str| failure.is_some_and(|failure| failure.unknown_groups.iter().any(|it| it == group));
    let group = unit.get("Group");
    let more = unit.list("SupplementaryGroups");
    if !is_missing(group) && (group.is_empty() || more.iter().any(|group| is_missing(group))) {
        "SupplementaryGroups"
    } else {
        "Group"
    }
}

/// The command that starts the unit again. If the start limit was hit, the counter has to be reset first.
fn try_again(view: &UnitView, unit: &UnitFact) -> String {
    let reset = match unit.get("ActiveState") {
        "failed" => format!("sudo systemctl reset-failed {}; ", view.unit),
        _ => String::new(),
    };
    format!("{reset}sudo systemctl restart {}", view.unit)
}

/// The value without the start and exit times of commands, which differ from boot to boot.
fn without_run_times(value: &str) -> Vec<&str> {
    let commands = ExecCommand::parse_all(value);
    if commands.is_empty() { vec![value] } else { commands.into_iter().map(|command| command.argv).collect() }
}
