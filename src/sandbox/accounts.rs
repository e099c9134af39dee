//! The accounts inside a sandbox: the system's own, plus one learner; no person of the host, no password.

/// Uid and gid of the learner inside.
pub(super) const LEARNER: u32 = 1000;

/// passwd, group, shadow and gshadow as texts.
pub(super) struct Accounts {
    pub passwd: String,
    pub group: String,
    pub shadow: String,
    pub gshadow: String,
    /// Gid of `systemd-journal`, which owns the journal's folder.
    pub journal_gid: u32,
}

impl Accounts {
    /// Keeps the system accounts of an OS tree and adds the learner.
    pub(super) fn from(passwd: &str, group: &str) -> Self {
        let users: Vec<[&str; 7]> = rows(passwd).filter(|row| is_system(row[2])).collect();
        let groups: Vec<[&str; 4]> = rows(group).filter(|row| is_system(row[2])).collect();
        let gid = |name: &str| groups.iter().find(|row| row[0] == name).and_then(|row| row[2].parse().ok());
        let mut made = Self {
            passwd: String::new(),
            group: String::new(),
            shadow: String::new(),
            gshadow: String::new(),
            journal_gid: gid("systemd-journal").unwrap_or(0),
        };
        for [name, _, uid, gid, gecos, home, shell] in users.iter().filter(|row| row[0] != "learner") {
            made.user(&format!("{name}:x:{uid}:{gid}:{gecos}:{home}:{shell}"), name);
        }
        made.user(&format!("learner:x:{LEARNER}:{LEARNER}:learner:/home/learner:/bin/bash"), "learner");
        for [name, _, gid, _] in groups.iter().filter(|row| row[0] != "learner") {
            // adm and systemd-journal may read the whole journal; the other memberships of the host are its own.
            let members = if *name == "systemd-journal" || *name == "adm" { "learner" } else { "" };
            made.group(name, gid, members);
        }
        made.group("learner", &LEARNER.to_string(), "");
        made
    }

    fn user(&mut self, line: &str, name: &str) {
        self.passwd.extend([line, "\n"]);
        self.shadow.extend([name, ":!*:19000:0:99999:7:::\n"]);
    }

    fn group(&mut self, name: &str, gid: &str, members: &str) {
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
    fn people_stay_out_and_passwords_are_locked() {
        let made = Accounts::from(
            "root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000::/home/ann:/bin/zsh\nnobody:x:65534:65534::/:/bin/false\nbroken\n",
            "root:x:0:\nsystemd-journal:x:101:ann\nsudo:x:27:ann\nann:x:1000:\n",
        );
        assert!(!made.passwd.contains("ann") && !made.group.contains("ann"));
        assert!(made.passwd.contains("nobody") && made.passwd.contains("learner:x:1000:1000:"));
        assert!(made.group.contains("systemd-journal:x:101:learner\n") && made.group.contains("sudo:x:27:\n"));
        assert!(made.shadow.lines().all(|line| line.split(':').nth(1) == Some("!*")));
        assert_eq!(made.journal_gid, 101);
    }
}
