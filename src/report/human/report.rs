//! A report for people: heading, checks, score, next step.

use std::io::{self, Write};

use crate::model::{PlaceKind, Report, Style};

use super::check::CheckWriter;
use super::summary;
use super::text_builder::{TextBuilder, TextStyle};

/// Writes a report for people.
pub fn human(report: &Report, style: Style, out: &mut impl Write) -> io::Result<()> {
    let mut text = TextBuilder::new(style);
    heading(report, &mut text);
    let mut checks = CheckWriter::new(report);
    for check in &report.checks {
        checks.write(check, &mut text);
    }
    checks.finish(&mut text);
    text.blank();
    summary::score(report, &mut text);
    text.blank();
    summary::next(report, &mut text);
    out.write_all(text.as_str().as_bytes())
}

fn heading(report: &Report, text: &mut TextBuilder) {
    let place = match report.place.kind {
        PlaceKind::Sandbox => "sandbox",
        PlaceKind::Here => "this machine",
    };
    let systemd = match report.place.systemd.as_str() {
        "" => "systemd of unknown version".to_owned(),
        version => format!("systemd {version}"),
    };
    let dot = text.glyphs().dot;
    text.paragraph(TextStyle::Strong, 0, &format!("{} {dot} {place} {dot} {systemd}", report.lab));
    text.blank();
}

#[cfg(test)]
mod tests {
    use super::human;
    use crate::model::{Report, Style};
    use crate::report::sample;

    const WIDE: Style = Style { width: 80, color: false, unicode: true };

    fn printed(report: &Report, style: Style) -> String {
        let mut out = Vec::new();
        human(report, style, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            assert!(textwrap::core::display_width(line) <= style.width, "too wide: {line}");
            assert_eq!(line.trim_end(), line, "trailing white space");
        }
        text
    }

    #[test]
    fn at_80_columns_without_colour() {
        insta::assert_snapshot!(printed(&sample::beginner(), WIDE));
    }

    #[test]
    fn at_80_columns_in_colour() {
        let text = printed(&sample::beginner(), Style { color: true, ..WIDE });
        insta::assert_snapshot!(text.replace('\x1b', "␛"));
    }

    #[test]
    fn at_40_columns_in_ascii() {
        let text = printed(&sample::beginner(), Style { width: 40, unicode: false, ..WIDE });
        assert!(text.is_ascii());
        insta::assert_snapshot!(text);
    }

    #[test]
    fn when_every_check_passed() {
        insta::assert_snapshot!(printed(&sample::solved(), WIDE));
    }

    #[test]
    fn when_a_check_is_unknown() {
        insta::assert_snapshot!(printed(&sample::undecided(), WIDE));
    }

    #[test]
    fn no_word_is_lost_at_any_width() {
        let report = sample::beginner();
        let letters = |width| {
            let text = printed(&report, Style { width, ..WIDE });
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
    fn a_lab_without_hints_does_not_suggest_one() {
        let mut report = sample::beginner();
        assert!(printed(&report, WIDE).contains("unitlab hint"));
        report.hintless = true;
        assert!(!printed(&report, WIDE).contains("unitlab hint"));
    }

    #[test]
    fn texts_from_a_machine_are_escaped() {
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
        let text = printed(&report, WIDE);
        assert!(!text.replace('\n', "").contains(crate::model::deceives), "{text:?}");
        assert!(!text.lines().any(|line| line.starts_with("faked")), "{text}");
    }
}
