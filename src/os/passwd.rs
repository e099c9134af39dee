//! The tables of passwd(5) and group(5).

use std::path::PathBuf;

/// A line of passwd(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) home: PathBuf,
    pub(crate) shell: String,
}

/// The accounts of passwd(5).
#[derive(Debug, Default)]
pub(crate) struct Accounts(Vec<Account>);

impl Accounts {
    pub(crate) fn parse(text: &str) -> Self {
        let row = |line: &str| {
            let fields: Vec<&str> = line.split(':').collect();
            let number = |at: usize| fields.get(at)?.parse().ok();
            let text = |at: usize| fields.get(at).copied().unwrap_or_default();
            let (name, home, shell) = (text(0).to_owned(), text(5).into(), text(6).to_owned());
            Some(Account { name, uid: number(2)?, gid: number(3)?, home, shell })
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
    pub(crate) fn by_uid(&self, uid: u32) -> Option<&Account> {
        self.0.iter().find(|row| row.uid == uid)
    }

    /// The account that `User=` means: by name, otherwise by number.
    pub(crate) fn by_name_or_uid(&self, user: &str) -> Option<&Account> {
        self.0.iter().find(|row| row.name == user).or_else(|| self.by_uid(user.parse().ok()?))
    }
}

/// The groups of group(5).
#[derive(Debug, Default)]
pub(crate) struct Groups(Vec<Group>);

/// A line of group(5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) gid: u32,
    members: Vec<String>,
}

impl Groups {
    pub(crate) fn parse(text: &str) -> Self {
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

    /// The group that `Group=` means: by name, otherwise by number.
    pub(crate) fn by_name_or_gid(&self, group: &str) -> Option<&Group> {
        let gid: Option<u32> = group.parse().ok();
        let by_name = self.0.iter().find(|known| known.name == group);
        by_name.or_else(|| self.0.iter().find(|known| Some(known.gid) == gid))
    }

    /// The number that `Group=` means. A number needs no group.
    pub(crate) fn gid_of(&self, group: &str) -> Option<u32> {
        self.by_name_or_gid(group).map(|known| known.gid).or_else(|| group.parse().ok())
    }

    /// The numbers of the groups that list this account as a member.
    pub(crate) fn gids_of_member(&self, name: &str) -> impl Iterator<Item = u32> {
        self.0.iter().filter(move |group| group.members.iter().any(|member| member == name)).map(|group| group.gid)
    }
}

/// Comments and the lines for NIS are not entries.
fn data_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with(['#', '+', '-']))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Accounts, Groups};

    #[test]
    fn a_name_comes_before_a_number() {
        let accounts = Accounts::parse(
            "root:x:0:0:root:/root:/bin/bash\n# a:x:8:8::/:\n+nis:x:7:7::/:\nbroken\nmany:x:many:1::/:\n\
             1000:x:5:5::/five:\nmira:x:1000:1001:Mira:/home/mira:/bin/zsh\n",
        );
        for (name, uid) in
            [("mira", Some(1000)), ("1000", Some(5)), ("0", Some(0)), ("nis", None), ("8", None), ("many", None)]
        {
            assert_eq!(accounts.by_name_or_uid(name).map(|account| account.uid), uid, "{name}");
        }
        let mira = accounts.by_name_or_uid("mira").unwrap();
        assert_eq!((mira.gid, mira.home.as_path(), mira.shell.as_str()), (1001, Path::new("/home/mira"), "/bin/zsh"));
        let groups = Groups::parse("adm:x:4:mira\nbroken\n");
        assert_eq!(groups.by_name_or_gid("4").map(|group| group.name.as_str()), Some("adm"));
    }

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
