//! Accounts inside a sandbox: the OS tree's system accounts and one learner, all with locked passwords.

/// Uid and gid of the learner inside.
pub(super) const LEARNER: u32 = 1000;

/// The contents of /etc/passwd, group, shadow and gshadow.
pub(super) struct Accounts {
    pub passwd: String,
    pub group: String,
    pub shadow: String,
    pub gshadow: String,
    /// Gid of `systemd-journal`, the group of /var/log/journal.
    pub journal_gid: u32,
}

impl Accounts {
    /// Keeps the system accounts of an OS tree and adds the learner.
    pub(super) fn of_os_tree(passwd: &str, group: &str) -> Self {
        let users: Vec<[&str; 7]> = rows(passwd).filter(|row| is_system(row[2])).collect();
        let groups: Vec<[&str; 4]> = rows(group).filter(|row| is_system(row[2])).collect();
        let gid = |name: &str| groups.iter().find(|row| row[0] == name).and_then(|row| row[2].parse().ok());
        let mut accounts = Self {
            passwd: String::new(),
            group: String::new(),
            shadow: String::new(),
            gshadow: String::new(),
            journal_gid: gid("systemd-journal").unwrap_or(0),
        };
        for [name, _, uid, gid, gecos, home, shell] in users.iter().filter(|row| row[0] != "learner") {
            accounts.add_user(&format!("{name}:x:{uid}:{gid}:{gecos}:{home}:{shell}"), name);
        }
        accounts.add_user(&format!("learner:x:{LEARNER}:{LEARNER}:learner:/home/learner:/bin/bash"), "learner");
        for [name, _, gid, _] in groups.iter().filter(|row| row[0] != "learner") {
            // Members of adm and systemd-journal can read the whole journal. No other membership is copied.
            let members = if *name == "systemd-journal" || *name == "adm" { "learner" } else { "" };
            accounts.add_group(name, gid, members);
        }
        accounts.add_group("learner", &LEARNER.to_string(), "");
        accounts
    }

    fn add_user(&mut self, line: &str, name: &str) {
        self.passwd.extend([line, "\n"]);
        self.shadow.extend([name, ":!*:19000:0:99999:7:::\n"]);
    }

    fn add_group(&mut self, name: &str, gid: &str, members: &str) {
        self.group.extend([name, ":x:", gid, ":", members, "\n"]);
        self.gshadow.extend([name, ":!::", members, "\n"]);
    }
}

fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    table.lines().filter_map(|line| line.split(':').collect::<Vec<_>>().try_into().ok())
}

fn is_system(id: &str) -> bool {
    id.parse::<u32>().is_ok_and(|id| id < LEARNER || id == 65534)
}

#[cfg(test)]
mod tests {
    use super::Accounts;

    #[test]
    fn only_system_accounts_are_copied_and_passwords_are_locked() {
        let accounts = Accounts::of_os_tree(
            "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/zsh\nnobody:x:65534:65534::/:/bin/false\nbroken\n",
            "root:x:0:\nsystemd-journal:x:101:ann\nsudo:x:27:ann\nann:x:1000:\n",
        );
        assert!(!accounts.passwd.contains("ann") && !accounts.group.contains("ann"));
        assert!(accounts.passwd.contains("nobody") && accounts.passwd.contains("learner:x:1000:1000:"));
        assert!(accounts.group.contains("systemd-journal:x:101:learner\n") && accounts.group.contains("sudo:x:27:\n"));
        assert!(accounts.shadow.lines().all(|line| line.split(':').nth(1) == Some("!*")));
        assert_eq!(accounts.journal_gid, 101);
    }
}
