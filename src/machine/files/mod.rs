//! Files and directories on disk: unit files, modes, access control lists, program headers.

pub(crate) mod acl;
#[cfg(test)]
mod arbitrary_bytes;
pub(crate) mod denied;
pub(crate) mod file;
pub(crate) mod program_head;
pub(crate) mod read;
pub(crate) mod unit_file;
