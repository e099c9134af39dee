//! The first layer: which line of which file says what. Read to explain, and to suspect; the manager decides.

use super::directive::{can_be_reset, section, sections, spells, stops, takes};
use crate::model::{Content, DiskFile, FilesFact, Line, Role, UnitFile};

/// A unit's files, read: the fragment first, then the drop-ins, as the manager goes through them.
#[derive(Debug)]
pub(crate) struct Layers<'a> {
    files: Vec<(&'a DiskFile, UnitFile)>,
    passed_over: Vec<(&'a DiskFile, UnitFile)>,
}

/// One `Key=Value`, with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written<'a> {
    pub(crate) path: &'a str,
    pub(crate) role: Role,
    pub(crate) line: Line,
    pub(crate) section: &'a str,
    pub(crate) key: &'a str,
    pub(crate) value: &'a str,
}

impl Written<'_> {
    /// `path:line`.
    pub(crate) fn place(&self) -> String {
        format!("{}:{}", self.path, self.line)
    }

    /// `Key=Value`.
    pub(crate) fn text(&self) -> String {
        format!("{}={}", self.key, self.value)
    }

    /// It is written where a reboot removes it.
    pub(crate) fn is_runtime(&self) -> bool {
        self.path.starts_with("/run/")
    }
}

impl<'a> Layers<'a> {
    /// Reads the text files; what is masked or unreadable says nothing.
    pub(crate) fn read(fact: &'a FilesFact) -> Self {
        let text = |file: &'a DiskFile| match &file.content {
            Content::Text { text, lossy } => Some((file, UnitFile::decoded(text, *lossy))),
            _ => None,
        };
        Self {
            files: fact.files.iter().filter_map(text).collect(),
            passed_over: fact.passed_over.iter().filter_map(text).collect(),
        }
    }

    /// Every assignment, in the order in which it takes effect.
    pub(crate) fn all(&self) -> impl Iterator<Item = Written<'_>> {
        self.files.iter().flat_map(|(file, parsed)| assignments(file, parsed))
    }

    /// The assignments of a directive, where they would count, in copies of the fragment that are not read.
    pub(crate) fn in_unread_copies<'s>(&'s self, key: &'s str) -> impl Iterator<Item = Written<'s>> {
        let all = self.passed_over.iter().flat_map(|(file, parsed)| assignments(file, parsed));
        all.filter(move |found| spells(found.key, key) && counts(found))
    }

    /// The assignments of a directive in a section where it counts, in files as far as they are read.
    pub(crate) fn of<'s>(&'s self, key: &'s str) -> impl Iterator<Item = Written<'s>> {
        let mut stopped = "";
        // What enables a unit reads [Install] alone, and stumbles over nothing else.
        let installs = section(key) == "Install";
        let read = self.all().filter(move |found| {
            let unread = !installs && found.path == stopped;
            if !unread && counts(found) && ends_drop_in(found) {
                stopped = found.path;
            }
            !unread
        });
        read.filter(move |found| spells(found.key, key) && counts(found))
    }

    /// The assignments that stand after the last reset, an empty value, and that the manager takes.
    pub(crate) fn standing<'s>(&'s self, key: &'s str) -> Vec<Written<'s>> {
        let mut standing = Vec::new();
        for found in self.of(key).filter(|found| takes(key, found.value) && !ends_drop_in(found)) {
            if !found.value.is_empty() {
                standing.push(found);
            } else if can_be_reset(key) {
                standing.clear();
            }
        }
        standing
    }

    /// The line that decides a directive of which the last one wins.
    pub(crate) fn effective<'s>(&'s self, key: &'s str) -> Option<Written<'s>> {
        self.standing(key).pop()
    }

    /// What the files say about a directive, and where: the line that decides, else one that tries to, else that there
    /// is none.
    pub(crate) fn evidence(&self, unit: &str, key: &str) -> (String, String) {
        if let Some(written) = self.effective(key) {
            return (written.place(), written.text());
        }
        let tries = self.all().filter(|found| found.key == key && !found.value.is_empty()).last();
        match tries {
            Some(idle) if !sections(key).contains(&idle.section) => {
                (idle.place(), format!("{} under [{}], without effect", idle.text(), idle.section))
            }
            Some(idle) => (idle.place(), format!("{}, without effect", idle.text())),
            None => (format!("systemctl cat {unit}"), format!("no {key}= in [{}]", section(key))),
        }
    }

    /// The file to open: the fragment, or else the first drop-in.
    pub(crate) fn main_path(&self) -> Option<&'a str> {
        self.files.first().map(|(file, _)| file.path.as_str())
    }
}

fn assignments<'s>(file: &'s DiskFile, parsed: &'s UnitFile) -> impl Iterator<Item = Written<'s>> {
    parsed.assignments.iter().map(|found| Written {
        path: &file.path,
        role: file.role,
        line: found.line,
        section: &found.section,
        key: &found.key,
        value: &found.value,
    })
}

/// The manager reads no further in this drop-in; the unit is loaded all the same.
fn ends_drop_in(found: &Written) -> bool {
    found.role == Role::DropIn && stops(found.key, found.value)
}

/// It stands in a section where it has effect.
fn counts(found: &Written) -> bool {
    sections(found.key).contains(&found.section)
}

/// What a unit's files say about a directive, by unitlab's own reading: `path:line` and value of each line that stands
/// after the last reset and is one that the manager takes, in the order in which they take effect.
#[must_use]
pub fn reading(files: &FilesFact, directive: &str) -> Vec<(String, String)> {
    let layers = Layers::read(files);
    layers.standing(directive).into_iter().map(|found| (found.place(), found.value.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::Layers;
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
        let layers = Layers::read(&fact);
        layers.effective(key).map(|found| (found.place(), found.value.to_owned()))
    }

    #[test]
    fn the_last_that_is_taken_wins() {
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
