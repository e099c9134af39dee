//! Finds the directory of the learner's files and their owner: the user who typed the command, also under sudo.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use rustix::process::{getegid, geteuid};

use super::error::LearnerError;
use super::owner::Owner;
use crate::os::account::account_of_uid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateDir {
    /// Absolute; may not exist yet.
    pub path: PathBuf,
    /// The owner of the files in it.
    pub owner: Owner,
}

impl StateDir {
    /// `--state-dir`, else `UNITLAB_STATE_DIR`, else `unitlab` in the XDG state directory of the invoking user.
    pub fn resolve(flag: Option<PathBuf>) -> Result<Self, LearnerError> {
        Environment {
            me: Owner { uid: geteuid().as_raw(), gid: getegid().as_raw() },
            var: &|name| env::var_os(name),
            home_of: &|uid| account_of_uid(uid).ok()?.map(|account| account.home),
        }
        .state_dir(flag)
    }
}

struct Environment<'a> {
    me: Owner,
    var: &'a dyn Fn(&str) -> Option<OsString>,
    home_of: &'a dyn Fn(u32) -> Option<PathBuf>,
}

impl Environment<'_> {
    fn state_dir(&self, flag: Option<PathBuf>) -> Result<StateDir, LearnerError> {
        let invoker = self.invoker();
        let owner = invoker.unwrap_or(self.me);
        let named = flag.or_else(|| self.var("UNITLAB_STATE_DIR"));
        if let Some(named) = named {
            let path = std::path::absolute(&named).map_err(LearnerError::system("use", &named))?;
            return Ok(StateDir { path, owner });
        }
        // The XDG Base Directory Specification says to ignore relative paths.
        let state_home = self.var("XDG_STATE_HOME").filter(|path| path.is_absolute());
        let home = || {
            // Under sudo, HOME may be root's.
            let home = if invoker.is_some() { None } else { self.var("HOME") };
            home.or_else(|| (self.home_of)(owner.uid)).filter(|path| path.is_absolute())
        };
        let state_home = state_home.or_else(|| home().map(|home| home.join(".local/state")));
        let path = state_home.ok_or(LearnerError::NoHome { uid: owner.uid })?.join("unitlab");
        Ok(StateDir { path, owner })
    }

    /// The user who called sudo.
    fn invoker(&self) -> Option<Owner> {
        let id = |name| self.var(name)?.to_str()?.parse().ok();
        let uid = id("SUDO_UID").filter(|_| self.me.uid == 0)?;
        // sudo sets both variables.
        Some(Owner { uid, gid: id("SUDO_GID")? })
    }

    fn var(&self, name: &str) -> Option<PathBuf> {
        (self.var)(name).filter(|value| !value.is_empty()).map(PathBuf::from)
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{Environment, Owner};

    fn home_of(uid: u32) -> Option<PathBuf> {
        match uid {
            0 => Some("/root".into()),
            1000 => Some("/home/mira".into()),
            _ => None,
        }
    }

    fn resolve(uid: u32, vars: &[(&str, &str)], flag: Option<&str>) -> Result<(String, u32, u32), String> {
        let environment = Environment {
            me: Owner { uid, gid: uid },
            var: &|name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()),
            home_of: &home_of,
        };
        let dir = environment.state_dir(flag.map(PathBuf::from)).map_err(|error| error.to_string())?;
        Ok((dir.path.display().to_string(), dir.owner.uid, dir.owner.gid))
    }

    #[test]
    fn files_belong_to_the_user_who_typed_the_command() {
        let sudo = [("HOME", "/root"), ("SUDO_UID", "1000"), ("SUDO_GID", "1001")];
        let sudo_xdg = [("XDG_STATE_HOME", "/s"), ("SUDO_UID", "1000"), ("SUDO_GID", "1001")];
        for (uid, vars, flag, path, owner) in [
            (1000, &[("HOME", "/home/m")][..], None, "/home/m/.local/state/unitlab", (1000, 1000)),
            (1000, &[("HOME", "/home/m"), ("XDG_STATE_HOME", "/s")], None, "/s/unitlab", (1000, 1000)),
            (1000, &[("HOME", "/home/m"), ("XDG_STATE_HOME", "s")], None, "/home/m/.local/state/unitlab", (1000, 1000)),
            (1000, &[("UNITLAB_STATE_DIR", "/u"), ("XDG_STATE_HOME", "/s")], None, "/u", (1000, 1000)),
            (1000, &[("UNITLAB_STATE_DIR", "/u")], Some("/f"), "/f", (1000, 1000)),
            (1000, &[("HOME", "")], None, "/home/mira/.local/state/unitlab", (1000, 1000)),
            (0, &[], None, "/root/.local/state/unitlab", (0, 0)),
            (0, &sudo, None, "/home/mira/.local/state/unitlab", (1000, 1001)),
            (0, &sudo_xdg, None, "/s/unitlab", (1000, 1001)),
            (0, &sudo, Some("/f"), "/f", (1000, 1001)),
            // The SUDO_ variables count only for root.
            (
                1000,
                &[("HOME", "/home/m"), ("SUDO_UID", "0"), ("SUDO_GID", "0")],
                None,
                "/home/m/.local/state/unitlab",
                (1000, 1000),
            ),
        ] {
            assert_eq!(resolve(uid, vars, flag), Ok((path.to_owned(), owner.0, owner.1)), "{uid} {vars:?}");
        }
    }

    #[test]
    fn the_error_without_a_home_names_state_dir() {
        let error = resolve(0, &[("SUDO_UID", "4711"), ("SUDO_GID", "4711")], None).unwrap_err();
        assert!(error.contains("uid 4711") && error.contains("--state-dir"), "{error}");
    }
}
