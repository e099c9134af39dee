//! What happens to a session.

use super::key::Key;
use super::layout::Layout;
use super::sandbox_status::SandboxStatus;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    Key(Key),
    /// The page was laid out again.
    Layout(Layout),
    /// The status of the sandbox changed.
    Sandbox(SandboxStatus),
    /// The running command printed this text.
    Output(String),
    /// The running command exited with this code, as a shell reports it; none if it was stopped.
    Exited(Option<i32>),
    /// The learner left a lab. The text is markdown for the page.
    LabClosed(String),
}
