//! The systemd-nspawn command line that boots a payload.

use std::path::Path;
use std::process::{Command, Stdio};

use super::SandboxError;
use crate::os::{SEARCH_PATH, Software};

/// What systemd-nspawn boots, and what it mounts from the host.
pub(super) struct Payload<'a> {
    pub machine: &'a str,
    pub root: &'a Path,
    pub os_tree: &'a Path,
    pub base: u32,
    /// The unitlab program, mounted inside as `/usr/local/bin/unitlab`.
    pub exe: &'a Path,
    /// The directory with the gate socket, mounted inside as `/run/unitlab`.
    pub gate: &'a Path,
    /// The socket that nspawn notifies (`sd_notify(3)`) when the payload is up.
    pub notify: &'a Path,
}

impl Payload<'_> {
    pub(super) fn command(&self) -> Result<Command, SandboxError> {
        let mut command = Software::Nspawn.command()?;
        let usr = self.os_tree.join("usr");
        command
            .env_clear()
            .env("PATH", SEARCH_PATH)
            .env("SYSTEMD_NSPAWN_UNIFIED_HIERARCHY", "1")
            .env("NOTIFY_SOCKET", self.notify)
            .args(["--quiet", "--boot", "--settings=no", "--register=no", "--keep-unit"])
            .args(["--private-network", "--private-users-ownership=off", "--notify-ready=yes"])
            .args(["--console=pipe", "--link-journal=no", "--resolv-conf=off", "--timezone=off"])
            .args(["--hostname=sandbox", "--kill-signal=SIGRTMIN+3"])
            .arg(format!("--machine={}", self.machine))
            .arg(format!("--private-users={}:65536", self.base))
            .arg(path_option("--directory=", self.root, ""))
            .arg(path_option("--bind-ro=", &usr, ":/usr:idmap"))
            // Hides the host's /usr/local: through the id map, root inside could read private files there.
            .arg("--tmpfs=/usr/local:mode=0755,size=16m")
            .arg(path_option("--bind-ro=", self.exe, ":/usr/local/bin/unitlab"))
            .arg(path_option("--bind=", self.gate, ":/run/unitlab"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .current_dir("/");
        Ok(command)
    }
}

/// Escapes colons and backslashes in the paths of bind mounts, because nspawn separates their parts with colons.
fn path_option(option: &str, path: &Path, rest: &str) -> String {
    let path = path.to_string_lossy();
    let path =
        if option == "--directory=" { path.into_owned() } else { path.replace('\\', "\\\\").replace(':', "\\:") };
    format!("{option}{path}{rest}")
}
