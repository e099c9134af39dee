//! Commands as `systemctl show` prints them: `{ path=… ; argv[]=… ; flags=… ; start_time=[…] ; … }`; how each ended, and
//! at which of them a start did.

use super::UnitFact;

/// One command of `ExecStartEx`, `ExecStart`, `ExecStartPre` or `ExecStartPost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecCommand<'a> {
    /// The program as written, without prefixes.
    pub path: &'a str,
    /// The command line, words joined by blanks.
    pub argv: &'a str,
    /// `privileged` (`+`), `no-setuid` (`!`), `ambient` (`!!`), `ignore-failure` (`-`), `no-env-expand` (`:`).
    flags: &'a str,
    /// It may fail (`-`).
    may_fail: bool,
    /// How it ended, last time.
    end: Option<End>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Exited(u32),
    /// By this signal; `core` when it left a core dump.
    Signal {
        /// The signal's number.
        number: u32,
        /// It dumped core.
        core: bool,
    },
}

/// The command that ended last of those that make up a start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended<'a> {
    /// `ExecStart`, unless a command before or after it has failed.
    pub directive: &'static str,
    /// The command; of several in `ExecStart=` the first.
    pub command: Option<ExecCommand<'a>>,
    /// How it ended.
    pub end: End,
}

/// Where a start ended: at the main process, or at a control process that may not fail and did. None when nothing has.
///
/// The manager forgets how commands ended at each new start, so that all of it belongs to the latest one.
#[must_use]
pub fn ended(unit: &UnitFact) -> Option<Ended<'_>> {
    let main = End::of_main(unit).map(|end| {
        let command = ExecCommand::parse_all(unit.get("ExecStart")).into_iter().next();
        Ended { directive: "ExecStart", command, end }
    });
    // A main process that was never executed is what the others fail of.
    if main.as_ref().is_some_and(|main| main.end.is_systemds_own()) {
        return main;
    }
    let failed = |directive| {
        let commands = ExecCommand::parse_all(unit.get(directive)).into_iter();
        let mut failed = commands.filter(|command| !command.may_fail);
        failed.find_map(|command| match command.end {
            None | Some(End::Exited(0)) => None,
            Some(end) => Some(Ended { directive, end, command: Some(command) }),
        })
    };
    // With Type=forking, the command of ExecStart= itself is only a control process.
    let forking = if unit.get("Type") == "forking" { failed("ExecStart") } else { None };
    let control = failed("ExecStartPre").or(forking).or_else(|| failed("ExecStartPost"));
    match (control, main) {
        // What was still running when the main process failed was killed.
        (Some(Ended { end: End::Signal { .. }, .. }), Some(main)) if main.end != End::Exited(0) => Some(main),
        (control, main) => control.or(main),
    }
}

impl End {
    /// A status that systemd itself sets when it fails before the program runs (systemd.exec(5), "Process Exit Codes"). A
    /// program may end with what is above: 255 is what becomes of -1.
    #[must_use]
    pub fn is_systemds_own(self) -> bool {
        matches!(self, Self::Exited(200..=245))
    }

    /// `ExecMainCode` (a `CLD_…` of waitid(2)) and `ExecMainStatus`; none when no main process has ended.
    fn of_main(unit: &UnitFact) -> Option<Self> {
        Self::of(unit.get("ExecMainCode"), unit.get("ExecMainStatus").parse().ok()?)
    }

    /// The code by its number, or in the words of `systemctl show`.
    fn of(code: &str, status: u32) -> Option<Self> {
        match code {
            "1" | "exited" => Some(Self::Exited(status)),
            "2" | "killed" => Some(Self::Signal { number: status, core: false }),
            "3" | "dumped" => Some(Self::Signal { number: status, core: true }),
            _ => None,
        }
    }
}

impl<'a> ExecCommand<'a> {
    /// Every command in a property's value, one per record.
    #[must_use]
    pub fn parse_all(value: &'a str) -> Vec<Self> {
        value.split("{ path=").skip(1).filter_map(Self::parse).collect()
    }

    /// An argument may imitate any field, so fields behind the command line are looked for from the end.
    fn parse(record: &'a str) -> Option<Self> {
        let (path, rest) = record.split_once(" ; argv[]=")?;
        let (rest, ran) = rest.rsplit_once(" ; start_time=[")?;
        let (argv, flags, may_fail) = match rest.rsplit_once(" ; flags=") {
            Some((argv, flags)) => (argv, flags, flags.split_whitespace().any(|flag| flag == "ignore-failure")),
            None => rest.rsplit_once(" ; ignore_errors=").map(|(argv, ignored)| (argv, "", ignored == "yes"))?,
        };
        let end = ran.rsplit_once(" ; code=").and_then(|(_, ran)| {
            let (code, status) = ran.split_once(" ; status=")?;
            let digits = status.split(|c: char| !c.is_ascii_digit()).next()?;
            End::of(code, digits.parse().ok()?)
        });
        Some(Self { path, argv, flags, may_fail, end })
    }

    /// How it ended, last time.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The prefix that keeps it root whatever `User=` says: `+` (full privileges) or `!` (no setuid); systemd.service(5).
    #[must_use]
    pub fn root_prefix(&self) -> Option<char> {
        self.flags.split_whitespace().find_map(|flag| match flag {
            "privileged" => Some('+'),
            "no-setuid" => Some('!'),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{End, ExecCommand, UnitFact, ended};

    fn record(argv: &str, flags: &str) -> String {
        format!(
            "{{ path=/bin/sleep ; argv[]={argv} ; flags={flags} ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }}"
        )
    }

    #[test]
    fn prefixes_that_keep_root() {
        for (flags, prefix) in [
            ("", None),
            ("ignore-failure", None),
            ("ambient", None),
            ("privileged", Some('+')),
            ("ignore-failure no-setuid", Some('!')),
        ] {
            let value = record("/bin/sleep 1000", flags);
            let commands = ExecCommand::parse_all(&value);
            assert_eq!(commands.len(), 1);
            assert_eq!((commands[0].argv, commands[0].root_prefix()), ("/bin/sleep 1000", prefix), "{flags}");
        }
    }

    #[test]
    fn an_argument_cannot_pose_as_a_flag() {
        let value = record("/bin/sleep ; flags=privileged ; start_time=[x", "");
        assert_eq!(ExecCommand::parse_all(&value)[0].root_prefix(), None);
    }

    #[test]
    fn several_commands_and_the_plain_property() {
        let value = format!("{}\n{}", record("/bin/true", ""), record("/bin/sleep", "privileged"));
        assert_eq!(ExecCommand::parse_all(&value).iter().filter_map(ExecCommand::root_prefix).count(), 1);
        let plain = "{ path=/bin/x ; argv[]=/bin/x -v ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }";
        assert_eq!(ExecCommand::parse_all(plain)[0].argv, "/bin/x -v");
        assert!(ExecCommand::parse_all("garbage { path=").is_empty());
    }

    #[test]
    fn a_start_ends_at_the_command_that_failed() {
        let ran = |argv: &str, ignored: &str, end: &str| {
            format!(
                "{{ path=/x ; argv[]={argv} ; ignore_errors={ignored} ; start_time=[Mon 2026-01-05 10:00:00 UTC] ; \
                 stop_time=[n/a] ; pid=7 ; {end} }}"
            )
        };
        let good = || ran("/x good", "no", "code=exited ; status=0");
        let bad = || ran("/x ; code=exited ; status=9", "no", "code=exited ; status=203");
        let main = ran("/x main", "no", "code=(null) ; status=0/0");
        for (pre, post, code, status, expected) in [
            (String::new(), String::new(), "0", "0", None),
            (String::new(), String::new(), "1", "3", Some(("ExecStart", End::Exited(3)))),
            (good() + &bad(), String::new(), "0", "0", Some(("ExecStartPre", End::Exited(203)))),
            (good(), bad(), "2", "15", Some(("ExecStartPost", End::Exited(203)))),
            (good(), bad(), "1", "217", Some(("ExecStart", End::Exited(217)))),
            (good(), ran("/x", "no", "code=killed ; status=15/TERM"), "1", "1", Some(("ExecStart", End::Exited(1)))),
            (ran("/x", "yes", "code=exited ; status=1"), String::new(), "0", "0", None),
            (
                ran("/x", "no", "code=killed ; status=9/KILL"),
                String::new(),
                "0",
                "0",
                Some(("ExecStartPre", End::Signal { number: 9, core: false })),
            ),
        ] {
            let properties = [
                ("ExecStartPre", pre.as_str()),
                ("ExecStart", &main),
                ("ExecStartPost", &post),
                ("ExecMainCode", code),
                ("ExecMainStatus", status),
            ];
            let properties = properties.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let unit = UnitFact { properties: properties.into() };
            assert_eq!(ended(&unit).map(|it| (it.directive, it.end)), expected, "{pre} {post} {code} {status}");
            if expected.is_some_and(|(directive, _)| directive == "ExecStartPost") {
                assert_eq!(ended(&unit).unwrap().command.unwrap().argv, "/x ; code=exited ; status=9");
            }
        }
    }
}
