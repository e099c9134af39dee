//! Parses commands as `systemctl show` prints them: `{ path=… ; argv[]=… ; flags=… ; start_time=[…] ; … }`. Finds the
//! command at which a start ended.

use super::UnitFact;

/// One command of `ExecStartEx`, `ExecStart`, `ExecStartPre` or `ExecStartPost`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecCommand<'a> {
    /// The program as written, without prefixes.
    pub path: &'a str,
    /// The command line, its words joined by spaces.
    pub argv: &'a str,
    /// `privileged` (`+`), `no-setuid` (`!`), `ambient` (`!!`), `ignore-failure` (`-`), `no-env-expand` (`:`).
    flags: &'a str,
    /// Its failure is ignored (`-`).
    may_fail: bool,
    /// The end of its latest run.
    end: Option<End>,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With this exit status.
    Exited(u32),
    /// Killed by a signal.
    Signal {
        number: u32,
        /// It left a core dump.
        core: bool,
    },
}

/// The command at which a start ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended<'a> {
    /// `ExecStart`, or the directive of the failed command before or after it.
    pub directive: &'static str,
    /// The first command if `ExecStart=` has several.
    pub command: Option<ExecCommand<'a>>,
    pub end: End,
}

/// Returns the command at which the latest start ended: the main process, or a control process whose failure counts.
/// `None` if none has ended.
///
/// The manager clears these results at each new start, so they all belong to the latest one.
#[must_use]
pub fn ended(unit: &UnitFact) -> Option<Ended<'_>> {
    let main = End::of_main(unit).map(|end| {
        let command = ExecCommand::parse_all(unit.get("ExecStart")).into_iter().next();
        Ended { directive: "ExecStart", command, end }
    });
    // If the main process could not be executed, the other commands failed because of that.
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
        // The main process failed first, and systemd killed the running control process.
        (Some(Ended { end: End::Signal { .. }, .. }), Some(main)) if main.end != End::Exited(0) => Some(main),
        (control, main) => control.or(main),
    }
}

impl End {
    /// Whether systemd set the status because it failed before the program ran (systemd.exec(5), "Process Exit Codes").
    /// Higher values come from programs: `exit(-1)` gives 255.
    #[must_use]
    pub fn is_systemds_own(self) -> bool {
        matches!(self, Self::Exited(200..=245))
    }

    /// From `ExecMainCode` (a `CLD_…` of waitid(2)) and `ExecMainStatus`; `None` if no main process has ended.
    fn of_main(unit: &UnitFact) -> Option<Self> {
        Self::of(unit.get("ExecMainCode"), unit.get("ExecMainStatus").parse().ok()?)
    }

    /// `code` is a number or a word of `systemctl show`.
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
    /// Parses every command of a property's value.
    #[must_use]
    pub fn parse_all(value: &'a str) -> Vec<Self> {
        value.split("{ path=").skip(1).filter_map(Self::parse).collect()
    }

    /// An argument may look like a field, so the fields after the command line are searched from the end.
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

    /// The end of its latest run.
    #[must_use]
    pub fn end(&self) -> Option<End> {
        self.end
    }

    /// The prefix that makes it run as root despite `User=`: `+` (full privileges) or `!` (no setuid); systemd.service(5).
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
