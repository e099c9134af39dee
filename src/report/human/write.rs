//! The order in which a report is told.

use std::io::{self, Write};

use crate::model::{PlaceKind, Report};

use super::check::Checks;
use super::page::{Ink, Look, Page};
use super::sum;

/// Writes a report for a person.
pub fn human(report: &Report, look: &Look, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(look);
    heading(report, &mut page);
    let mut checks = Checks::of(report);
    for check in &report.checks {
        checks.write(check, &mut page);
    }
    checks.finish(&mut page);
    page.blank();
    sum::score(report, &mut page);
    page.blank();
    sum::next(report, &mut page);
    out.write_all(page.text().as_bytes())
}

fn heading(report: &Report, page: &mut Page<'_>) {
    let place = match report.place.kind {
        PlaceKind::Sandbox => "sandbox",
        PlaceKind::Here => "this machine",
    };
    let systemd = match report.place.systemd.as_str() {
        "" => "systemd of unknown version".to_owned(),
        version => format!("systemd {version}"),
    };
    let dot = page.glyphs().dot;
    page.paragraph(Ink::Strong, 0, &format!("{} {dot} {place} {dot} {systemd}", report.lab));
    page.blank();
}

#[cfg(test)]
mod tests {
    use super::{Look, human};
    use crate::model::Report;
    use crate::report::sample;

    const WIDE: Look = Look { width: 80, color: false, unicode: true };

    fn printed(report: &Report, look: &Look) -> String {
        let mut out = Vec::new();
        human(report, look, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            assert!(textwrap::core::display_width(line) <= look.width, "too wide: {line}");
            assert_eq!(line.trim_end(), line, "white space at the end of a line");
        }
        text
    }

    #[test]
    fn at_80_columns_without_colour() {
        insta::assert_snapshot!(printed(&sample::beginner(), &WIDE));
    }

    #[test]
    fn at_80_columns_in_colour() {
        let text = printed(&sample::beginner(), &Look { color: true, ..WIDE });
        insta::assert_snapshot!(text.replace('\x1b', "␛"));
    }

    #[test]
    fn at_40_columns_in_ascii() {
        let text = printed(&sample::beginner(), &Look { width: 40, unicode: false, ..WIDE });
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn when_everything_holds() {
        insta::assert_snapshot!(printed(&sample::solved(), &WIDE));
    }

    #[test]
    fn when_it_could_not_be_told() {
        insta::assert_snapshot!(printed(&sample::uncertain(), &WIDE));
    }

    /// No narrow page may lose a word: the same words come in the same order at every width.
    #[test]
    fn nothing_is_cut() {
        let report = sample::beginner();
        let letters = |width| {
            let text = printed(&report, &Look { width, ..WIDE });
            let (checks, _) = text.split_once('━').unwrap();
            let mut letters: Vec<char> = checks.chars().filter(|letter| !letter.is_whitespace()).collect();
            letters.sort_unstable();
            letters
        };
        for width in 40..100 {
            assert_eq!(letters(width), letters(100), "at {width} columns");
        }
    }

    #[test]
    fn a_lab_without_hints_points_to_none() {
        let mut report = sample::beginner();
        assert!(printed(&report, &WIDE).contains("unitlab hint"));
        report.hintless = true;
        assert!(!printed(&report, &WIDE).contains("unitlab hint"));
    }

    #[test]
    fn no_text_of_a_machine_reaches_the_terminal_raw() {
        let bad = "\x1b[2J\x1b[1;1H\u{9b}31m\r\nfaked\t\u{202e}\u{7}";
        let mut report = sample::beginner();
        report.lab = bad.into();
        report.place.systemd = bad.into();
        for check in &mut report.checks {
            for text in [&mut check.title, &mut check.expected, &mut check.observed, &mut check.why, &mut check.lesson]
            {
                *text = bad.into();
            }
            check.blocked_by.push(bad.into());
            for evidence in &mut check.evidence {
                (evidence.source, evidence.text) = (bad.into(), bad.into());
            }
            for diagnosis in &mut check.diagnosis {
                (diagnosis.text, diagnosis.next) = (bad.into(), bad.into());
            }
        }
        let text = printed(&report, &WIDE);
        assert!(!text.replace('\n', "").contains(crate::model::deceives), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("faked")), "{text}");
    }
}
