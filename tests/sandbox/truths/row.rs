//! One unit of a case: its files and commands, what systemd shows, and the expected verdicts.

use unitlab::model::{Expect, Kind, RestartPolicy, Status, TimeSpan, UnitFact, Value};

/// The directory for unit files of the administrator.
const SYSTEM: &str = "/etc/systemd/system";

pub(crate) struct Row {
    pub(crate) truth: u8,
    pub(crate) unit: String,
    pub(crate) files: Vec<(String, String)>,
    /// Start the unit after systemd has read all files.
    pub(crate) started: bool,
    pub(crate) enabled: bool,
    /// Shell commands, run after the start; daemon-reload follows.
    pub(crate) then: Vec<String>,
    /// Shell commands, run last, without daemon-reload.
    pub(crate) last: Vec<String>,
    /// Commands of `then`, with their expected exit status.
    pub(crate) exits: Vec<(String, u8)>,
    /// Properties that `systemctl show` must print at the end.
    pub(crate) shows: Vec<(&'static str, String)>,
    /// Another condition on the loaded unit.
    pub(crate) proves: Option<fn(&UnitFact) -> bool>,
    pub(crate) verdicts: Vec<(Kind, Status, Vec<&'static str>)>,
}

impl Row {
    /// The unit is `t04-dynamic.service` for case 4 and the name `dynamic`. A name that contains a dot is the unit name.
    pub(crate) fn of(truth: u8, name: &str) -> Self {
        let unit = if name.contains('.') { name.to_owned() } else { format!("t{truth:02}-{name}.service") };
        Self {
            truth,
            unit,
            files: vec![],
            started: false,
            enabled: false,
            then: vec![],
            last: vec![],
            exits: vec![],
            shows: vec![],
            proves: None,
            verdicts: vec![],
        }
    }

    /// A unit file that runs `sleep infinity`, with these lines in `[Service]`. With `Type=exec`, the start returns after
    /// the program was executed.
    pub(crate) fn service(self, lines: &str) -> Self {
        self.text(&format!("[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\n{lines}\n"))
    }

    pub(crate) fn text(self, text: &str) -> Self {
        let path = self.path();
        self.file(&path, text)
    }

    pub(crate) fn drop_in(self, name: &str, text: &str) -> Self {
        let path = format!("{}.d/{name}", self.path());
        self.file(&path, text)
    }

    /// Any file.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    pub(crate) fn path(&self) -> String {
        format!("{SYSTEM}/{}", self.unit)
    }

    pub(crate) fn start(mut self) -> Self {
        self.started = true;
        self
    }

    pub(crate) fn enable(mut self) -> Self {
        self.enabled = true;
        self
    }

    /// Replaces `UNIT` and `FILE` by the unit and its file in `/etc`.
    fn expand(&self, script: &str) -> String {
        script.replace("UNIT", &self.unit).replace("FILE", &self.path())
    }

    pub(crate) fn then(mut self, script: &str) -> Self {
        self.then.push(self.expand(script));
        self
    }

    pub(crate) fn last(mut self, script: &str) -> Self {
        self.last.push(self.expand(script));
        self
    }

    /// Runs a command, and expects this exit status.
    pub(crate) fn exits(mut self, command: &str, status: u8) -> Self {
        let command = self.expand(command);
        self.then.push(format!("exits {command}"));
        self.exits.push((command, status));
        self
    }

    /// Waits until the property has this value.
    pub(crate) fn awaits(self, property: &str, value: &str) -> Self {
        self.then(&format!("await UNIT {property} {value}"))
    }

    pub(crate) fn shows(mut self, property: &'static str, value: &str) -> Self {
        self.shows.push((property, value.to_owned()));
        self
    }

    pub(crate) fn proves(mut self, proof: fn(&UnitFact) -> bool) -> Self {
        self.proves = Some(proof);
        self
    }

    pub(crate) fn passes(mut self, kind: Kind) -> Self {
        self.verdicts.push((kind, Status::Passed, vec![]));
        self
    }

    /// Fails with these causes, root cause first.
    pub(crate) fn fails(mut self, kind: Kind, causes: &[&'static str]) -> Self {
        self.verdicts.push((kind, Status::Failed, causes.to_vec()));
        self
    }

    pub(crate) fn unknown(mut self, kind: Kind, causes: &[&'static str]) -> Self {
        self.verdicts.push((kind, Status::Unknown, causes.to_vec()));
        self
    }
}

pub(crate) fn not_root() -> Kind {
    Kind::RunsAs { root: false }
}

pub(crate) fn user_set() -> Kind {
    setting("User", Expect::Set)
}

pub(crate) fn setting(name: &str, expect: Expect) -> Kind {
    Kind::Setting { name: name.into(), expect }
}

pub(crate) fn restart_sec(span: &str) -> Kind {
    setting("RestartSec", Expect::Is(Value::Span(TimeSpan::parse(span).unwrap())))
}

pub(crate) fn always() -> Kind {
    Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }
}

/// Active with a main process, and the same after 1.5 s.
pub(crate) fn running() -> Kind {
    active(true, 1_500)
}

pub(crate) fn active(running: bool, hold_ms: u64) -> Kind {
    Kind::Active { running, hold: TimeSpan::from_micros(hold_ms * 1_000) }
}

pub(crate) fn answers(port: u16) -> Kind {
    Kind::Http { port, path: "/".into(), status: 200, contains: None }
}
