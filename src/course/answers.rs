//! What a learner hands in: the keys of the kind `answer`, and the answers of cases and solutions.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeTable;

use crate::model::{AnswerCheck, AnswerForm, AnswerSource, Kind, Lab, SubmittedAnswer};

use super::error::did_you_mean;
use super::fields::{Fields, Source, Value};

/// Ways to say where the truth comes from; a check has exactly one of them.
const TRUTHS: [&str; 3] = ["property", "run", "known"];

/// The keys of `kind = "answer"`.
pub(super) fn demand(fields: &mut Fields<'_, '_>) -> Option<Kind> {
    let ask = fields.need_text("ask");
    let form = match fields.need_one_of("type", &["number", "unit", "state", "path", "one-of"]) {
        Some("number") => Some(AnswerForm::Number),
        Some("unit") => Some(AnswerForm::Unit),
        Some("state") => Some(AnswerForm::State),
        Some("path") => Some(AnswerForm::Path),
        Some(_) => {
            let choices = owned(fields.need_words("choices")?);
            if choices.len() < 2 {
                fields.source.fault(fields.span(), "there is only one choice", "give at least two");
            }
            Some(AnswerForm::OneOf(choices))
        }
        None => None,
    };
    let mut truths: Vec<AnswerSource> = Vec::new();
    truths.extend(fields.find_text("property").map(|name| AnswerSource::Property(name.to_owned())));
    let run = fields.find("run").and_then(|value| fields.source.words("run", value));
    truths.extend(run.filter(|run| !run.is_empty()).map(|run| AnswerSource::Printed(owned(run))));
    let known = fields.find("known").and_then(|value| match value.get_ref().as_str() {
        Some(_) => fields.source.text("known", value).map(|text| vec![text.to_owned()]),
        None => fields.source.words("known", value).map(owned),
    });
    truths.extend(known.filter(|known| !known.is_empty()).map(AnswerSource::Known));
    if let Some(AnswerForm::OneOf(choices)) = &form
        && let Some(AnswerSource::Known(known)) = truths.first()
        && let Some(stray) = known.iter().find(|known| !choices.contains(known))
    {
        let mend = did_you_mean(stray, &choices.iter().map(String::as_str).collect::<Vec<_>>());
        fields.source.fault(fields.span(), format!("{stray:?} is none of the choices"), mend);
    }
    if truths.len() != 1 {
        let found = if truths.is_empty() { "does not say what is true" } else { "says it twice" };
        fields.source.fault(fields.span(), format!("the check {found}"), format!("give one of {}", TRUTHS.join(", ")));
        return None;
    }
    Some(Kind::Answer(AnswerCheck { ask: ask?.to_owned(), form: form?, truth: truths.remove(0) }))
}

fn owned(words: Vec<Spanned<&str>>) -> Vec<String> {
    words.into_iter().map(|word| word.into_inner().to_owned()).collect()
}

/// `answers = { pid = "4711", unit = { run = ["…"] }, cause = false }` of a case.
pub(super) fn read(value: &Value<'_>, lab: Option<&Lab>, source: &mut Source) -> BTreeMap<String, SubmittedAnswer> {
    if let Some(table) = value.get_ref().as_table() {
        return read_table(table, lab, source);
    }
    source.fault(value.span(), "answers is no table", "write answers = { check-id = \"…\" }");
    BTreeMap::new()
}

/// A whole `answers.toml`.
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
            source.fault(key.span(), format!("no check {id:?} takes an answer"), did_you_mean(id, &ids));
        }
        let handed = if let Some(table) = value.get_ref().as_table() {
            let mut fields = Fields::new(source, table, value.span());
            let run = fields.need_words("run");
            fields.finish();
            run.filter(|run| !run.is_empty()).map(|run| SubmittedAnswer::Printed(owned(run)))
        } else if value.get_ref().as_bool() == Some(false) {
            Some(SubmittedAnswer::Nothing)
        } else {
            source.text(id, value).map(|text| SubmittedAnswer::Text(text.to_owned()))
        };
        answers.extend(handed.map(|handed| (id.to_owned(), handed)));
    }
    answers
}
