//! Hints that follow from a cause, whatever lab it was met in: where to look, and what to change. The third is the
//! cause's own next step, which the facts have made.

/// Where to look, what to change; `UNIT` is the name of the unit.
type Advice = (&'static str, [&'static str; 2]);

/// In the order of the alphabet. A cause that is not here is what the check is about, and its own hints explain it.
#[rustfmt::skip]
const ADVICE: &[Advice] = &[
    ("address-in-use", [
        "`journalctl -u UNIT -n 20` has the program's last words. `sudo ss -ltnp` shows who listens on which port.",
        "Two processes cannot have one port. Find out whose the other one is, and what started it: ending it helps until that starts it again.",
    ]),
    ("alias-only", [
        "`systemctl is-enabled UNIT` looks at links. Which links has enable made, and in which folders? `ls -l /etc/systemd/system`",
        "An Alias= gives the unit a second name, and nothing calls that name at boot. [Install] needs a line that ties it to a target.",
    ]),
    ("bad-setting", [
        "`systemctl status UNIT` says `bad-setting` in its Loaded line; `systemd-analyze verify UNIT` says which line it means.",
        "systemd refuses a whole unit for one fatal line: an ExecStart= that is missing, there twice, or with a relative path such as `./serve` is the most common.",
    ]),
    ("bad-value", [
        "`systemd-analyze verify UNIT` names each line that systemd ignores. `systemctl show UNIT` has the value that is really in force.",
        "A line with a value that systemd does not know is skipped with a warning, and the default stays.",
    ]),
    ("chdir", [
        "`systemctl status UNIT` shows 200/CHDIR: systemd could not enter the working directory, and the program was never begun.",
        "WorkingDirectory= has to name a folder that is there, and that the service's user may enter.",
    ]),
    ("condition-not-met", [
        "`systemctl status UNIT` says which condition was not met, and when it was looked at.",
        "A start whose condition does not hold reports success and does nothing. Either make the condition true, or change it, if it asks for the wrong thing.",
    ]),
    ("edited-the-wrong-copy", [
        "`systemctl cat UNIT` names the file that systemd reads; there may be another one of the same name.",
        "/etc/systemd/system comes before /run, and that before /usr/lib. Only the first file of a name counts.",
    ]),
    ("environment-assumed", [
        "`journalctl -u UNIT -n 20` has the program's last words: which command, or which variable, did it miss?",
        "A service gets a short PATH and hardly a variable; what your shell's start-up files set, it never sees. The unit has to say what the program needs.",
    ]),
    ("exec-bad-interpreter", [
        "`head -n 1` of the program shows what is to run it. Is that there?",
        "\"No such file\" is also said of a script whose #! line names a program that is missing, or that ends in a carriage return.",
    ]),
    ("exec-format", [
        "`file` or `head -n 1` of the program: what is it?",
        "systemd starts compiled programs and scripts with a #! in their first two bytes. A shell is kinder than that, which is why it works by hand.",
    ]),
    ("exec-missing", [
        "`systemctl status UNIT` shows 203/EXEC. `systemctl cat UNIT` has the path; `ls -l` shows whether something is there.",
        "ExecStart= has to name a program that is there when the service starts, as the service sees it: ProtectHome= and PrivateTmp= hide what your shell sees.",
    ]),
    ("exec-not-executable", [
        "`ls -l` of the program: does anybody have an x?",
        "A file needs the x bit to be started directly. Or ExecStart= names the interpreter, and the file as its argument.",
    ]),
    ("forking-without-pidfile", [
        "`systemctl status UNIT` and `systemctl show UNIT -p Type,PIDFile,MainPID`: does the program really go to the background?",
        "Type=forking is for daemons that fork and leave, and write down whom they left. A program that stays where it was started needs another Type=.",
    ]),
    ("group-unknown", [
        "`systemctl status UNIT` shows 216/GROUP: systemd could not take on the group. `getent group` asks for one.",
        "Group= has to name a group that is there. Without it, the user's own group is taken.",
    ]),
    ("home-protected", [
        "`systemctl show UNIT -p ProtectHome`: what is left of /home, as the service sees it?",
        "ProtectHome= closes /home, /root and /run/user to the service, whatever the file's own bits say. Move the data, or open one path on purpose.",
    ]),
    ("inline-comment", [
        "`systemctl show UNIT` has the value as systemd understood it. Compare it with the line in the file, to its very end.",
        "In a unit file a comment begins a line. Behind a value it is part of the value.",
    ]),
    ("linked-not-enabled", [
        "`systemctl is-enabled UNIT` says `linked`: systemd knows where the file is, and no target wants it.",
        "A link to the file makes the unit known. What starts it at boot is a link in a target's .wants folder, and enable makes that.",
    ]),
    ("masked", [
        "`systemctl status UNIT` says `masked`; `ls -l` of its unit file shows a link to /dev/null.",
        "A mask stops every start, until `systemctl unmask` takes it away. That starts nothing yet; and where no unit file was behind the mask, one is needed.",
    ]),
    ("months-not-minutes", [
        "`systemctl show UNIT` has the time in full: is it what you meant?",
        "systemd.time(7): m and min are minutes, M is months.",
    ]),
    ("namespace", [
        "`systemctl status UNIT` shows 226/NAMESPACE: systemd could not build the service's own view of the files.",
        "Each path in ReadWritePaths=, ReadOnlyPaths=, BindPaths= and the like has to be there, or begin with a - that lets it be missing.",
    ]),
    ("needs-daemon-reload", [
        "Compare `systemctl cat UNIT` with `systemctl show UNIT`: the file, and what the manager has read. `systemctl status` warns, too.",
        "The manager works with what it read last. After an edit it has to read again, before anything is started.",
    ]),
    ("needs-reenable", [
        "`systemctl cat UNIT` has the [Install] section of today. Which link is there really? `ls -l /etc/systemd/system/*.wants`",
        "[Install] is only read by enable and disable. A link that was made before the edit stays where it is.",
    ]),
    ("needs-restart", [
        "`systemctl show UNIT` tells what the next start will do. What does the process do that runs now? `ps -o pid,user,args`, with its MainPID",
        "A daemon-reload never touches a process. What was changed takes effect when the service starts again.",
    ]),
    ("no-install-section", [
        "`systemctl is-enabled UNIT` says `static`. What does the file say in its last section?",
        "enable carries out [Install], and there is none. A WantedBy= in it says which target shall start the unit.",
    ]),
    ("notify-never-ready", [
        "`journalctl -u UNIT -n 20`: what did systemd wait for, until the start timed out?",
        "With Type=notify a start is over when the main process says so. One that never does needs another Type=; a helper that says it needs NotifyAccess=.",
    ]),
    ("oneshot-with-restart", [
        "`systemctl status UNIT` says `bad-setting`: two lines of the file cannot go together.",
        "Type=oneshot is for tasks that end. Restart=always would begin such a task again each time it succeeds, so systemd refuses it.",
    ]),
    ("ordering-cycle", [
        "`systemd-analyze verify default.target` names the units that go round in a circle. `systemctl cat UNIT` has its After= and Before=.",
        "Each unit of the circle is to wait for another one, so none can be the first, and systemd drops one of them. One of these lines has to go.",
    ]),
    ("orphan-answers-the-port", [
        "`sudo ss -ltnp` shows who listens on the port; `systemctl status PID`, with that number, shows where it belongs.",
        "The process that has the port is none of this service's. End it, and whatever starts it, and then start the service.",
    ]),
    ("output-not-in-journal", [
        "`systemctl show UNIT -p StandardOutput -p StandardError`: where does it go?",
        "The journal is the default. A line that sends the output elsewhere can be taken away.",
    ]),
    ("overridden-by-drop-in", [
        "`systemctl cat UNIT` shows the unit file and all drop-ins, in the order in which they are read.",
        "A drop-in comes after the unit file, so it wins. The line that counts is in one of them.",
    ]),
    ("permission-denied", [
        "`journalctl -u UNIT -n 20` has the program's own words. `namei -l PATH` shows owner and bits of each folder on the way.",
        "The service's user needs x on every folder of the way, and r or w at its end. Give it that, and nobody else more than before.",
    ]),
    ("private-network", [
        "`systemctl show UNIT -p PrivateNetwork`: which network does the service see?",
        "With PrivateNetwork=yes a service has a loopback of its own, and nobody outside reaches it.",
    ]),
    ("quoted-value", [
        "`systemctl show UNIT` has the value as systemd understood it: what is around it?",
        "systemd takes quotes away in command lines and environments. Around one word they become part of the word.",
    ]),
    ("read-only-path", [
        "`journalctl -u UNIT -n 20` says \"Read-only file system\" of a disk that is not. `systemctl cat UNIT` has the reason.",
        "ProtectSystem= and ReadOnlyPaths= make paths read-only for this service alone. The one folder that it writes can be opened again; StateDirectory= does that by itself.",
    ]),
    ("runtime-only", [
        "`systemctl cat UNIT` names the file that is read. In which folder is it, and what happens to that at boot?",
        "/run is emptied at every boot. What shall last stands under /etc/systemd/system.",
    ]),
    ("shell-syntax", [
        "`systemctl cat UNIT`: which words of ExecStart= would only a shell understand?",
        "systemd starts the program itself, with all the other words as arguments. What a shell did for you, a directive does, or a shell that you start.",
    ]),
    ("socket-unit-holds-the-port", [
        "`systemctl list-sockets` shows what systemd itself listens on, and for whom.",
        "A socket unit has taken the port. Either the program takes the socket over from systemd, or the socket unit has to go.",
    ]),
    ("unknown-key", [
        "`systemd-analyze verify UNIT` names keys that systemd does not know.",
        "A misspelt key is ignored with a warning, and the service runs without it.",
    ]),
    ("user-unknown", [
        "`systemctl status UNIT` shows 217/USER: systemd could not take on the user. `getent passwd` asks for one.",
        "User= has to name an account that is there when the service starts. `useradd --system` makes one.",
    ]),
    ("waits-for-ready", [
        "`systemctl status UNIT` says `activating (start)`: systemd waits for a word from the program.",
        "With Type=notify a service is up when its program says so. One that never does needs another Type=.",
    ]),
    ("wanted-by-idle-target", [
        "`systemctl get-default` names the target that this machine boots into. Does it reach the one in WantedBy=?",
        "A target that is there, and that no boot reaches, starts nothing. multi-user.target is on the way of every normal boot.",
    ]),
    ("wanted-by-unknown-target", [
        "`systemctl cat UNIT` has WantedBy=; `systemctl list-units --type=target` has the targets that are reached.",
        "enable makes a link for any name, also for one that is no target. Nothing follows that link at boot.",
    ]),
    ("wrong-section", [
        "`systemd-analyze verify UNIT` names lines that have no meaning where they stand.",
        "Each directive belongs to one section: systemd.unit(5) for [Unit] and [Install], systemd.service(5) and systemd.exec(5) for [Service].",
    ]),
    ("zero-byte-unit", [
        "`systemctl status UNIT` says `masked`, and nobody masked it. How long is its file? `ls -l`",
        "systemd takes an empty unit file for a mask. It has to be filled, or taken away where another copy shall count.",
    ]),
];

/// Where to look, and what to change, if a cause calls for hints of its own.
pub(super) fn advice(cause: &str, unit: &str) -> Option<[String; 2]> {
    let (_, hints) = ADVICE.iter().find(|(id, _)| *id == cause)?;
    Some(hints.map(|hint| hint.replace("UNIT", unit)))
}

#[cfg(test)]
mod tests {
    use super::{ADVICE, advice};
    use crate::engine::diagnoses;

    /// What these name is what a check asks for, or says where to look and no more: the check's own hints are nearer.
    const LEFT_TO_THE_CHECK: &[&str] = &[
        "account-can-log-in",
        "account-in-group",
        "account-is-nobody",
        "account-is-shared",
        "account-of-a-person",
        "boot-leaves-it-down",
        "could-not-tell",
        "crash-loop",
        "enables-another-unit",
        "ended-by-itself",
        "exec-failed",
        "gone-after-reboot",
        "listens-for-everybody",
        "listens-on-loopback-only",
        "no-auto-restart",
        "not-enabled",
        "not-started",
        "restart-never",
        "runs-as-root",
        "service-can-write",
        "start-limit-hit",
        "start-limit-too-tight",
    ];

    #[test]
    fn each_cause_has_hints_or_leaves_them_to_the_check() {
        assert!(ADVICE.is_sorted_by(|(one, _), (next, _)| one < next));
        let mut all: Vec<&str> = ADVICE.iter().map(|(id, _)| *id).chain(LEFT_TO_THE_CHECK.iter().copied()).collect();
        all.sort_unstable();
        assert_eq!(all, diagnoses());
    }

    #[test]
    fn hints_name_the_unit() {
        let [look, change] = advice("needs-restart", "a.service").unwrap();
        assert!(look.contains("`systemctl show a.service`") && !change.contains("UNIT"), "{look} {change}");
        assert_eq!(advice("runs-as-root", "a.service"), None);
    }
}
