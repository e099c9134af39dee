//! The lines of a unit's files, and which of them are in effect. The manager decides; this parser only explains.

use super::directive::{can_be_reset, section, sections, sets};
use super::directive_value::{is_accepted, stops_parsing};
use crate::model::{Content, DiskFile, FilesFact, Line, Role, UnitFile};

/// The fragment first, then the drop-ins in the manager's order.
#[derive(Debug)]
pub(crate) struct UnitFiles<'a> {
    read: Vec<(&'a DiskFile, UnitFile)>,
    /// Copies of the fragment in directories that come later in the unit path.
    unread: Vec<(&'a DiskFile, UnitFile)>,
}

/// One `Key=Value` line with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SettingLine<'a> {
    pub(crate) path: &'a str,
    pub(crate) role: Role,
    pub(crate) line: Line,
    pub(crate) section: &'a str,
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
}

impl SettingLine<'_> {
    /// `path:line`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    /// `Key=Value`.
    pub(crate) fn text(&self) -> String {
        format!("{}={}", self.key, self.value)
    }

    /// A reboot removes the file.
    pub(crate) fn is_runtime(&self) -> bool {
        self.path.starts_with("/run/")
    }
}

impl<'a> UnitFiles<'a> {
    /// Masked and unreadable files have no lines.
    pub(crate) fn read(fact: &'a FilesFact) -> Self {
        let parse = |file: &'a DiskFile| match &file.content {
            Content::Text { text, lossy } => Some((file, UnitFile::decoded(text, *lossy))),
            _ => None,
        };
        Self {
            read: fact.files.iter().filter_map(parse).collect(),
            unread: fact.shadowed.iter().filter_map(parse).collect(),
        }
    }

    /// All lines, in the order in which the manager reads them.
    pub(crate) fn lines(&self) -> impl Iterator<Item = SettingLine<'_>> {
        self.read.iter().flat_map(|(file, parsed)| setting_lines(file, parsed))
    }

    /// The lines of a directive in copies of the fragment that the manager does not read.
    pub(crate) fn in_unread_copies<'s>(&'s self, directive: &'s str) -> impl Iterator<Item = SettingLine<'s>> {
        let all = self.unread.iter().flat_map(|(file, parsed)| setting_lines(file, parsed));
        all.filter(move |line| sets(line.key, directive) && is_in_its_section(line))
    }

    /// The lines of a directive in its section, as far as the manager reads each file.
    pub(crate) fn lines_for<'s>(&'s self, directive: &'s str) -> impl Iterator<Item = SettingLine<'s>> {
        let mut stopped = "";
        // enable reads [Install] alone, and ignores errors in the other sections.
        let is_install = section(directive) == "Install";
        let read = self.lines().filter(move |line| {
            let is_unread = !is_install && line.path == stopped;
            if !is_unread && is_in_its_section(line) && ends_drop_in(line) {
                stopped = line.path;
            }
            !is_unread
        });
        read.filter(move |line| sets(line.key, directive) && is_in_its_section(line))
    }

    /// The lines that the manager accepts, after the last reset by an empty value.
    pub(crate) fn in_effect<'s>(&'s self, directive: &'s str) -> Vec<SettingLine<'s>> {
        let mut lines = Vec::new();
        for line in self.lines_for(directive).filter(|line| is_accepted(directive, line.value) && !ends_drop_in(line)) {
            if !line.value.is_empty() {
                lines.push(line);
            } else if can_be_reset(directive) {
                lines.clear();
            }
        }
        lines
    }

    /// The last line in effect, which decides a directive with a single value.
    pub(crate) fn effective<'s>(&'s self, directive: &'s str) -> Option<SettingLine<'s>> {
        self.in_effect(directive).pop()
    }

    /// Source and text of the evidence for a directive: the line in effect, else a line without effect, else that there is
    /// none.
    pub(crate) fn evidence(&self, unit: &str, directive: &str) -> (String, String) {
        if let Some(line) = self.effective(directive) {
            return (line.place(), line.text());
        }
        let without_effect = self.lines().filter(|line| line.key == directive && !line.value.is_empty()).last();
        match without_effect {
            Some(line) if !sections(directive).contains(&line.section) => {
                (line.place(), format!("{} under [{}], without effect", line.text(), line.section))
            }
            Some(line) => (line.place(), format!("{}, without effect", line.text())),
            None => (format!("systemctl cat {unit}"), format!("no {directive}= in [{}]", section(directive))),
        }
    }

    /// The fragment, or the first drop-in if there is no fragment.
    pub(crate) fn main_path(&self) -> Option<&'a str> {
        self.read.first().map(|(file, _)| file.path.as_str())
    }
}

fn setting_lines<'s>(file: &'s DiskFile, parsed: &'s UnitFile) -> impl Iterator<Item = SettingLine<'s>> {
    parsed.assignments.iter().map(|assignment| SettingLine {
        path: &file.path,
        role: file.role,
        line: assignment.line,
        section: &assignment.section,
        key: &assignment.key,
        value: &assignment.value,
    })
}

/// The manager stops reading a drop-in at such a line, and loads the unit anyway.
fn ends_drop_in(line: &SettingLine) -> bool {
    line.role == Role::DropIn && stops_parsing(line.key, line.value)
}

fn is_in_its_section(line: &SettingLine) -> bool {
    sections(line.key).contains(&line.section)
}

/// `path:line` and value of each line of a directive in effect, as this parser reads the files.
#[must_use]
pub fn settings_in_effect(files: &FilesFact, directive: &str) -> Vec<(String, String)> {
    let files = UnitFiles::read(files);
    files.in_effect(directive).into_iter().map(|line| (line.place(), line.value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::UnitFiles;
    use crate::engine::testbed::text_file;
    use crate::model::{Content, DiskFile, FilesFact, Role};

    type Row<'a> = (&'a str, &'a str, &'a [&'a str], Option<(&'a str, &'a str)>);

    fn effective(key: &str, fragment: &str, drop_ins: &[&str]) -> Option<(String, String)> {
        let mut files = vec![text_file("/etc/a.service", Role::Fragment, fragment)];
        for (at, text) in drop_ins.iter().enumerate() {
            files.push(text_file(&format!("/etc/a.service.d/{at}.conf"), Role::DropIn, text));
        }
        let masked = DiskFile { path: "/etc/a.service.d/z.conf".into(), role: Role::DropIn, content: Content::Masked };
        files.push(masked);
        let fact = FilesFact { files, ..FilesFact::default() };
        let files = UnitFiles::read(&fact);
        files.effective(key).map(|line| (line.place(), line.value.to_owned()))
    }

    #[test]
    fn the_last_line_that_systemd_accepts_wins() {
        #[rustfmt::skip]
        let table: [Row; 15] = [
            ("User", "[Service]\nUser=a\n", &["[Service]\nUser=b\nUser=c/d\nUser=e\n", "[Service]\nNice=1\n"], Some(("/etc/a.service.d/0.conf:2", "b"))),
            ("KillMode", "[Service]\nKillMode=mixed\n", &["[Service]\nDynamicUser=maybe\nKillMode=none\n"], Some(("/etc/a.service:2", "mixed"))),
            ("KillMode", "[Service]\nKillMode=mixed\n", &["[Unit]\nDynamicUser=maybe\n[Service]\nKillMode=none\n"], Some(("/etc/a.service.d/0.conf:4", "none"))),
            ("After", "[Unit]\nAfter=a.target\nAfter=\n", &[], Some(("/etc/a.service:2", "a.target"))),
            ("TimeoutStopSec", "[Service]\nTimeoutStopSec=1\nTimeoutSec=2\n", &[], Some(("/etc/a.service:3", "2"))),
            ("StartLimitIntervalSec", "[Service]\nStartLimitInterval=7\nStartLimitIntervalSec=8\n", &[], Some(("/etc/a.service:2", "7"))),
            ("StartLimitBurst", "[Unit]\nStartLimitBurst=7\nStartLimitBurst=ten\n", &[], Some(("/etc/a.service:2", "7"))),
            ("User", "[Service]\nUser=a\n", &[], Some(("/etc/a.service:2", "a"))),
            ("User", "[Service]\nUser=a\nUser=b\n", &[], Some(("/etc/a.service:3", "b"))),
            ("User", "[Service]\nUser=a\n", &["[Service]\nUser=c\n"], Some(("/etc/a.service.d/0.conf:2", "c"))),
            ("User", "[Service]\nUser=a\n", &["[Service]\nUser=\n"], None),
            ("Restart", "[Service]\nRestart=always\n", &["[Service]\nRestart=\n"], Some(("/etc/a.service:2", "always"))),
            ("Restart", "[Service]\nRestart=always\nRestart=Always\n", &[], Some(("/etc/a.service:2", "always"))),
            ("Restart", "[Unit]\nRestart=always\n", &[], None),
            ("RestartSec", "[Service]\nRestartSec=3\nRestartSec=-1\n", &[], Some(("/etc/a.service:2", "3"))),
        ];
        for (key, fragment, drop_ins, expected) in table {
            let expected = expected.map(|(place, value)| (place.to_owned(), value.to_owned()));
            assert_eq!(effective(key, fragment, drop_ins), expected, "{key} in {fragment:?} {drop_ins:?}");
        }
    }
}
