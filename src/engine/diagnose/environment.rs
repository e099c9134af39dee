//! What a program needs from a login shell's environment: a command in `PATH`, or a variable.

use super::directive_mistakes::directive_mistakes;
use super::reload::stale;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, FailureFact, MissingFromEnvironment, UnitFact};

/// Variables that systemd sets together with a directory; see systemd.exec(5).
const DIRECTORIES: [(&str, &str); 5] = [
    ("CACHE_DIRECTORY", "CacheDirectory"),
    ("CONFIGURATION_DIRECTORY", "ConfigurationDirectory"),
    ("LOGS_DIRECTORY", "LogsDirectory"),
    ("RUNTIME_DIRECTORY", "RuntimeDirectory"),
    ("STATE_DIRECTORY", "StateDirectory"),
];
/// Variables that systemd sets together with `User=`.
const OF_A_USER: [&str; 4] = ["HOME", "LOGNAME", "SHELL", "USER"];

/// The first command or variable that the messages report as missing, after mistakes in `Environment=` that explain it.
pub(super) fn missing_environment(
    view: &UnitView,
    unit: &UnitFact,
    files: Option<&UnitFiles>,
    failure: &FailureFact,
) -> Vec<Diagnosis> {
    let Some(missing) = failure.missing.first() else { return vec![] };
    let mut causes = Vec::new();
    let variable = match missing {
        MissingFromEnvironment::Variable { name } => name.as_str(),
        MissingFromEnvironment::Command { .. } => "PATH",
    };
    let sets = |value: &str| value.split(['"', '\'', ' ']).any(|word| word.split('=').next() == Some(variable));
    if view.twin_loaded().is_some_and(|reloaded| sets(reloaded.get("Environment")) && !sets(unit.get("Environment"))) {
        causes.push(stale(view, files, "Environment"));
    }
    causes.extend(files.map(|files| directive_mistakes(files, "Environment", &sets)).unwrap_or_default());
    causes.push(match missing {
        MissingFromEnvironment::Command { name, path, elsewhere } => command(view, name, path, elsewhere.as_deref()),
        MissingFromEnvironment::Variable { name } => unset_variable(view, name),
    });
    causes
}

fn command(view: &UnitView, name: &str, path: &str, elsewhere: Option<&str>) -> Diagnosis {
    let path = match path {
        "" => "the default PATH of services".to_owned(),
        path => format!("its PATH ({path})"),
    };
    let (found, next) = match elsewhere {
        Some(found) => {
            let directory = found.rsplit_once('/').map_or("/", |(directory, _)| directory);
            (
                format!(" It is installed as {found}."),
                format!("use the full path {found}; or set Environment=PATH={directory}:/usr/bin:/bin under [Service]"),
            )
        }
        None => (
            String::new(),
            format!(
                "command -v {name}, in a shell that finds it; then use that full path, or set Environment=PATH=… under [Service]"
            ),
        ),
    };
    Cause::EnvironmentAssumed
        .because(format!(
            "The program of {} did not find the command {name}: it is in no directory of {path}.{found}",
            view.unit
        ))
        .next_step(next)
}

fn unset_variable(view: &UnitView, name: &str) -> Diagnosis {
    let set = format!("Environment={name}=… under [Service], or EnvironmentFile= with a file that sets it");
    let next = match DIRECTORIES.iter().find(|(variable, _)| *variable == name) {
        Some((_, directive)) => format!("{directive}=NAME under [Service] creates the directory and sets the variable"),
        None if OF_A_USER.contains(&name) => format!("User= under [Service] sets it; or {set}"),
        None => set,
    };
    Cause::EnvironmentAssumed
        .because(format!(
            "The program of {} needs the variable {name}, which the unit does not set. A service does not get a login shell's environment.",
            view.unit
        ))
        .next_step(next)
}
