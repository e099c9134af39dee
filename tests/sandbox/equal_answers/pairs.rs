//! The pairs. The two units of a pair differ in one line, one word, or the path of a file.

use unitlab::model::{Expect, Kind, ProcessCheck, RestartPolicy, TimeSpan, Value};

const WANTED: &str = "[Install]\nWantedBy=multi-user.target";

/// One of the two units. `UNIT` stands for its name, `NAME` for its name without `.service`.
pub(crate) struct Way {
    pub(crate) text: String,
    pub(crate) drop_in: Option<&'static str>,
    pub(crate) script: &'static str,
}

impl Way {
    fn drop_in(mut self, text: &'static str) -> Self {
        self.drop_in = Some(text);
        self
    }

    fn script(mut self, script: &'static str) -> Self {
        self.script = script;
        self
    }
}

const ENABLE_AND_START: &str = "systemctl enable --quiet --now UNIT";

fn unit_file(text: &str) -> Way {
    Way { text: text.to_owned(), drop_in: None, script: ENABLE_AND_START }
}

/// A correct service, with these lines at the end of `[Service]`.
fn with(lines: &str) -> Way {
    unit_file(&format!("[Service]\nType=exec\nUser=nobody\nExecStart=/usr/bin/sleep infinity\n{lines}\n{WANTED}\n"))
}

/// A correct service, with this `ExecStart=` line.
fn command(command: &str) -> Way {
    unit_file(&format!("[Service]\nType=exec\nUser=nobody\n{command}\n{WANTED}\n"))
}

/// A correct service, with these lines instead of `User=`.
fn user(lines: &str) -> Way {
    unit_file(&format!("[Service]\nType=exec\nExecStart=/usr/bin/sleep infinity\n{lines}\n{WANTED}\n"))
}

/// A correct service, with this `[Install]` section.
fn install(install: &str) -> Way {
    unit_file(&format!("[Service]\nType=exec\nUser=nobody\nExecStart=/usr/bin/sleep infinity\n{install}\n"))
}

/// A name, the checks of this pair, and the two units. Each pair also gets the checks that every pair gets (`main.rs`).
pub(crate) struct Pair(pub(crate) &'static str, pub(crate) Vec<Kind>, pub(crate) Way, pub(crate) Way);

fn is(name: &str, value: Value) -> Kind {
    Kind::Setting { name: name.into(), expect: Expect::Is(value) }
}

fn span(name: &str, span: &str) -> Kind {
    is(name, Value::Span(TimeSpan::parse(span).unwrap()))
}

fn yes(name: &str) -> Kind {
    is(name, Value::Boolean(true))
}

fn always() -> Kind {
    Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }
}

fn comes_back() -> Kind {
    Kind::ComesBack { within: TimeSpan::from_micros(3_000_000), again: false }
}

fn sleeps() -> Kind {
    let argument = Some("infinity".to_owned());
    Kind::Process(ProcessCheck { name: Some("sleep".into()), argument, ..ProcessCheck::default() })
}

pub(crate) fn pairs() -> Vec<Pair> {
    [spans(), values(), files(), commands(), users(), boots()].into_iter().flatten().collect()
}

fn spans() -> Vec<Pair> {
    let delay = |name, one: &str, other: &str| {
        let way = |value: &str| with(&format!("Restart=always\nRestartSec={value}"));
        Pair(name, vec![span("RestartSec", "3s"), always()], way(one), way(other))
    };
    vec![
        delay("unit", "3", "3s"),
        delay("milliseconds", "3s", "3000ms"),
        delay("sum", "3s", "2s 1000ms"),
        delay("long-word", "3s", "3 seconds"),
        delay("fraction", "3", "2.5s 500ms"),
        delay("minutes", "3sec", "0.05min"),
        delay("no-space", "1s2s", "3000000us"),
        Pair("timeout", vec![span("TimeoutStopSec", "90s")], with("TimeoutStopSec=1min 30s"), with("TimeoutSec=90")),
        Pair(
            "limit-section",
            vec![span("StartLimitIntervalSec", "0")],
            with("[Unit]\nStartLimitIntervalSec=0"),
            with("StartLimitInterval=0"),
        ),
    ]
}

fn values() -> Vec<Pair> {
    let switch = |name, one: &str, other: &str| {
        let way = |value: &str| with(&format!("PrivateTmp={value}\nNoNewPrivileges={value}"));
        Pair(name, vec![yes("PrivateTmp"), yes("NoNewPrivileges")], way(one), way(other))
    };
    let one_of = |one: RestartPolicy, other: RestartPolicy| Kind::RestartPolicy { one_of: vec![one, other] };
    let no_limit = "[Unit]\nStartLimitIntervalSec=0";
    vec![
        switch("true", "yes", "true"),
        switch("on", "yes", "on"),
        switch("one", "1", "y"),
        switch("capitals", "Yes", "TRUE"),
        Pair(
            "policy",
            vec![one_of(RestartPolicy::Always, RestartPolicy::OnFailure), comes_back()],
            with(&format!("Restart=always\n{no_limit}")),
            with(&format!("Restart=on-failure\n{no_limit}")),
        ),
        Pair(
            "forced",
            vec![comes_back()],
            with(&format!("Restart=on-abnormal\n{no_limit}")),
            with(&format!("Restart=no\nRestartForceExitStatus=SIGKILL\n{no_limit}")),
        ),
        Pair("umask", vec![], with("UMask=027"), with("UMask=0027")),
        Pair(
            "list",
            vec![Kind::Setting {
                name: "After".into(),
                expect: Expect::Includes(vec!["network.target".into(), "time-set.target".into()]),
            }],
            with("[Unit]\nAfter=network.target time-set.target"),
            with("[Unit]\nAfter=time-set.target\nAfter=network.target"),
        ),
    ]
}

fn files() -> Vec<Pair> {
    let plain = || with("Restart=always");
    let text = || plain().text;
    let pair = |name, other: Way| Pair(name, vec![always()], plain(), other);
    vec![
        pair("crlf", unit_file(&text().replace('\n', "\r\n"))),
        pair("mark", unit_file(&format!("\u{feff}{}", text()))),
        pair("spaces", unit_file(&text().replace('=', " = "))),
        pair("indented", unit_file(&text().replace("Restart", "  Restart"))),
        pair("comments", unit_file(&format!("# one\n; two\n\n{}", text()))),
        pair("no-last-newline", unit_file(text().trim_end())),
        pair("continued", with("Restart=\\\n  always")),
        pair("twice", with("Restart=no\nRestart=always")),
        pair("reset-nothing", with("Restart=always\nRestart=")),
        pair("drop-in", with("").drop_in("[Service]\nRestart=always\n")),
        pair("overridden", with("Restart=no").drop_in("[Service]\nRestart=always\n")),
        pair("split", with("[Service]\nRestart=always")),
        pair(
            "install-first",
            unit_file(&format!(
                "{WANTED}\n[Service]\nRestart=always\nUser=nobody\nType=exec\nExecStart=/usr/bin/sleep infinity\n"
            )),
        ),
        pair("unknown-line", with("Restart=always\nX-Mine=1\n[X-Other]\nA=b")),
    ]
}

fn commands() -> Vec<Pair> {
    let plain = || command("ExecStart=/usr/bin/sleep infinity");
    let pair = |name, other: &str| Pair(name, vec![sleeps()], plain(), command(other));
    vec![
        pair("no-path", "ExecStart=sleep infinity"),
        pair("quotes", "ExecStart=\"/usr/bin/sleep\" 'infinity'"),
        pair("variable", "Environment=TIME=infinity\nExecStart=/usr/bin/sleep $TIME"),
        pair("braces", "Environment=\"TIME=infinity\"\nExecStart=/usr/bin/sleep ${TIME}"),
        pair("shell", "ExecStart=/bin/sh -c 'exec sleep infinity'"),
        pair("dash", "ExecStart=-/usr/bin/sleep infinity"),
        pair("colon", "ExecStart=:/usr/bin/sleep infinity"),
        pair("at", "ExecStart=@/usr/bin/sleep sleep infinity"),
        pair("two-lines", "ExecStart=/usr/bin/sleep \\\n    infinity"),
        pair("replaced", "ExecStart=/usr/bin/false\nExecStart=\nExecStart=/usr/bin/sleep infinity"),
        pair("simple", "Type=simple\nExecStart=/usr/bin/sleep infinity"),
        pair("forking", "Type=forking\nExecStart=/bin/sh -c 'sleep infinity &'"),
    ]
}

fn users() -> Vec<Pair> {
    vec![
        Pair("number", vec![], user("User=nobody"), user("User=65534")),
        Pair("dynamic", vec![], user("User=nobody"), user("DynamicUser=yes")),
        Pair(
            "specifier",
            vec![],
            user("User=daemon"),
            user("User=%N").script("useradd --system NAME; systemctl enable --quiet --now UNIT"),
        ),
        Pair("dropped-in", vec![], user("User=nobody"), user("User=root").drop_in("[Service]\nUser=nobody\n")),
    ]
}

fn boots() -> Vec<Pair> {
    let pair = |name, other: Way| Pair(name, vec![], install(WANTED), other);
    vec![
        pair("default", install("[Install]\nWantedBy=default.target")),
        pair("required", install("[Install]\nRequiredBy=multi-user.target")),
        pair("several", install("[Install]\nWantedBy=graphical.target multi-user.target")),
        pair("install-drop-in", install("").drop_in("[Install]\nWantedBy=multi-user.target\n")),
        pair(
            "by-hand",
            install("").script(
                "mkdir -p /etc/systemd/system/multi-user.target.wants; \
                 ln -s ../UNIT /etc/systemd/system/multi-user.target.wants/; systemctl daemon-reload; systemctl start UNIT",
            ),
        ),
        pair("add-wants", install("").script("systemctl add-wants --quiet multi-user.target UNIT; systemctl start UNIT")),
        pair("alias", install("[Install]\nWantedBy=multi-user.target\nAlias=NAME-other.service")),
    ]
}
