//! Reads `case.toml`: one answer to a lab, and its expected result.

use toml::de::DeTable;

use crate::model::{Case, Cause, Lab};

use super::answers;
use super::error::did_you_mean;
use super::fields::{Fields, Source, Word};

/// Reads a `case.toml`. `lab` is none if the lab could not be read.
pub(super) fn read(name: &str, lab: Option<&Lab>, root: &DeTable<'_>, source: &mut Source) -> Option<Case> {
    let mut fields = Fields::new(source, root, 0..0);
    let what = fields.need_text("what");
    let fails = fields.need_words("fails");
    let diagnosis = fields.find_words("diagnosis");
    let answers = fields.find("answers").map(|value| answers::read(value, lab, fields.source)).unwrap_or_default();
    fields.finish();
    let fails = fails?;
    if let Some(lab) = lab {
        let ids: Vec<&str> = lab.checks.iter().map(|check| check.id.as_str()).collect();
        for id in &fails {
            if !ids.contains(id.get_ref()) {
                let fix = did_you_mean(id.get_ref(), &ids);
                source.report(id.span(), format!("the lab has no check {:?}", id.get_ref()), fix);
            }
        }
    }
    for id in diagnosis.iter().filter(|id| Cause::from_id(id.get_ref()).is_none()) {
        let known: Vec<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
        source.report(id.span(), format!("unknown diagnosis {:?}", id.get_ref()), did_you_mean(id.get_ref(), &known));
    }
    if let (true, Some(first)) = (fails.is_empty(), diagnosis.first()) {
        source.report(
            first.span(),
            "fails is empty, so no diagnosis can be expected",
            "name the checks that fail, or remove diagnosis",
        );
    }
    Some(Case {
        name: name.to_owned(),
        what: what?.to_owned(),
        fails: unique(&fails, source),
        diagnosis: unique(&diagnosis, source).iter().filter_map(|id| Cause::from_id(id)).collect(),
        answers,
    })
}

fn unique(words: &[Word<'_>], source: &mut Source) -> Vec<String> {
    let mut seen: Vec<String> = Vec::new();
    for word in words {
        if seen.iter().any(|other| other == word.get_ref()) {
            source.report(word.span(), format!("{:?} is listed twice; remove one of them", word.get_ref()), None);
        } else {
            seen.push((*word.get_ref()).to_owned());
        }
    }
    seen
}
