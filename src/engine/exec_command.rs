//! Commands as `systemctl show` prints them: `{ path=… ; argv[]=… ; flags=… ; start_time=[…] ; … }`.

/// One command of `ExecStartEx` or `ExecStart`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ExecCommand<'a> {
    /// The command line, words joined by blanks.
    pub(crate) argv: &'a str,
    /// `privileged` (`+`), `no-setuid` (`!`), `ambient` (`!!`), `ignore-failure` (`-`), `no-env-expand` (`:`).
    flags: &'a str,
}

impl<'a> ExecCommand<'a> {
    /// Every command in a property's value, one per record.
    pub(crate) fn parse_all(value: &'a str) -> Vec<Self> {
        value.split("{ path=").skip(1).filter_map(Self::parse).collect()
    }

    /// An argument may imitate any field, so fields behind the command line are looked for from the end.
    fn parse(record: &'a str) -> Option<Self> {
        let (_, rest) = record.split_once(" ; argv[]=")?;
        let (rest, _) = rest.rsplit_once(" ; start_time=[")?;
        let (argv, flags) = rest
            .rsplit_once(" ; flags=")
            .or_else(|| rest.rsplit_once(" ; ignore_errors=").map(|(argv, _)| (argv, "")))?;
        Some(Self { argv, flags })
    }

    /// The prefix that keeps it root whatever `User=` says: `+` (full privileges) or `!` (no setuid); systemd.service(5).
    pub(crate) fn root_prefix(&self) -> Option<char> {
        self.flags.split_whitespace().find_map(|flag| match flag {
            "privileged" => Some('+'),
            "no-setuid" => Some('!'),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ExecCommand;

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
}
