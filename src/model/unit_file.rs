//! Parses unit files with line numbers.
//!
//! The manager's loaded value decides; this parser only finds the line that sets it. It follows systemd.syntax(7), and
//! the behavior of the manager where the manual is silent.

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
    pub key: String,
    /// With continuation lines joined, and without surrounding white space.
    pub value: String,
    pub line: Line,
}

/// A line that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub line: Line,
    /// The reason.
    pub what: String,
}

/// A line number, from 1.
pub type Line = usize;

/// The only characters that systemd treats as white space.
const WHITE: [char; 4] = [' ', '\t', '\n', '\r'];

impl UnitFile {
    /// Parses any text; errors become complaints.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self::decoded(text, false)
    }

    /// Like [`UnitFile::parse`]. `lossy` means that U+FFFD stands for bytes that were not UTF-8.
    #[must_use]
    pub fn decoded(text: &str, lossy: bool) -> Self {
        let mut file = Self::default();
        let mut section = String::new();
        for (line, logical) in logical_lines(text) {
            let logical = logical.trim_matches(WHITE);
            if logical.is_empty() {
                continue;
            }
            if !is_text(logical, lossy) {
                file.complain(line, "bytes that are not UTF-8: the file is read no further");
                break;
            }
            if let Some(header) = logical.strip_prefix('[') {
                let Some(name) = header.strip_suffix(']') else {
                    file.complain(line, "a section header without its closing bracket: the file is read no further");
                    break;
                };
                name.clone_into(&mut section);
            } else if let Some((key, value)) = logical.split_once('=') {
                if section.is_empty() {
                    file.complain(line, "a setting before the first section header has no effect");
                }
                file.assignments.push(Assignment {
                    section: section.clone(),
                    key: key.trim_matches(WHITE).to_owned(),
                    value: value.trim_matches(WHITE).to_owned(),
                    line,
                });
            } else {
                file.complain(line, "neither a section header nor Key=Value");
            }
        }
        file
    }

    /// The assignments of one directive in one section.
    pub fn of<'a>(&'a self, section: &'a str, key: &'a str) -> impl Iterator<Item = &'a Assignment> {
        self.assignments.iter().filter(move |found| found.section == section && found.key == key)
    }

    fn complain(&mut self, line: Line, what: &str) {
        self.complaints.push(Complaint { line, what: what.to_owned() });
    }
}

/// Joins continuation lines and drops comments. Each result has the number of its first line.
fn logical_lines(text: &str) -> Vec<(Line, String)> {
    let mut logical = Vec::new();
    let mut open: Option<(Line, String)> = None;
    let mut marked = false;
    for (line, raw) in physical_lines(text) {
        if raw.trim_start_matches(WHITE).starts_with(['#', ';']) {
            continue;
        }
        // systemd skips only the first byte order mark.
        let bare = if marked { None } else { raw.strip_prefix('\u{feff}') };
        marked |= bare.is_some();
        let (begun, mut whole) = open.take().unwrap_or((line, String::new()));
        whole.push_str(bare.unwrap_or(raw));
        let backslashes = whole.len() - whole.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            whole.pop();
            whole.push(' ');
            open = Some((begun, whole));
        } else {
            logical.push((begun, whole));
        }
    }
    logical.extend(open);
    logical
}

/// Splits lines as systemd does: at a line feed, a carriage return or a NUL, or at a sequence of different ones of these.
/// Line numbers count line feeds, as in editors.
fn physical_lines(text: &str) -> impl Iterator<Item = (Line, &str)> {
    const ENDS: [char; 3] = ['\n', '\r', '\0'];
    let (mut rest, mut line) = (text, 1);
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (raw, mut tail) = rest.split_at(rest.find(ENDS).unwrap_or(rest.len()));
        let mut seen = String::new();
        while let Some(end) = tail.chars().next().filter(|next| ENDS.contains(next) && !seen.contains([*next, '\0'])) {
            seen.push(end);
            tail = &tail[1..];
        }
        let found = (line, raw);
        line += usize::from(seen.contains('\n'));
        rest = tail;
        Some(found)
    })
}

/// Whether systemd accepts the line as text: it refuses Unicode noncharacters.
fn is_text(line: &str, lossy: bool) -> bool {
    !line.chars().any(|letter| {
        let code = u32::from(letter);
        (0xfdd0..=0xfdef).contains(&code) || code & 0xfffe == 0xfffe || lossy && letter == '\u{fffd}'
    })
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
    fn lines_end_where_systemd_ends_them() {
        for (text, read) in [
            ("[Service]\rUser=a\rGroup=b", vec![row("Service", "User", "a", 1), row("Service", "Group", "b", 1)]),
            ("[Service]\n\rUser=a\n\rGroup=b", vec![row("Service", "User", "a", 2), row("Service", "Group", "b", 3)]),
            (
                "[Service]\r\n\r\nUser=no\0Group=b",
                vec![row("Service", "User", "no", 3), row("Service", "Group", "b", 3)],
            ),
            (
                "[Service]\nUser=a\\\\\nGroup=b\\",
                vec![row("Service", "User", "a\\\\", 2), row("Service", "Group", "b", 3)],
            ),
            (
                "[Service]\nUser=a\\ \nGroup=\u{a0}b\u{b}",
                vec![row("Service", "User", "a\\", 2), row("Service", "Group", "\u{a0}b\u{b}", 3)],
            ),
        ] {
            assert_eq!(pairs(text), read, "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_and_nothing_is_made_up(bytes: Vec<u8>, lossy: bool) {
            let text = String::from_utf8_lossy(&bytes);
            let file = UnitFile::decoded(&text, lossy);
            let said: usize = file.assignments.iter().map(|it| it.key.len() + it.value.len()).sum();
            let lines = text.matches('\n').count() + 1;
            proptest::prop_assert!(said <= text.len());
            proptest::prop_assert!(file.assignments.iter().all(|it| it.line <= lines));
            proptest::prop_assert!(file.complaints.iter().all(|it| it.line <= lines));
        }

        #[test]
        fn any_lines_are_read_and_nothing_is_made_up(text in "([\\[\\]=\\\\#; \r\n\0a-c]|\u{feff}|\u{fffd}){0,60}", lossy: bool) {
            let file = UnitFile::decoded(&text, lossy);
            // A continuation leaves a blank for its backslash.
            let plain = |text: &str| text.chars().filter(char::is_ascii_lowercase).collect::<String>();
            let all = plain(&text);
            for found in &file.assignments {
                proptest::prop_assert!(all.contains(&plain(&found.value)) || text.contains(['#', ';']), "{found:?}");
                proptest::prop_assert!(!found.key.contains(['\n', '\r', '\0', '=']), "{found:?}");
            }
        }
    }

    #[test]
    fn a_comment_owns_its_line() {
        assert_eq!(pairs("[Service]\nUser=www # web\n"), [row("Service", "User", "www # web", 2)]);
    }

    #[test]
    fn names_lines_without_effect() {
        let file = UnitFile::decoded("User=a\nnonsense\n[Service]\nUser=c\n[Service\nUser=b\n", true);
        let lines: Vec<_> = file.complaints.iter().map(|complaint| complaint.line).collect();
        assert_eq!((lines, file.assignments.len()), (vec![1, 2, 5], 2), "nothing is read behind a broken header");
        let file = UnitFile::decoded("[Service]\nUser=\u{fffd}\nGroup=b\n", true);
        assert_eq!((file.complaints.len(), file.assignments.len()), (1, 0), "nor behind bytes that are no text");
    }
}
