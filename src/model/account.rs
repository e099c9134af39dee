//! The account that a unit is started as.

use serde::{Deserialize, Serialize};

/// The account that a unit is started as, by its loaded settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountFact {
    /// `User=` as loaded; empty for none.
    pub user: String,
    /// `DynamicUser=yes`, and no account of that name exists in passwd(5).
    pub dynamic: bool,
    /// The account's line in passwd(5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<PasswdRow>,
    /// User and groups of the next start: the row, `Group=` and `SupplementaryGroups=`.
    pub identity: Identity,
    /// The accounts of the unit's live processes, each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub live: Vec<PasswdRow>,
    /// Every group that the account or a live process of the unit is in, by name, else by number.
    pub groups: Vec<String>,
    /// Other services with a live process of the same user.
    pub shared_with: Vec<String>,
    /// `UID_MIN` and `UID_MAX` of login.defs(5), the range of user accounts.
    pub people: (u32, u32),
}

/// An account, and whether it can be logged in to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasswdRow {
    pub name: String,
    pub uid: u32,
    /// Its shell as written; empty stands for /bin/sh.
    pub shell: String,
    /// Whether the shell allows a login.
    pub shell_is: Shell,
    /// No password is accepted: `!` or `*` in shadow(5), or no line there. None if shadow(5) could not be read.
    pub locked: Option<bool>,
    /// The account has expired (chage(1)), so every login is refused.
    pub expired: bool,
}

/// What a login would start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Shell {
    /// A program that can be started.
    #[default]
    Real,
    /// nologin(8), false(1) or true(1).
    Refuses,
    /// No executable file.
    Missing,
}

/// The credentials that decide which files a process may write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// None for a dynamic user that does not run, because it has no number yet.
    pub uid: Option<u32>,
    /// Group ids, the effective one and the supplementary ones.
    pub groups: Vec<u32>,
    /// Effective capabilities that bypass file permission checks (capabilities(7)).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub powers: Vec<String>,
}
