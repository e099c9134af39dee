//! The lesson host: a process that runs as root and boots the sandbox in which a lesson's commands run.

pub(crate) mod command_run;
mod host;
mod protocol;

pub(crate) use host::serve;
pub(crate) use protocol::{LessonEvent, LessonRequest};
