//! What the disk says of a unit: its files, whatever they are.

use serde::{Deserialize, Serialize};

/// The files of one unit as they are on disk now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesFact {
    /// First the fragment, if there is one, then the drop-ins, in the order of systemd.unit(5).
    pub files: Vec<DiskFile>,
    /// Copies of the fragment in folders that come later, and so are not read, although they were changed after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passed_over: Vec<DiskFile>,
}

/// One file of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskFile {
    /// Where it was found.
    pub path: String,
    /// Fragment or drop-in.
    pub role: Role,
    /// What is in it.
    pub content: Content,
}

/// What part a file plays for its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The unit file proper.
    Fragment,
    /// A `.conf` in a `.d` folder.
    DropIn,
}

/// What was found behind a path. Whatever it is, reading it took bounded time and memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// A regular file, decoded (bytes that are not UTF-8 replaced).
    Text {
        /// The text, at most the machine's bound.
        text: String,
        /// Some bytes were not UTF-8.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        lossy: bool,
    },
    /// A link to /dev/null: the unit or drop-in is masked.
    Masked,
    /// A regular file of no bytes; the manager takes a fragment like that for a masked one.
    Empty,
    /// Larger than any unit file could be; not read.
    TooLarge {
        /// Its size in bytes.
        bytes: u64,
    },
    /// Not a regular file: a FIFO, a device, a folder, a socket.
    NotRegular {
        /// What it is, with its article: `a FIFO`.
        what: String,
    },
    /// A link that leads nowhere or in a circle.
    BadLink {
        /// `a loop of links`, `a link to a missing file`.
        what: String,
    },
    /// It is there and could not be read.
    Unreadable {
        /// The system's words.
        why: String,
    },
}
