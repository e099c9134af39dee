//! What a program assumed of its environment: a service has neither the PATH nor the variables of a login shell.

use super::{stale, writing};
use crate::engine::layers::Layers;
use crate::engine::unit_view::UnitView;
use crate::model::{Assumed, Cause, Diagnosis, FailureFact, UnitFact};

/// Variables that systemd sets where a folder of that kind is given (systemd.exec(5)).
const FOLDERS: [(&str, &str); 5] = [
    ("CACHE_DIRECTORY", "CacheDirectory"),
    ("CONFIGURATION_DIRECTORY", "ConfigurationDirectory"),
    ("LOGS_DIRECTORY", "LogsDirectory"),
    ("RUNTIME_DIRECTORY", "RuntimeDirectory"),
    ("STATE_DIRECTORY", "StateDirectory"),
];
/// Those that come with `User=`.
const OF_A_USER: [&str; 4] = ["HOME", "LOGNAME", "SHELL", "USER"];

/// What the program's last words show to be missing; how `Environment=` is written before it.
pub(super) fn assumed(
    seen: &UnitView,
    unit: &UnitFact,
    layers: Option<&Layers>,
    failure: &FailureFact,
) -> Vec<Diagnosis> {
    let Some(missing) = failure.assumed.first() else { return vec![] };
    let mut causes = Vec::new();
    let named = match missing {
        Assumed::Variable { name } => name.as_str(),
        Assumed::Command { .. } => "PATH",
    };
    let sets = |value: &str| value.split(['"', '\'', ' ']).any(|word| word.split('=').next() == Some(named));
    if seen.reloaded().is_some_and(|reloaded| sets(reloaded.get("Environment")) && !sets(unit.get("Environment"))) {
        causes.push(stale(seen, layers, "Environment"));
    }
    causes.extend(layers.map(|layers| writing(layers, "Environment", &sets)).unwrap_or_default());
    causes.push(match missing {
        Assumed::Command { name, path, elsewhere } => command(seen, name, path, elsewhere.as_deref()),
        Assumed::Variable { name } => variable(seen, name),
    });
    causes
}

fn command(seen: &UnitView, name: &str, path: &str, elsewhere: Option<&str>) -> Diagnosis {
    let path = match path {
        "" => "the PATH that systemd gives to services".to_owned(),
        path => format!("its PATH ({path})"),
    };
    let (what, next) = match elsewhere {
        Some(found) => {
            let folder = found.rsplit_once('/').map_or("/", |(folder, _)| folder);
            (
                format!(", and it is {found}"),
                format!("write {found} in full; or Environment=PATH={folder}:/usr/bin:/bin under [Service]"),
            )
        }
        None => (
            String::new(),
            format!(
                "command -v {name}, in a shell that knows it; then write that path in full, or set Environment=PATH=… under [Service]"
            ),
        ),
    };
    Cause::EnvironmentAssumed
        .because(format!(
            "The program of {} did not find the command {name}: no folder of {path} has it{what}.",
            seen.unit
        ))
        .next_step(next)
}

fn variable(seen: &UnitView, name: &str) -> Diagnosis {
    let set = format!("Environment={name}=… under [Service], or EnvironmentFile= with a file that sets it");
    let next = match FOLDERS.iter().find(|(variable, _)| *variable == name) {
        Some((_, directive)) => format!("{directive}=NAME under [Service] makes the folder, and sets it"),
        None if OF_A_USER.contains(&name) => format!("User= under [Service] sets it; or {set}"),
        None => set,
    };
    Cause::EnvironmentAssumed.because(format!(
            "The program of {} needs the variable {name}, which the unit does not set: a service has no login shell's environment.",
            seen.unit
        )).next_step(next)
}
