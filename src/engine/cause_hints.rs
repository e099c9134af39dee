//! The hints for a cause: where to look, and what to change. They are the same in every lab.

use crate::model::Cause;

/// Where the hints for a failure come from. `UNIT` stands for the unit's name.
#[derive(Debug, PartialEq, Eq)]
enum HintSource {
    /// The cause has two hints. The third hint is the next step of the diagnosis.
    Cause { look: &'static str, change: &'static str },
    /// The check is about exactly this cause, so the author's hints are more concrete.
    Check,
}

#[rustfmt::skip]
const fn hints(cause: Cause) -> HintSource {
    match cause {
        Cause::AddressInUse => HintSource::Cause {
            look: "`journalctl -u UNIT -n 20` has the program's last messages. `sudo ss -ltnp` shows which process listens on which port.",
            change: "Two processes cannot listen on the same port. Find out what started the other one: if you only kill it, it may come back.",
        },
        Cause::AliasOnly => HintSource::Cause {
            look: "`systemctl is-enabled UNIT` looks for links. Which links did enable create, and in which directories? `ls -l /etc/systemd/system`",
            change: "Alias= gives the unit a second name. No target wants that name at boot. [Install] needs a line that names a target.",
        },
        Cause::BadSetting => HintSource::Cause {
            look: "`systemctl status UNIT` shows `bad-setting` in its Loaded line. `systemd-analyze verify UNIT` names the wrong line.",
            change: "One fatal line makes systemd refuse the whole unit. Most often ExecStart= is missing, is set twice, or has a relative path such as `./serve`.",
        },
        Cause::BadValue => HintSource::Cause {
            look: "`systemd-analyze verify UNIT` names each line that systemd ignores. `systemctl show UNIT` has the value in effect.",
            change: "systemd ignores a line whose value it does not know, and logs a warning. The default stays in effect.",
        },
        Cause::Chdir => HintSource::Cause {
            look: "`systemctl status UNIT` shows 200/CHDIR: systemd could not enter the working directory, so it never started the program.",
            change: "WorkingDirectory= must name an existing directory that the service's user may enter.",
        },
        Cause::ConditionNotMet => HintSource::Cause {
            look: "`systemctl status UNIT` shows which condition was not met, and when systemd checked it.",
            change: "If a condition is not met, systemctl start reports success and starts nothing. Meet the condition, or correct it.",
        },
        Cause::EditedTheWrongCopy => HintSource::Cause {
            look: "`systemctl cat UNIT` names the file that systemd reads. Another file of the same name may exist.",
            change: "systemd looks in /etc/systemd/system first, then in /run, then in /usr/lib. It reads only the first file of a name.",
        },
        Cause::EnvironmentAssumed => HintSource::Cause {
            look: "`journalctl -u UNIT -n 20` has the program's last messages. Which command or which variable is missing?",
            change: "A service has a short PATH and few variables. It does not read your shell's start-up files. Set what the program needs in the unit.",
        },
        Cause::ExecBadInterpreter => HintSource::Cause {
            look: "`head -n 1` of the program shows its interpreter. Does that file exist?",
            change: "The kernel also reports \"No such file\" if the interpreter after #! is missing, or if its name ends in a carriage return.",
        },
        Cause::ExecFormat => HintSource::Cause {
            look: "Run `file` or `head -n 1` on the program. What kind of file is it?",
            change: "systemd can start compiled programs, and scripts that begin with #!. A shell also runs scripts without #!, so it works by hand.",
        },
        Cause::ExecMissing => HintSource::Cause {
            look: "`systemctl status UNIT` shows 203/EXEC. `systemctl cat UNIT` has the path; check it with `ls -l`.",
            change: "The path in ExecStart= must exist as the service sees it. ProtectHome= and PrivateTmp= hide files that your shell sees.",
        },
        Cause::ExecNotExecutable => HintSource::Cause {
            look: "`ls -l` shows the program's mode. Does it have an x bit?",
            change: "A program needs the x bit. Or let ExecStart= name the interpreter, with the file as its argument.",
        },
        Cause::ForkingWithoutPidfile => HintSource::Cause {
            look: "`systemctl status UNIT` and `systemctl show UNIT -p Type,PIDFile,MainPID`: does the program really go to the background?",
            change: "Type=forking is for daemons that fork, exit, and write a PID file. A program that stays in the foreground needs another Type=.",
        },
        Cause::GroupUnknown => HintSource::Cause {
            look: "`systemctl status UNIT` shows 216/GROUP: systemd could not switch to the group. `getent group NAME` looks up a group.",
            change: "Group= must name an existing group. Without Group=, systemd uses the primary group of the user.",
        },
        Cause::HomeProtected => HintSource::Cause {
            look: "`systemctl show UNIT -p ProtectHome` shows whether the service can see /home.",
            change: "ProtectHome= hides /home, /root and /run/user from the service, regardless of file modes. Move the data, or allow one path.",
        },
        Cause::InlineComment => HintSource::Cause {
            look: "`systemctl show UNIT` has the value as systemd read it. Compare it with the whole line in the file.",
            change: "In a unit file a comment must be on a separate line. Text after a value is part of the value.",
        },
        Cause::LinkedNotEnabled => HintSource::Cause {
            look: "`systemctl is-enabled UNIT` prints `linked`: systemd finds the unit file, but no target wants the unit.",
            change: "The link only makes the unit known. A boot starts it if a target's .wants directory links to it. enable makes that link.",
        },
        Cause::Masked => HintSource::Cause {
            look: "`systemctl status UNIT` prints `masked`. `ls -l` shows that its unit file is a link to /dev/null.",
            change: "A masked unit cannot be started. `systemctl unmask` removes the mask, but starts nothing. If no unit file is left, write one.",
        },
        Cause::MonthsNotMinutes => HintSource::Cause {
            look: "`systemctl show UNIT` has the time in full. Is it the time you meant?",
            change: "systemd.time(7): m and min are minutes, M is months.",
        },
        Cause::Namespace => HintSource::Cause {
            look: "`systemctl status UNIT` shows 226/NAMESPACE: systemd could not set up the service's mount namespace.",
            change: "Every path in ReadWritePaths=, ReadOnlyPaths=, BindPaths= and similar must exist. With the prefix -, systemd ignores a missing path.",
        },
        Cause::NeedsDaemonReload => HintSource::Cause {
            look: "Compare `systemctl cat UNIT`, the file, with `systemctl show UNIT`, what the manager loaded. `systemctl status` also warns.",
            change: "The manager uses the unit as it last read it. After an edit it must read the file again before the next start.",
        },
        Cause::NeedsReenable => HintSource::Cause {
            look: "`systemctl cat UNIT` has the [Install] section as it is now. Which link exists? `ls -l /etc/systemd/system/*.wants`",
            change: "Only enable and disable read [Install]. An edit of [Install] does not change the links that enable made before.",
        },
        Cause::NeedsRestart => HintSource::Cause {
            look: "`systemctl show UNIT` has the settings for the next start. How does the running process differ? `ps -o pid,user,args`, with its MainPID",
            change: "A daemon-reload does not change a running process. New settings take effect when the service is started again.",
        },
        Cause::NoInstallSection => HintSource::Cause {
            look: "`systemctl is-enabled UNIT` prints `static`. Does the unit file have an [Install] section?",
            change: "enable makes the links that [Install] asks for, and this unit asks for none. WantedBy= names the target that starts it.",
        },
        Cause::NotifyNeverReady => HintSource::Cause {
            look: "`journalctl -u UNIT -n 20`: what did systemd wait for until the start timed out?",
            change: "With Type=notify, a start is complete when the main process sends READY=1. If it never does, use another Type=. If a child sends it, set NotifyAccess=.",
        },
        Cause::OneshotWithRestart => HintSource::Cause {
            look: "`systemctl status UNIT` prints `bad-setting`: two lines of the file contradict each other.",
            change: "Type=oneshot is for tasks that end. Restart=always would run such a task again after each success, so systemd refuses the unit.",
        },
        Cause::OrderingCycle => HintSource::Cause {
            look: "`systemd-analyze verify default.target` names the units of the cycle. `systemctl cat UNIT` has its After= and Before=.",
            change: "Each unit of the cycle waits for another one, so none can start first. systemd drops one of them. Remove one of these lines.",
        },
        Cause::OrphanAnswersThePort => HintSource::Cause {
            look: "`sudo ss -ltnp` shows which process listens on the port. `systemctl status PID` shows the unit of that process.",
            change: "The process on the port does not belong to this service. Stop it and what starts it, then start the service.",
        },
        Cause::OutputNotInJournal => HintSource::Cause {
            look: "`systemctl show UNIT -p StandardOutput -p StandardError` shows where the output goes.",
            change: "The journal is the default. Remove the line that sends the output elsewhere.",
        },
        Cause::OverriddenByDropIn => HintSource::Cause {
            look: "`systemctl cat UNIT` shows the unit file and all drop-ins, in the order in which systemd reads them.",
            change: "systemd reads drop-ins after the unit file, so they win. The line that counts is in one of them.",
        },
        Cause::PermissionDenied => HintSource::Cause {
            look: "`journalctl -u UNIT -n 20` has the program's messages. `namei -l PATH` shows owner and mode of each directory of the path.",
            change: "The service's user needs x on every directory of the path, and r or w on the file. Give no other user more access.",
        },
        Cause::PrivateNetwork => HintSource::Cause {
            look: "`systemctl show UNIT -p PrivateNetwork` shows whether the service has a private network.",
            change: "With PrivateNetwork=yes a service has only a private loopback device. Nothing outside of it can connect.",
        },
        Cause::QuotedValue => HintSource::Cause {
            look: "`systemctl show UNIT` has the value as systemd read it. Are the quotes part of it?",
            change: "systemd removes quotes in command lines and in Environment=. In other settings the quotes become part of the value.",
        },
        Cause::ReadOnlyPath => HintSource::Cause {
            look: "`journalctl -u UNIT -n 20` has \"Read-only file system\", although the disk is writable. `systemctl cat UNIT` has the reason.",
            change: "ProtectSystem= and ReadOnlyPaths= make paths read-only for this service alone. Make only the directory writable that it needs; StateDirectory= does that.",
        },
        Cause::RuntimeOnly => HintSource::Cause {
            look: "`systemctl cat UNIT` names the file that systemd reads. In which directory is it, and does that directory survive a reboot?",
            change: "/run is emptied at every boot. Permanent units belong in /etc/systemd/system.",
        },
        Cause::ShellSyntax => HintSource::Cause {
            look: "`systemctl cat UNIT`: which words of ExecStart= would only a shell understand?",
            change: "systemd starts the program directly, and passes all other words as arguments. Use a directive instead, or start a shell in ExecStart=.",
        },
        Cause::SocketUnitHoldsThePort => HintSource::Cause {
            look: "`systemctl list-sockets` shows the sockets on which systemd itself listens, and the service of each.",
            change: "A socket unit listens on the port. Let the program take the socket from systemd, or stop and disable the socket unit.",
        },
        Cause::UnknownKey => HintSource::Cause {
            look: "`systemd-analyze verify UNIT` names keys that systemd does not know.",
            change: "systemd ignores a misspelt key with a warning, and the service runs without it.",
        },
        Cause::UserUnknown => HintSource::Cause {
            look: "`systemctl status UNIT` shows 217/USER: systemd could not switch to the user. `getent passwd NAME` looks up a user.",
            change: "User= must name an account that exists when the service starts. `useradd --system` makes one.",
        },
        Cause::WaitsForReady => HintSource::Cause {
            look: "`systemctl status UNIT` shows `activating (start)`: systemd waits for the program to send READY=1.",
            change: "With Type=notify, a service is active when its program sends READY=1. If it never does, use another Type=.",
        },
        Cause::WantedByIdleTarget => HintSource::Cause {
            look: "`systemctl get-default` names the target that this machine boots into. Does it pull in the target in WantedBy=?",
            change: "A target that no boot reaches starts nothing. Every normal boot reaches multi-user.target.",
        },
        Cause::WantedByUnknownTarget => HintSource::Cause {
            look: "`systemctl cat UNIT` has WantedBy=. `systemctl list-units --type=target` lists the active targets.",
            change: "enable links the unit for any name, even if no such target exists. A boot never reaches that name.",
        },
        Cause::WrongSection => HintSource::Cause {
            look: "`systemd-analyze verify UNIT` names lines that are in the wrong section.",
            change: "Each directive belongs to one section. See systemd.unit(5) for [Unit] and [Install], systemd.service(5) and systemd.exec(5) for [Service].",
        },
        Cause::ZeroByteUnit => HintSource::Cause {
            look: "`systemctl status UNIT` prints `masked`, although it was never masked. How long is its file? `ls -l`",
            change: "systemd treats an empty unit file as a mask. Write the file again, or remove it to use another copy.",
        },
        Cause::AccountCanLogIn
        | Cause::AccountInGroup
        | Cause::AccountIsNobody
        | Cause::AccountIsShared
        | Cause::AccountOfAPerson
        | Cause::BootLeavesItDown
        | Cause::CouldNotTell
        | Cause::CrashLoop
        | Cause::EnablesAnotherUnit
        | Cause::EndedByItself
        | Cause::ExecFailed
        | Cause::GoneAfterReboot
        | Cause::ListensForEverybody
        | Cause::ListensOnLoopbackOnly
        | Cause::NoAutoRestart
        | Cause::NotEnabled
        | Cause::NotStarted
        | Cause::RestartNever
        | Cause::RunsAsRoot
        | Cause::ServiceCanWrite
        | Cause::StartLimitHit
        | Cause::StartLimitTooTight => HintSource::Check,
    }
}

/// Where to look and what to change. None if the hints of the check apply.
pub(super) fn hints_for(cause: Cause, unit: &str) -> Option<[String; 2]> {
    match hints(cause) {
        HintSource::Cause { look, change } => Some([look, change].map(|hint| hint.replace("UNIT", unit))),
        HintSource::Check => None,
    }
}

#[cfg(test)]
mod tests {
    use super::hints_for;
    use crate::model::Cause;

    #[test]
    fn hints_name_the_unit() {
        let [look, change] = hints_for(Cause::NeedsRestart, "a.service").unwrap();
        assert!(look.contains("`systemctl show a.service`") && !change.contains("UNIT"), "{look} {change}");
    }

    #[test]
    fn some_causes_leave_the_hints_to_the_check() {
        assert_eq!(hints_for(Cause::RunsAsRoot, "a.service"), None);
    }
}
