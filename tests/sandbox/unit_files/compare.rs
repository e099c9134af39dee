//! Compares the values that unitlab parses from a unit's files with the properties of the manager.

use std::collections::BTreeMap;

use unitlab::engine::settings_in_effect;
use unitlab::model::{Content, FilesFact, Role, TimeSpan, UnitFact};

/// How to get a directive's value from its lines, and how to compare it with the property.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// The last line, unchanged. Without a line: this default. `None`: the default is not compared.
    Text(Option<&'static str>),
    /// The last line, as a time span.
    Span,
    /// The last line, as a time span. Zero means no limit.
    Limit,
    /// The last line, as a boolean.
    Boolean,
    /// The last line, as a whole number.
    Number,
    /// The last line, as a path.
    Path,
    /// The words of all lines. The property may contain more words, which the manager adds.
    Words,
    /// All lines; each is one command.
    Commands,
}

/// Directive, property and form of the directives that checks, causes and the course use.
///
/// Not here: `WatchdogSec=`, whose property changes only at a start, and `[Install]`, which the manager does not load.
#[rustfmt::skip]
pub(crate) const DIRECTIVES: &[(&str, &str, Form)] = &[
    ("Description", "Description", Form::Text(None)),
    ("User", "User", Form::Text(Some(""))),
    ("Group", "Group", Form::Text(Some(""))),
    ("Restart", "Restart", Form::Text(Some("no"))),
    ("Type", "Type", Form::Text(None)),
    ("KillMode", "KillMode", Form::Text(Some("control-group"))),
    ("RestartSec", "RestartUSec", Form::Span),
    ("TimeoutStartSec", "TimeoutStartUSec", Form::Limit),
    ("TimeoutStopSec", "TimeoutStopUSec", Form::Limit),
    ("RuntimeMaxSec", "RuntimeMaxUSec", Form::Span),
    ("StartLimitIntervalSec", "StartLimitIntervalUSec", Form::Span),
    ("JobTimeoutSec", "JobTimeoutUSec", Form::Limit),
    ("StartLimitBurst", "StartLimitBurst", Form::Number),
    ("DynamicUser", "DynamicUser", Form::Boolean),
    ("RemainAfterExit", "RemainAfterExit", Form::Boolean),
    ("NoNewPrivileges", "NoNewPrivileges", Form::Boolean),
    ("PrivateTmp", "PrivateTmp", Form::Boolean),
    ("PrivateDevices", "PrivateDevices", Form::Boolean),
    ("PrivateNetwork", "PrivateNetwork", Form::Boolean),
    ("ProtectKernelTunables", "ProtectKernelTunables", Form::Boolean),
    ("DefaultDependencies", "DefaultDependencies", Form::Boolean),
    ("RefuseManualStop", "RefuseManualStop", Form::Boolean),
    ("StopWhenUnneeded", "StopWhenUnneeded", Form::Boolean),
    ("WorkingDirectory", "WorkingDirectory", Form::Path),
    ("ExecStart", "ExecStart", Form::Commands),
    ("ExecStop", "ExecStop", Form::Commands),
    ("After", "After", Form::Words),
    ("Wants", "Wants", Form::Words),
    ("Requires", "Requires", Form::Words),
    ("SupplementaryGroups", "SupplementaryGroups", Form::Words),
    ("Environment", "Environment", Form::Words),
];

/// The result of the comparison of one unit.
#[derive(Default)]
pub(crate) struct Comparison {
    /// One text for each difference.
    pub(crate) differences: Vec<String>,
    /// The number of compared values.
    pub(crate) values: usize,
}

/// Compares every directive of a loaded unit, and the paths of its files, with the manager's properties.
pub(crate) fn compare(unit: &UnitFact, files: &FilesFact, aliases: &BTreeMap<String, String>) -> Comparison {
    let mut comparison = Comparison::default();
    let paths = |role| {
        let of_role = files.files.iter().filter(move |file| file.role == role);
        of_role.map(|file| file.path.as_str()).collect::<Vec<_>>().join(" ")
    };
    let is_service = unit.get("Id").ends_with(".service");
    for (property, role) in [("FragmentPath", Role::Fragment), ("DropInPaths", Role::DropIn)] {
        comparison.compare_value(property, unit.get(property), &paths(role), unit.get(property) == paths(role));
    }
    // Units that are not services have fewer properties.
    for (directive, property, form) in
        DIRECTIVES.iter().filter(|(_, property, _)| unit.properties.contains_key(*property) || is_service)
    {
        comparison.check_directive(unit, files, aliases, (directive, property, *form));
    }
    comparison
}

impl Comparison {
    fn compare_value(&mut self, what: &str, manager: &str, ours: &str, agree: bool) {
        self.values += 1;
        if !agree {
            self.differences.push(format!("{what}: the manager has {manager:?}, unitlab has {ours:?}"));
        }
    }

    fn check_directive(
        &mut self,
        unit: &UnitFact,
        files: &FilesFact,
        aliases: &BTreeMap<String, String>,
        (directive, property, form): (&str, &str, Form),
    ) {
        let read: Vec<String> = settings_in_effect(files, directive).into_iter().map(|(_, value)| value).collect();
        // Only the manager can expand specifiers, except for `%%`.
        if read.iter().any(|value| value.replace("%%", "").contains('%')) || is_overridden(files, directive) {
            return;
        }
        let shown = unit.get(property);
        let last = read.last().map(|value| value.replace("%%", "%"));
        match (form, last) {
            (Form::Text(_) | Form::Number, Some(last)) => self.compare_value(directive, shown, &last, shown == last),
            (Form::Text(Some(default)), None) => self.compare_value(directive, shown, default, shown == default),
            (Form::Span, Some(last)) => {
                let spans = (TimeSpan::parse(shown).ok(), TimeSpan::parse(&last).ok());
                self.compare_value(directive, shown, &last, spans.0 == spans.1 && spans.0.is_some());
            }
            (Form::Limit, Some(last)) => {
                let zero_is_infinity = |span: TimeSpan| if span.as_micros() == 0 { TimeSpan::INFINITY } else { span };
                let spans = (TimeSpan::parse(shown).ok(), TimeSpan::parse(&last).ok().map(zero_is_infinity));
                self.compare_value(directive, shown, &last, spans.0 == spans.1 && spans.0.is_some());
            }
            (Form::Boolean, Some(last)) => {
                let is_true = ["1", "yes", "y", "true", "t", "on"].contains(&last.to_lowercase().as_str());
                self.compare_value(directive, shown, &last, shown == if is_true { "yes" } else { "no" });
            }
            (Form::Path, Some(last)) => {
                let (last, shown) = (last.strip_prefix('-').unwrap_or(&last), shown.strip_prefix('!').unwrap_or(shown));
                let parts = |path: &str| {
                    path.split('/').filter(|part| !["", "."].contains(part)).map(str::to_owned).collect::<Vec<_>>()
                };
                self.compare_value(directive, shown, last, parts(shown) == parts(last));
            }
            (Form::Words, _) => {
                // If a variable is set twice, the later value counts.
                let mut expected: BTreeMap<String, String> = BTreeMap::new();
                for word in read
                    .iter()
                    .flat_map(|value| list_words(directive, value))
                    .filter(|word| is_valid_word(directive, word))
                {
                    let word = aliases.get(&word).unwrap_or(&word).clone();
                    expected.insert(word.split('=').next().unwrap().to_owned(), word);
                }
                for word in expected.values() {
                    self.compare_value(directive, shown, word, words(shown).contains(word));
                }
            }
            (Form::Commands, _) => {
                let commands: Vec<&str> = shown.split("{ path=").skip(1).collect();
                // One line may hold several commands. Then the number of commands is not compared.
                if !read.iter().any(|value| value.contains(" ; ")) {
                    self.compare_value(directive, shown, &read.join(" | "), commands.len() == read.len());
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
                    // The manager looks up and simplifies the path of the program, so only the arguments are compared.
                    let same = argv.split(' ').skip(1).eq(ours.iter().skip(1).map(|word| word.replace("%%", "%")));
                    self.compare_value(directive, command, &ours.join(" "), same);
                }
            }
            (_, None) => {}
        }
    }
}

/// Whether another directive of the unit overrides this one.
fn is_overridden(files: &FilesFact, directive: &str) -> bool {
    let last_value =
        |directive: &str| settings_in_effect(files, directive).pop().map(|(_, value)| value.to_lowercase());
    let is_true = |directive: &str| {
        last_value(directive).is_some_and(|value| ["1", "yes", "y", "true", "t", "on"].contains(&value.as_str()))
    };
    match directive {
        // DynamicUser=yes names the user after the unit, and turns on PrivateTmp= and NoNewPrivileges=.
        "User" | "Group" => {
            is_true("DynamicUser") && last_value(directive).is_none() || directive == "Group" && is_true("DynamicUser")
        }
        "PrivateTmp" | "NoNewPrivileges" => is_true("DynamicUser"),
        _ => false,
    }
}

/// Whether the word is a valid unit name, account name, or variable with its value. The manager skips other words.
fn is_valid_word(directive: &str, word: &str) -> bool {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.@:= ".contains(&byte));
    plain
        && !word.is_empty()
        && match directive {
            "Environment" => word.split_once('=').is_some_and(|(name, _)| !name.is_empty()),
            "SupplementaryGroups" => true,
            _ => word.contains('.'),
        }
}

/// The words of a list. In a list of unit names, quotes are part of the name.
fn list_words(directive: &str, value: &str) -> Vec<String> {
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

/// The unit's files with escaped text, for the failure message.
pub(crate) fn listing(files: &FilesFact) -> String {
    let text = |file: &unitlab::model::DiskFile| match &file.content {
        Content::Text { text, .. } => {
            let lines: Vec<String> = text.split_inclusive('\n').map(|line| format!("      {line:?}")).collect();
            format!("    {}\n{}", file.path, lines.join("\n"))
        }
        other => format!("    {}: {other:?}", file.path),
    };
    files.files.iter().map(text).collect::<Vec<_>>().join("\n")
}
