//! Our reading of a unit's files, held against what the manager shows of it.

use std::collections::BTreeMap;

use unitlab::engine::settings_in_effect;
use unitlab::model::{Content, FilesFact, Role, TimeSpan, UnitFact};

/// How a directive's lines come to its value.
#[derive(Clone, Copy)]
pub(crate) enum As {
    /// The last one, as it is written; where there is none, this, if anything can be known.
    Text(Option<&'static str>),
    /// The last one, as a time span.
    Span,
    /// The last one, as a time span; zero switches the limit off.
    Limit,
    /// The last one, as a boolean.
    Boolean,
    /// The last one, as a whole number.
    Number,
    /// The last one, as a path.
    Path,
    /// All of them, word by word; the manager adds what it likes.
    Among,
    /// All of them, command by command.
    Commands,
}

/// Directive, property, form. What the manager shows of `WatchdogSec=` is only set by a start, and `[Install]` it does
/// not load at all. These are the directives that checks and causes look at, and those of the course.
#[rustfmt::skip]
pub(crate) const READ: &[(&str, &str, As)] = &[
    ("Description", "Description", As::Text(None)),
    ("User", "User", As::Text(Some(""))),
    ("Group", "Group", As::Text(Some(""))),
    ("Restart", "Restart", As::Text(Some("no"))),
    ("Type", "Type", As::Text(None)),
    ("KillMode", "KillMode", As::Text(Some("control-group"))),
    ("RestartSec", "RestartUSec", As::Span),
    ("TimeoutStartSec", "TimeoutStartUSec", As::Limit),
    ("TimeoutStopSec", "TimeoutStopUSec", As::Limit),
    ("RuntimeMaxSec", "RuntimeMaxUSec", As::Span),
    ("StartLimitIntervalSec", "StartLimitIntervalUSec", As::Span),
    ("JobTimeoutSec", "JobTimeoutUSec", As::Limit),
    ("StartLimitBurst", "StartLimitBurst", As::Number),
    ("DynamicUser", "DynamicUser", As::Boolean),
    ("RemainAfterExit", "RemainAfterExit", As::Boolean),
    ("NoNewPrivileges", "NoNewPrivileges", As::Boolean),
    ("PrivateTmp", "PrivateTmp", As::Boolean),
    ("PrivateDevices", "PrivateDevices", As::Boolean),
    ("PrivateNetwork", "PrivateNetwork", As::Boolean),
    ("ProtectKernelTunables", "ProtectKernelTunables", As::Boolean),
    ("DefaultDependencies", "DefaultDependencies", As::Boolean),
    ("RefuseManualStop", "RefuseManualStop", As::Boolean),
    ("StopWhenUnneeded", "StopWhenUnneeded", As::Boolean),
    ("WorkingDirectory", "WorkingDirectory", As::Path),
    ("ExecStart", "ExecStart", As::Commands),
    ("ExecStop", "ExecStop", As::Commands),
    ("After", "After", As::Among),
    ("Wants", "Wants", As::Among),
    ("Requires", "Requires", As::Among),
    ("SupplementaryGroups", "SupplementaryGroups", As::Among),
    ("Environment", "Environment", As::Among),
];

/// What came of a unit's comparison.
#[derive(Default)]
pub(crate) struct Compared {
    /// One sentence each.
    pub(crate) differences: Vec<String>,
    /// How many values were held against each other.
    pub(crate) values: usize,
}

/// Holds every directive of a loaded unit, and the files that it was read from, against the manager.
pub(crate) fn compare(unit: &UnitFact, files: &FilesFact, aliases: &BTreeMap<String, String>) -> Compared {
    let mut compared = Compared::default();
    let paths = |role| {
        let of_role = files.files.iter().filter(move |file| file.role == role);
        of_role.map(|file| file.path.as_str()).collect::<Vec<_>>().join(" ")
    };
    let is_service = unit.get("Id").ends_with(".service");
    for (property, role) in [("FragmentPath", Role::Fragment), ("DropInPaths", Role::DropIn)] {
        compared.hold(property, unit.get(property), &paths(role), unit.get(property) == paths(role));
    }
    // Units of other types have fewer properties.
    for (directive, property, form) in
        READ.iter().filter(|(_, property, _)| unit.properties.contains_key(*property) || is_service)
    {
        compared.one(unit, files, aliases, (directive, property, *form));
    }
    compared
}

impl Compared {
    fn hold(&mut self, what: &str, manager: &str, ours: &str, agree: bool) {
        self.values += 1;
        if !agree {
            self.differences.push(format!("{what}: the manager has {manager:?}, we read {ours:?}"));
        }
    }

    fn one(
        &mut self,
        unit: &UnitFact,
        files: &FilesFact,
        aliases: &BTreeMap<String, String>,
        (directive, property, form): (&str, &str, As),
    ) {
        let read: Vec<String> = settings_in_effect(files, directive).into_iter().map(|(_, value)| value).collect();
        // Specifiers are the manager's to expand, `%%` but for one.
        if read.iter().any(|value| value.replace("%%", "").contains('%')) || unpredictable(files, directive) {
            return;
        }
        let shown = unit.get(property);
        let last = read.last().map(|value| value.replace("%%", "%"));
        match (form, last) {
            (As::Text(_) | As::Number, Some(last)) => self.hold(directive, shown, &last, shown == last),
            (As::Text(Some(default)), None) => self.hold(directive, shown, default, shown == default),
            (As::Span, Some(last)) => {
                let spans = (TimeSpan::parse(shown).ok(), TimeSpan::parse(&last).ok());
                self.hold(directive, shown, &last, spans.0 == spans.1 && spans.0.is_some());
            }
            (As::Limit, Some(last)) => {
                let forever = |span: TimeSpan| if span.as_micros() == 0 { TimeSpan::INFINITY } else { span };
                let spans = (TimeSpan::parse(shown).ok(), TimeSpan::parse(&last).ok().map(forever));
                self.hold(directive, shown, &last, spans.0 == spans.1 && spans.0.is_some());
            }
            (As::Boolean, Some(last)) => {
                let is = ["1", "yes", "y", "true", "t", "on"].contains(&last.to_lowercase().as_str());
                self.hold(directive, shown, &last, shown == if is { "yes" } else { "no" });
            }
            (As::Path, Some(last)) => {
                let (last, shown) = (last.strip_prefix('-').unwrap_or(&last), shown.strip_prefix('!').unwrap_or(shown));
                let parts = |path: &str| {
                    path.split('/').filter(|part| !["", "."].contains(part)).map(str::to_owned).collect::<Vec<_>>()
                };
                self.hold(directive, shown, last, parts(shown) == parts(last));
            }
            (As::Among, _) => {
                // Of a variable that is set twice, the later value.
                let mut among: BTreeMap<String, String> = BTreeMap::new();
                for word in
                    read.iter().flat_map(|value| listed(directive, value)).filter(|word| is_meant(directive, word))
                {
                    let word = aliases.get(&word).unwrap_or(&word).clone();
                    among.insert(word.split('=').next().unwrap().to_owned(), word);
                }
                for word in among.values() {
                    self.hold(directive, shown, word, words(shown).contains(word));
                }
            }
            (As::Commands, _) => {
                let commands: Vec<&str> = shown.split("{ path=").skip(1).collect();
                // One line may hold several commands; then their number is the manager's to tell.
                if !read.iter().any(|value| value.contains(" ; ")) {
                    self.hold(directive, shown, &read.join(" | "), commands.len() == read.len());
                }
                for (command, line) in commands
                    .iter()
                    .zip(&read)
                    .filter(|_| !read.iter().any(|line| line.contains(['\'', '"', '\\', ';', '$'])))
                {
                    let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
                    let (program, rest) = words.split_first().unwrap_or((&"", &[]));
                    let bare = program.trim_start_matches(['@', '-', ':', '+', '!', '|']);
                    let argv0 = if program[..program.len() - bare.len()].contains('@') { None } else { Some(bare) };
                    let ours: Vec<&str> = argv0.into_iter().chain(rest.iter().copied()).collect();
                    let argv =
                        command.split(" ; argv[]=").nth(1).and_then(|rest| rest.split(" ; ").next()).unwrap_or("");
                    // The program's own path is looked up and simplified; what follows it is ours to know.
                    let same = argv.split(' ').skip(1).eq(ours.iter().skip(1).map(|word| word.replace("%%", "%")));
                    self.hold(directive, command, &ours.join(" "), same);
                }
            }
            (_, None) => {}
        }
    }
}

/// Where something else than the directive's own lines decides, and is written in the same files.
fn unpredictable(files: &FilesFact, directive: &str) -> bool {
    let says = |directive: &str| settings_in_effect(files, directive).pop().map(|(_, value)| value.to_lowercase());
    let yes = |directive: &str| {
        says(directive).is_some_and(|value| ["1", "yes", "y", "true", "t", "on"].contains(&value.as_str()))
    };
    match directive {
        // A dynamic user is called as the unit is, and lives behind these walls whatever they say.
        "User" | "Group" => {
            yes("DynamicUser") && says(directive).is_none() || directive == "Group" && yes("DynamicUser")
        }
        "PrivateTmp" | "NoNewPrivileges" => yes("DynamicUser"),
        _ => false,
    }
}

/// What cannot be the name of a unit or an account, or a variable with its value, is passed over by the manager.
fn is_meant(directive: &str, word: &str) -> bool {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@:= ".contains(&byte));
    plain
        && !word.is_empty()
        && match directive {
            "Environment" => word.split_once('=').is_some_and(|(name, _)| !name.is_empty()),
            "SupplementaryGroups" => true,
            _ => word.contains('.'),
        }
}

/// The words of a list. Around the names of units, quotes are part of the name.
fn listed(directive: &str, value: &str) -> Vec<String> {
    match directive {
        "Environment" => words(value),
        _ => value.split([' ', '\t']).map(str::to_owned).collect(),
    }
}

fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for letter in text.chars().chain([' ']) {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (_, Some(open)) if open == letter => quote = None,
            (_, None) if " \t".contains(letter) => words.push(std::mem::take(&mut word)),
            _ => word.push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The unit's files as bytes may be shown.
pub(crate) fn listing(files: &FilesFact) -> String {
    let one = |file: &unitlab::model::DiskFile| match &file.content {
        Content::Text { text, .. } => {
            let lines: Vec<String> = text.split_inclusive('\n').map(|line| format!("      {line:?}")).collect();
            format!("    {}\n{}", file.path, lines.join("\n"))
        }
        other => format!("    {}: {other:?}", file.path),
    };
    files.files.iter().map(one).collect::<Vec<_>>().join("\n")
}
