//! Files and directories on disk: unit files, modes, access control lists, program headers.

pub(crate) mod acl;
#[cfg(test)]
mod arbitrary_bytes;
pub(crate) mod file;
pub(crate) mod paths_in_messages;
pub(crate) mod program_format;
pub(crate) mod read;
pub(crate) mod unit_file;
