//! What a wall of the unit refuses although every owner and mode would allow it: `ProtectHome=`, `ProtectSystem=`,
//! `ReadOnlyPaths=`. Named where the program complained of a path, and the loaded unit closes that path.

use super::paste::shell_safe;
use crate::engine::layers::Layers;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, ExecCommand, FailureFact, Purpose, UnitFact};

/// What `ProtectHome=` is about.
const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];
/// What `ProtectSystem=strict` leaves as it is (systemd.exec(5)).
const NOT_STRICT: [&str; 6] = ["/dev", "/proc", "/sys", "/home", "/root", "/run/user"];
/// What `ProtectSystem=full` makes read-only; `yes` all but the last.
const FULL: [&str; 4] = ["/usr", "/boot", "/efi", "/etc"];
/// The folders that a unit may be given, and below what.
const GIVEN: [(&str, &str); 4] = [
    ("StateDirectory", "/var/lib"),
    ("CacheDirectory", "/var/cache"),
    ("LogsDirectory", "/var/log"),
    ("RuntimeDirectory", "/run"),
];

/// The wall that the program ran into, by its own last words.
pub(super) fn walled(
    seen: &UnitView,
    unit: &UnitFact,
    layers: Option<&Layers>,
    failure: &FailureFact,
) -> Option<Diagnosis> {
    // A command with + has no walls (systemd.service(5)), and it may be the one that complained.
    let commands = ["ExecStartPre", "ExecStart", "ExecStartPost"].map(|name| unit.get(&format!("{name}Ex")));
    if commands.iter().any(|value| ExecCommand::parse_all(value).iter().any(|it| it.root_prefix() == Some('+'))) {
        return None;
    }
    failure.paths.iter().find_map(|needed| match needed.purpose {
        Purpose::Denied => closed_home(seen, unit, layers, &needed.path),
        Purpose::ReadOnly => read_only(seen, unit, layers, &needed.path),
        _ => None,
    })
}

/// `ProtectHome=yes` stands before a path. None where another directive opens it.
pub(super) fn closed_home(seen: &UnitView, unit: &UnitFact, layers: Option<&Layers>, path: &str) -> Option<Diagnosis> {
    let closed = unit.get("ProtectHome") == "yes" && HOMES.iter().any(|home| is_in(path, home)) && !opened(unit, path);
    closed.then(|| {
        Cause::HomeProtected.because(format!(
                "{} may not reach {path}: {} closes /home, /root and /run/user to it, whatever the owners and modes there are.",
                seen.unit,
                written(layers, "ProtectHome", "yes")
            )).next_step("move what the service needs out of the home, to /srv or /var/lib; or open that one path: BindReadOnlyPaths= with ProtectHome=tmpfs")
    })
}

fn read_only(seen: &UnitView, unit: &UnitFact, layers: Option<&Layers>, path: &str) -> Option<Diagnosis> {
    if opened(unit, path) {
        return None;
    }
    let under = |folders: &[&str]| folders.iter().any(|folder| is_in(path, folder));
    let system = unit.get("ProtectSystem");
    let (name, value) = match system {
        _ if unit.get("ProtectHome") == "read-only" && under(&HOMES) => ("ProtectHome", "read-only"),
        "strict" if !under(&NOT_STRICT) => ("ProtectSystem", system),
        "full" if under(&FULL) => ("ProtectSystem", system),
        "yes" if under(&FULL[..3]) => ("ProtectSystem", system),
        _ => {
            let listed = unit.list("ReadOnlyPaths").into_iter();
            ("ReadOnlyPaths", listed.map(plain).find(|listed| is_in(path, listed))?)
        }
    };
    Some(
        Cause::ReadOnlyPath
            .because(format!(
                "{} may not write {path}: {} makes that path read-only for it. Neither owner nor mode is the reason.",
                seen.unit,
                written(layers, name, value)
            ))
            .next_step(open(path)),
    )
}

/// How to open the one path, and keep the wall.
fn open(path: &str) -> String {
    let mut words = path.split('/').skip(1);
    let door = match (words.next(), words.next(), words.next()) {
        (Some("tmp"), ..) | (Some("var"), Some("tmp"), _) => "PrivateTmp=yes".to_owned(),
        (Some("var"), Some("lib"), Some(name)) if shell_safe(name).is_some() => format!("StateDirectory={name}"),
        _ => "ReadWritePaths= with its folder".to_owned(),
    };
    format!("keep the wall, and open this path: {door} under [Service], then sudo systemctl daemon-reload and restart")
}

/// A directive makes the path, or a folder above it, writable or another one.
fn opened(unit: &UnitFact, path: &str) -> bool {
    let private = unit.get("PrivateTmp");
    let paths = ["ReadWritePaths", "TemporaryFileSystem"].map(|name| unit.list(name)).concat();
    // `BindPaths` is told as `SOURCE:DESTINATION:OPTIONS`, where systemd adds what was left out.
    let bound = ["BindPaths", "BindReadOnlyPaths"].map(|name| unit.list(name)).concat();
    let given = GIVEN.iter().any(|(name, above)| {
        let folders = unit.list(name).into_iter().map(|entry| entry.split(':').next().unwrap_or(entry));
        folders.into_iter().any(|folder| is_in(path, &format!("{above}/{folder}")))
    });
    let bound = bound.into_iter().any(|entry| entry.split(':').take(2).any(|part| is_in(path, plain(part))));
    given
        || bound
        || paths.into_iter().any(|entry| is_in(path, plain(entry.split(':').next().unwrap_or(entry))))
        || !matches!(private, "" | "no") && ["/tmp", "/var/tmp"].iter().any(|folder| is_in(path, folder))
}

/// Without the prefixes that let it be missing, or count it from the unit's own root.
fn plain(path: &str) -> &str {
    path.trim_start_matches(['-', '+', '!'])
}

fn is_in(path: &str, folder: &str) -> bool {
    let folder = folder.trim_end_matches('/');
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The directive and its place, if a file says so; what another directive implies has none.
fn written(layers: Option<&Layers>, name: &str, value: &str) -> String {
    layers.and_then(|layers| layers.effective(name)).map_or_else(
        || format!("{name}={value}, which another directive implies,"),
        |found| format!("{} at {}", found.text(), found.place()),
    )
}

#[cfg(test)]
mod tests {
    use super::{is_in, open, opened};
    use crate::model::UnitFact;

    fn unit(name: &str, value: &str) -> UnitFact {
        UnitFact { properties: [(name.to_owned(), value.to_owned())].into() }
    }

    #[test]
    fn a_path_is_in_a_folder_by_whole_names() {
        for (path, folder, is) in
            [("/home/a", "/home", true), ("/home", "/home/", true), ("/homes/a", "/home", false), ("/etc", "/", true)]
        {
            assert_eq!(is_in(path, folder), is, "{path} {folder}");
        }
    }

    #[test]
    fn a_door_is_seen() {
        for (name, value, path, is) in [
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
            assert_eq!(opened(&unit(name, value), path), is, "{name}={value} {path}");
        }
    }

    #[test]
    fn the_door_fits_the_path() {
        for (path, door) in [
            ("/tmp/x", "PrivateTmp=yes"),
            ("/var/lib/app/db", "StateDirectory=app"),
            ("/var/lib/a b/db", "ReadWritePaths="),
            ("/srv/app", "ReadWritePaths="),
        ] {
            assert!(open(path).contains(door), "{path}: {}", open(path));
        }
    }
}
