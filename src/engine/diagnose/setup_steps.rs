//! The steps USER, GROUP, CHDIR and NAMESPACE, and why each of them fails.

use super::failed_step::{FailedStep, describe_missing};
use super::shell_word::shell_safe;
use crate::model::{Cause, Diagnosis, FailureFact, FileType, RequiredPath};

impl FailedStep<'_> {
    pub(super) fn user(&self) -> Diagnosis {
        let user = self.unit.get("User");
        let name = shell_safe(user).unwrap_or("NAME");
        let reason = match self.failure {
            Some(FailureFact { identity: Some(_), .. }) => {
                format!("the account {user} exists now, so it may be newer than the failure")
            }
            Some(_) => format!("there is no account named {user}"),
            None => "systemd could not switch to that user, most often because the account does not exist".into(),
        };
        let make = format!("getent passwd {name} || sudo useradd --system --shell /usr/sbin/nologin {name}");
        self.diagnosis(Cause::UserUnknown, &reason, format!("{make}; {}", self.try_again))
    }

    pub(super) fn group(&self) -> Diagnosis {
        let missing = self.failure.and_then(|failure| failure.unknown_groups.first());
        let name = missing.map_or(self.unit.get("Group"), String::as_str);
        let reason = match (self.failure, missing) {
            (_, Some(group)) => format!("there is no group named {group}"),
            (Some(_), None) => "all its groups exist now, so one may be newer than the failure".into(),
            (None, None) => "systemd could not switch to the group, most often because it does not exist".into(),
        };
        let name = shell_safe(name).unwrap_or("NAME");
        let make = format!("getent group {name} || sudo groupadd --system {name}");
        self.diagnosis(Cause::GroupUnknown, &reason, format!("{make}; {}", self.try_again))
    }

    pub(super) fn chdir(&self, required: Option<&RequiredPath>) -> Diagnosis {
        let directory = shell_safe(self.unit.get("WorkingDirectory")).unwrap_or("DIRECTORY");
        let next = format!("namei -l {directory}; {}", self.try_again);
        let reason = match required.map(|required| (required, &required.found.node)) {
            None => {
                "systemd could not enter the working directory: it does not exist, or the user may not enter it".into()
            }
            Some((required, None)) => describe_missing(required),
            Some((required, Some(node))) if node.file_type != FileType::Directory => {
                format!("{} is {}, not a directory", required.path, node.file_type.described())
            }
            Some((required, Some(node))) => match self.denied(required, node) {
                Some(denied) => return denied,
                None => format!("{} exists now, so it may be newer than the failure", required.path),
            },
        };
        self.diagnosis(Cause::Chdir, &reason, next)
    }

    /// `missing` does not exist, and `directive` names it.
    pub(super) fn namespace(&self, directive: &str, missing: &RequiredPath) -> Diagnosis {
        let path = &missing.path;
        self.diagnosis(
            Cause::Namespace,
            &format!("{}, so systemd could not set up the mount namespace", describe_missing(missing)),
            format!("create {path}, or write {directive}=-{path}, which ignores a missing path; then sudo systemctl daemon-reload and restart"),
        )
    }
}
