//! The accounts and groups in /etc/passwd and /etc/group, read without NSS modules of the machine.

use std::path::Path;

use crate::machine::files::read::read;
use crate::machine::view::View;
use crate::model::Content;
pub(crate) use crate::os::passwd::{Accounts, Groups};

impl Accounts {
    /// Reads /etc/passwd; there are no accounts if it cannot be read.
    pub(crate) fn read(view: &View) -> Self {
        Self::parse(&text(view, "/etc/passwd"))
    }
}

impl Groups {
    /// Reads /etc/group; there are no groups if it cannot be read.
    pub(crate) fn read(view: &View) -> Self {
        Self::parse(&text(view, "/etc/group"))
    }
}

fn text(view: &View, path: &str) -> String {
    match read(view, Path::new(path)) {
        Content::Text { text, .. } => text,
        _ => String::new(),
    }
}
