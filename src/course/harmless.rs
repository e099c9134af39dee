//! `[[harmless]]` in `lab.toml`: mutants of the solution that are right answers all the same, and why.

use super::error::did_you_mean;
use super::fields::{Fields, Source, Value};

/// A mutant that loses no check, and need not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harmless {
    /// Its name: `drop Unit.Description`.
    pub mutant: String,
    /// Why the service is right without it.
    pub why: String,
}

/// Reads the list; each entry must name one of the solution's mutants, once.
pub(super) fn read(value: &Value<'_>, mutants: &[&str], source: &mut Source) -> Vec<Harmless> {
    let Some(array) = value.get_ref().as_array() else {
        source.fault(value.span(), "harmless is no list of tables", "begin each with [[harmless]]");
        return Vec::new();
    };
    let mut all: Vec<Harmless> = Vec::new();
    for item in array {
        let Some(table) = item.get_ref().as_table() else {
            source.fault(item.span(), "harmless is no list of tables", "begin each with [[harmless]]");
            continue;
        };
        let mut fields = Fields::new(source, table, item.span());
        let place = fields.need("mutant");
        let mutant = place.and_then(|value| fields.source.text("mutant", value));
        let why = fields.need_text("why");
        fields.finish();
        let (Some(place), Some(mutant), Some(why)) = (place, mutant, why) else { continue };
        if !mutants.contains(&mutant) {
            let what = format!("the solution has no mutant {mutant:?}");
            source.fault(place.span(), what, did_you_mean(mutant, mutants));
        } else if all.iter().any(|other| other.mutant == mutant) {
            source.fault(place.span(), format!("{mutant:?} stands here twice"), "");
        } else {
            all.push(Harmless { mutant: mutant.to_owned(), why: why.to_owned() });
        }
    }
    all
}
