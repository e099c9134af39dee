//! One unit among the many in the sandbox that all truths share: how it came to be, what systemd makes of it, and what
//! a grader owes the learner for it.

use unitlab::model::{Expect, Kind, RestartPolicy, Status, TimeSpan, UnitFact, Value};

/// Where units of an administrator are.
const SYSTEM: &str = "/etc/systemd/system";

/// A unit, its story, and the verdicts on it.
pub(crate) struct Row {
    pub(crate) truth: u8,
    pub(crate) unit: String,
    pub(crate) files: Vec<(String, String)>,
    /// Started, with all others, once the manager has read the files.
    pub(crate) started: bool,
    pub(crate) enabled: bool,
    /// Shell, run while the manager is up to date; it is made to reload afterwards.
    pub(crate) then: Vec<String>,
    /// Shell, run last: the manager does not get to know of it.
    pub(crate) last: Vec<String>,
    /// Commands of `then`, with the exit status that each must have had.
    pub(crate) exits: Vec<(String, u8)>,
    /// What `systemctl show` prints in the end.
    pub(crate) shows: Vec<(&'static str, String)>,
    /// What else must be true of it.
    pub(crate) proves: Option<fn(&UnitFact) -> bool>,
    pub(crate) verdicts: Vec<(Kind, Status, Vec<&'static str>)>,
}

impl Row {
    /// `t04-dynamic.service` for the fourth truth and `dynamic`; a name with a dot in it is taken as it is.
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

    /// A unit file with `[Service]`, a program that stays, and these lines. `Type=exec`, so that the
    /// start ends when the program runs, and not when the manager has forked.
    pub(crate) fn service(self, lines: &str) -> Self {
        self.text(&format!("[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\n{lines}\n"))
    }

    /// The whole unit file.
    pub(crate) fn text(self, text: &str) -> Self {
        let path = self.path();
        self.file(&path, text)
    }

    /// A drop-in.
    pub(crate) fn drop_in(self, name: &str, text: &str) -> Self {
        let path = format!("{}.d/{name}", self.path());
        self.file(&path, text)
    }

    /// Any file; an empty one is an empty file.
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

    /// `UNIT` and `FILE` stand for this unit and its file in `/etc`.
    fn filled(&self, script: &str) -> String {
        script.replace("UNIT", &self.unit).replace("FILE", &self.path())
    }

    pub(crate) fn then(mut self, script: &str) -> Self {
        self.then.push(self.filled(script));
        self
    }

    pub(crate) fn last(mut self, script: &str) -> Self {
        self.last.push(self.filled(script));
        self
    }

    /// Runs a command whose exit status is part of the truth.
    pub(crate) fn exits(mut self, command: &str, status: u8) -> Self {
        let command = self.filled(command);
        self.then.push(format!("exits {command}"));
        self.exits.push((command, status));
        self
    }

    /// Goes on when a property has a value.
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

    /// Fails, and these causes are named, root cause first.
    pub(crate) fn fails(mut self, kind: Kind, causes: &[&'static str]) -> Self {
        self.verdicts.push((kind, Status::Failed, causes.to_vec()));
        self
    }

    pub(crate) fn cannot_be_told(mut self, kind: Kind, causes: &[&'static str]) -> Self {
        self.verdicts.push((kind, Status::Unknown, causes.to_vec()));
        self
    }
}

/// No process of it may be root.
pub(crate) fn not_root() -> Kind {
    Kind::RunsAs { root: false }
}

/// `User=` is set.
pub(crate) fn user_set() -> Kind {
    setting("User", Expect::Set)
}

pub(crate) fn setting(name: &str, expect: Expect) -> Kind {
    Kind::Setting { name: name.into(), expect }
}

/// `RestartSec=` is this long.
pub(crate) fn waits(span: &str) -> Kind {
    setting("RestartSec", Expect::Is(Value::Span(TimeSpan::parse(span).unwrap())))
}

pub(crate) fn always() -> Kind {
    Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }
}

/// Active with a main process, and the same after one and a half seconds.
pub(crate) fn running() -> Kind {
    active(true, 1_500)
}

pub(crate) fn active(running: bool, hold_ms: u64) -> Kind {
    Kind::Active { running, hold: TimeSpan::from_micros(hold_ms * 1_000) }
}

pub(crate) fn answers(port: u16) -> Kind {
    Kind::Http { port, path: "/".into(), status: 200, contains: None }
}
