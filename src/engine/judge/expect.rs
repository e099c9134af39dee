//! Compares values by type: `3`, `3s` and `3000ms` are the same time span.

use crate::engine::directive_value::{ValueForm, boolean, number, value_form};
use crate::model::{ExecCommand, Expect, TimeSpan, Value};

/// Whether the value meets the expectation. An empty value and `[not set]` count as not set.
pub(super) fn meets(expect: &Expect, value: &str) -> bool {
    let is_set = !value.is_empty() && value != "[not set]";
    match expect {
        Expect::Is(wanted) => equals(wanted, value),
        Expect::OneOf(wanted) => wanted.iter().any(|wanted| equals(wanted, value)),
        Expect::Not(unwanted) => is_set && !equals(unwanted, value),
        Expect::Set => is_set,
        Expect::AtLeast(bound) => compare(bound, value).is_some_and(std::cmp::Ordering::is_ge),
        Expect::AtMost(bound) => compare(bound, value).is_some_and(std::cmp::Ordering::is_le),
        Expect::Includes(wanted) => {
            let words = words(value);
            wanted.iter().all(|wanted| words.contains(wanted))
        }
    }
}

/// The expectation as text, such as `RestartSec=3s`.
pub(super) fn describe(name: &str, expect: &Expect) -> String {
    match expect {
        Expect::Is(value) => format!("{name}={}", word(value)),
        Expect::OneOf(values) => {
            let words: Vec<String> = values.iter().map(word).collect();
            format!("{name}= {}", either(&words))
        }
        Expect::Not(value) => format!("{name}= set, but not to {}", word(value)),
        Expect::Set => format!("{name}= set"),
        Expect::AtLeast(value) => format!("{name}= at least {}", word(value)),
        Expect::AtMost(value) => format!("{name}= at most {}", word(value)),
        Expect::Includes(words) => format!("{name}= with {} in it", words.join(" and ")),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(super) fn either(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// A property as `systemctl show` prints it, in the form that [`normalised`] gives to a line of a unit file.
pub(super) fn plain(name: &str, shown: &str) -> String {
    if name.starts_with("Exec") {
        let commands = ExecCommand::parse_all(shown);
        return commands.iter().map(|command| command.argv).collect::<Vec<_>>().join("\n");
    }
    if name == "WorkingDirectory" {
        // `-/srv` (ignored if missing) is shown as `!/srv`.
        return shown.strip_prefix('!').unwrap_or(shown).to_owned();
    }
    shown.to_owned()
}

/// A value from a unit file in the form that `systemctl show` prints, as far as unitlab can tell.
pub(super) fn normalised(name: &str, written: &str) -> String {
    if name.starts_with("Exec") {
        let command = written.trim_start_matches(['@', '-', ':', '+', '!']);
        return command.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    if name == "WorkingDirectory" {
        return simplified(written.strip_prefix('-').unwrap_or(written));
    }
    match value_form(name) {
        ValueForm::Boolean => match boolean(written) {
            Some(is) => if is { "yes" } else { "no" }.to_owned(),
            None => written.to_owned(),
        },
        ValueForm::Number => number(written).map_or_else(|| written.to_owned(), |number| number.to_string()),
        ValueForm::Span
            if ZERO_IS_FOREVER.contains(&name) && TimeSpan::parse(written) == Ok(TimeSpan::from_micros(0)) =>
        {
            "infinity".into()
        }
        _ => written.to_owned(),
    }
}

/// Timeouts that zero switches off.
const ZERO_IS_FOREVER: [&str; 4] = ["TimeoutStartSec", "TimeoutStopSec", "JobTimeoutSec", "JobRunningTimeoutSec"];

/// A path as systemd shows it: without repeated or trailing slashes, and without `.` components.
fn simplified(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let parts: Vec<&str> = path.split('/').filter(|part| !["", "."].contains(part)).collect();
    format!("{root}{}", parts.join("/"))
}

fn equals(wanted: &Value, value: &str) -> bool {
    match wanted {
        Value::Text(text) => text == value,
        Value::Boolean(flag) => boolean(value) == Some(*flag),
        Value::Number(_) | Value::Span(_) => compare(wanted, value) == Some(std::cmp::Ordering::Equal),
    }
}

/// Compares the value with the bound. None if the types differ.
fn compare(bound: &Value, value: &str) -> Option<std::cmp::Ordering> {
    match bound {
        Value::Number(bound) => Some(amount(value)?.cmp(bound)),
        Value::Span(bound) => Some(TimeSpan::parse(value).ok()?.cmp(bound)),
        Value::Text(_) | Value::Boolean(_) => None,
    }
}

/// A whole number. Suffixes count to the base of 1024, and `infinity` is the largest number.
fn amount(text: &str) -> Option<i64> {
    if text == "infinity" {
        return Some(i64::MAX);
    }
    let shift = match text.chars().last()? {
        'K' => 10,
        'M' => 20,
        'G' => 30,
        'T' => 40,
        _ => return text.parse().ok(),
    };
    text[..text.len() - 1].trim_end().parse::<i64>().ok()?.checked_mul(1 << shift)
}

/// Splits at white space, with the double quotes and backslashes that `systemctl show` writes.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut open, mut quoted) = (Vec::new(), String::new(), false, false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => (quoted, open) = (!quoted, true),
            '\\' => {
                word.extend(letters.next());
                open = true;
            }
            _ if letter.is_whitespace() && !quoted => {
                if std::mem::take(&mut open) {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => {
                word.push(letter);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Boolean(flag) => if *flag { "yes" } else { "no" }.into(),
        Value::Number(number) => number.to_string(),
        Value::Span(span) => span.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{describe, meets, normalised, plain, words};
    use crate::engine::testbed::exec;
    use crate::model::{Expect, TimeSpan, Value};

    fn span(text: &str) -> Value {
        Value::Span(TimeSpan::parse(text).expect("a span"))
    }

    fn text(text: &str) -> Value {
        Value::Text(text.into())
    }

    #[test]
    fn values_are_compared_by_type() {
        for (expect, value, met) in [
            (Expect::Is(span("3")), "3s", true),
            (Expect::Is(span("3s")), "3000ms", true),
            (Expect::Is(span("3s")), "100ms", false),
            (Expect::AtMost(span("5min")), "5month", false),
            (Expect::AtLeast(span("3s")), "infinity", true),
            (Expect::AtLeast(span("3s")), "", false),
            (Expect::Is(Value::Boolean(true)), "yes", true),
            (Expect::Is(Value::Number(64)), "64", true),
            (Expect::AtMost(Value::Number(536_870_912)), "512M", true),
            (Expect::AtMost(Value::Number(536_870_912)), "infinity", false),
            (Expect::Not(text("root")), "", false),
            (Expect::Not(text("root")), "www", true),
            (Expect::Set, "[not set]", false),
            (Expect::OneOf(vec![text("exec"), text("simple")]), "simple", true),
            (Expect::Includes(vec!["network.target".into()]), "basic.target network.target", true),
            (Expect::Includes(vec!["network.target".into()]), "network.target.wants", false),
            (Expect::Includes(vec!["B=2 3".into()]), "A=1 \"B=2 3\" \"C=\\$x\"", true),
        ] {
            assert_eq!(meets(&expect, value), met, "{expect:?} {value:?}");
        }
    }

    #[test]
    fn lists_are_split_with_the_quoting_of_systemctl_show() {
        assert_eq!(words(" A=1 \"B=2 3\" \"C=\\$x\" \"\" "), ["A=1", "B=2 3", "C=$x", ""]);
    }

    #[test]
    fn a_line_and_its_property_have_the_same_normal_form() {
        assert_eq!(plain("ExecStart", &exec("")), normalised("ExecStart", "-/usr/bin/python3  -m http.server 8000"));
        assert_eq!(plain("WorkingDirectory", "!/srv"), normalised("WorkingDirectory", "-/srv/"));
        for (name, written, shown) in [
            ("WorkingDirectory", "//srv/./www//", "/srv/www"),
            ("WorkingDirectory", "/", "/"),
            ("WorkingDirectory", "~", "~"),
            ("TimeoutStartSec", "0s", "infinity"),
            ("RestartSec", "0s", "0s"),
            ("PrivateTmp", "On", "yes"),
            ("StartLimitBurst", "0x10", "16"),
        ] {
            assert_eq!(normalised(name, written), shown, "{name}={written}");
        }
    }

    #[test]
    fn expectations_read_like_a_unit_file() {
        assert_eq!(describe("RestartSec", &Expect::Is(span("3000ms"))), "RestartSec=3s");
        let types = Expect::OneOf(vec![text("simple"), text("exec"), text("notify")]);
        assert_eq!(describe("Type", &types), "Type= simple, exec or notify");
    }
}
