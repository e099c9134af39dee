//! `lab.toml`: what a lab is and what must be true when it is done.

use toml::de::DeTable;

use crate::model::{Check, Lab};

use super::check_kind;
use super::fields::{Fields, Source, Value};
use super::harmless::{self, Harmless};
use super::kebab::is_kebab;
use super::needs_order::{self, Needs};

/// The types of systemd.unit(5).
const UNIT_TYPES: [&str; 11] =
    ["service", "socket", "device", "mount", "automount", "swap", "target", "path", "timer", "slice", "scope"];

/// Where to look, what to change, almost the line itself.
const HINTS: usize = 3;

/// Reads a `lab.toml`, whose solution has these mutants. What comes back is only worth using when `source` has no
/// errors afterwards.
pub(super) fn read(
    id: &str,
    brief: &str,
    mutants: &[&str],
    chapters: &[&str],
    root: &DeTable<'_>,
    source: &mut Source,
) -> Option<(Lab, Vec<Harmless>)> {
    let mut fields = Fields::new(source, root, 0..0);
    let title = fields.need_text("title");
    let chapter = fields.need_one_of("chapter", chapters);
    let minutes = fields.need_count("minutes", 1..=120);
    let pass = fields.need_count("pass", 1..=100);
    let unit = unit(&mut fields, true);
    let learned = fields.find_words("learned");
    let think = fields.find_text("think").unwrap_or_default();
    let hintless = fields.find_flag("hints", false);
    let checks = fields.need("check");
    let spared = fields.find("harmless");
    // Read before anything else, since their values stand in all the rest.
    let _ = fields.find("vars");
    fields.finish();
    let spared = spared.map(|value| harmless::read(value, mutants, source)).unwrap_or_default();
    let checks = checks.and_then(|value| read_checks(value, unit.unwrap_or_default(), hintless, chapters, source));
    let lab = Lab {
        id: id.to_owned(),
        title: title?.to_owned(),
        chapter: chapter?.to_owned(),
        minutes: minutes?,
        pass: pass?,
        unit: unit?.to_owned(),
        brief: brief.to_owned(),
        learned: learned.iter().map(|word| (*word.get_ref()).to_owned()).collect(),
        think: think.to_owned(),
        checks: checks?,
    };
    Some((lab, spared))
}

fn read_checks<'t>(
    value: &'t Value<'t>,
    unit: &str,
    hintless: bool,
    chapters: &[&str],
    source: &mut Source,
) -> Option<Vec<Check>> {
    let tables: Option<Vec<_>> = value
        .get_ref()
        .as_array()
        .and_then(|array| array.iter().map(|item| item.get_ref().as_table().map(|table| (item, table))).collect());
    let Some(tables) = tables.filter(|tables| !tables.is_empty()) else {
        source.fault(value.span(), "check is no list of tables", "begin each check with [[check]]");
        return None;
    };
    let mut order: Vec<Needs<'t>> = Vec::new();
    let mut checks = Vec::new();
    for (item, table) in &tables {
        let (check, needs) = read_check(Fields::new(source, table, item.span()), unit, hintless, chapters);
        if order.iter().any(|other| other.id == needs.id && !needs.id.is_empty()) {
            let at = table.get("id").map_or(item.span(), toml::Spanned::span);
            source.fault(at, format!("a second check has the id {:?}", needs.id), "ids are unique in a lab");
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
    hintless: bool,
    chapters: &[&str],
) -> (Option<Check>, Needs<'t>) {
    let id_value = fields.need("id");
    let id = id_value.and_then(|value| fields.source.text("id", value));
    if let (Some(id), Some(value)) = (id, id_value)
        && !is_kebab(id)
    {
        let mend = "use lower-case letters, digits and hyphens: non-root";
        fields.source.fault(value.span(), format!("{id:?} is no id"), mend);
    }
    let title = fields.need_text("title");
    let points = fields.need_count("points", 1..=100);
    let needs = fields.find_words("needs");
    let why = fields.need_text("why");
    let lesson = fields.need_one_of("lesson", chapters);
    let hints = hints(&mut fields, hintless);
    let own_unit = unit(&mut fields, false);
    let kind = check_kind::read(&mut fields);
    // Without its kind, the kind's own keys would all be called unknown.
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

/// Three for each check, or none for any: a lab with hints for some of its checks would seem to have forgotten the rest.
fn hints(fields: &mut Fields<'_, '_>, hintless: bool) -> Option<Vec<String>> {
    if hintless {
        if let Some(value) = fields.find("hints") {
            let mend = "take them out, or `hints = false` at the head of the file";
            fields.source.fault(value.span(), "the lab has no hints, and this check has some", mend);
        }
        return Some(Vec::new());
    }
    let hints = fields.need_words("hints")?;
    if hints.len() != HINTS {
        let mend = "write three: where to look, what to change, almost the line itself";
        fields.source.fault(fields.span(), format!("the check has {} hints", hints.len()), mend);
    }
    Some(hints.iter().map(|hint| (*hint.get_ref()).to_owned()).collect())
}

fn unit<'t>(fields: &mut Fields<'_, 't>, needed: bool) -> Option<&'t str> {
    let value = if needed { fields.need("unit") } else { fields.find("unit") }?;
    let name = fields.source.text("unit", value)?;
    if let Err(mend) = unit_name(name) {
        fields.source.fault(value.span(), format!("{name:?} is no unit name"), mend);
        return None;
    }
    Some(name)
}

/// systemd.unit(5): a prefix of certain characters, a dot, and one of eleven types; a template is no unit yet.
fn unit_name(name: &str) -> Result<(), &'static str> {
    let (prefix, kind) = name.rsplit_once('.').ok_or("end it with its type: sre-app.service")?;
    if !UNIT_TYPES.contains(&kind) {
        return Err("end it with a type that systemd has, such as .service");
    }
    if prefix.ends_with('@') {
        return Err("this is a template; name an instance of it: name@instance.service");
    }
    let fits = name.len() < 256
        && !prefix.is_empty()
        && !prefix.starts_with('@')
        && prefix.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_.\\@".contains(&byte));
    if fits { Ok(()) } else { Err("use letters, digits and : - _ . \\ @, fewer than 256 in all") }
}

#[cfg(test)]
mod tests {
    use super::unit_name;

    #[test]
    fn unit_names_are_systemds() {
        for good in ["sre-app.service", "a@b.service", "multi-user.target", "dev-disk-by\\x2duuid.device", "x.y.timer"]
        {
            assert_eq!(unit_name(good), Ok(()), "{good}");
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
            assert!(unit_name(bad).is_err(), "{bad}");
        }
    }
}
