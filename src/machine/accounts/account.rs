//! The account that a unit is started as, the accounts of its processes, and whether one can log in to them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::{AccountFact, Content, Identity, PasswdRow, ProcessDetails, Shell, UnitFact, Unknown};

use crate::machine::accounts::passwd::{Accounts, Groups};
use crate::machine::files::program_format::is_program;
use crate::machine::files::read::read;
use crate::machine::processes::walk::ProcessInfo;
use crate::machine::unknown::unknown;
use crate::machine::view::View;
use crate::os::account::{find_account, find_group};
use crate::os::passwd::Account;

/// Programs that refuse a login, by every path that distributions install them at.
const NOLOGIN_PROGRAMS: [&str; 9] = [
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
/// `UID_MIN` and `UID_MAX` where login.defs(5) does not set them.
const DEFAULT_UID_RANGE: (u32, u32) = (1000, 60_000);
/// More unknown groups are not reported.
const MAX_GROUPS: usize = 4;

/// The account of a unit. `details` are its live processes, `all` are those of the machine.
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
    let dynamic = unit.get("DynamicUser") == "yes" && accounts.by_name_or_uid(user).is_none();
    let row = match (user, accounts.by_name_or_uid(user)) {
        ("", _) if dynamic => None,
        ("", _) => accounts.by_uid(0).cloned(),
        (_, Some(row)) => Some(row.clone()),
        _ if dynamic => None,
        (user, None) => outside_passwd(view, user)?,
    };
    let number = row.as_ref().map(|row| row.uid).or_else(|| started_as.filter(|_| dynamic));
    let number = number.or_else(|| user.parse().ok());
    let passwd_row = |row: &Account| PasswdRow {
        name: row.name.clone(),
        uid: row.uid,
        shell: row.shell.clone(),
        shell_is: shell(view, &row.shell),
        locked: shadow.locked(&row.name),
        expired: shadow.expired(&row.name),
    };
    let live: BTreeSet<u32> = details.iter().filter_map(|process| process.identity.uid).collect();
    let live_row = |uid: &u32| match accounts.by_uid(*uid) {
        Some(row) => passwd_row(row),
        // A dynamic user is in no file; nss-systemd(8) gives it no login shell.
        None if dynamic && started_as == Some(*uid) => without_login(user, *uid),
        None if row.as_ref().is_some_and(|row| row.uid == *uid) => row.as_ref().map(passwd_row).unwrap_or_default(),
        None => without_login("", *uid),
    };
    let identity = Identity { uid: number, groups: group_ids(unit, row.as_ref(), &groups), powers: vec![] };
    let ids = identity.groups.iter().chain(details.iter().flat_map(|process| &process.identity.groups));
    let member = row.iter().flat_map(|row| groups.gids_of_member(&row.name).chain([row.gid]));
    let named = ids.copied().chain(member).map(|gid| match groups.name(gid) {
        "" => gid.to_string(),
        name => name.to_owned(),
    });
    let fact = AccountFact {
        user: user.to_owned(),
        dynamic,
        row: row.as_ref().map(passwd_row),
        groups: named.collect::<BTreeSet<String>>().into_iter().collect(),
        live: live.iter().map(live_row).collect(),
        shared_with: number.map(|uid| shared_with(unit, uid, all)).unwrap_or_default(),
        people: uid_range(view),
        identity,
    };
    Ok(fact)
}

/// The identity that a unit is started with; `None` if its account does not exist or is dynamic.
pub(crate) fn identity(view: &View, unit: &UnitFact) -> Option<Identity> {
    let (accounts, groups) = (Accounts::read(view), Groups::read(view));
    let dynamic = unit.get("DynamicUser") == "yes";
    let row = match unit.get("User") {
        "" if dynamic => None,
        "" => accounts.by_uid(0),
        user => accounts.by_name_or_uid(user),
    }?;
    Some(Identity { uid: Some(row.uid), groups: group_ids(unit, Some(row), &groups), powers: vec![] })
}

fn without_login(name: &str, uid: u32) -> PasswdRow {
    PasswdRow { name: name.to_owned(), uid, shell_is: Shell::Missing, ..PasswdRow::default() }
}

/// An account that is not in /etc/passwd, from the other sources of nsswitch.conf(5), which the manager asks too.
fn outside_passwd(view: &View, user: &str) -> Result<Option<Account>, Unknown> {
    if !view.is_live() {
        return Err(unknown(format!(
            "the account {user} is not in /etc/passwd, and other sources of accounts need a running machine"
        )));
    }
    find_account(user).map_err(|error| unknown(error.to_string()))
}

/// Groups of `Group=` and `SupplementaryGroups=` that do not exist.
pub(crate) fn unknown_groups(view: &View, unit: &UnitFact) -> Vec<String> {
    if !view.is_live() {
        return vec![];
    }
    let groups = Groups::read(view);
    let named = std::iter::once(unit.get("Group")).chain(unit.list("SupplementaryGroups"));
    let is_unknown = |group: &&str| {
        !group.is_empty() && groups.gid_of(group).is_none() && find_group(group).is_ok_and(|found| found.is_none())
    };
    named.filter(is_unknown).take(MAX_GROUPS).map(str::to_owned).collect()
}

/// The groups of the process, by `Group=`, `SupplementaryGroups=` and initgroups(3).
fn group_ids(unit: &UnitFact, row: Option<&Account>, groups: &Groups) -> Vec<u32> {
    let own = match unit.get("Group") {
        "" => row.map(|row| row.gid),
        group => groups.gid_of(group),
    };
    let more = unit.list("SupplementaryGroups").into_iter().filter_map(|group| groups.gid_of(group));
    let member = row.iter().flat_map(|row| groups.gids_of_member(&row.name));
    let ids: BTreeSet<u32> = own.into_iter().chain(more).chain(member).collect();
    ids.into_iter().collect()
}

/// What a login with this shell would run.
fn shell(view: &View, written: &str) -> Shell {
    let path = if written.is_empty() { "/bin/sh" } else { written };
    // A program that is only called nologin may still be a shell, so links are followed.
    let end = view.canonicalize(Path::new(path));
    let refuses = |path: &str| NOLOGIN_PROGRAMS.contains(&path);
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

/// The lines of shadow(5): whether the password is locked, and the day of expiry. `None` if they may not be read.
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
        // Without a line there is no password that would match.
        self.0.as_ref().map(|lines| lines.get(name).is_none_or(|(locked, _)| *locked))
    }

    /// The account has expired (chage(1)); days are counted from 1970.
    fn expired(&self, name: &str) -> bool {
        let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 86_400;
        let line = self.0.as_ref().and_then(|lines| lines.get(name));
        line.is_some_and(|(_, day)| day.is_some_and(|day| day <= today))
    }
}

fn uid_range(view: &View) -> (u32, u32) {
    let Content::Text { text, .. } = read(view, Path::new("/etc/login.defs")) else { return DEFAULT_UID_RANGE };
    let value = |key: &str| {
        let mut words = text.lines().map(str::split_whitespace);
        words.find_map(|mut words| if words.next()? == key { words.next()?.parse().ok() } else { None })
    };
    (value("UID_MIN").unwrap_or(DEFAULT_UID_RANGE.0), value("UID_MAX").unwrap_or(DEFAULT_UID_RANGE.1))
}

/// Other services with a live process of this user. Transient units of systemd-run do not count.
fn shared_with(unit: &UnitFact, uid: u32, all: &[ProcessInfo]) -> Vec<String> {
    let others = all.iter().filter(|seen| seen.uid == uid && !seen.belongs_to(unit)).filter_map(ProcessInfo::service);
    let is_transient = |name: &str| ["run-", "unitlab-", "user@"].iter().any(|prefix| name.starts_with(prefix));
    let names: BTreeSet<&str> = others.filter(|name| !is_transient(name)).collect();
    names.into_iter().map(str::to_owned).take(16).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::{Shadow, Shell, View, shell};

    #[test]
    fn a_shell_is_judged_by_the_program_it_leads_to() {
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
    fn a_locked_password_is_not_an_expired_account() {
        let shadow =
            Shadow::parse("a:!:19000::::::\nb:*:19000:::::1:\nc:$y$j9T$x:19000:::::99999999:\nd::1::::::\nbad\n");
        let state = |name| (shadow.locked(name), shadow.expired(name));
        assert_eq!(state("a"), (Some(true), false));
        assert_eq!(state("b"), (Some(true), true));
        assert_eq!(state("c"), (Some(false), false));
        assert_eq!(state("d"), (Some(false), false));
        assert_eq!(state("none"), (Some(true), false));
        assert_eq!(Shadow(None).locked("a"), None);
    }
}
