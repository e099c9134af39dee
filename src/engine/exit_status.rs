//! How a process ended, in the words of systemd.exec(5).

use crate::model::End;

/// Exit statuses that systemd itself sets when it fails before the program runs ("Process Exit Codes").
const STATUSES: [(u32, &str, &str); 43] = [
    (200, "CHDIR", "systemd could not change to WorkingDirectory="),
    (201, "NICE", "systemd could not set the niceness of Nice="),
    (202, "FDS", "systemd could not pass or close file descriptors"),
    (203, "EXEC", "systemd could not execute the program"),
    (204, "MEMORY", "memory ran out while the program was being started"),
    (205, "LIMITS", "systemd could not set the resource limits of Limit…="),
    (206, "OOM_ADJUST", "systemd could not apply OOMScoreAdjust="),
    (207, "SIGNAL_MASK", "systemd could not set the signal mask"),
    (208, "STDIN", "systemd could not open StandardInput="),
    (209, "STDOUT", "systemd could not open StandardOutput="),
    (210, "CHROOT", "systemd could not change to RootDirectory="),
    (211, "IOPRIO", "systemd could not set the I/O scheduling priority"),
    (212, "TIMERSLACK", "systemd could not apply TimerSlackNSec="),
    (213, "SECUREBITS", "systemd could not apply SecureBits="),
    (214, "SETSCHEDULER", "systemd could not set the CPU scheduling"),
    (215, "CPUAFFINITY", "systemd could not apply CPUAffinity="),
    (216, "GROUP", "systemd could not become the group of Group="),
    (217, "USER", "systemd could not become the user of User="),
    (218, "CAPABILITIES", "systemd could not apply the capabilities asked for"),
    (219, "CGROUP", "systemd could not set up the control group"),
    (220, "SETSID", "systemd could not create a session for the process"),
    (221, "CONFIRM", "the start was not confirmed on the console"),
    (222, "STDERR", "systemd could not open StandardError="),
    (224, "PAM", "systemd could not open the PAM session of PAMName="),
    (225, "NETWORK", "systemd could not set up the network namespace"),
    (226, "NAMESPACE", "systemd could not set up the mount namespace: often a listed path is missing"),
    (227, "NO_NEW_PRIVILEGES", "systemd could not apply NoNewPrivileges="),
    (228, "SECCOMP", "systemd could not apply the system call filter"),
    (229, "SELINUX_CONTEXT", "systemd could not set the SELinux context"),
    (230, "PERSONALITY", "systemd could not apply Personality="),
    (231, "APPARMOR_PROFILE", "systemd could not prepare AppArmorProfile="),
    (232, "ADDRESS_FAMILIES", "systemd could not apply RestrictAddressFamilies="),
    (233, "RUNTIME_DIRECTORY", "systemd could not make RuntimeDirectory="),
    (235, "CHOWN", "systemd could not give a socket to its owner"),
    (236, "SMACK_PROCESS_LABEL", "systemd could not set the SMACK label"),
    (237, "KEYRING", "systemd could not set up a kernel keyring"),
    (238, "STATE_DIRECTORY", "systemd could not make StateDirectory="),
    (239, "CACHE_DIRECTORY", "systemd could not make CacheDirectory="),
    (240, "LOGS_DIRECTORY", "systemd could not make LogsDirectory="),
    (241, "CONFIGURATION_DIRECTORY", "systemd could not make ConfigurationDirectory="),
    (242, "NUMA_POLICY", "systemd could not apply NUMAPolicy="),
    (243, "CREDENTIALS", "systemd could not set up the credentials"),
    (245, "BPF", "systemd could not apply RestrictFileSystems="),
];

const SIGNALS: [(u32, &str); 15] = [
    (1, "HUP"),
    (2, "INT"),
    (3, "QUIT"),
    (4, "ILL"),
    (5, "TRAP"),
    (6, "ABRT"),
    (7, "BUS"),
    (8, "FPE"),
    (9, "KILL"),
    (10, "USR1"),
    (11, "SEGV"),
    (12, "USR2"),
    (13, "PIPE"),
    (14, "ALRM"),
    (15, "TERM"),
];

impl End {
    /// `status 203/EXEC: systemd could not execute …`, `signal 9/KILL`.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Exited(status) => match STATUSES.iter().find(|(number, ..)| *number == status) {
                Some((_, name, meaning)) => format!("status {status}/{name}: {meaning}"),
                None if status == 0 => "status 0, that is success".into(),
                // What a shell, or `env`, says when it cannot find a command.
                None if status == 127 => "status 127: mostly a shell that did not find a command".into(),
                None => format!("status {status}, which is the program's own"),
            },
            Self::Signal { number, core } => {
                let name = SIGNALS.iter().find(|(known, _)| *known == number).map_or("?", |(_, name)| name);
                format!("signal {number}/{name}{}", if core { ", with a core dump" } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::testbed::unit;
    use crate::model::{End, ended};

    #[test]
    fn the_numbers_are_systemds_own() {
        for status in 1..=255 {
            let listed = super::STATUSES.iter().any(|(number, ..)| *number == status);
            // Three numbers in between were given up, or never given.
            assert!(End::Exited(status).is_systemds_own() || !listed, "{status}");
        }
        assert!(!End::Exited(255).is_systemds_own());
    }

    #[test]
    fn names_are_those_of_the_manual() {
        for (code, status, text) in [
            ("1", "203", Some("status 203/EXEC: systemd could not execute the program")),
            ("1", "217", Some("status 217/USER: systemd could not become the user of User=")),
            ("1", "0", Some("status 0, that is success")),
            ("1", "255", Some("status 255, which is the program's own")),
            ("1", "42", Some("status 42, which is the program's own")),
            ("2", "9", Some("signal 9/KILL")),
            ("3", "11", Some("signal 11/SEGV, with a core dump")),
            ("0", "0", None),
            ("", "", None),
        ] {
            let unit = unit(&[("ExecMainCode", code), ("ExecMainStatus", status)]);
            assert_eq!(ended(&unit).map(|it| it.end.describe()).as_deref(), text);
        }
    }
}
