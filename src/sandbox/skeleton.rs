//! Makes a sandbox's root file system: about eight hundred small files, copied from an allowlist.
//!
//! `/usr` is not copied but mounted.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown, fchown, lchown, symlink};
use std::path::{Path, PathBuf};

use super::SandboxError;
use super::accounts::{Accounts, LEARNER};

/// What is copied from the OS tree's `/etc`, as far as it is world-readable.
const ETC: [&str; 45] = [
    "alternatives",
    "bash.bashrc",
    "bash_completion",
    "bash_completion.d",
    "bashrc",
    "crypto-policies",
    "dbus-1",
    "debian_version",
    "host.conf",
    "inputrc",
    "issue",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "libaudit.conf",
    "locale.alias",
    "locale.conf",
    "localtime",
    "login.defs",
    "magic",
    "man_db.conf",
    "manpath.config",
    "mime.types",
    "nanorc",
    "networks",
    "pam.conf",
    "pam.d",
    "pki/ca-trust/extracted",
    "pki/tls/certs",
    "profile",
    "profile.d",
    "protocols",
    "rpc",
    "screenrc",
    "security",
    "selinux/semanage.conf",
    "services",
    "shells",
    "skel",
    "ssl/certs",
    "ssl/openssl.cnf",
    "terminfo",
    "timezone",
    "vim",
    "virc",
];

/// Prefixes of the units that stay enabled. Every other unit that a target of the OS tree wants is masked.
const ENABLED_PREFIXES: [&str; 4] =
    ["dbus", "systemd-journal", "systemd-logind.service", "systemd-user-sessions.service"];
const ENABLED: [&str; 3] = ["systemd-tmpfiles-setup.service", "systemd-sysctl.service", "systemd-update-utmp.service"];

/// Units to mask that have no `.wants` link, because generators start them.
const GENERATED: [&str; 4] =
    ["console-getty.service", "getty.target", "systemd-firstboot.service", "systemd-remount-fs.service"];

/// systemd's own generators that stay, because they read what a learner may write. Its others look for disks, consoles and
/// kernel options that no sandbox has, and would run at each boot and each daemon-reload.
const KEPT_GENERATORS: [&str; 3] = ["systemd-fstab-generator", "systemd-rc-local-generator", "systemd-sysv-generator"];

const NSSWITCH: &str = "passwd: files systemd\ngroup: files systemd\nshadow: files\ngshadow: files\n\
                        hosts: files myhostname\nnetworks: files\nprotocols: files\nservices: files\nethers: files\nrpc: files\n";
const SUDOERS: &str = "Defaults env_reset\nDefaults \
                       secure_path=\"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\nroot ALL=(ALL:ALL) \
                       ALL\nlearner ALL=(ALL:ALL) NOPASSWD: ALL\n";
const HOSTS: &str = "127.0.0.1 localhost\n127.0.1.1 sandbox\n::1 localhost ip6-localhost\n";

/// What a root is made for.
pub(super) struct Skeleton<'a> {
    /// The OS tree whose `/etc` is read: `/` for the host's.
    pub os_tree: &'a Path,
    /// First host uid of the payload's range.
    pub base: u32,
    /// Shown in the prompt.
    pub lab: &'a str,
}

impl Skeleton<'_> {
    /// Makes the root in an empty or missing directory.
    pub(super) fn build(&self, root: &Path) -> Result<(), SandboxError> {
        let fail = SandboxError::file("cannot make the sandbox's root in", root);
        self.build_in(&Tree { root: root.to_owned(), base: self.base }).map_err(fail)
    }

    fn build_in(&self, tree: &Tree) -> io::Result<()> {
        tree.dir("", 0o755)?;
        for dir in ["dev", "etc", "home", "media", "mnt", "opt", "proc", "run", "srv", "sys", "usr", "usr/lib", "var"] {
            tree.dir(dir, 0o755)?;
        }
        for dir in ["var/cache", "var/lib", "var/log", "var/opt", "var/spool", "usr/local"] {
            tree.dir(dir, 0o755)?;
        }
        tree.dir("root", 0o700)?;
        tree.dir("tmp", 0o1777)?;
        tree.dir("var/tmp", 0o1777)?;
        tree.link("var/run", Path::new("/run"))?;
        tree.link("var/lock", Path::new("/run/lock"))?;
        self.top_links(tree)?;
        // systemd-nspawn looks for it before `/usr` is mounted.
        tree.file("usr/lib/os-release", &fs::read(self.os_tree.join("usr/lib/os-release"))?, 0o644)?;
        for name in ETC {
            tree.copy(&self.os_tree.join("etc").join(name), &format!("etc/{name}"))?;
        }
        self.accounts(tree)?;
        identity(tree)?;
        self.units(tree)
    }

    fn top_links(&self, tree: &Tree) -> io::Result<()> {
        for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
            if let Ok(target) = fs::read_link(self.os_tree.join(name)) {
                tree.link(name, &target)?;
            }
        }
        Ok(())
    }

    fn accounts(&self, tree: &Tree) -> io::Result<()> {
        let read = |name| fs::read_to_string(self.os_tree.join("etc").join(name));
        let accounts = Accounts::of_os_tree(&read("passwd")?, &read("group")?);
        tree.file("etc/passwd", accounts.passwd.as_bytes(), 0o644)?;
        tree.file("etc/group", accounts.group.as_bytes(), 0o644)?;
        tree.file("etc/shadow", accounts.shadow.as_bytes(), 0o600)?;
        tree.file("etc/gshadow", accounts.gshadow.as_bytes(), 0o600)?;
        tree.dir("var/log/journal", 0o2755)?;
        tree.own("var/log/journal", 0, accounts.journal_gid)?;
        for (home, owner, colour) in [("home/learner", LEARNER, "32"), ("root", 0, "31")] {
            tree.dir(home, 0o750)?;
            tree.own(home, owner, owner)?;
            for (name, text) in
                [(".bashrc", self.bashrc(colour)), (".profile", "[ -f ~/.bashrc ] && . ~/.bashrc\n".into())]
            {
                let path = format!("{home}/{name}");
                tree.file(&path, text.as_bytes(), 0o644)?;
                tree.own(&path, owner, owner)?;
            }
        }
        Ok(())
    }

    fn bashrc(&self, colour: &str) -> String {
        let lab = self.lab;
        format!(
            "case $- in *i*) ;; *) return ;; esac\nHISTCONTROL=ignoreboth\nshopt -s checkwinsize\n\
             export SYSTEMD_ADJUST_TERMINAL_TITLE=0\n\
             if [ -n \"$NO_COLOR\" ] || [ \"$TERM\" = dumb ]; then PS1='[{lab}] \\u@\\h:\\w\\$ '\n\
             else PS1='[{lab}] \\[\\e[{colour}m\\]\\u@\\h\\[\\e[0m\\]:\\w\\$ '; alias ls='ls --color=auto' grep='grep --color=auto'; fi\n\
             alias ll='ls -l'\n\
             [ -r /usr/share/bash-completion/bash_completion ] && . /usr/share/bash-completion/bash_completion\n:\n"
        )
    }

    fn units(&self, tree: &Tree) -> io::Result<()> {
        let shipped = self.os_tree.join("usr/lib/systemd/system");
        tree.dir("etc/systemd", 0o755)?;
        tree.dir("etc/systemd/system", 0o755)?;
        // The journal is stored on the host's disk, and a crash loop logs a lot.
        tree.dir("etc/systemd/journald.conf.d", 0o755)?;
        tree.file("etc/systemd/journald.conf.d/unitlab.conf", b"[Journal]\nSystemMaxUse=64M\n", 0o644)?;
        tree.link("etc/systemd/system/default.target", Path::new("/usr/lib/systemd/system/multi-user.target"))?;
        if !shipped.join("dbus.service").exists() && shipped.join("dbus-broker.service").exists() {
            tree.link("etc/systemd/system/dbus.service", Path::new("/usr/lib/systemd/system/dbus-broker.service"))?;
        }
        let mut masked: Vec<String> = GENERATED.map(str::to_owned).to_vec();
        for target in ["sysinit", "basic", "multi-user", "local-fs", "remote-fs", "paths", "sockets", "timers"] {
            let Ok(wants) = fs::read_dir(shipped.join(format!("{target}.target.wants"))) else { continue };
            masked.extend(wants.filter_map(|entry| entry.ok()?.file_name().into_string().ok()));
        }
        masked.retain(|unit| {
            !ENABLED_PREFIXES.iter().any(|name| unit.starts_with(name)) && !ENABLED.contains(&unit.as_str())
        });
        masked.sort();
        masked.dedup();
        for unit in masked {
            tree.link(&format!("etc/systemd/system/{unit}"), Path::new("/dev/null"))?;
        }
        self.generators(tree)
    }

    /// Masks generators. Those of other packages, such as a database, make services that a learner may use.
    fn generators(&self, tree: &Tree) -> io::Result<()> {
        const DIRECTORY: &str = "etc/systemd/system-generators";
        let Ok(shipped) = fs::read_dir(self.os_tree.join("usr/lib/systemd/system-generators")) else { return Ok(()) };
        tree.dir(DIRECTORY, 0o755)?;
        let names = shipped.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        for name in names.filter(|name| name.starts_with("systemd-") && !KEPT_GENERATORS.contains(&name.as_str())) {
            tree.link(&format!("{DIRECTORY}/{name}"), Path::new("/dev/null"))?;
        }
        Ok(())
    }
}

fn identity(tree: &Tree) -> io::Result<()> {
    // With an empty machine id, systemd would treat this as a first boot and enable every unit that the presets of the
    // host's packages name.
    let id = fs::read_to_string("/proc/sys/kernel/random/uuid")?.replace('-', "");
    tree.file("etc/machine-id", id.as_bytes(), 0o444)?;
    tree.file("etc/hostname", b"sandbox\n", 0o644)?;
    tree.file("etc/hosts", HOSTS.as_bytes(), 0o644)?;
    tree.file("etc/fstab", b"", 0o644)?;
    // The host's file may contain proxies and other settings that must not get in.
    tree.file("etc/environment", b"", 0o644)?;
    tree.file("etc/nsswitch.conf", NSSWITCH.as_bytes(), 0o644)?;
    tree.file("etc/sudoers", SUDOERS.as_bytes(), 0o440)?;
    tree.link("etc/os-release", Path::new("../usr/lib/os-release"))
}

/// Writes files below a root. Their owner is the payload's root.
struct Tree {
    root: PathBuf,
    base: u32,
}

impl Tree {
    fn dir(&self, path: &str, mode: u32) -> io::Result<()> {
        let full = self.root.join(path);
        DirBuilder::new().recursive(true).mode(0o755).create(&full)?;
        fs::set_permissions(&full, Permissions::from_mode(mode))?;
        self.own(path, 0, 0)
    }

    fn file(&self, path: &str, bytes: &[u8], mode: u32) -> io::Result<()> {
        let mut file = File::create(self.root.join(path))?;
        file.write_all(bytes)?;
        file.set_permissions(Permissions::from_mode(mode))?;
        fchown(&file, Some(self.base), Some(self.base))
    }

    fn link(&self, path: &str, target: &Path) -> io::Result<()> {
        let full = self.root.join(path);
        symlink(target, &full)?;
        lchown(&full, Some(self.base), Some(self.base))
    }

    fn own(&self, path: &str, uid: u32, gid: u32) -> io::Result<()> {
        chown(self.root.join(path), Some(self.base + uid), Some(self.base + gid))
    }

    /// Copies what is world-readable and skips the rest.
    fn copy(&self, from: &Path, to: &str) -> io::Result<()> {
        let Ok(meta) = fs::symlink_metadata(from) else { return Ok(()) };
        if let Some((parents, _)) = to.rsplit_once('/')
            && !self.root.join(parents).exists()
        {
            let mut path = String::new();
            for part in parents.split('/') {
                path = if path.is_empty() { part.to_owned() } else { format!("{path}/{part}") };
                self.dir(&path, 0o755)?;
            }
        }
        let kind = meta.file_type();
        if kind.is_symlink() {
            self.link(to, &fs::read_link(from)?)
        } else if kind.is_dir() && meta.mode() & 0o005 == 0o005 {
            self.dir(to, meta.mode() & 0o755)?;
            for entry in fs::read_dir(from)? {
                let name = entry?.file_name();
                let Some(name) = name.to_str() else { continue };
                self.copy(&from.join(name), &format!("{to}/{name}"))?;
            }
            Ok(())
        } else if kind.is_file() && meta.mode() & 0o004 != 0 {
            self.file(to, &fs::read(from)?, meta.mode() & 0o755)
        } else {
            Ok(())
        }
    }
}
