//! The accounts and groups in /etc/passwd and /etc/group, read without NSS modules of the machine.

use std::path::Path;

use crate::model::Content;

use crate::machine::files::read::read;
use crate::machine::view::View;

/// A line of passwd(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PasswdEntry {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) shell: String,
}

/// The accounts of passwd(5).
#[derive(Debug, Default)]
pub(crate) struct Accounts(Vec<PasswdEntry>);

impl Accounts {
    /// Reads /etc/passwd; there are no accounts if it cannot be read.
    pub(crate) fn read(view: &View) -> Self {
        Self::parse(&text(view, "/etc/passwd"))
    }

    pub(crate) fn parse(text: &str) -> Self {
        let row = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let number = |at: usize| fields.get(at)?.parse().ok();
            let shell = fields.get(6).copied().unwrap_or_default().to_owned();
            Some(PasswdEntry { name: (*fields.first()?).to_owned(), uid: number(2)?, gid: number(3)?, shell })
        };
        Self(data_lines(text).filter_map(row).collect())
    }

    /// The name of the first account with this number; empty when there is none.
    pub(crate) fn name(&self, uid: u32) -> &str {
        self.by_uid(uid).map_or("", |row| row.name.as_str())
    }

    /// Every account with this number.
    pub(crate) fn names(&self, uid: u32) -> Vec<String> {
        self.0.iter().filter(|row| row.uid == uid).map(|row| row.name.clone()).collect()
    }

    /// The first account with this number.
    pub(crate) fn by_uid(&self, uid: u32) -> Option<&PasswdEntry> {
        self.0.iter().find(|row| row.uid == uid)
    }

    /// The account that `User=` means: by name, otherwise by number.
    pub(crate) fn by_name_or_uid(&self, user: &str) -> Option<&PasswdEntry> {
        self.0.iter().find(|row| row.name == user).or_else(|| self.by_uid(user.parse().ok()?))
    }
}

/// The groups of group(5).
#[derive(Debug, Default)]
pub(crate) struct Groups(Vec<Group>);

#[derive(Debug)]
struct Group {
    name: String,
    gid: u32,
    members: Vec<String>,
}

impl Groups {
    /// Reads /etc/group; there are no groups if it cannot be read.
    pub(crate) fn read(view: &View) -> Self {
        Self::parse(&text(view, "/etc/group"))
    }

    fn parse(text: &str) -> Self {
        let group = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let members = fields.get(3)?.split(',').map(|member| member.trim().to_owned()).collect();
            Some(Group { name: (*fields.first()?).to_owned(), gid: fields.get(2)?.parse().ok()?, members })
        };
        Self(data_lines(text).filter_map(group).collect())
    }

    /// The name of the first group with this number; empty when there is none.
    pub(crate) fn name(&self, gid: u32) -> &str {
        self.0.iter().find(|group| group.gid == gid).map_or("", |group| group.name.as_str())
    }

    /// The number that `Group=` means.
    pub(crate) fn gid_of(&self, group: &str) -> Option<u32> {
        self.0.iter().find(|known| known.name == group).map(|known| known.gid).or_else(|| group.parse().ok())
    }

    /// The numbers of the groups that list this account as a member.
    pub(crate) fn gids_of_member(&self, name: &str) -> impl Iterator<Item = u32> {
        self.0.iter().filter(move |group| group.members.iter().any(|member| member == name)).map(|group| group.gid)
    }
}

fn text(view: &View, path: &str) -> String {
    match read(view, Path::new(path)) {
        Content::Text { text, .. } => text,
        _ => String::new(),
    }
}

/// Comments and the lines for NIS are not entries.
fn data_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with(['#', '+', '-']))
}

#[cfg(test)]
mod tests {
    use super::{Accounts, Groups};

    #[test]
    fn an_account_is_found_by_name_and_by_number() {
        let accounts = Accounts::parse(
            "root:x:0:0:root:/root:/bin/bash\ntoor:x:0:0::/root:/bin/sh\n+nis:x:7:7::/:\n# a:x:8:8::/:\n\
             broken\nnumber:x:many:1::/:\nsre-app:x:998:998::/nonexistent:/usr/sbin/nologin\n",
        );
        for (uid, name) in [(0, "root"), (998, "sre-app"), (7, ""), (8, ""), (1000, "")] {
            assert_eq!(accounts.name(uid), name, "{uid}");
        }
        assert_eq!(accounts.names(0), ["root", "toor"]);
        for (user, uid) in [("toor", Some(0)), ("998", Some(998)), ("sre-app", Some(998)), ("nobody", None)] {
            assert_eq!(accounts.by_name_or_uid(user).map(|row| row.uid), uid, "{user}");
        }
        assert_eq!(accounts.by_name_or_uid("sre-app").unwrap().shell, "/usr/sbin/nologin");
    }

    #[test]
    fn groups_know_their_members() {
        let groups = Groups::parse("root:x:0:\nsudo:x:27:learner,sre-app\nbroken:x:1\nadm:x:4:sre-app , x\n");
        assert_eq!(groups.gids_of_member("sre-app").collect::<Vec<_>>(), [27, 4]);
        assert_eq!((groups.name(27), groups.name(1)), ("sudo", ""));
        assert_eq!((groups.gid_of("adm"), groups.gid_of("77"), groups.gid_of("x")), (Some(4), Some(77), None));
    }
}
