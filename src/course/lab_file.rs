//! Reads `lab.toml`: the head of a lab, and its checks.

use toml::de::DeTable;

use crate::model::{Check, Lab};

use super::check_kind;
use super::fields::{Fields, Source, Value};
use super::harmless::{self, HarmlessMutant};
use super::kebab::is_kebab;
use super::needs_order::{self, Needs};

/// The unit types of systemd.unit(5).
const UNIT_TYPES: [&str; 11] =
    ["service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer", "slice", "scope"];

/// The number of hints of a check.
const HINTS: usize = 3;

/// Reads a `lab.toml`. `mutants` are the names of the solution's mutants. The result is only valid if `source` has no
/// errors afterwards.
pub(super) fn read(
    id: &str,
    brief: &str,
    mutants: &[&str],
    chapters: &[&str],
    root: &DeTable<'_>,
    source: &mut Source,
) -> Option<(Lab, Vec<HarmlessMutant>)> {
    let mut fields = Fields::new(source, root, 0..0);
    let title = fields.need_text("title");
    let chapter = fields.need_one_of("chapter", chapters);
    let minutes = fields.need_count("minutes", 1..=120);
    let pass = fields.need_count("pass", 1..=100);
    let unit = unit(&mut fields, true);
    let learned = fields.find_words("learned");
    let think = fields.find_text("think").filter(|text| !text.is_empty());
    let without_hints = fields.find_flag("hints", false);
    let checks = fields.need("check");
    let harmless_mutants = fields.find("harmless");
    // Already read, because their values are substituted in all files.
    let _ = fields.find("vars");
    fields.finish();
    let harmless_mutants = harmless_mutants.map(|value| harmless::read(value, mutants, source)).unwrap_or_default();
    let checks = checks.and_then(|value| read_checks(value, unit.unwrap_or_default(), without_hints, chapters, source));
    let lab = Lab {
        id: id.to_owned(),
        title: title?.to_owned(),
        chapter: chapter?.to_owned(),
        minutes: minutes?,
        pass: pass?,
        unit: unit?.to_owned(),
        brief: brief.to_owned(),
        learned: learned.iter().map(|word| (*word.get_ref()).to_owned()).collect(),
        think: think.map(str::to_owned),
        checks: checks?,
    };
    Some((lab, harmless_mutants))
}

fn read_checks<'t>(
    value: &'t Value<'t>,
    unit: &str,
    without_hints: bool,
    chapters: &[&str],
    source: &mut Source,
) -> Option<Vec<Check>> {
    let tables: Option<Vec<_>> = value
        .get_ref()
        .as_array()
        .and_then(|array| array.iter().map(|item| item.get_ref().as_table().map(|table| (item, table))).collect());
    let Some(tables) = tables.filter(|tables| !tables.is_empty()) else {
        source.report(value.span(), "check is not a list of tables", "begin each check with [[check]]");
        return None;
    };
    let mut order: Vec<Needs<'t>> = Vec::new();
    let mut checks = Vec::new();
    for (item, table) in &tables {
        let (check, needs) = read_check(Fields::new(source, table, item.span()), unit, without_hints, chapters);
        if order.iter().any(|other| other.id == needs.id && !needs.id.is_empty()) {
            let at = table.get("id").map_or(item.span(), toml::Spanned::span);
            source.report(
                at,
                format!("another check already has the id {:?}", needs.id),
                "ids must be unique in a lab",
            );
        }
        order.push(needs);
        checks.push(check);
    }
    needs_order::lint(&order, source);
    checks.into_iter().collect()
}

fn read_check<'t>(
    mut fields: Fields<'_, 't>,
    lab_unit: &str,
    without_hints: bool,
    chapters: &[&str],
) -> (Option<Check>, Needs<'t>) {
    let id_value = fields.need("id");
    let id = id_value.and_then(|value| fields.source.text("id", value));
    if let (Some(id), Some(value)) = (id, id_value)
        && !is_kebab(id)
    {
        let fix = "use lower-case letters, digits and hyphens: non-root";
        fields.source.report(value.span(), format!("{id:?} is not a valid id"), fix);
    }
    let title = fields.need_text("title");
    let points = fields.need_count("points", 1..=100);
    let needs = fields.find_words("needs");
    let why = fields.need_text("why");
    let lesson = fields.need_one_of("lesson", chapters);
    let hints = hints(&mut fields, without_hints);
    let own_unit = unit(&mut fields, false);
    let kind = check_kind::read(&mut fields);
    // If the kind is wrong, its keys are unknown; do not report each of them.
    if kind.is_some() {
        fields.finish();
    }
    let check = (|| {
        Some(Check {
            id: id?.to_owned(),
            title: title?.to_owned(),
            points: points?,
            needs: needs.iter().map(|need| (*need.get_ref()).to_owned()).collect(),
            why: why?.to_owned(),
            lesson: lesson?.to_owned(),
            hints: hints?,
            unit: own_unit.unwrap_or(lab_unit).to_owned(),
            kind: kind?,
        })
    })();
    (check, Needs { id: id.unwrap_or_default(), needs })
}

/// Reads the hints: three for each check, or none in the whole lab.
fn hints(fields: &mut Fields<'_, '_>, without_hints: bool) -> Option<Vec<String>> {
    if without_hints {
        if let Some(value) = fields.find("hints") {
            let fix = "remove them, or remove `hints = false` from the head of the file";
            fields.source.report(value.span(), "the lab sets hints = false, but this check has hints", fix);
        }
        return Some(Vec::new());
    }
    let hints = fields.need_words("hints")?;
    if hints.len() != HINTS {
        let fix = "write three: where to look, what to change, and nearly the exact line";
        fields.source.report(fields.span(), format!("the number of hints is {}", hints.len()), fix);
    }
    Some(hints.iter().map(|hint| (*hint.get_ref()).to_owned()).collect())
}

fn unit<'t>(fields: &mut Fields<'_, 't>, needed: bool) -> Option<&'t str> {
    let value = if needed { fields.need("unit") } else { fields.find("unit") }?;
    let name = fields.source.text("unit", value)?;
    if let Err(fix) = check_unit_name(name) {
        fields.source.report(value.span(), format!("{name:?} is not a unit name"), fix);
        return None;
    }
    Some(name)
}

/// Checks a unit name by systemd.unit(5). Returns the fix if it is invalid, or a template.
fn check_unit_name(name: &str) -> Result<(), &'static str> {
    let (prefix, kind) = name.rsplit_once('.').ok_or("add the unit type: sre-app.service")?;
    if !UNIT_TYPES.contains(&kind) {
        return Err("end it with a unit type that systemd knows, such as .service");
    }
    if prefix.ends_with('@') {
        return Err("this is a template; name an instance: name@instance.service");
    }
    let fits = name.len() < 256
        && !prefix.is_empty()
        && !prefix.starts_with('@')
        && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte));
    if fits { Ok(()) } else { Err("use letters, digits and : - _ . \\ @, at most 255 characters") }
}

#[cfg(test)]
mod tests {
    use super::check_unit_name;

    #[test]
    fn unit_names_follow_systemd() {
        for good in ["sre-app.service", "a@b.service", "multi-user.target", "dev-disk-by\\x2duuid.device", "x.y.timer"]
        {
            assert_eq!(check_unit_name(good), Ok(()), "{good}");
        }
        for bad in [
            "sre-app",
            ".service",
            "a.servce",
            "a@.service",
            "my app.service",
            "r_*.service",
            "a/b.mount",
            "@a.service",
        ] {
            assert!(check_unit_name(bad).is_err(), "{bad}");
        }
    }
}
