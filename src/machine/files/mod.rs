//! Files and directories on disk: unit files, modes, access control lists, program headers.

#[cfg(test)]
mod arbitrary_bytes;
pub(crate) mod acl;
pub(crate) mod denied;
pub(crate) mod file;
pub(crate) mod program_head;
pub(crate) mod read;
pub(crate) mod unit_file;
