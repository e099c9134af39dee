//! The keys of the check kind `answer`, and the answers that cases and solutions submit.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;

use crate::model::{AnswerCheck, AnswerForm, AnswerSource, Kind, Lab, SubmittedAnswer};

use super::error::did_you_mean;
use super::fields::{Fields, Source, Value};

/// The keys that name the source of the right answer. A check has exactly one of them.
const SOURCES: [&str; 3] = ["property", "run", "known"];

type ReadForm = fn(&mut Fields<'_, '_>) -> Option<AnswerForm>;

/// The values of `type`.
const FORMS: [(&str, ReadForm); 5] = [
    ("number", |_| Some(AnswerForm::Number)),
    ("unit", |_| Some(AnswerForm::Unit)),
    ("state", |_| Some(AnswerForm::State)),
    ("path", |_| Some(AnswerForm::Path)),
    ("one-of", one_of),
];

fn one_of(fields: &mut Fields<'_, '_>) -> Option<AnswerForm> {
    let choices = owned(fields.need_words("choices")?);
    if choices.len() < 2 {
        fields.source.report(fields.span(), "choices has fewer than two entries", "give at least two");
    }
    Some(AnswerForm::OneOf(choices))
}

/// Reads the keys of `kind = "answer"`.
pub(super) fn answer_check(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let ask = fields.need_text("ask");
    let form = fields.need_choice("type", &FORMS).and_then(|read| read(fields));
    let mut sources: Vec<AnswerSource> = Vec::new();
    sources.extend(fields.find_text("property").map(|name| AnswerSource::Property(name.to_owned())));
    let run = fields.find("run").and_then(|value| fields.source.words("run", value));
    sources.extend(run.filter(|run| !run.is_empty()).map(|run| AnswerSource::Printed(owned(run))));
    let known = fields.find("known").and_then(|value| match value.get_ref().as_str() {
        Some(_) => fields.source.text("known", value).map(|text| vec![text.to_owned()]),
        None => fields.source.words("known", value).map(owned),
    });
    sources.extend(known.filter(|known| !known.is_empty()).map(AnswerSource::Known));
    if let Some(AnswerForm::OneOf(choices)) = &form
        && let Some(AnswerSource::Known(known)) = sources.first()
        && let Some(unknown) = known.iter().find(|known| !choices.contains(known))
    {
        let fix = did_you_mean(unknown, &choices.iter().map(String::as_str).collect::<Vec<_>>());
        fields.source.report(
            fields.span(),
            format!("known contains {unknown:?}, which is not one of the choices"),
            fix,
        );
    }
    if sources.len() != 1 {
        let found = if sources.is_empty() { "no" } else { "more than one" };
        fields.source.report(
            fields.span(),
            format!("the check has {found} source for the right answer"),
            format!("give exactly one of {}", SOURCES.join(", ")),
        );
        return None;
    }
    Some(Kind::Answer(AnswerCheck { ask: ask?.to_owned(), form: form?, truth: sources.remove(0) }))
}

fn owned(words: Vec<Spanned<&str>>) -> Vec<String> {
    words.into_iter().map(|word| word.into_inner().to_owned()).collect()
}

/// Reads the `answers` of a case: `{ pid = "4711", unit = { run = ["…"] }, cause = false }`.
pub(super) fn read(value: &Value<'_>, lab: Option<&Lab>, source: &mut Source) -> BTreeMap<String, SubmittedAnswer> {
    if let Some(table) = value.get_ref().as_table() {
        return read_table(table, lab, source);
    }
    source.report(value.span(), "answers is not a table", "write answers = { check-id = \"…\" }");
    BTreeMap::new()
}

/// Reads an `answers.toml`.
pub(super) fn read_table(
    table: &DeTable<'_>,
    lab: Option<&Lab>,
    source: &mut Source,
) -> BTreeMap<String, SubmittedAnswer> {
    let checks = lab.map(|lab| lab.checks.as_slice()).unwrap_or_default();
    let ids: Vec<&str> =
        checks.iter().filter(|check| matches!(check.kind, Kind::Answer(_))).map(|check| check.id.as_str()).collect();
    let mut answers = BTreeMap::new();
    for (key, value) in table {
        let id = key.get_ref().as_ref();
        if lab.is_some() && !ids.contains(&id) {
            source.report(
                key.span(),
                format!("the lab has no check {id:?} of the kind answer"),
                did_you_mean(id, &ids),
            );
        }
        let submitted = if let Some(table) = value.get_ref().as_table() {
            let mut fields = Fields::new(source, table, value.span());
            let run = fields.need_words("run");
            fields.finish();
            run.filter(|run| !run.is_empty()).map(|run| SubmittedAnswer::Printed(owned(run)))
        } else if value.get_ref().as_bool() == Some(false) {
            Some(SubmittedAnswer::Nothing)
        } else {
            source.text(id, value).map(|text| SubmittedAnswer::Text(text.to_owned()))
        };
        answers.extend(submitted.map(|answer| (id.to_owned(), answer)));
    }
    answers
}
