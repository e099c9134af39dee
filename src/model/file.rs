//! What is at a path.

use serde::{Deserialize, Serialize};

/// What a path can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileType {
    /// A regular file.
    File,
    /// A directory.
    #[serde(rename = "folder")]
    Directory,
    /// A symbolic link.
    Link,
    /// A FIFO, socket or device.
    Special,
}

impl FileType {
    /// The name with its article: `a link`.
    #[must_use]
    pub fn described(self) -> &'static str {
        match self {
            Self::File => "a regular file",
            Self::Directory => "a directory",
            Self::Link => "a link",
            Self::Special => "a FIFO, socket or device",
        }
    }
}

/// What is at a path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileFact {
    /// The target if the path is a symbolic link; else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// The file, symbolic links followed; none if there is none.
    pub node: Option<Node>,
    /// Its parent directories with symbolic links resolved, the nearest first.
    #[serde(default, rename = "folders", skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<Node>,
    /// The result of the search for a text, if one was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<Search>,
    /// It is mounted read-only for the unit's main process; none when there is no such process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_only: Option<bool>,
}

/// A file or directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Its path with symbolic links resolved.
    pub path: String,
    pub file_type: FileType,
    pub uid: u32,
    /// The owner's name; empty for none.
    pub owner: String,
    pub gid: u32,
    /// The group's name; empty for none.
    pub group: String,
    /// The lowest twelve permission bits.
    pub mode: u32,
    /// Entries of its access control list (acl(5)) for single users and groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acl: Vec<AclEntry>,
}

/// An entry of an access control list for one user or group, after the mask is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AclEntry {
    /// The entry is for a group.
    pub group: bool,
    /// The user or group id.
    pub id: u32,
    /// Write permission.
    pub write: bool,
}

/// The result of a search for a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Search {
    Found {
        /// The number of the line on which the text begins, from 1.
        line: u32,
        /// That line.
        text: String,
    },
    Absent,
    /// The path is not a regular file.
    NoText {
        /// The type with its article: `a FIFO`.
        what: String,
    },
    /// The file could not be read.
    Unread {
        why: String,
    },
}
