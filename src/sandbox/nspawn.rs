//! The one command line that boots a payload.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::SandboxError;

/// What to boot, and what it may see of the host.
pub(super) struct Payload<'a> {
    pub machine: &'a str,
    pub root: &'a Path,
    pub os_tree: &'a Path,
    pub base: u32,
    /// This program, shown inside as `/usr/local/bin/unitlab`.
    pub exe: &'a Path,
    /// The folder with the socket for unitlab inside.
    pub gate: &'a Path,
    /// Where nspawn says that the payload is up.
    pub notify: &'a Path,
}

impl Payload<'_> {
    pub(super) fn command(&self) -> Result<Command, SandboxError> {
        let program = find()?;
        let mut command = Command::new(program);
        let usr = self.os_tree.join("usr");
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1")
            .env("NOTIFY_SOCKET", self.notify)
            .args(["--quiet", "--boot", "--settings=no", "--register=no", "--keep-unit"])
            .args(["--private-network", "--private-users-ownership=off", "--notify-ready=yes"])
            .args(["--console=pipe", "--link-journal=no", "--resolv-conf=off", "--timezone=off"])
            .args(["--hostname=sandbox", "--kill-signal=SIGRTMIN+3"])
            .arg(format!("--machine={}", self.machine))
            .arg(format!("--private-users={}:65536", self.base))
            .arg(joined("--directory=", self.root, ""))
            .arg(joined("--bind-ro=", &usr, ":/usr:idmap"))
            // Over the host's /usr/local, whose private files the id map would make readable.
            .arg("--tmpfs=/usr/local:mode=0755,size=16m")
            .arg(joined("--bind-ro=", self.exe, ":/usr/local/bin/unitlab"))
            .arg(joined("--bind=", self.gate, ":/run/unitlab"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .current_dir("/");
        Ok(command)
    }
}

/// systemd-nspawn as this machine has it.
pub(super) fn find() -> Result<PathBuf, SandboxError> {
    which::which_in("systemd-nspawn", Some("/usr/sbin:/usr/bin:/sbin:/bin"), "/").map_err(|_| {
        SandboxError::Unsupported {
            what: "systemd-nspawn is not installed, and it is what boots a sandbox".into(),
            next: "unitlab doctor --fix".into(),
        }
    })
}

/// nspawn separates with colons; a path's own are escaped.
fn joined(option: &str, path: &Path, rest: &str) -> String {
    let path = path.to_string_lossy();
    let path =
        if option == "--directory=" { path.into_owned() } else { path.replace('\\', "\\\\").replace(':', "\\:") };
    format!("{option}{path}{rest}")
}
