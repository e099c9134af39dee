//! Reads `kind` and the keys that each check kind has.

use crate::model::{Expect, Kind, RestartPolicy, TimeSpan, Value};

use super::answers;
use super::error::did_you_mean;
use super::fields::{self, Fields, Source};
use super::machine_kinds;

type ReadKind = fn(&mut Fields<'_, '_>) -> Option<Kind>;

/// The values of `kind`, each with the function that reads its own keys.
const KINDS: [(&str, ReadKind); 16] = [
    ("unit-file", |_| Some(Kind::UnitFile)),
    ("setting", setting),
    ("restart-policy", restart_policy),
    ("runs-as", runs_as),
    ("active", active),
    ("enabled", |_| Some(Kind::Enabled)),
    ("survives-reboot", survives_reboot),
    ("comes-back", comes_back),
    ("http", http),
    ("listens", machine_kinds::listens),
    ("process", |fields| Some(machine_kinds::process(fields))),
    ("account", |fields| Some(machine_kinds::account(fields))),
    ("file", machine_kinds::file),
    ("journal", machine_kinds::journal),
    ("command", machine_kinds::command),
    ("answer", answers::answer_check),
];

type ReadExpect = fn(&mut Source, &str, &str, &fields::Value<'_>) -> Option<Expect>;

/// The keys that say what a setting must be. A check has exactly one of them.
const EXPECTATIONS: [(&str, ReadExpect); 7] = [
    ("is", |source, name, key, value| typed(source, name, key, value).map(Expect::Is)),
    ("one-of", one_of),
    ("not", |source, name, key, value| typed(source, name, key, value).map(Expect::Not)),
    ("set", set),
    ("at-least", |source, name, key, value| ordered(source, name, key, value).map(Expect::AtLeast)),
    ("at-most", |source, name, key, value| ordered(source, name, key, value).map(Expect::AtMost)),
    ("includes", includes),
];

/// The upper bound of `hold`, so that a verdict does not take longer.
const LONGEST_HOLD: TimeSpan = TimeSpan::from_micros(60_000_000);

/// The upper bound of `within`. A kill is watched for at most 20 seconds, `RestartSec=` included.
const LONGEST_WITHIN: TimeSpan = TimeSpan::from_micros(15_000_000);

/// Reads `kind` and its own keys. Returns none after an error, which is then in `fields.source`.
pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    fields.need_choice("kind", &KINDS)?(fields)
}

fn runs_as(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let value = fields.need("root")?;
    Some(Kind::RunsAs { root: fields.source.boolean("root", value)? })
}

fn survives_reboot(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    Some(Kind::SurvivesReboot { hold: wait(fields, "hold", "2s", LONGEST_HOLD)? })
}

fn comes_back(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let again = fields.find_flag("again", true);
    Some(Kind::ComesBack { within: wait(fields, "within", "5s", LONGEST_WITHIN)?, again })
}

fn setting(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let name_value = fields.need("name");
    let name = name_value.and_then(|value| fields.source.text("name", value));
    if let (Some(name), Some(value)) = (name, name_value)
        && !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        let fix = "write the name without `=`: RestartSec";
        fields.source.report(value.span(), format!("{name:?} is not the name of a directive"), fix);
        return None;
    }
    let mut given = Vec::new();
    for (key, read) in EXPECTATIONS {
        given.extend(fields.find(key).map(|value| (key, read, value)));
    }
    let name = name?;
    let [(key, read, value)] = given[..] else {
        let found = if given.is_empty() { "no expectation" } else { "more than one expectation" };
        let fix = format!("give exactly one of {}", EXPECTATIONS.map(|(key, _)| key).join(", "));
        fields.source.report(fields.span(), format!("the check has {found} for {name}="), fix);
        return None;
    };
    let expect = read(fields.source, name, key, value)?;
    Some(Kind::Setting { name: name.to_owned(), expect })
}

fn one_of(source: &mut Source, name: &str, key: &str, value: &fields::Value<'_>) -> Option<Expect> {
    let Some(array) = value.get_ref().as_array().filter(|array| !array.is_empty()) else {
        source.report(value.span(), "one-of is empty, or not a list", "write its values in brackets");
        return None;
    };
    array.iter().map(|item| typed(source, name, key, item)).collect::<Option<_>>().map(Expect::OneOf)
}

fn set(source: &mut Source, _: &str, key: &str, value: &fields::Value<'_>) -> Option<Expect> {
    if !source.boolean(key, value)? {
        source.report(value.span(), "set can only be true", "write set = true, or use another key");
        return None;
    }
    Some(Expect::Set)
}

fn includes(source: &mut Source, _: &str, key: &str, value: &fields::Value<'_>) -> Option<Expect> {
    let words = source.words(key, value)?;
    if words.is_empty() {
        source.report(value.span(), "includes is empty", "name at least one word that the list must contain");
        return None;
    }
    Some(Expect::Includes(words.iter().map(|word| (*word.get_ref()).to_owned()).collect()))
}

/// Reads a value by the type of its directive: a time span for `…Sec=`, else the type it has in TOML.
fn typed(source: &mut Source, name: &str, key: &str, value: &fields::Value<'_>) -> Option<Value> {
    if name.ends_with("Sec") {
        return span(source, key, value).map(Value::Span);
    }
    let toml = value.get_ref();
    if toml.is_bool() {
        source.boolean(key, value).map(Value::Boolean)
    } else if toml.is_integer() {
        source.integer(key, value).map(Value::Number)
    } else {
        source.text(key, value).map(|text| Value::Text(text.to_owned()))
    }
}

/// Like [`typed`], for types with an order.
fn ordered(source: &mut Source, name: &str, key: &str, value: &fields::Value<'_>) -> Option<Value> {
    let typed = typed(source, name, key, value)?;
    if matches!(typed, Value::Span(_) | Value::Number(_)) {
        return Some(typed);
    }
    source.report(value.span(), format!("{key} cannot compare {name}="), "only time spans and numbers can be compared");
    None
}

fn span(source: &mut Source, key: &str, value: &fields::Value<'_>) -> Option<TimeSpan> {
    let toml = value.get_ref();
    let text = match toml.as_integer() {
        Some(integer) => integer.as_str(),
        None => match toml {
            toml::de::DeValue::Float(float) => float.as_str(),
            _ => source.text(key, value)?,
        },
    };
    TimeSpan::parse(text).map_err(|error| source.report(value.span(), error.to_string(), None)).ok()
}

fn restart_policy(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let single = fields.find("policy");
    let several = fields.find("one-of");
    let words = match (single, several) {
        (Some(value), None) => vec![toml::Spanned::new(value.span(), fields.source.text("policy", value)?)],
        (None, Some(value)) => fields.source.words("one-of", value)?,
        _ => Vec::new(),
    };
    if words.is_empty() {
        fields.source.report(
            fields.span(),
            "the check needs exactly one of policy and one-of",
            "write policy = \"…\", or one-of = […]",
        );
        return None;
    }
    let mut one_of = Vec::new();
    for word in &words {
        match RestartPolicy::parse(word.get_ref()) {
            Some(policy) => one_of.push(policy),
            None => fields.source.report(
                word.span(),
                format!("unknown restart policy {:?}", word.get_ref()),
                did_you_mean(word.get_ref(), &RestartPolicy::ALL.map(RestartPolicy::word)),
            ),
        }
    }
    (one_of.len() == words.len()).then_some(Kind::RestartPolicy { one_of })
}

fn active(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let running = match fields.find("running") {
        Some(value) => fields.source.boolean("running", value),
        None => Some(true),
    };
    let value = fields.need("hold")?;
    let hold = span(fields.source, "hold", value)?;
    if hold > LONGEST_HOLD {
        fields.source.report(value.span(), format!("hold is {hold}"), format!("it must not exceed {LONGEST_HOLD}"));
        return None;
    }
    Some(Kind::Active { running: running?, hold })
}

fn http(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let port = fields.need_count("port", 1..=u32::from(u16::MAX));
    let path_value = fields.find("path");
    let path = match path_value {
        Some(value) => fields.source.text("path", value),
        None => Some("/"),
    };
    let status = match fields.find("status") {
        Some(value) => fields.source.count("status", value, 100..=599),
        None => Some(200),
    };
    let contains = fields.find_text("contains").map(str::to_owned);
    let path = path?;
    let printable = path.bytes().all(|byte| byte.is_ascii_graphic());
    if let Some(value) = path_value
        && !(path.starts_with('/') && printable)
    {
        fields.source.report(
            value.span(),
            format!("{path:?} is not a URL path"),
            "begin it with a slash, and percent-encode all but printable ASCII",
        );
        return None;
    }
    Some(Kind::Http {
        port: u16::try_from(port?).ok()?,
        path: path.to_owned(),
        status: u16::try_from(status?).ok()?,
        contains,
    })
}

/// Reads an optional time span that is longer than 0 and at most `longest`.
fn wait(fields: &mut Fields<'_, '_>, key: &'static str, default: &str, longest: TimeSpan) -> Option<TimeSpan> {
    let Some(value) = fields.find(key) else { return TimeSpan::parse(default).ok() };
    let read = span(fields.source, key, value)?;
    if read > longest || read == TimeSpan::from_micros(0) {
        fields.source.report(
            value.span(),
            format!("{key} is {read}"),
            format!("it must be longer than 0 and at most {longest}"),
        );
        return None;
    }
    Some(read)
}
