//! Mistakes in the lines of a directive, each with the line that has it.

use crate::engine::directive::{is_known, section, sections, suggest_directive};
use crate::engine::directive_value::{ValueForm, is_accepted, value_form};
use crate::engine::suggest::suggest;
use crate::engine::unit_files::{SettingLine, UnitFiles};
use crate::model::{Cause, Diagnosis, Role};

/// Directives whose value is one word or path. systemd does not remove quotes from it.
const UNQUOTED: [&str; 4] = ["User", "Group", "PIDFile", "Slice"];

/// At most this many lines are named for the same mistake.
const MAX_LINES: usize = 3;

/// The mistakes in how `directive` is set. `is_wanted` says which values are right.
pub(crate) fn directive_mistakes(
    files: &UnitFiles,
    directive: &str,
    is_wanted: &dyn Fn(&str) -> bool,
) -> Vec<Diagnosis> {
    // A later line in effect replaces the earlier ones. Each line that the manager ignores is a mistake.
    let effective = files.effective(directive);
    let relevant =
        files.lines_for(directive).filter(|line| Some(*line) == effective || !is_accepted(directive, line.value));
    let mut causes: Vec<Diagnosis> = relevant.filter_map(|line| in_value(&line)).take(MAX_LINES).collect();
    causes.extend(in_wrong_section(files, directive));
    causes.extend(misspelt(files, directive));
    causes.extend(overridden(files, directive, is_wanted));
    causes.extend(in_unread_copy(files, directive, is_wanted));
    causes
}

fn in_value(line: &SettingLine) -> Option<Diagnosis> {
    let (place, text, value, key) = (line.place(), line.text(), line.value, line.key);
    if let Some((kept, comment)) = trailing_comment(key, value) {
        return Some(
            Cause::InlineComment
                .because(format!(
                    "{place} says {text}: a comment must be on a separate line, so \"{comment}\" is part of the value."
                ))
                .next_step(format!("change the line to {key}={kept}")),
        );
    }
    let bare = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    if let Some(bare) = bare.filter(|_| UNQUOTED.contains(&key) || value_form(key) != ValueForm::Any) {
        return Some(
            Cause::QuotedValue
                .because(format!("{place} says {text}: the quotes are part of the value."))
                .next_step(format!("change the line to {key}={bare}")),
        );
    }
    if !is_accepted(key, value) {
        return Some(bad_value(line));
    }
    (value_form(key) == ValueForm::Span && counts_months(value)).then(|| {
        Cause::MonthsNotMinutes
            .because(format!("{place} says {text}: a capital M means months; minutes are m or min."))
            .next_step(format!("change the line to {key}={}", value.replace('M', "min")))
    })
}

fn bad_value(line: &SettingLine) -> Diagnosis {
    let (place, text, value, key) = (line.place(), line.text(), line.value, line.key);
    let meant = match value_form(key) {
        ValueForm::OneOf(words) => suggest(value, words),
        _ => None,
    };
    let next = meant.map_or_else(
        || format!("give {key}= a valid value, then sudo systemctl daemon-reload"),
        |meant| format!("change the line to {key}={meant}: case matters"),
    );
    let why = if value.is_empty() { "an empty value does not reset it" } else { "systemd does not accept that value" };
    Cause::BadValue.because(format!("{place} says {text}: {why}, so systemd ignores the line.")).next_step(next)
}

/// Splits a value from a comment after it. Commands and free text may contain a `#`.
fn trailing_comment<'a>(key: &str, value: &'a str) -> Option<(&'a str, &'a str)> {
    if key.starts_with("Exec") || matches!(key, "Description" | "Environment" | "Documentation") {
        return None;
    }
    let at = value.find(" #").or_else(|| value.find("\t#")).or_else(|| value.find(" ;"))?;
    let kept = value[..at].trim_end();
    (!kept.is_empty()).then(|| (kept, value[at..].trim_start()))
}

/// `5M`, but not `5Month`, which is unambiguous.
fn counts_months(value: &str) -> bool {
    let is_unit = |at: usize| {
        let is_after_digit = value[..at].trim_end().ends_with(|c: char| c.is_ascii_digit());
        is_after_digit && !value[at + 1..].starts_with(|c: char| c.is_alphabetic())
    };
    value.match_indices('M').any(|(at, _)| is_unit(at))
}

fn in_wrong_section(files: &UnitFiles, directive: &str) -> Vec<Diagnosis> {
    let proper = section(directive);
    let sections = sections(directive);
    let stray = files.lines().filter(|line| line.key == directive && !sections.contains(&line.section)).take(MAX_LINES);
    stray
        .map(|line| {
            let (place, text) = (line.place(), line.text());
            let why = if line.section.is_empty() {
                format!("{text} is before the first section, and has no effect there")
            } else if line.section.eq_ignore_ascii_case(proper) {
                format!("{text} stands under [{}], and section names are case-sensitive", line.section)
            } else {
                format!("{text} stands under [{}], and has no effect there", line.section)
            };
            Cause::WrongSection
                .because(format!("{place}: {why}."))
                .next_step(format!("move it under [{proper}], then sudo systemctl daemon-reload"))
        })
        .collect()
}

/// Keys that systemd does not know and that are similar to this directive.
fn misspelt(files: &UnitFiles, directive: &str) -> Vec<Diagnosis> {
    // A file may have very many lines, so the cheap comparison with this one directive comes first.
    let is_similar = |key: &str| key.len() < 2 * directive.len() && suggest(key, [directive]).is_some();
    let unknown = files
        .lines()
        .filter(|line| is_similar(line.key))
        .filter(|line| !is_known(line.key) && suggest_directive(line.key) == Some(directive))
        .take(MAX_LINES);
    unknown
        .map(|line| {
            Cause::UnknownKey
                .because(format!(
                    "{}: systemd does not know {}= and ignores the line; did you mean {directive}=?",
                    line.place(),
                    line.key
                ))
                .next_step(format!("change the line to {directive}={}", line.value))
        })
        .collect()
}

/// A correct line in a copy of the unit file that the manager does not read.
fn in_unread_copy(files: &UnitFiles, directive: &str, is_wanted: &dyn Fn(&str) -> bool) -> Option<Diagnosis> {
    if files.effective(directive).is_some_and(|line| is_wanted(line.value)) {
        return None;
    }
    let line = files.in_unread_copies(directive).find(|line| !line.value.is_empty() && is_wanted(line.value))?;
    let read = files.main_path()?;
    Some(
        Cause::EditedTheWrongCopy
            .because(format!(
                "{} says {} and was edited last, but systemd reads only {read}: its directory has priority.",
                line.place(),
                line.text()
            ))
            .next_step(format!("write the line into {read}, then sudo systemctl daemon-reload")),
    )
}

/// A correct line that a later drop-in overrides.
fn overridden(files: &UnitFiles, directive: &str, is_wanted: &dyn Fn(&str) -> bool) -> Option<Diagnosis> {
    let lines: Vec<SettingLine> =
        files.lines_for(directive).filter(|line| is_accepted(directive, line.value)).collect();
    let (last, earlier) = lines.split_last()?;
    if last.role != Role::DropIn || is_wanted(last.value) {
        return None;
    }
    let right = earlier.iter().rfind(|line| line.path != last.path && is_wanted(line.value))?;
    let what = if last.value.is_empty() { "resets it" } else { "is read later and overrides it" };
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
    use super::directive_mistakes;
    use crate::engine::testbed::{fragment, text_file};
    use crate::engine::unit_files::UnitFiles;
    use crate::model::Role;

    type Row<'a> = (&'a str, &'a str, Option<&'a str>, &'a str, Option<(&'a str, &'a str)>);

    fn causes(name: &str, text: &str, drop_in: Option<&str>, right: &str) -> Vec<(String, String)> {
        let mut fact = fragment(text);
        fact.files
            .extend(drop_in.map(|text| text_file("/etc/systemd/system/sre-app.service.d/x.conf", Role::DropIn, text)));
        let causes = directive_mistakes(&UnitFiles::read(&fact), name, &|value| value == right);
        causes.into_iter().map(|diagnosis| (diagnosis.cause.id().to_owned(), diagnosis.next)).collect()
    }

    #[test]
    fn each_mistake_is_named_with_the_line_to_write() {
        #[rustfmt::skip]
        let table: [Row; 17] = [
            ("User", "[Service]\nUser=www # web\n", None, "www", Some(("inline-comment", "change the line to User=www"))),
            ("User", "[Service]\nUser=\"www\"\n", None, "www", Some(("quoted-value", "change the line to User=www"))),
            ("User", "[Unit]\nUser=www\n", None, "www", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("User", "User=www\n", None, "www", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("User", "[service]\nUser=www\n", None, "www", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("User", "[Service]\nuser=www\n", None, "www", Some(("unknown-key", "change the line to User=www"))),
            ("User", "[Service]\nUser=www\n", Some("[Service]\nUser=\n"), "www",
                Some(("overridden-by-drop-in", "change or remove the line in /etc/systemd/system/sre-app.service.d/x.conf, then sudo systemctl daemon-reload"))),
            ("User", "[Service]\nUser=www\n", Some("[Service]\nUser=root\n"), "www",
                Some(("overridden-by-drop-in", "change or remove the line in /etc/systemd/system/sre-app.service.d/x.conf, then sudo systemctl daemon-reload"))),
            ("User", "[Service]\nUser=root\n", None, "www", None),
            ("Restart", "[Service]\nRestart=Always\n", None, "always", Some(("bad-value", "change the line to Restart=always: case matters"))),
            ("Restart", "[Service]\nrestart=always\n", None, "always", Some(("unknown-key", "change the line to Restart=always"))),
            ("Restart", "[Service]\nRestart=always # x\n", None, "always", Some(("inline-comment", "change the line to Restart=always"))),
            ("Restart", "[Unit]\nRestart=always\n", None, "always", Some(("wrong-section", "move it under [Service], then sudo systemctl daemon-reload"))),
            ("RestartSec", "[Service]\nRestartSec=5M\n", None, "5min", Some(("months-not-minutes", "change the line to RestartSec=5min"))),
            ("RestartSec", "[Service]\nRestartSec=3 # s\n", None, "3", Some(("inline-comment", "change the line to RestartSec=3"))),
            ("RestartSec", "[Service]\nRestartSec=-1\n", None, "3",
                Some(("bad-value", "give RestartSec= a valid value, then sudo systemctl daemon-reload"))),
            ("ExecStart", "[Service]\nExecStart=/bin/sh -c 'true # x'\n", None, "", None),
        ];
        for (name, text, drop_in, right, expected) in table {
            let expected: Vec<_> = expected.into_iter().map(|(id, next)| (id.to_owned(), next.to_owned())).collect();
            assert_eq!(causes(name, text, drop_in, right), expected, "{name} in {text:?} {drop_in:?}");
        }
    }
}
