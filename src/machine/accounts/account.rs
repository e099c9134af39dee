//! The account that a unit is started as, those that its processes have, and whether anybody can log in to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::{AccountFact, Content, Identity, PasswdRow, ProcessDetails, Shell, UnitFact, Unknown};

use crate::machine::accounts::passwd::{Accounts, Groups, Row};
use crate::machine::files::program_head::is_program;
use crate::machine::files::read::read;
use crate::machine::processes::walk::ProcessInfo;
use crate::machine::unknown::unknown;
use crate::machine::view::View;
use crate::os::account::{Account, find_account, find_group};

/// Programs that end a login at once, by every path under which distributions have them.
const REFUSING: [&str; 9] = [
    "/usr/sbin/nologin",
    "/sbin/nologin",
    "/usr/bin/nologin",
    "/bin/nologin",
    "/usr/bin/false",
    "/bin/false",
    "/usr/bin/true",
    "/bin/true",
    "/usr/sbin/false",
];
/// What login.defs(5) means where it says nothing.
const PEOPLE: (u32, u32) = (1000, 60_000);
/// More unknown groups than this are not told.
const MOST_GROUPS: usize = 4;

/// Looks at the account of a unit. `details` are its live processes, `all` is everybody's.
pub(crate) fn account(
    view: &View,
    unit: &UnitFact,
    details: &[ProcessDetails],
    all: &[ProcessInfo],
) -> Result<AccountFact, Unknown> {
    let (accounts, groups) = (Accounts::read(view), Groups::read(view));
    let shadow = Shadow::read(view);
    let user = unit.get("User");
    let started_as: Option<u32> = unit.get("UID").parse().ok();
    let dynamic = unit.get("DynamicUser") == "yes" && accounts.named(user).is_none();
    let row = match (user, accounts.named(user)) {
        ("", _) if dynamic => None,
        ("", _) => accounts.of(0).cloned(),
        (_, Some(row)) => Some(row.clone()),
        _ if dynamic => None,
        (user, None) => elsewhere(view, user)?,
    };
    let number = row.as_ref().map(|row| row.uid).or_else(|| started_as.filter(|_| dynamic));
    let number = number.or_else(|| user.parse().ok());
    let seen_row = |row: &Row| PasswdRow {
        name: row.name.clone(),
        uid: row.uid,
        shell: row.shell.clone(),
        shell_is: shell(view, &row.shell),
        locked: shadow.locked(&row.name),
        expired: shadow.expired(&row.name),
    };
    let live: BTreeSet<u32> = details.iter().filter_map(|process| process.identity.uid).collect();
    let live_row = |uid: &u32| match accounts.of(*uid) {
        Some(row) => seen_row(row),
        // What nss-systemd(8) says of a user that is nowhere written.
        None if dynamic && started_as == Some(*uid) => nobody_logs_in(user, *uid),
        None if row.as_ref().is_some_and(|row| row.uid == *uid) => row.as_ref().map(seen_row).unwrap_or_default(),
        None => nobody_logs_in("", *uid),
    };
    let identity = Identity { uid: number, groups: group_ids(unit, row.as_ref(), &groups), powers: vec![] };
    let ids = identity.groups.iter().chain(details.iter().flat_map(|process| &process.identity.groups));
    let member = row.iter().flat_map(|row| groups.of_member(&row.name).chain([row.gid]));
    let named = ids.copied().chain(member).map(|gid| match groups.name(gid) {
        "" => gid.to_string(),
        name => name.to_owned(),
    });
    let fact = AccountFact {
        user: user.to_owned(),
        dynamic,
        row: row.as_ref().map(seen_row),
        groups: named.collect::<BTreeSet<String>>().into_iter().collect(),
        live: live.iter().map(live_row).collect(),
        shared_with: number.map(|uid| shared_with(unit, uid, all)).unwrap_or_default(),
        people: people(view),
        identity,
    };
    Ok(fact)
}

/// As whom a unit is started; none where its account does not exist, or is made up anew at each start.
pub(crate) fn identity(view: &View, unit: &UnitFact) -> Option<Identity> {
    let (accounts, groups) = (Accounts::read(view), Groups::read(view));
    let dynamic = unit.get("DynamicUser") == "yes";
    let row = match unit.get("User") {
        "" if dynamic => None,
        "" => accounts.of(0),
        user => accounts.named(user),
    }?;
    Some(Identity { uid: Some(row.uid), groups: group_ids(unit, Some(row), &groups), powers: vec![] })
}

fn nobody_logs_in(name: &str, uid: u32) -> PasswdRow {
    PasswdRow { name: name.to_owned(), uid, shell_is: Shell::Missing, ..PasswdRow::default() }
}

/// The account where it is not in /etc/passwd: other sources of nsswitch.conf(5) are asked as the manager does.
fn elsewhere(view: &View, user: &str) -> Result<Option<Row>, Unknown> {
    if !view.is_live() {
        return Err(unknown(format!(
            "the account {user} is not in /etc/passwd, and only a running machine knows others"
        )));
    }
    let found = find_account(user).map_err(|error| unknown(error.to_string()))?;
    Ok(found.map(|Account { name, uid, gid, shell, .. }| Row { name, uid, gid, shell }))
}

/// What `Group=` and `SupplementaryGroups=` name, and nobody knows.
pub(crate) fn unknown_groups(view: &View, unit: &UnitFact) -> Vec<String> {
    if !view.is_live() {
        return vec![];
    }
    let groups = Groups::read(view);
    let named = std::iter::once(unit.get("Group")).chain(unit.list("SupplementaryGroups"));
    let nowhere = |group: &&str| {
        !group.is_empty() && groups.number(group).is_none() && find_group(group).is_ok_and(|found| found.is_none())
    };
    named.filter(nowhere).take(MOST_GROUPS).map(str::to_owned).collect()
}

/// As `Group=`, `SupplementaryGroups=` and initgroups(3) make them.
fn group_ids(unit: &UnitFact, row: Option<&Row>, groups: &Groups) -> Vec<u32> {
    let own = match unit.get("Group") {
        "" => row.map(|row| row.gid),
        group => groups.number(group),
    };
    let more = unit.list("SupplementaryGroups").into_iter().filter_map(|group| groups.number(group));
    let member = row.iter().flat_map(|row| groups.of_member(&row.name));
    let ids: BTreeSet<u32> = own.into_iter().chain(more).chain(member).collect();
    ids.into_iter().collect()
}

/// Where a login would end.
fn shell(view: &View, written: &str) -> Shell {
    let path = if written.is_empty() { "/bin/sh" } else { written };
    // By its own name, or by where that leads: a shell of another name is not made harmless by being called nologin.
    let end = view.canonicalize(Path::new(path));
    let refuses = |path: &str| REFUSING.contains(&path);
    match end {
        Ok(end) if refuses(path) || end.to_str().is_some_and(refuses) => Shell::Refuses,
        Ok(end) => {
            if is_program(view, &end) {
                Shell::Real
            } else {
                Shell::Missing
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Shell::Real,
        Err(_) => Shell::Missing,
    }
}

/// The lines of shadow(5): whether the password is locked, and the day of expiry. None where only root may know.
struct Shadow(Option<BTreeMap<String, (bool, Option<u64>)>>);

impl Shadow {
    fn read(view: &View) -> Self {
        let path = Path::new("/etc/shadow");
        match read(view, path) {
            Content::Text { text, .. } => Self::parse(&text),
            Content::Unreadable { .. } if view.exists(path) => Self(None),
            _ => Self::parse(""),
        }
    }

    fn parse(text: &str) -> Self {
        let line = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let expires = fields.get(7).and_then(|day| day.parse().ok());
            Some(((*fields.first()?).to_owned(), (fields.get(1)?.starts_with(['!', '*']), expires)))
        };
        Self(Some(text.lines().filter_map(line).collect()))
    }

    fn locked(&self, name: &str) -> Option<bool> {
        // Without a line there is no password that would fit.
        self.0.as_ref().map(|lines| lines.get(name).is_none_or(|(locked, _)| *locked))
    }

    /// Past the day that chage(1) has set, counted from 1970.
    fn expired(&self, name: &str) -> bool {
        let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 86_400;
        let line = self.0.as_ref().and_then(|lines| lines.get(name));
        line.is_some_and(|(_, day)| day.is_some_and(|day| day <= today))
    }
}

fn people(view: &View) -> (u32, u32) {
    let Content::Text { text, .. } = read(view, Path::new("/etc/login.defs")) else { return PEOPLE };
    let value = |key: &str| {
        let mut words = text.lines().map(str::split_whitespace);
        words.find_map(|mut words| if words.next()? == key { words.next()?.parse().ok() } else { None })
    };
    (value("UID_MIN").unwrap_or(PEOPLE.0), value("UID_MAX").unwrap_or(PEOPLE.1))
}

/// Other services that have a live process of this user. What somebody runs by hand, in a session or through
/// systemd-run, is no service of the machine's.
fn shared_with(unit: &UnitFact, uid: u32, all: &[ProcessInfo]) -> Vec<String> {
    let others = all.iter().filter(|seen| seen.uid == uid && !seen.belongs_to(unit)).filter_map(ProcessInfo::service);
    let passing = |name: &str| ["run-", "unitlab-", "user@"].iter().any(|prefix| name.starts_with(prefix));
    let names: BTreeSet<&str> = others.filter(|name| !passing(name)).collect();
    names.into_iter().map(str::to_owned).take(16).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::{Shadow, Shell, View, shell};

    #[test]
    fn a_shell_is_what_it_leads_to() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
        std::fs::copy("/bin/sh", at("nologin")).unwrap();
        std::fs::write(at("text"), "no program").unwrap();
        std::fs::set_permissions(at("text"), std::fs::Permissions::from_mode(0o644)).unwrap();
        symlink("/usr/bin/false", at("bash")).unwrap();
        for (path, is) in [
            ("", Shell::Real),
            ("/bin/sh", Shell::Real),
            ("/bin/false", Shell::Refuses),
            ("/nonexistent", Shell::Missing),
            ("/usr", Shell::Missing),
            (&at("nologin"), Shell::Real),
            (&at("bash"), Shell::Refuses),
            (&at("text"), Shell::Missing),
        ] {
            assert_eq!(shell(&View::live(), path), is, "{path}");
        }
    }

    #[test]
    fn locked_and_expired_are_two_things() {
        let shadow =
            Shadow::parse("a:!:19000::::::\nb:*:19000:::::1:\nc:$y$j9T$x:19000:::::99999999:\nd::1::::::\nbad\n");
        let told = |name| (shadow.locked(name), shadow.expired(name));
        assert_eq!(told("a"), (Some(true), false));
        assert_eq!(told("b"), (Some(true), true));
        assert_eq!(told("c"), (Some(false), false));
        assert_eq!(told("d"), (Some(false), false));
        assert_eq!(told("none"), (Some(true), false));
        assert_eq!(Shadow(None).locked("a"), None);
    }
}
