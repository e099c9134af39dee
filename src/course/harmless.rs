//! Reads `[[harmless]]` in `lab.toml`: mutants of the solution that are still right answers.

use super::error::did_you_mean;
use super::fields::{Fields, Source, Value};

/// A mutant that fails no check, and the reason why that is right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HarmlessMutant {
    /// The name of the mutant: `drop Unit.Description`.
    pub(crate) mutant: String,
    pub(crate) why: String,
}

/// Reads the list. Each entry must name one of the solution's mutants, and only once.
pub(super) fn read(value: &Value<'_>, mutants: &[&str], source: &mut Source) -> Vec<HarmlessMutant> {
    let Some(array) = value.get_ref().as_array() else {
        source.report(value.span(), "harmless is not a list of tables", "begin each with [[harmless]]");
        return Vec::new();
    };
    let mut all: Vec<HarmlessMutant> = Vec::new();
    for item in array {
        let Some(table) = item.get_ref().as_table() else {
            source.report(item.span(), "harmless is not a list of tables", "begin each with [[harmless]]");
            continue;
        };
        let mut fields = Fields::new(source, table, item.span());
        let name = fields.need("mutant");
        let mutant = name.and_then(|value| fields.source.text("mutant", value));
        let why = fields.need_text("why");
        fields.finish();
        let (Some(name), Some(mutant), Some(why)) = (name, mutant, why) else { continue };
        if !mutants.contains(&mutant) {
            let what = format!("the solution has no mutant {mutant:?}");
            source.report(name.span(), what, did_you_mean(mutant, mutants));
        } else if all.iter().any(|other| other.mutant == mutant) {
            source.report(name.span(), format!("{mutant:?} is listed twice"), "remove one of them");
        } else {
            all.push(HarmlessMutant { mutant: mutant.to_owned(), why: why.to_owned() });
        }
    }
    all
}
