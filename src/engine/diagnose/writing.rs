//! Mistakes in how a directive is written: each is a line that can be pointed at.

use crate::engine::directive::{ValueForm, form, is_known, section, sections, suggest_directive, takes};
use crate::engine::layers::{Layers, Written};
use crate::engine::suggest::suggest;
use crate::model::{Cause, Diagnosis, Role};

/// Directives whose whole value is one word or path: quotes around it become part of it (truth 6).
const UNQUOTED: [&str; 4] = ["User", "Group", "PIDFile", "Slice"];

/// So many lines with the same mistake make the point.
const ENOUGH: usize = 3;

/// What is wrong with how `name=` is written, if anything is. `wanted` says which values would have been right.
pub(crate) fn writing(layers: &Layers, name: &str, wanted: &dyn Fn(&str) -> bool) -> Vec<Diagnosis> {
    // An earlier line is moot once a later one is taken; of those that are not taken, each is a mistake of its own.
    let effective = layers.effective(name);
    let counting = layers.of(name).filter(|written| Some(*written) == effective || !takes(name, written.value));
    let mut causes: Vec<Diagnosis> = counting.filter_map(|written| in_value(&written)).take(ENOUGH).collect();
    causes.extend(elsewhere(layers, name));
    causes.extend(misspelt(layers, name));
    causes.extend(overridden(layers, name, wanted));
    causes.extend(in_the_wrong_copy(layers, name, wanted));
    causes
}

fn in_value(written: &Written) -> Option<Diagnosis> {
    let (place, text, value) = (written.place(), written.text(), written.value);
    if let Some((kept, comment)) = trailing_comment(written.key, value) {
        return Some(
            Cause::InlineComment
                .because(format!(
                    "{place} says {text}: a comment needs a line of its own, so \"{comment}\" became part of the value."
                ))
                .next_step(format!("make the line {}={kept}", written.key)),
        );
    }
    let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(bare) = bare.filter(|_| UNQUOTED.contains(&written.key) || form(written.key) != ValueForm::Free) {
        return Some(
            Cause::QuotedValue
                .because(format!("{place} says {text}: systemd keeps these quotes as part of the value."))
                .next_step(format!("make the line {}={bare}", written.key)),
        );
    }
    if !takes(written.key, value) {
        let meant = match form(written.key) {
            ValueForm::Word(words) => suggest(value, words),
            _ => None,
        };
        let next = meant.map_or_else(
            || format!("give {}= a value that systemd knows, then sudo systemctl daemon-reload", written.key),
            |meant| format!("make the line {}={meant}: case matters", written.key),
        );
        let why = if value.is_empty() { "empty does not reset it" } else { "systemd does not know that value" };
        return Some(
            Cause::BadValue.because(format!("{place} says {text}: {why}, so the line is ignored.")).next_step(next),
        );
    }
    (form(written.key) == ValueForm::Span && counts_months(value)).then(|| {
        Cause::MonthsNotMinutes
            .because(format!("{place} says {text}: a capital M means months; minutes are m or min."))
            .next_step(format!("make the line {}={}", written.key, value.replace('M', "min")))
    })
}

/// Splits off what was meant as a comment. In Exec lines and free text a `#` may well be meant.
fn trailing_comment<'a>(key: &str, value: &'a str) -> Option<(&'a str, &'a str)> {
    if key.starts_with("Exec") || matches!(key, "Description" | "Environment" | "Documentation") {
        return None;
    }
    let at = value.find(" #").or_else(|| value.find("\t#")).or_else(|| value.find(" ;"))?;
    let kept = value[..at].trim_end();
    (!kept.is_empty()).then(|| (kept, value[at..].trim_start()))
}

/// `5M`, and not `5Month`, which nobody writes by mistake.
fn counts_months(value: &str) -> bool {
    let alone = |at: usize| {
        let digit_before = value[..at].trim_end().ends_with(|c: char| c.is_ascii_digit());
        digit_before && !value[at + 1..].starts_with(|c: char| c.is_alphabetic())
    };
    value.match_indices('M').any(|(at, _)| alone(at))
}

/// The directive stands where it does not count.
fn elsewhere(layers: &Layers, name: &str) -> Vec<Diagnosis> {
    let proper = section(name);
    let sections = sections(name);
    let stray = layers.all().filter(|found| found.key == name && !sections.contains(&found.section)).take(ENOUGH);
    stray
        .map(|found| {
            let (place, text) = (found.place(), found.text());
            let why = if found.section.is_empty() {
                format!("{text} stands before any section, and has no effect there")
            } else if found.section.eq_ignore_ascii_case(proper) {
                format!("{text} stands under [{}], and section names are case-sensitive", found.section)
            } else {
                format!("{text} stands under [{}], and has no effect there", found.section)
            };
            Cause::WrongSection
                .because(format!("{place}: {why}."))
                .next_step(format!("move it under [{proper}], then sudo systemctl daemon-reload"))
        })
        .collect()
}

/// A key that systemd does not know, and that looks like this one.
fn misspelt(layers: &Layers, name: &str) -> Vec<Diagnosis> {
    // Likeness to this one name first: it is cheap, and a file may have very many lines.
    let like = layers.all().filter(|found| found.key.len() < 2 * name.len() && suggest(found.key, [name]).is_some());
    let strange = like.filter(|found| !is_known(found.key) && suggest_directive(found.key) == Some(name)).take(ENOUGH);
    strange
        .map(|found| {
            Cause::UnknownKey
                .because(format!(
                    "{}: systemd does not know {}=, and ignores the line; did you mean {name}=?",
                    found.place(),
                    found.key
                ))
                .next_step(format!("make the line {name}={}", found.value))
        })
        .collect()
}

/// The right line was written into a copy that the manager does not read.
fn in_the_wrong_copy(layers: &Layers, name: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Diagnosis> {
    if layers.effective(name).is_some_and(|found| wanted(found.value)) {
        return None;
    }
    let found = layers.in_unread_copies(name).find(|found| !found.value.is_empty() && wanted(found.value))?;
    let read = layers.main_path()?;
    Some(Cause::EditedTheWrongCopy.because(format!(
            "{} says {}, and was edited last, but of the two files of that name only {read} is read: its folder comes first.",
            found.place(),
            found.text()
        )).next_step(format!("write the line into {read}, then sudo systemctl daemon-reload")))
}

/// A right line is undone by a later drop-in.
fn overridden(layers: &Layers, name: &str, wanted: &dyn Fn(&str) -> bool) -> Option<Diagnosis> {
    let lines: Vec<Written> = layers.of(name).filter(|found| takes(name, found.value)).collect();
    let (last, earlier) = lines.split_last()?;
    if last.role != Role::DropIn || wanted(last.value) {
        return None;
    }
    let right = earlier.iter().rfind(|found| found.path != last.path && wanted(found.value))?;
    let what = if last.value.is_empty() { "empties it again" } else { "comes later, and wins" };
    Some(
        Cause::OverriddenByDropIn
            .because(format!(
                "{} says {}, but {} says {}: the drop-in {what}.",
                right.place(),
                right.text(),
                last.place(),
                last.text()
            ))
            .next_step(format!("change or remove the line in {}, then sudo systemctl daemon-reload", last.path)),
    )
}

#[cfg(test)]
mod tests {
    use super::writing;
    use crate::engine::layers::Layers;
    use crate::engine::testbed::{fragment, text_file};
    use crate::model::Role;

    type Row<'a> = (&'a str, &'a str, Option<&'a str>, &'a str, Option<(&'a str, &'a str)>);

    fn causes(name: &str, text: &str, drop_in: Option<&str>, right: &str) -> Vec<(String, String)> {
        let mut fact = fragment(text);
        fact.files
            .extend(drop_in.map(|text| text_file("/etc/systemd/system/sre-app.service.d/x.conf", Role::DropIn, text)));
        let causes = writing(&Layers::read(&fact), name, &|value| value == right);
        causes.into_iter().map(|cause| (cause.cause.id().to_owned(), cause.next)).collect()
    }

    #[test]
    fn each_mistake_is_named_and_mended() {
        #[rustfmt::skip]
        let table: [Row; 17] = [
            ("User", "[Service]\nUser=www # web\n", None, "www", Some(("inline-comment", "make the line User=www"))),
            ("User", "[Service]\nUser=\"www\"\n", None, "www", Some(("quoted-value", "make the line User=www"))),
            ("User", "[Unit]\nUser=www\n", None, "www", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("User", "User=www\n", None, "www", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("User", "[service]\nUser=www\n", None, "www", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("User", "[Service]\nuser=www\n", None, "www", Some(("unknown-key", "make the line User=www"))),
            ("User", "[Service]\nUser=www\n", Some("[Service]\nUser=\n"), "www",
                Some(("overridden-by-drop-in", "change or remove the line in /etc/systemd/system/sre-app.service.d/x.conf, then sudo systemctl daemon-reload"))),
            ("User", "[Service]\nUser=www\n", Some("[Service]\nUser=root\n"), "www",
                Some(("overridden-by-drop-in", "change or remove the line in /etc/systemd/system/sre-app.service.d/x.conf, then sudo systemctl daemon-reload"))),
            ("User", "[Service]\nUser=root\n", None, "www", None),
            ("Restart", "[Service]\nRestart=Always\n", None, "always", Some(("bad-value", "make the line Restart=always: case matters"))),
            ("Restart", "[Service]\nrestart=always\n", None, "always", Some(("unknown-key", "make the line Restart=always"))),
            ("Restart", "[Service]\nRestart=always # x\n", None, "always", Some(("inline-comment", "make the line Restart=always"))),
            ("Restart", "[Unit]\nRestart=always\n", None, "always", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("RestartSec", "[Service]\nRestartSec=5M\n", None, "5min", Some(("months-not-minutes", "make the line RestartSec=5min"))),
            ("RestartSec", "[Service]\nRestartSec=3 # s\n", None, "3", Some(("inline-comment", "make the line RestartSec=3"))),
            ("RestartSec", "[Service]\nRestartSec=-1\n", None, "3",
                Some(("bad-value", "give RestartSec= a value that systemd knows, then sudo systemctl daemon-reload"))),
            ("ExecStart", "[Service]\nExecStart=/bin/sh -c 'true # x'\n", None, "", None),
        ];
        for (name, text, drop_in, right, expected) in table {
            let expected: Vec<_> = expected.into_iter().map(|(id, next)| (id.to_owned(), next.to_owned())).collect();
            assert_eq!(causes(name, text, drop_in, right), expected, "{name} in {text:?} {drop_in:?}");
        }
    }
}
