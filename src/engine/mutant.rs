//! Mutants: the solution with one directive removed or changed, as a typical mistake would.

use std::collections::BTreeMap;

use super::value_mutations::value_mutations;
use crate::model::{Assignment, Overlay, UnitFile};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// The change: `drop Unit.After`, `drop [Install]`, `Service.Restart=no`. It begins with the file's name if the
    /// solution has several unit files. Unique in a lab.
    pub name: String,
    /// The whole solution with one file changed.
    pub overlay: Overlay,
}

/// Returns every mutant of a solution, in the order of its files and their lines.
#[must_use]
pub fn mutants(solution: &Overlay) -> Vec<Mutant> {
    let files: Vec<(usize, &str)> = solution
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| is_unit_file(&file.path))
        .filter_map(|(at, file)| Some((at, std::str::from_utf8(&file.bytes).ok()?)))
        .collect();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Vec::new();
    for (at, text) in &files {
        let path = &solution.files[*at].path;
        let prefix = if files.len() > 1 { format!("{}: ", short(path)) } else { String::new() };
        for (what, changed) in changes(text) {
            let name = format!("{prefix}{what}");
            let count = times.entry(name.clone()).or_default();
            *count += 1;
            let name = if *count > 1 { format!("{name} ({count})") } else { name };
            let mut overlay = solution.clone();
            overlay.files[*at].bytes = changed.into_bytes();
            all.push(Mutant { name, overlay });
        }
    }
    all
}

/// Whether the path is a fragment or drop-in of the system manager.
fn is_unit_file(path: &str) -> bool {
    const TYPES: [&str; 9] = ["service", "socket", "target", "path", "timer", "mount", "automount", "swap", "slice"];
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_owned()).unwrap_or_default();
    let Some((_, inner)) = path.split_once("/systemd/system/") else { return false };
    match inner.split_once('/') {
        None => TYPES.contains(&ending(inner).as_str()),
        Some((directory, name)) => ending(directory) == "d" && ending(name) == "conf",
    }
}

fn short(path: &str) -> &str {
    path.split_once("/systemd/system/").map_or(path, |(_, inner)| inner)
}

/// Returns each change of a unit file: its description and the changed text.
fn changes(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let file = UnitFile::parse(text);
    let mut all = Vec::new();
    for Assignment { section, key, value, line } in &file.assignments {
        let (begin, end) = (line - 1, assignment_end(&lines, line - 1));
        all.push((format!("drop {section}.{key}"), replaced(&lines, begin, end, None)));
        for other in value_mutations(key, value) {
            let written = format!("{key}={other}");
            all.push((format!("{section}.{written}"), replaced(&lines, begin, end, Some(&written))));
        }
    }
    for (begin, line) in lines.iter().enumerate() {
        if let Some(name) = header(line) {
            let end = (begin + 1..lines.len()).find(|&at| header(lines[at]).is_some()).unwrap_or(lines.len());
            all.push((format!("drop [{name}]"), replaced(&lines, begin, end, None)));
        }
    }
    all
}

fn header(line: &str) -> Option<&str> {
    line.trim().strip_prefix('[')?.strip_suffix(']')
}

/// Returns the index of the line after an assignment. A backslash at the end of a line continues it on the next line that
/// is not a comment, see systemd.syntax(7).
fn assignment_end(lines: &[&str], begin: usize) -> usize {
    let is_comment = |line: &str| line.trim_start().starts_with(['#', ';']);
    let mut at = begin;
    while at < lines.len() && (lines[at].ends_with('\\') || at > begin && is_comment(lines[at])) {
        at += 1;
    }
    (at + 1).min(lines.len())
}

fn replaced(lines: &[&str], begin: usize, end: usize, by: Option<&str>) -> String {
    let kept = lines[..begin].iter().copied().chain(by).chain(lines[end..].iter().copied());
    kept.flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::{changes, is_unit_file, mutants};
    use crate::model::{Overlay, OverlayFile};

    fn file(path: &str, text: &str) -> OverlayFile {
        OverlayFile { path: path.into(), bytes: text.into(), executable: false }
    }

    #[test]
    fn each_mutant_has_one_change() {
        let text = "# mine\n[Unit]\nAfter=a.device\n\n[Service]\nExecStart=/bin/sh \\\n# in between\n  -c true\nEnvironment=A=1\n";
        let all = changes(text);
        let named = |name: &str| all.iter().find(|(what, _)| what == name).map(|(_, text)| text.as_str());
        assert_eq!(named("drop Unit.After"), Some(text.replace("After=a.device\n", "").as_str()));
        assert_eq!(
            named("drop Service.ExecStart"),
            Some("# mine\n[Unit]\nAfter=a.device\n\n[Service]\nEnvironment=A=1\n")
        );
        assert_eq!(named("drop Service.Environment"), Some(text.replace("Environment=A=1\n", "").as_str()));
        assert_eq!(named("drop [Service]"), Some("# mine\n[Unit]\nAfter=a.device\n\n"));
        assert!(all.iter().all(|(_, changed)| changed != text));
    }

    #[test]
    fn names_are_unique_and_name_the_file() {
        let unit = "[Unit]\nAfter=a.device\nAfter=b.device\n";
        let one = Overlay { files: vec![file("/etc/systemd/system/a.service", unit)], script: Some("true".into()) };
        let names = |overlay: &Overlay| mutants(overlay).into_iter().map(|mutant| mutant.name).collect::<Vec<_>>();
        assert_eq!(names(&one), ["drop Unit.After", "drop Unit.After (2)", "drop [Unit]"]);
        let mut two = one.clone();
        two.files.push(file("/etc/systemd/system/a.service.d/b.conf", "[Unit]\nAfter=c.device\n"));
        two.files.push(file("/opt/index.html", "[Unit]\nAfter=c.device\n"));
        assert_eq!(
            names(&two)[2..],
            ["a.service: drop [Unit]", "a.service.d/b.conf: drop Unit.After", "a.service.d/b.conf: drop [Unit]"]
        );
        let mutant = &mutants(&two)[3];
        assert_eq!(mutant.overlay.files[1].bytes, b"[Unit]\n");
        assert_eq!((&mutant.overlay.files[0], &mutant.overlay.script), (&two.files[0], &two.script));
    }

    #[test]
    fn only_unit_files_and_drop_ins_are_changed() {
        for (path, is) in [
            ("/etc/systemd/system/a.service", true),
            ("/etc/systemd/system/a.service.d/b.conf", true),
            ("/run/systemd/system/a.timer", true),
            ("/etc/systemd/system/a.service.wants/b.service", false),
            ("/etc/systemd/system/readme", false),
            ("/opt/a.service", false),
        ] {
            assert_eq!(is_unit_file(path), is, "{path}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_gives_unique_names(text in "(\\[(Service|Unit)\\]\n|(ExecStart|After|ListenStream|RestartSec|Exec[A-Z])=.{0,9}\\\\?\n|User=x\n|.{0,20}\n){0,9}") {
            let overlay = Overlay { files: vec![file("/etc/systemd/system/a.service", &text)], script: None };
            let mut names: Vec<String> = mutants(&overlay).into_iter().map(|mutant| mutant.name).collect();
            let count = names.len();
            names.sort();
            names.dedup();
            proptest::prop_assert_eq!(names.len(), count);
        }
    }
}
