//! The files of a unit on the disk.

use serde::{Deserialize, Serialize};

/// The files of one unit as they are on disk now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FilesFact {
    /// First the fragment, if there is one, then the drop-ins, in the order of systemd.unit(5).
    pub files: Vec<DiskFile>,
    /// Newer copies of the fragment in directories of lower precedence, which the manager does not read.
    #[serde(default, rename = "passed_over", skip_serializing_if = "Vec::is_empty")]
    pub shadowed: Vec<DiskFile>,
}

/// One file of a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiskFile {
    pub path: String,
    pub role: Role,
    pub content: Content,
}

/// A fragment or a drop-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The unit file itself.
    Fragment,
    /// A `.conf` file in a `.d` directory.
    DropIn,
}

/// What was found at a path, read in bounded time and memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Content {
    /// A regular file, decoded (bytes that are not UTF-8 replaced).
    Text {
        text: String,
        /// Some bytes were not UTF-8.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        lossy: bool,
    },
    /// A link to /dev/null: the unit or drop-in is masked.
    Masked,
    /// An empty regular file; the manager treats an empty fragment as masked.
    Empty,
    /// Larger than the limit for unit files; not read.
    TooLarge { bytes: u64 },
    /// A FIFO, a device, a directory or a socket.
    NotRegular {
        /// What it is, with its article: `a FIFO`.
        what: String,
    },
    /// A dangling symbolic link, or a loop of them.
    BadLink {
        /// `a loop of links`, `a link to a missing file`.
        what: String,
    },
    /// The file exists and could not be read.
    Unreadable {
        /// The error message of the operating system.
        why: String,
    },
}
