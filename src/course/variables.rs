//! `[vars]` of a lab: values that differ from learner to learner, and their substitution in the lab's files.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;

use super::error::{CourseError, did_you_mean};
use super::fields::{Fields, Source, Value};
use super::kebab::is_kebab;
use super::position::Position;
use crate::model::{Choice, Variable};

/// Reads the variables of a `lab.toml`. Empty if it has no `[vars]`.
pub(super) fn read(root: &DeTable<'_>, source: &mut Source) -> Vec<Variable> {
    root.get("vars").map(|value| table(value, source)).unwrap_or_default()
}

fn table(value: &Value<'_>, source: &mut Source) -> Vec<Variable> {
    let Some(vars) = value.get_ref().as_table() else {
        source.report(value.span(), "vars is not a table", "write [vars] and, below it, name = [\"…\", \"…\"]");
        return Vec::new();
    };
    let mut variables = Vec::new();
    for (key, value) in vars {
        let name = key.get_ref().as_ref();
        if !is_kebab(name) {
            source.report(
                key.span(),
                format!("{name:?} is not a valid variable name"),
                "use lower-case letters, digits and hyphens",
            );
        }
        let choice = match value.get_ref().as_table() {
            Some(table) => deal_or_range(Fields::new(source, table, value.span())),
            None => source.words(name, value).map(|words| Choice::Pick(owned(&words))),
        };
        if let Some(Choice::Pick(words)) = &choice
            && words.len() < 2
        {
            source.report(value.span(), format!("{name} has fewer than two values"), "give at least two");
        }
        variables.extend(choice.map(|choice| Variable { name: name.to_owned(), choice }));
    }
    variables
}

fn deal_or_range(mut fields: Fields<'_, '_>) -> Option<Choice> {
    let choice = if fields.has_any(&["deal"]) { deal(&mut fields) } else { range(&mut fields) };
    fields.finish();
    choice
}

fn deal(fields: &mut Fields<'_, '_>) -> Option<Choice> {
    let (items, places) = (fields.need_words("deal"), fields.need_words("to"));
    let (items, places) = (owned(&items?), owned(&places?));
    if items.len() != places.len() || items.len() < 2 {
        let what = format!("deal has {} values, but to has {}", items.len(), places.len());
        fields.source.report(fields.span(), what, "give both the same number of values, at least two");
    }
    Some(Choice::Deal { items, places })
}

fn range(fields: &mut Fields<'_, '_>) -> Option<Choice> {
    let from = fields.need("from").and_then(|value| fields.source.integer("from", value));
    let to = fields.need("to").and_then(|value| fields.source.integer("to", value));
    let (from, to) = (from?, to?);
    if from >= to || to - from > 1_000_000 {
        let fix = "to must be greater than from, by a million at most";
        fields.source.report(fields.span(), format!("from {from} to {to} is not a range"), fix);
    }
    Some(Choice::Range(from, to))
}

fn owned(words: &[Spanned<&str>]) -> Vec<String> {
    words.iter().map(|word| (*word.get_ref()).to_owned()).collect()
}

/// Replaces each `{{name}}` in a text by its value. An unknown name is an error; other text in double braces is kept.
pub(super) fn substitute(
    file: &str,
    text: &str,
    values: &BTreeMap<String, String>,
    errors: &mut Vec<CourseError>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("{{") {
        let (before, after) = rest.split_at(open);
        out.push_str(before);
        let name = after[2..].split("}}").next().unwrap_or_default();
        let is_name = !name.is_empty() && name.split('.').all(is_kebab) && after[2 + name.len()..].starts_with("}}");
        match values.get(name) {
            Some(value) => out.push_str(value),
            None if is_name => {
                let known: Vec<&str> = values.keys().map(String::as_str).collect();
                let begin = text.len() - after.len();
                let at = Position::of(text, begin..begin + name.len() + 4);
                let what = format!("there is no variable {{{{{name}}}}}");
                errors.push(CourseError::at(file, at, what, did_you_mean(name, &known)));
                out.push_str(name);
            }
            None => {
                out.push_str("{{");
                rest = &after[2..];
                continue;
            }
        }
        rest = &after[name.len() + 4..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Source, read, substitute};
    use crate::course::error::CourseError;
    use crate::model::{Choice, Variable};

    fn read_all(text: &str) -> (Vec<Variable>, Vec<CourseError>) {
        let (mut source, root) = Source::parse("f", text);
        (read(&root.unwrap(), &mut source), source.errors)
    }

    #[test]
    fn variables_are_read_and_their_errors_reported() {
        let text = "[vars]\nport = { from = 8000, to = 8099 }\nname = [\"a\", \"b\"]\n\
                    fault = { deal = [\"x\", \"y\"], to = [\"one\", \"two\"] }\n";
        let (variables, errors) = read_all(text);
        assert_eq!(errors, []);
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        assert!(variables.contains(&Variable { name: "port".into(), choice: Choice::Range(8000, 8099) }));
        assert!(variables.contains(&Variable { name: "name".into(), choice: Choice::Pick(words(&["a", "b"])) }));
        let deal = Choice::Deal { items: words(&["x", "y"]), places: words(&["one", "two"]) };
        assert!(variables.contains(&Variable { name: "fault".into(), choice: deal }));
        for (text, expected) in [
            ("vars = 3", "f:1:8: vars is not a table; write [vars] and, below it, name = [\"…\", \"…\"]"),
            (
                "[vars]\nP = [\"a\", \"b\"]",
                "f:2:1: \"P\" is not a valid variable name; use lower-case letters, digits and hyphens",
            ),
            ("[vars]\np = [\"a\"]", "f:2:5: p has fewer than two values; give at least two"),
            (
                "[vars]\np = { from = 2, to = 2 }",
                "f:2:5: from 2 to 2 is not a range; to must be greater than from, by a million at most",
            ),
            ("[vars]\np = { from = 2, too = 3 }", "f:2:17: unknown key \"too\"; did you mean \"to\"?"),
            (
                "[vars]\np = { deal = [\"a\", \"b\"], to = [\"c\"] }",
                "f:2:5: deal has 2 values, but to has 1; give both the same number of values, at least two",
            ),
        ] {
            let (_, errors) = read_all(text);
            assert!(errors.iter().any(|error| error.to_string() == expected), "{text}: {errors:?}");
        }
    }

    #[test]
    fn values_are_substituted_and_unknown_names_reported() {
        let values = BTreeMap::from([("port".to_owned(), "8042".to_owned()), ("fault.a".to_owned(), "x".to_owned())]);
        let mut errors = Vec::new();
        let text =
            substitute("f", "a {{port}} b{{fault.a}}\n{{ not one }} {{}} ${{ x }} {{prot}}", &values, &mut errors);
        assert_eq!(text, "a 8042 bx\n{{ not one }} {{}} ${{ x }} prot");
        let messages: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert_eq!(messages, ["f:2:29: there is no variable {{prot}}; did you mean \"port\"?"]);
    }
}
