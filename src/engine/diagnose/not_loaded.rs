//! Why the manager does not load a unit.

use super::reload::{needs_daemon_reload, runtime_only};
use crate::engine::directive::section;
use crate::engine::directive_value::boolean;
use crate::engine::suggest::suggest;
use crate::engine::unit_files::{SettingLine, UnitFiles};
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Content, Diagnosis, Role, UnitFact};

const SECTIONS: [&str; 3] = ["Unit", "Service", "Install"];

/// The causes of a `LoadState` other than `loaded`.
pub(crate) fn why_not_loaded(view: &UnitView, unit: &UnitFact, files: Option<&UnitFiles>) -> Vec<Diagnosis> {
    match unit.get("LoadState") {
        "masked" => vec![empty_file(view).unwrap_or_else(|| masked(view))],
        "not-found" => {
            let is_found_now = view.twin_loaded().is_some_and(|reloaded| reloaded.get("LoadState") == "loaded");
            match files.and_then(UnitFiles::main_path) {
                Some(path) if path.starts_with("/run/") => vec![runtime_only(view, path)],
                Some(path) if is_found_now => vec![needs_daemon_reload(&format!("{path} exists"))],
                _ => vec![],
            }
        }
        "bad-setting" | "error" => files.map(refusals).unwrap_or_default(),
        _ => vec![],
    }
}

fn masked(view: &UnitView) -> Diagnosis {
    let until_reboot = view.loaded().is_ok_and(|unit| unit.get("UnitFileState") == "masked-runtime");
    // unmask removes the link in /etc, and with --runtime the one in /run.
    let runtime = if until_reboot { "--runtime " } else { "" };
    Cause::Masked
        .because(format!("{} is masked: its unit file is a link to /dev/null, so it cannot be started.", view.unit))
        .next_step(format!("sudo systemctl unmask {runtime}{}", view.unit))
}

/// systemd treats an empty unit file as masked. An editor or a full disk may have emptied it.
fn empty_file(view: &UnitView) -> Option<Diagnosis> {
    let files = view.files().ok()?;
    let empty = files.files.iter().find(|file| file.role == Role::Fragment && file.content == Content::Empty)?;
    let path = &empty.path;
    Some(
        Cause::ZeroByteUnit
            .because(format!(
                "{path} has 0 bytes. systemd treats an empty unit file as masked, so it cannot be started."
            ))
            .next_step(format!(
                "write {path} again, or remove it to use another copy; then sudo systemctl daemon-reload"
            )),
    )
}

/// The lines that make the manager refuse a service, by the rules in systemd.service(5).
fn refusals(files: &UnitFiles) -> Vec<Diagnosis> {
    let mut causes: Vec<Diagnosis> = unknown_sections(files).take(3).collect();
    let commands = files.in_effect("ExecStart");
    let is_oneshot = files.effective("Type").is_some_and(|line| line.value == "oneshot");
    let remains = files.effective("RemainAfterExit").is_some_and(|line| boolean(line.value) == Some(true));
    let has_stop = !files.in_effect("ExecStop").is_empty();
    for line in commands.iter().filter(|line| is_relative(line.value)).take(3) {
        causes.push(
            Cause::BadSetting
                .because(format!(
                    "{} says {}: the program must be an absolute path, or a file name without slashes.",
                    line.place(),
                    line.text()
                ))
                .next_step("write the whole path, as `command -v` or `readlink -f` prints it"),
        );
    }
    if let ([first, .., last], false) = (commands.as_slice(), is_oneshot) {
        causes.push(
            Cause::BadSetting
                .because(format!(
                    "{} and {} both set ExecStart=, and only Type=oneshot may have more than one.",
                    first.place(),
                    last.place()
                ))
                .next_step("put an empty ExecStart= before the command to use"),
        );
    }
    if commands.is_empty() && !(has_stop && (is_oneshot || remains)) {
        causes.extend(command_in_wrong_section(files).or_else(|| emptied_command(files)).or_else(|| {
            let path = files.main_path()?;
            Some(
                Cause::BadSetting
                    .because(format!("{path} has no ExecStart= under [Service]."))
                    .next_step("add ExecStart= with the command to run"),
            )
        }));
    }
    let restart = files.effective("Restart").filter(|line| matches!(line.value, "always" | "on-success"));
    if let (Some(restart), true) = (restart, is_oneshot) {
        causes.push(
            Cause::OneshotWithRestart
                .because(format!(
                    "{} says {}, which Type=oneshot does not allow: a oneshot service is finished when it exits successfully.",
                    restart.place(),
                    restart.text()
                ))
                .next_step("for a long-running program, remove Type=oneshot; for a task that exits, use Restart=on-failure"),
        );
    }
    causes
}

/// A later empty assignment removed the command.
fn emptied_command(files: &UnitFiles) -> Option<Diagnosis> {
    let lines: Vec<SettingLine> = files.lines_for("ExecStart").collect();
    let command = lines.iter().rfind(|line| !line.value.is_empty())?;
    let reset = lines.iter().rfind(|line| line.value.is_empty())?;
    Some(
        Cause::BadSetting
            .because(format!(
                "{} says ExecStart= without a value. This removes the command at {}, and no command is left.",
                reset.place(),
                command.place()
            ))
            .next_step(format!(
                "remove the line in {}, or write the new command after it; then sudo systemctl daemon-reload",
                reset.path
            )),
    )
}

/// Section names that are misspelt or in the wrong case; one diagnosis for each run of lines.
fn unknown_sections<'a>(files: &'a UnitFiles) -> impl Iterator<Item = Diagnosis> + 'a {
    let mut last = "";
    let first_lines = files.lines().filter(move |line| {
        let is_first = line.section != last && !SECTIONS.contains(&line.section);
        last = line.section;
        is_first && SECTIONS.contains(&intended_section(line))
    });
    first_lines.map(|line| {
        let place = line.place();
        Cause::WrongSection
            .because(format!(
                "{place} stands under [{}], which systemd does not know: section names are case-sensitive.",
                line.section
            ))
            .next_step(format!("write [{}]", intended_section(&line)))
    })
}

fn intended_section<'a>(line: &SettingLine<'a>) -> &'a str {
    suggest(line.section, SECTIONS).unwrap_or(line.section)
}

fn command_in_wrong_section(files: &UnitFiles) -> Option<Diagnosis> {
    let line = files.lines().find(|line| line.key == "ExecStart" && SECTIONS.contains(&line.section))?;
    (line.section != section("ExecStart")).then(|| {
        Cause::WrongSection
            .because(format!(
                "{}: {} stands under [{}], and has no effect there.",
                line.place(),
                line.text(),
                line.section
            ))
            .next_step("move it under [Service], then sudo systemctl daemon-reload")
    })
}

fn is_relative(command: &str) -> bool {
    let program = command.trim_start_matches(['@', '-', ':', '+', '!']).split_whitespace().next().unwrap_or_default();
    program.contains('/') && !program.starts_with(['/', '"', '\'', '%'])
}

#[cfg(test)]
mod tests {
    use super::refusals;
    use crate::engine::testbed::fragment;
    use crate::engine::unit_files::UnitFiles;

    #[test]
    fn refused_lines_are_named() {
        for (text, expected) in [
            ("[Service]\nExecStart=/bin/true\nExecStart=/bin/false\n", Some(("bad-setting", ":2 and "))),
            ("[Service]\nType=oneshot\nExecStart=/bin/true\nExecStart=/bin/false\n", None),
            ("[Service]\nExecStart=/bin/true\nExecStart=\nExecStart=/bin/false\n", None),
            ("[service]\nExecStart=/bin/true\n", Some(("wrong-section", "[service]"))),
            ("[Service]\nExecStart=./start.sh\n", Some(("bad-setting", ":2 says ExecStart=./start.sh"))),
            ("[Service]\nExecStart=-sleep 5\n", None),
            ("[Service]\nUser=www\n", Some(("bad-setting", "no ExecStart="))),
            ("[Unit]\nExecStart=/bin/true\n[Service]\nUser=www\n", Some(("wrong-section", ":2: ExecStart="))),
            (
                "[Service]\nType=oneshot\nRestart=always\nExecStart=/bin/true\n",
                Some(("oneshot-with-restart", ":3 says Restart=always")),
            ),
            ("[Service]\nType=oneshot\nExecStop=/bin/true\n", None),
        ] {
            let fact = fragment(text);
            let first = refusals(&UnitFiles::read(&fact)).into_iter().next();
            assert_eq!(first.as_ref().map(|diagnosis| diagnosis.cause.id()), expected.map(|(id, _)| id), "{text}");
            if let (Some(diagnosis), Some((_, part))) = (first, expected) {
                assert!(diagnosis.text.contains(part), "{} lacks {part}", diagnosis.text);
            }
        }
    }
}
