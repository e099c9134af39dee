//! What labs need and this machine lacks, and how unitlab offers to install it.

use std::collections::BTreeSet;
use std::path::Path;

use super::error::Error;
use super::workspace::Workspace;
use crate::learner::DeclinedSoftware;
use crate::os::{Installation, MissingSoftware, Software, as_root};
use crate::sandbox::{self, ProbeStatus};

/// Software that labs need and this machine lacks.
pub(crate) struct Shortage {
    pub(crate) software: Vec<Software>,
    /// No sandbox can boot without it.
    pub(crate) blocks_sandboxes: bool,
}

/// What can be done about a shortage.
pub(crate) enum Remedy {
    /// The learner is asked.
    Offer(Installation),
    /// The learner has declined it before.
    Declined,
    /// Nothing can be installed, or it would not help.
    Impossible { why: String, next: String },
}

impl Shortage {
    /// Returns what is missing; `None` if nothing is. `os_tree` is the OS tree that sandboxes boot on, if not the host's.
    pub(crate) fn find(os_tree: Option<&Path>) -> Option<Self> {
        let missing = sandbox::missing_software(os_tree.is_some());
        let blocks_sandboxes = missing.iter().any(|(_, status)| *status == ProbeStatus::Blocking);
        let software: Vec<Software> = missing.into_iter().map(|(software, _)| software).collect();
        (!software.is_empty()).then_some(Self { software, blocks_sandboxes })
    }

    /// What can be done about it. If `again`, an earlier refusal does not count.
    pub(crate) fn remedy(&self, workspace: &Workspace, again: bool) -> Remedy {
        // Packages change nothing about this.
        if let Some(obstacle) = sandbox::obstacle() {
            let why = format!("{}: {}", obstacle.name, obstacle.finding);
            return Remedy::Impossible { why, next: "unitlab doctor shows everything that this machine lacks".into() };
        }
        let installation = match Installation::of(&self.software) {
            Ok(installation) => installation,
            Err(error) => {
                let next = format!("install {} another way, then run the same command again", self.names());
                return Remedy::Impossible { why: error.to_string(), next };
            }
        };
        if !sandbox::is_root() && !Software::Sudo.is_installed() {
            return Remedy::Impossible {
                why: "only root can install packages, and there is no sudo".into(),
                next: format!("as root, run {}", commands(&installation)),
            };
        }
        if !again && self.is_declined(workspace) {
            return Remedy::Declined;
        }
        Remedy::Offer(installation)
    }

    fn is_declined(&self, workspace: &Workspace) -> bool {
        let declined = declined(workspace).read();
        self.software.iter().all(|software| declined.contains(software.name()))
    }

    /// Remembers that the learner does not want it.
    pub(crate) fn decline(&self, workspace: &Workspace) -> Result<(), Error> {
        let names = self.software.iter().map(|software| software.name().to_owned());
        Ok(declined(workspace).write(&names.collect())?)
    }

    /// `systemd-nspawn, python3 and 2 more`.
    pub(crate) fn names(&self) -> String {
        const MOST: usize = 3;
        let mut names: Vec<String> = self.software.iter().map(|software| software.name().to_owned()).collect();
        if names.len() > MOST {
            let more = names.split_off(MOST - 1).len();
            names.push(format!("{more} more"));
        }
        match names.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} and {last}", others.join(", ")),
            None => String::new(),
        }
    }

    /// The error of a command that needs a sandbox. `cause` says why nothing was installed, and may be empty.
    pub(crate) fn error(&self, cause: &str, next: &str) -> Error {
        let missing = self.software.iter().map(|software| MissingSoftware(*software).to_string());
        let causes: Vec<String> = std::iter::once(cause.to_owned()).chain(missing).collect();
        Error::failed("labs cannot run here yet", causes.join("\n").trim_start(), next)
    }
}

/// Forgets what the learner did not want.
pub(crate) fn forget_declined(workspace: &Workspace) -> Result<(), Error> {
    Ok(declined(workspace).write(&BTreeSet::new())?)
}

fn declined(workspace: &Workspace) -> DeclinedSoftware {
    DeclinedSoftware::at(workspace.state_dir())
}

/// The commands that install it, in one line.
pub(crate) fn commands(installation: &Installation) -> String {
    let lines: Vec<String> = installation.lines().iter().map(|line| format!("`{line}`")).collect();
    lines.join(", then ")
}

/// The text that is shown before the question.
pub(crate) fn offer_text(installation: &Installation, software: &[Software]) -> String {
    let width = software.iter().map(|software| software.name().len()).max().unwrap_or(0);
    let rows = software.iter().map(|software| format!("  {:width$}  {}\n", software.name(), software.purpose()));
    let through = if sandbox::is_root() { "" } else { ", through sudo" };
    let commands = installation.lines().into_iter().map(|line| format!("  {line}\n"));
    format!(
        "Labs need software that is not installed on this machine:\n{}unitlab can install it now. It runs this as \
         root{through}:\n{}{} To remove it later:\n  {}\n",
        rows.collect::<String>(),
        commands.collect::<String>(),
        installation.cost(),
        as_root(&installation.undo_line()),
    )
}

#[cfg(test)]
mod tests {
    use super::{Shortage, Software};

    #[test]
    fn a_long_list_of_names_is_shortened() {
        for (software, names) in [
            (&[Software::Nspawn][..], "systemd-nspawn"),
            (&[Software::Nspawn, Software::Sudo], "systemd-nspawn and sudo"),
            (&[Software::Nspawn, Software::Sudo, Software::Ps], "systemd-nspawn, sudo and ps"),
            (&[Software::Nspawn, Software::Sudo, Software::Ps, Software::Ss], "systemd-nspawn, sudo and 2 more"),
        ] {
            assert_eq!(Shortage { software: software.to_vec(), blocks_sandboxes: true }.names(), names);
        }
    }
}
