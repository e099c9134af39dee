//! The state of a chapter's sandbox, in which its commands run.

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum SandboxStatus {
    /// No command has needed one yet.
    #[default]
    NotStarted,
    Booting,
    Running {
        /// The version of its systemd, `252`; empty if unknown.
        systemd: String,
    },
    /// It can start only after sudo has asked for the password.
    NeedsPassword,
    /// It cannot run on this machine.
    Unavailable {
        /// The reason, one line.
        why: String,
    },
}
