//! Looks up accounts and groups: in /etc/passwd and /etc/group, then with getent(1) in every other source of
//! nsswitch.conf(5).
//!
//! A statically linked program cannot load NSS modules itself, so users of LDAP or systemd-homed are only found by
//! getent.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use super::child::{ChildError, Limits, run};
use super::software::{MissingSoftware, SEARCH_PATH, Software};

/// getent may ask a server.
const LIMITS: Limits = Limits { time: Duration::from_secs(5), stdout: 64 << 10 };

/// By getent(1): the key was not found.
const NOT_FOUND: i32 = 2;

/// A line of passwd(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) home: PathBuf,
    pub(crate) shell: String,
}

/// A line of group(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) gid: u32,
}

/// An account or group is not in the files, and getent could not be asked: it is unknown whether it exists.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookupError {
    #[error(transparent)]
    Missing(#[from] MissingSoftware),
    #[error("getent {0}")]
    Child(#[from] ChildError),
    #[error("getent {database} {key} failed: {message}")]
    Getent { database: &'static str, key: String, message: String },
}

/// Finds an account by its name, otherwise by its number, as `User=` does.
pub(crate) fn find_account(name: &str) -> Result<Option<Account>, LookupError> {
    find("passwd", name, |table| account_in(table, name))
}

/// Finds the first account with this number.
pub(crate) fn account_of_uid(uid: u32) -> Result<Option<Account>, LookupError> {
    find("passwd", &uid.to_string(), |table| accounts(table).find(|account| account.uid == uid))
}

/// Finds a group by its name, otherwise by its number, as `Group=` does.
pub(crate) fn find_group(name: &str) -> Result<Option<Group>, LookupError> {
    find("group", name, |table| group_in(table, name))
}

fn find<T>(database: &'static str, key: &str, pick: impl Fn(&str) -> Option<T>) -> Result<Option<T>, LookupError> {
    let local = fs::read(format!("/etc/{database}")).unwrap_or_default();
    if let Some(found) = pick(&String::from_utf8_lossy(&local)) {
        return Ok(Some(found));
    }
    Ok(getent(database, key)?.and_then(|line| pick(&line)))
}

/// Returns the entry that getent(1) prints.
fn getent(database: &'static str, key: &str) -> Result<Option<String>, LookupError> {
    let mut command = Software::Getent.command()?;
    command.args([database, "--", key]).env_clear().envs([("PATH", SEARCH_PATH), ("LC_ALL", "C")]);
    let outcome = run(&mut command, b"", LIMITS)?;
    match outcome.status.code() {
        Some(0) => Ok(Some(String::from_utf8_lossy(&outcome.stdout).into_owned())),
        Some(NOT_FOUND) => Ok(None),
        _ => {
            let stderr = String::from_utf8_lossy(&outcome.stderr);
            let message = stderr.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
            Err(LookupError::Getent { database, key: key.to_owned(), message: message.trim().to_owned() })
        }
    }
}

/// Comments and the NIS lines of old are no entries.
fn entries(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().filter(|line| !line.starts_with(['#', '+', '-'])).map(|line| line.split(':').collect())
}

fn accounts(table: &str) -> impl Iterator<Item = Account> {
    entries(table).filter_map(|fields| {
        Some(Account {
            name: (*fields.first()?).to_owned(),
            uid: fields.get(2)?.parse().ok()?,
            gid: fields.get(3)?.parse().ok()?,
            home: fields.get(5).copied().unwrap_or_default().into(),
            shell: fields.get(6).copied().unwrap_or_default().to_owned(),
        })
    })
}

fn account_in(table: &str, name: &str) -> Option<Account> {
    let uid: Option<u32> = name.parse().ok();
    accounts(table)
        .find(|account| account.name == name)
        .or_else(|| accounts(table).find(|account| Some(account.uid) == uid))
}

fn group_in(table: &str, name: &str) -> Option<Group> {
    let groups = || {
        entries(table)
            .filter_map(|fields| Some(Group { name: (*fields.first()?).to_owned(), gid: fields.get(2)?.parse().ok()? }))
    };
    let gid: Option<u32> = name.parse().ok();
    groups().find(|group| group.name == name).or_else(|| groups().find(|group| Some(group.gid) == gid))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{account_in, account_of_uid, find_account, find_group, group_in};

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/bash\n# a:x:8:8::/:\n+nis:x:7:7::/:\nbroken\n\
                          many:x:many:1::/:\n1000:x:5:5::/five:\nmira:x:1000:1001:Mira:/home/mira:/bin/zsh\n";

    #[test]
    fn a_name_comes_before_a_number() {
        for (name, uid) in
            [("mira", Some(1000)), ("1000", Some(5)), ("0", Some(0)), ("nis", None), ("8", None), ("many", None)]
        {
            assert_eq!(account_in(PASSWD, name).map(|account| account.uid), uid, "{name}");
        }
        let mira = account_in(PASSWD, "mira").unwrap();
        assert_eq!((mira.gid, mira.home.as_path(), mira.shell.as_str()), (1001, Path::new("/home/mira"), "/bin/zsh"));
        assert_eq!(group_in("adm:x:4:mira\nbroken\n", "4").map(|group| group.name).as_deref(), Some("adm"));
    }

    #[test]
    fn root_is_found_by_name_and_by_number_and_strangers_are_not() {
        assert_eq!(find_account("root").unwrap().unwrap().uid, 0);
        assert_eq!(account_of_uid(0).unwrap().unwrap().name, "root");
        assert_eq!(find_group("root").unwrap().unwrap().gid, 0);
        // Not in the files: getent is asked, and answers that it knows no such key.
        assert_eq!(find_account("no-such-account").unwrap(), None);
        assert_eq!(find_group("no-such-group").unwrap(), None);
    }
}
