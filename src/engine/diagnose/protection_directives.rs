//! Paths that a directive protects although owner and mode allow access: `ProtectHome=`, `ProtectSystem=`, `ReadOnlyPaths=`.
//! A cause requires that the program reported such a path, and that the loaded unit protects it.

use super::shell_word::shell_safe;
use crate::engine::unit_files::UnitFiles;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, ExecCommand, FailureFact, Purpose, UnitFact};

/// The directories that `ProtectHome=` protects.
pub(super) const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];
/// The directories that `ProtectSystem=strict` leaves writable; see systemd.exec(5).
const WRITABLE_IF_STRICT: [&str; 6] = ["/dev", "/proc", "/sys", "/home", "/root", "/run/user"];
/// The directories that `ProtectSystem=full` makes read-only. `yes` leaves out the last one.
const FULL: [&str; 4] = ["/usr", "/boot", "/efi", "/etc"];
/// Directives that create directories for a unit, and their parent directories.
const OWN_DIRECTORIES: [(&str, &str); 4] = [
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("LogsDirectory", "/var/log"),
    ("RuntimeDirectory", "/run"),
];

/// The directive that protects a path from the messages.
pub(super) fn protected_path(
    view: &UnitView,
    unit: &UnitFact,
    files: Option<&UnitFiles>,
    failure: &FailureFact,
) -> Option<Diagnosis> {
    // The directives do not apply to a command with the + prefix, and it may be the one that reported the path.
    let commands = ["ExecStartPre", "ExecStart", "ExecStartPost"].map(|name| unit.get(&format!("{name}Ex")));
    if commands.iter().any(|value| ExecCommand::parse_all(value).iter().any(|it| it.root_prefix() == Some('+'))) {
        return None;
    }
    failure.paths.iter().find_map(|path| match path.purpose {
        Purpose::Denied => protected_home(view, unit, files, &path.path),
        Purpose::ReadOnly => read_only_path(view, unit, files, &path.path),
        _ => None,
    })
}

fn protected_home(view: &UnitView, unit: &UnitFact, files: Option<&UnitFiles>, path: &str) -> Option<Diagnosis> {
    let is_closed =
        unit.get("ProtectHome") == "yes" && HOMES.iter().any(|home| is_below(path, home)) && !is_opened(unit, path);
    is_closed.then(|| {
        Cause::HomeProtected
            .because(format!(
                "{} may not access {path}: {} makes /home, /root and /run/user inaccessible to it, regardless of owner and mode.",
                view.unit,
                describe_directive(files, "ProtectHome", "yes")
            ))
            .next_step("move what the service needs to /srv or /var/lib; or allow that path only: BindReadOnlyPaths= with ProtectHome=tmpfs")
    })
}

fn read_only_path(view: &UnitView, unit: &UnitFact, files: Option<&UnitFiles>, path: &str) -> Option<Diagnosis> {
    if is_opened(unit, path) {
        return None;
    }
    let is_below_any = |directories: &[&str]| directories.iter().any(|directory| is_below(path, directory));
    let system = unit.get("ProtectSystem");
    let (name, value) = match system {
        _ if unit.get("ProtectHome") == "read-only" && is_below_any(&HOMES) => ("ProtectHome", "read-only"),
        "strict" if !is_below_any(&WRITABLE_IF_STRICT) => ("ProtectSystem", system),
        "full" if is_below_any(&FULL) => ("ProtectSystem", system),
        "yes" if is_below_any(&FULL[..3]) => ("ProtectSystem", system),
        _ => {
            let listed = unit.list("ReadOnlyPaths").into_iter();
            ("ReadOnlyPaths", listed.map(without_prefix).find(|listed| is_below(path, listed))?)
        }
    };
    Some(
        Cause::ReadOnlyPath
            .because(format!(
                "{} may not write {path}: {} makes that path read-only for it. Owner and mode are not the reason.",
                view.unit,
                describe_directive(files, name, value)
            ))
            .next_step(how_to_open(path)),
    )
}

/// How to make this path writable and keep the other paths protected.
fn how_to_open(path: &str) -> String {
    let mut names = path.split('/').skip(1);
    let directive = match (names.next(), names.next(), names.next()) {
        (Some("tmp"), ..) | (Some("var"), Some("tmp"), _) => "PrivateTmp=yes".to_owned(),
        (Some("var"), Some("lib"), Some(name)) if shell_safe(name).is_some() => format!("StateDirectory={name}"),
        _ => "ReadWritePaths= with its directory".to_owned(),
    };
    format!(
        "keep the protection and make this path writable: {directive} under [Service], then sudo systemctl daemon-reload and restart"
    )
}

/// Another directive makes the path or a parent directory writable, or mounts something else there.
fn is_opened(unit: &UnitFact, path: &str) -> bool {
    let private_tmp = unit.get("PrivateTmp");
    let listed = ["ReadWritePaths", "TemporaryFileSystem"].map(|name| unit.list(name)).concat();
    // An entry of BindPaths= is SOURCE:DESTINATION:OPTIONS. systemd adds parts that were left out.
    let bound = ["BindPaths", "BindReadOnlyPaths"].map(|name| unit.list(name)).concat();
    let is_own = OWN_DIRECTORIES.iter().any(|(name, parent)| {
        let names = unit.list(name).into_iter().map(|entry| entry.split(':').next().unwrap_or(entry));
        names.into_iter().any(|name| is_below(path, &format!("{parent}/{name}")))
    });
    let is_bound =
        bound.into_iter().any(|entry| entry.split(':').take(2).any(|part| is_below(path, without_prefix(part))));
    is_own
        || is_bound
        || listed.into_iter().any(|entry| is_below(path, without_prefix(entry.split(':').next().unwrap_or(entry))))
        || !matches!(private_tmp, "" | "no") && ["/tmp", "/var/tmp"].iter().any(|directory| is_below(path, directory))
}

/// Removes `-`, which lets the path be missing, and `+`, which makes it relative to the unit's root directory.
fn without_prefix(path: &str) -> &str {
    path.trim_start_matches(['-', '+', '!'])
}

fn is_below(path: &str, directory: &str) -> bool {
    let directory = directory.trim_end_matches('/');
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The directive with its place. A directive that another one implies is in no file.
fn describe_directive(files: Option<&UnitFiles>, name: &str, value: &str) -> String {
    files.and_then(|files| files.effective(name)).map_or_else(
        || format!("{name}={value}, which another directive implies,"),
        |line| format!("{} at {}", line.text(), line.place()),
    )
}

#[cfg(test)]
mod tests {
    use super::{how_to_open, is_below, is_opened};
    use crate::model::UnitFact;

    fn unit(name: &str, value: &str) -> UnitFact {
        UnitFact { properties: [(name.to_owned(), value.to_owned())].into() }
    }

    #[test]
    fn a_path_is_below_a_directory_by_whole_names() {
        for (path, directory, expected) in
            [("/home/a", "/home", true), ("/home", "/home/", true), ("/homes/a", "/home", false), ("/etc", "/", true)]
        {
            assert_eq!(is_below(path, directory), expected, "{path} {directory}");
        }
    }

    #[test]
    fn directives_that_open_a_path_are_found() {
        for (name, value, path, expected) in [
            ("ReadWritePaths", "-/srv/app /x", "/srv/app/log", true),
            ("ReadWritePaths", "/srv/app", "/srv/application", false),
            ("StateDirectory", "app", "/var/lib/app/x", true),
            ("StateDirectory", "app:alias", "/var/lib/app/x", true),
            ("LogsDirectory", "app", "/var/lib/app/x", false),
            ("BindReadOnlyPaths", "/home/a/keys:/home/a/keys:rbind", "/home/a/keys/id", true),
            ("PrivateTmp", "yes", "/tmp/x", true),
            ("PrivateTmp", "no", "/tmp/x", false),
            ("", "", "/srv/app", false),
        ] {
            assert_eq!(is_opened(&unit(name, value), path), expected, "{name}={value} {path}");
        }
    }

    #[test]
    fn the_suggested_directive_fits_the_path() {
        for (path, directive) in [
            ("/tmp/x", "PrivateTmp=yes"),
            ("/var/lib/app/db", "StateDirectory=app"),
            ("/var/lib/a b/db", "ReadWritePaths="),
            ("/srv/app", "ReadWritePaths="),
        ] {
            assert!(how_to_open(path).contains(directive), "{path}: {}", how_to_open(path));
        }
    }
}
