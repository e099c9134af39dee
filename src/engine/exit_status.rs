//! How a process ended, as systemd.exec(5) names it.

use crate::model::End;

/// Exit statuses that systemd itself sets if a step before the program fails; see "Process Exit Codes" in systemd.exec(5).
const STATUSES: [(u32, &str, &str); 43] = [
    (200, "CHDIR", "systemd could not change to WorkingDirectory="),
    (201, "NICE", "systemd could not set the nice level of Nice="),
    (202, "FDS", "systemd could not pass or close file descriptors"),
    (203, "EXEC", "systemd could not execute the program"),
    (204, "MEMORY", "systemd ran out of memory when it started the program"),
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
    (216, "GROUP", "systemd could not switch to the group of Group="),
    (217, "USER", "systemd could not switch to the user of User="),
    (218, "CAPABILITIES", "systemd could not set the capabilities"),
    (219, "CGROUP", "systemd could not set up the control group"),
    (220, "SETSID", "systemd could not create a session for the process"),
    (221, "CONFIRM", "the start was not confirmed on the console"),
    (222, "STDERR", "systemd could not open StandardError="),
    (224, "PAM", "systemd could not open the PAM session of PAMName="),
    (225, "NETWORK", "systemd could not set up the network namespace"),
    (226, "NAMESPACE", "systemd could not set up the mount namespace: often a listed path does not exist"),
    (227, "NO_NEW_PRIVILEGES", "systemd could not apply NoNewPrivileges="),
    (228, "SECCOMP", "systemd could not apply the system call filter"),
    (229, "SELINUX_CONTEXT", "systemd could not set the SELinux context"),
    (230, "PERSONALITY", "systemd could not apply Personality="),
    (231, "APPARMOR_PROFILE", "systemd could not prepare AppArmorProfile="),
    (232, "ADDRESS_FAMILIES", "systemd could not apply RestrictAddressFamilies="),
    (233, "RUNTIME_DIRECTORY", "systemd could not make RuntimeDirectory="),
    (235, "CHOWN", "systemd could not change the owner of a socket"),
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
    /// `exited with status 203/EXEC: systemd could not execute …`, `was killed by signal 9/KILL`.
    pub(crate) fn describe(self) -> String {
        match self {
            Self::Exited(status) => match STATUSES.iter().find(|(number, ..)| *number == status) {
                Some((_, name, meaning)) => format!("exited with status {status}/{name}: {meaning}"),
                None if status == 0 => "exited with status 0 (success)".into(),
                // Shells and env(1) exit with it if they do not find a command.
                None if status == 127 => "exited with status 127: most often a shell did not find a command".into(),
                None => format!("exited with status {status}, a code the program chose"),
            },
            Self::Signal { number, core } => {
                let name = SIGNALS.iter().find(|(known, _)| *known == number).map_or("?", |(_, name)| name);
                format!("was killed by signal {number}/{name}{}", if core { " and dumped core" } else { "" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::testbed::unit;
    use crate::model::{End, ended};

    #[test]
    fn all_listed_statuses_are_set_by_systemd() {
        for status in 1..=255 {
            let listed = super::STATUSES.iter().any(|(number, ..)| *number == status);
            // systemd does not use three numbers of the range.
            assert!(End::Exited(status).is_systemds_own() || !listed, "{status}");
        }
        assert!(!End::Exited(255).is_systemds_own());
    }

    #[test]
    fn statuses_and_signals_have_the_names_of_the_manual() {
        for (code, status, text) in [
            ("1", "203", Some("exited with status 203/EXEC: systemd could not execute the program")),
            ("1", "217", Some("exited with status 217/USER: systemd could not switch to the user of User=")),
            ("1", "0", Some("exited with status 0 (success)")),
            ("1", "255", Some("exited with status 255, a code the program chose")),
            ("1", "42", Some("exited with status 42, a code the program chose")),
            ("2", "9", Some("was killed by signal 9/KILL")),
            ("3", "11", Some("was killed by signal 11/SEGV and dumped core")),
            ("0", "0", None),
            ("", "", None),
        ] {
            let unit = unit(&[("ExecMainCode", code), ("ExecMainStatus", status)]);
            assert_eq!(ended(&unit).map(|it| it.end.describe()).as_deref(), text);
        }
    }
}
