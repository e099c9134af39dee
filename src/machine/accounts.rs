//! Account names by number, from passwd(5) as it stands on disk: nothing of the machine's own is loaded to read it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::model::Content;

use super::reading::read;

/// Who owns which user id.
#[derive(Debug, Default)]
pub(super) struct Accounts(BTreeMap<u32, Vec<String>>);

impl Accounts {
    /// Reads /etc/passwd; whatever cannot be read has no names.
    pub(super) fn of_this_machine() -> Self {
        match read(Path::new("/etc/passwd")) {
            Content::Text { text, .. } => Self::parse(&text),
            _ => Self::default(),
        }
    }

    fn parse(text: &str) -> Self {
        let mut names = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with(['#', '+', '-'])) {
            let mut fields = line.split(':');
            let uid = fields.clone().nth(2).and_then(|uid| uid.parse().ok());
            if let (Some(name), Some(uid)) = (fields.next(), uid) {
                names.entry(uid).or_insert_with(Vec::new).push(name.to_owned());
            }
        }
        Self(names)
    }

    /// The first account with this number; empty when there is none.
    pub(super) fn name(&self, uid: u32) -> &str {
        self.0.get(&uid).map_or("", |names| &names[0])
    }

    /// Every account with this number.
    pub(super) fn names(&self, uid: u32) -> Vec<String> {
        self.0.get(&uid).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Accounts;

    #[test]
    fn the_first_account_of_a_number_names_it() {
        let accounts = Accounts::parse(
            "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/root:/bin/sh\n+nis:x:7:7::/:\n# a:x:8:8::/:\n\
             broken\nnumber:x:many:1::/:\nsre-app:x:998:998::/nonexistent:/usr/sbin/nologin\n",
        );
        for (uid, name) in [(0, "root"), (998, "sre-app"), (7, ""), (8, ""), (1000, "")] {
            assert_eq!(accounts.name(uid), name, "{uid}");
        }
        assert_eq!(accounts.names(0), ["root", "toor"]);
    }
}
