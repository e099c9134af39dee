//! Unit files read line by line, to explain them: which line says what, and which line says nothing.
//!
//! The manager decides what a setting is; this reading only finds where it was written. It follows
//! systemd.syntax(7): comments own their line, a backslash joins lines, sections may be split.

/// A parsed unit file. Every byte sequence that is text parses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitFile {
    /// `Key=Value` lines in the order of the file, empty values (resets) included.
    pub assignments: Vec<Assignment>,
    /// Lines that the manager ignores or refuses.
    pub complaints: Vec<Complaint>,
}

/// One `Key=Value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The section as written, `Service`; empty before the first header.
    pub section: String,
    /// The directive.
    pub key: String,
    /// Its value with continuations joined and outer white space removed.
    pub value: String,
    /// The line on which it begins, from 1.
    pub line: Line,
}

/// A line that has no effect, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The line, from 1.
    pub line: Line,
    /// What is wrong with it.
    pub what: String,
}

/// A line's number, from 1.
pub type Line = usize;

impl UnitFile {
    /// Reads a text; never fails.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut file = Self::default();
        let mut section = String::new();
        let mut lines = text.strip_prefix('\u{feff}').unwrap_or(text).lines().enumerate();
        while let Some((index, raw)) = lines.next() {
            let line = index + 1;
            let first = raw.trim();
            if first.is_empty() || is_comment(first) {
                continue;
            }
            let mut logical = String::new();
            let mut part = raw.trim_end_matches('\r');
            loop {
                let Some(kept) = part.strip_suffix('\\') else {
                    logical.push_str(part);
                    break;
                };
                logical.push_str(kept);
                logical.push(' ');
                let next =
                    lines.by_ref().map(|(_, raw)| raw.trim_end_matches('\r')).find(|raw| !is_comment(raw.trim()));
                match next {
                    Some(raw) => part = raw,
                    None => break,
                }
            }
            let logical = logical.trim();
            if let Some(header) = logical.strip_prefix('[') {
                match header.strip_suffix(']') {
                    Some(name) => name.clone_into(&mut section),
                    None => file.complain(line, "a section header without its closing bracket"),
                }
            } else if let Some((key, value)) = logical.split_once('=') {
                if section.is_empty() {
                    file.complain(line, "a setting before the first section header has no effect");
                }
                file.assignments.push(Assignment {
                    section: section.clone(),
                    key: key.trim().to_owned(),
                    value: value.trim().to_owned(),
                    line,
                });
            } else {
                file.complain(line, "neither a section header nor Key=Value");
            }
        }
        file
    }

    /// The assignments of one directive in its proper section.
    pub fn of<'a>(&'a self, section: &'a str, key: &'a str) -> impl Iterator<Item = &'a Assignment> {
        self.assignments.iter().filter(move |found| found.section == section && found.key == key)
    }

    /// The file has this section header, with or without content behind it, as far as assignments show.
    #[must_use]
    pub fn has_section(&self, section: &str) -> bool {
        self.assignments.iter().any(|found| found.section == section)
    }

    fn complain(&mut self, line: Line, what: &str) {
        self.complaints.push(Complaint { line, what: what.to_owned() });
    }
}

fn is_comment(line: &str) -> bool {
    line.starts_with(['#', ';'])
}

#[cfg(test)]
mod tests {
    use super::UnitFile;

    fn pairs(text: &str) -> Vec<(String, String, String, usize)> {
        UnitFile::parse(text).assignments.into_iter().map(|a| (a.section, a.key, a.value, a.line)).collect()
    }

    fn row(section: &str, key: &str, value: &str, line: usize) -> (String, String, String, usize) {
        (section.into(), key.into(), value.into(), line)
    }

    #[test]
    fn reads_what_systemd_reads() {
        assert_eq!(
            pairs(
                "\u{feff}[Unit]\r\nAfter = a.target\r\n\n# note\n  [Service]\n  ExecStart=/bin/sh \\\n# in between\n   -c true\nUser=\n"
            ),
            [
                row("Unit", "After", "a.target", 2),
                row("Service", "ExecStart", "/bin/sh     -c true", 6),
                row("Service", "User", "", 9),
            ]
        );
    }

    #[test]
    fn a_comment_owns_its_line() {
        assert_eq!(pairs("[Service]\nUser=www # web\n"), [row("Service", "User", "www # web", 2)]);
    }

    #[test]
    fn names_lines_without_effect() {
        let file = UnitFile::parse("User=a\n[Service\nnonsense\n");
        let lines: Vec<_> = file.complaints.iter().map(|complaint| complaint.line).collect();
        assert_eq!(lines, [1, 2, 3]);
    }
}
