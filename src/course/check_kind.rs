//! The keys of each check kind: `kind = "setting"` and what belongs to it.

use crate::model::{Expect, Kind, RestartPolicy, TimeSpan, Value};

use super::answers;
use super::error::did_you_mean;
use super::fields::{self, Fields, Source};
use super::machine_kinds;

/// Ways to say what a setting must be; a check has exactly one of them.
const EXPECTATIONS: [&str; 7] = ["is", "one-of", "not", "set", "at-least", "at-most", "includes"];

/// The longest `hold`: a verdict must not take longer.
const LONGEST_HOLD: TimeSpan = TimeSpan::from_micros(60_000_000);

/// A kill is watched for 20 seconds at most, `RestartSec=` included.
const LONGEST_WITHIN: TimeSpan = TimeSpan::from_micros(15_000_000);

/// Reads `kind` and its own keys; nothing when something about them is wrong, which has then been reported.
pub(super) fn read(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    match fields.need_one_of("kind", &Kind::NAMES)? {
        "unit-file" => Some(Kind::UnitFile),
        "enabled" => Some(Kind::Enabled),
        "setting" => setting(fields),
        "runs-as" => {
            let value = fields.need("root")?;
            Some(Kind::RunsAs { root: fields.source.boolean("root", value)? })
        }
        "restart-policy" => restart_policy(fields),
        "active" => active(fields),
        "http" => http(fields),
        "comes-back" => {
            let again = fields.find_flag("again", true);
            Some(Kind::ComesBack { within: wait(fields, "within", "5s", LONGEST_WITHIN)?, again })
        }
        "survives-reboot" => Some(Kind::SurvivesReboot { hold: wait(fields, "hold", "2s", LONGEST_HOLD)? }),
        "listens" => machine_kinds::listens(fields),
        "process" => Some(machine_kinds::process(fields)),
        "account" => Some(machine_kinds::account(fields)),
        "file" => machine_kinds::file(fields),
        "journal" => machine_kinds::journal(fields),
        "command" => machine_kinds::command(fields),
        "answer" => answers::demand(fields),
        // `need_one_of` lets nothing else through.
        _ => None,
    }
}

fn setting(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let name_value = fields.need("name");
    let name = name_value.and_then(|value| fields.source.text("name", value));
    if let (Some(name), Some(value)) = (name, name_value)
        && !name.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        let mend = "write it as in the unit file, without `=`: RestartSec";
        fields.source.fault(value.span(), format!("{name:?} is no directive"), mend);
        return None;
    }
    let mut given = Vec::new();
    for key in EXPECTATIONS {
        given.extend(fields.find(key).map(|value| (key, value)));
    }
    let name = name?;
    let [(key, value)] = given[..] else {
        let found = if given.is_empty() { "says nothing about" } else { "says more than one thing about" };
        let mend = format!("give exactly one of {}", EXPECTATIONS.join(", "));
        fields.source.fault(fields.span(), format!("the check {found} {name}="), mend);
        return None;
    };
    let source = &mut *fields.source;
    let expect = match key {
        "is" => Expect::Is(typed(source, name, key, value)?),
        "not" => Expect::Not(typed(source, name, key, value)?),
        "at-least" => Expect::AtLeast(ordered(source, name, key, value)?),
        "at-most" => Expect::AtMost(ordered(source, name, key, value)?),
        "includes" => {
            let words = source.words(key, value)?;
            if words.is_empty() {
                source.fault(value.span(), "includes is empty", "name what the list must have");
                return None;
            }
            Expect::Includes(words.iter().map(|word| (*word.get_ref()).to_owned()).collect())
        }
        "one-of" => {
            let Some(array) = value.get_ref().as_array().filter(|array| !array.is_empty()) else {
                source.fault(value.span(), "one-of is no list of values", "write them in brackets");
                return None;
            };
            Expect::OneOf(array.iter().map(|item| typed(source, name, key, item)).collect::<Option<_>>()?)
        }
        _ => {
            if !source.boolean(key, value)? {
                source.fault(value.span(), "set = false has no meaning", "write set = true, or another expectation");
                return None;
            }
            Expect::Set
        }
    };
    Some(Kind::Setting { name: name.to_owned(), expect })
}

/// A value by its directive's type: `…Sec=` takes time spans, everything else what TOML says it is.
fn typed<'t>(source: &mut Source, name: &str, key: &str, value: &'t fields::Value<'t>) -> Option<Value> {
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

/// As [`typed`], for values that can be more or less.
fn ordered<'t>(source: &mut Source, name: &str, key: &str, value: &'t fields::Value<'t>) -> Option<Value> {
    let typed = typed(source, name, key, value)?;
    if matches!(typed, Value::Span(_) | Value::Number(_)) {
        return Some(typed);
    }
    source.fault(value.span(), format!("{key} cannot compare {name}="), "only time spans and numbers have an order");
    None
}

fn span<'t>(source: &mut Source, key: &str, value: &'t fields::Value<'t>) -> Option<TimeSpan> {
    let toml = value.get_ref();
    let text = match toml.as_integer() {
        Some(integer) => integer.as_str(),
        None => match toml {
            toml::de::DeValue::Float(float) => float.as_str(),
            _ => source.text(key, value)?,
        },
    };
    TimeSpan::parse(text).map_err(|error| source.fault(value.span(), error.to_string(), "")).ok()
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
        fields.source.fault(
            fields.span(),
            "the check does not say which restart policy is right",
            "give either policy = \"…\" or one-of = […]",
        );
        return None;
    }
    let mut one_of = Vec::new();
    for word in &words {
        match RestartPolicy::parse(word.get_ref()) {
            Some(policy) => one_of.push(policy),
            None => fields.source.fault(
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
        fields.source.fault(value.span(), format!("hold is {hold}"), format!("it must not exceed {LONGEST_HOLD}"));
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
        fields.source.fault(
            value.span(),
            format!("{path:?} is no path"),
            "begin with a slash, and escape what is not ASCII",
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

/// A span that may be left out, above nothing and up to `longest`.
fn wait(fields: &mut Fields<'_, '_>, key: &'static str, default: &str, longest: TimeSpan) -> Option<TimeSpan> {
    let Some(value) = fields.find(key) else { return TimeSpan::parse(default).ok() };
    let read = span(fields.source, key, value)?;
    if read > longest || read == TimeSpan::from_micros(0) {
        fields.source.fault(value.span(), format!("{key} is {read}"), format!("give it some time, up to {longest}"));
        return None;
    }
    Some(read)
}
