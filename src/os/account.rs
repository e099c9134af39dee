//! Looks up accounts and groups: in /etc/passwd and /etc/group, then with getent(1) in every other source of
//! nsswitch.conf(5).
//!
//! A statically linked program cannot load NSS modules itself, so users of LDAP or systemd-homed are only found by
//! getent.

use std::fs;
use std::time::Duration;

use super::child::{ChildError, Limits, run};
use super::passwd::{Account, Accounts, Group, Groups};
use super::software::{MissingSoftware, SEARCH_PATH, Software};

/// getent may ask a server.
const LIMITS: Limits = Limits { time: Duration::from_secs(5), stdout: 64 << 10 };

/// By getent(1): the key was not found.
const NOT_FOUND: i32 = 2;

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
    find("passwd", name, |table| Accounts::parse(table).by_name_or_uid(name).cloned())
}

/// Finds the first account with this number.
pub(crate) fn account_of_uid(uid: u32) -> Result<Option<Account>, LookupError> {
    find("passwd", &uid.to_string(), |table| Accounts::parse(table).by_uid(uid).cloned())
}

/// Finds a group by its name, otherwise by its number, as `Group=` does.
pub(crate) fn find_group(name: &str) -> Result<Option<Group>, LookupError> {
    find("group", name, |table| Groups::parse(table).by_name_or_gid(name).cloned())
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

#[cfg(test)]
mod tests {
    use super::{account_of_uid, find_account, find_group};

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
