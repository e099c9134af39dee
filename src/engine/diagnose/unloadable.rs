//! Why the manager does not load a unit.

use super::reload::{needs_daemon_reload, runtime_only};
use crate::engine::directive::{boolean, section};
use crate::engine::layers::{Layers, Written};
use crate::engine::suggest::suggest;
use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Content, Diagnosis, Role, UnitFact};

const SECTIONS: [&str; 3] = ["Unit", "Service", "Install"];

/// The causes of a `LoadState` other than `loaded`, as far as facts and files prove them.
pub(crate) fn unloadable(seen: &UnitView, unit: &UnitFact, layers: Option<&Layers>) -> Vec<Diagnosis> {
    match unit.get("LoadState") {
        "masked" => vec![emptied(seen).unwrap_or_else(|| masked(seen))],
        "not-found" => {
            let found_since = seen.reloaded().is_some_and(|reloaded| reloaded.get("LoadState") == "loaded");
            match layers.and_then(Layers::main_path) {
                Some(path) if path.starts_with("/run/") => vec![runtime_only(seen, path)],
                Some(path) if found_since => vec![needs_daemon_reload(&format!("{path} is there"))],
                _ => vec![],
            }
        }
        "bad-setting" | "error" => layers.map(refusals).unwrap_or_default(),
        _ => vec![],
    }
}

/// The unit is switched off with a link to /dev/null, or with an empty file.
pub(crate) fn masked(seen: &UnitView) -> Diagnosis {
    let until_reboot = seen.loaded().is_ok_and(|unit| unit.get("UnitFileState") == "masked-runtime");
    let runtime = if until_reboot { "--runtime " } else { "" };
    // unmask removes the link in /etc, and with --runtime the one in /run.
    Cause::Masked
        .because(format!("{} is masked: its unit file is a link to /dev/null, so nothing can start it.", seen.unit))
        .next_step(format!("sudo systemctl unmask {runtime}{}", seen.unit))
}

/// Nobody meant to mask it: its file has no bytes, as an editor or a full disk may leave it.
fn emptied(seen: &UnitView) -> Option<Diagnosis> {
    let files = seen.files().ok()?;
    let empty = files.files.iter().find(|file| file.role == Role::Fragment && file.content == Content::Empty)?;
    Some(
        Cause::ZeroByteUnit
            .because(format!(
                "{} has 0 bytes, and systemd takes an empty unit file for a masked unit: nothing can start it.",
                empty.path
            ))
            .next_step(format!(
                "write {} anew, or remove it if another copy is to count; then sudo systemctl daemon-reload",
                empty.path
            )),
    )
}

/// What in the files makes a manager refuse a service: the rules of systemd.service(5) that it enforces on loading.
pub(crate) fn refusals(layers: &Layers) -> Vec<Diagnosis> {
    let mut causes: Vec<Diagnosis> = misnamed_sections(layers).take(3).collect();
    let commands = layers.standing("ExecStart");
    let oneshot = layers.effective("Type").is_some_and(|found| found.value == "oneshot");
    let remains = layers.effective("RemainAfterExit").is_some_and(|found| boolean(found.value) == Some(true));
    let stops = !layers.standing("ExecStop").is_empty();
    let refuse = |what: String, next: &str| Cause::BadSetting.because(what).next_step(next);
    for written in commands.iter().filter(|written| is_relative(written.value)).take(3) {
        causes.push(refuse(
            format!("{} says {}: the program needs an absolute path, or a bare name.", written.place(), written.text()),
            "write the whole path, as `command -v` or `readlink -f` gives it",
        ));
    }
    if let ([first, .., last], false) = (commands.as_slice(), oneshot) {
        causes.push(refuse(
            format!(
                "{} and {} both set ExecStart=, and only Type=oneshot may have more than one.",
                first.place(),
                last.place()
            ),
            "put an empty ExecStart= before the one that is to count",
        ));
    }
    if commands.is_empty() && !(stops && (oneshot || remains)) {
        causes.extend(stray_command(layers).or_else(|| emptied_command(layers)).or_else(|| {
            let path = layers.main_path()?;
            Some(refuse(format!("{path} has no ExecStart= under [Service]."), "add ExecStart= with the command to run"))
        }));
    }
    let restart = layers.effective("Restart").filter(|found| matches!(found.value, "always" | "on-success"));
    if let (Some(restart), true) = (restart, oneshot) {
        causes.push(
            Cause::OneshotWithRestart
                .because(format!(
                    "{} says {}, which Type=oneshot does not allow: it has done its work when it ends with success.",
                    restart.place(),
                    restart.text()
                ))
                .next_step("for a program that stays, remove Type=oneshot; for one that ends, use Restart=on-failure"),
        );
    }
    causes
}

/// There was a command, and a later line without a value has taken it away.
fn emptied_command(layers: &Layers) -> Option<Diagnosis> {
    let lines: Vec<Written> = layers.of("ExecStart").collect();
    let command = lines.iter().rfind(|line| !line.value.is_empty())?;
    let reset = lines.iter().rfind(|line| line.value.is_empty())?;
    Some(Cause::BadSetting.because(format!(
            "{} says ExecStart= without a value, which takes away {}: no command is left.",
            reset.place(),
            command.place()
        )).next_step(format!(
            "remove the line in {}, or write the command that shall count after it; then sudo systemctl daemon-reload",
            reset.path
        )))
}

fn misnamed_sections<'a>(layers: &'a Layers) -> impl Iterator<Item = Diagnosis> + 'a {
    let mut last = "";
    let strange = layers.all().filter(move |found| {
        let is_new = found.section != last && !SECTIONS.contains(&found.section);
        last = found.section;
        is_new && SECTIONS.contains(&section_meant(found))
    });
    strange.map(|found| {
        let meant = section_meant(&found);
        Cause::WrongSection
            .because(format!(
                "{} stands under [{}], a section that systemd does not know: section names are case-sensitive.",
                found.place(),
                found.section
            ))
            .next_step(format!("write [{meant}]"))
    })
}

fn section_meant<'a>(found: &Written<'a>) -> &'a str {
    suggest(found.section, SECTIONS).unwrap_or(found.section)
}

fn stray_command(layers: &Layers) -> Option<Diagnosis> {
    let found = layers.all().find(|found| found.key == "ExecStart" && SECTIONS.contains(&found.section))?;
    (found.section != section("ExecStart")).then(|| {
        Cause::WrongSection
            .because(format!(
                "{}: {} stands under [{}], and has no effect there.",
                found.place(),
                found.text(),
                found.section
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
    use crate::engine::layers::Layers;
    use crate::engine::testbed::fragment;

    #[test]
    fn what_the_manager_refuses_is_pointed_at() {
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
            let first = refusals(&Layers::read(&fact)).into_iter().next();
            assert_eq!(first.as_ref().map(|cause| cause.cause.id()), expected.map(|(id, _)| id), "{text}");
            if let (Some(cause), Some((_, part))) = (first, expected) {
                assert!(cause.text.contains(part), "{} lacks {part}", cause.text);
            }
        }
    }
}
