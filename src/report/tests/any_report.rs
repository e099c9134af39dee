//! Reports with random texts: each format contains all of them, and no text breaks the format.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::model::{Cause, CheckReport, Diagnosis, Evidence, Layer, Report, Status, escape};
use crate::report::{junit, labels, sample, tap};

/// Any text, often with characters that are special in XML, YAML, TAP or on a terminal.
fn text() -> impl Strategy<Value = String> {
    let special =
        "[#\\\\'\"&<>:\\[\\]{}|%@`~ \t\n\r\u{0}\u{1b}\u{7f}\u{85}\u{a0}\u{2028}\u{feff}\u{fffe}\u{ffff}a-c-]{0,12}";
    let known = prop::sample::select(vec![
        "",
        " ",
        "# SKIP",
        "# TODO x",
        "\\# skip",
        "\\",
        "\\\\",
        "]]>",
        "<!--",
        "&amp;",
        "...",
        "---",
        "  ...",
        "\nok 99",
        "\nBail out!",
        "1..0",
        "'",
        "''",
        "a'",
        "null",
        "~",
        "- a: b",
        "|",
        "\u{1b}[31mred\u{1b}[0m",
    ]);
    prop_oneof![2 => special.prop_map(String::from), 2 => any::<String>(), 1 => known.prop_map(String::from)]
}

fn cause() -> impl Strategy<Value = Cause> {
    prop::sample::select(Cause::ALL)
}

fn check() -> impl Strategy<Value = CheckReport> {
    let status =
        prop::sample::select(vec![Status::Passed, Status::Failed, Status::Blocked, Status::Unknown, Status::NotRun]);
    let layer = prop::sample::select(vec![Layer::File, Layer::Loaded, Layer::Live]);
    let evidence =
        vec((layer, text(), text()).prop_map(|(layer, source, text)| Evidence { layer, source, text }), 0..3);
    let diagnosis = vec(
        (cause(), text(), text(), option::of(text()), option::of(cause()))
            .prop_map(|(cause, text, next, lesson, follows)| Diagnosis { cause, text, next, lesson, follows }),
        0..3,
    );
    let names = (text(), text(), text(), vec(text(), 0..3));
    let words = (text(), text(), text(), text());
    (status, any::<u32>(), names, words, evidence, diagnosis).prop_map(
        |(status, points, (id, kind, title, blocked_by), (expected, observed, why, lesson), evidence, diagnosis)| {
            let earned = if status == Status::Passed { points } else { 0 };
            let needs = blocked_by.clone();
            CheckReport {
                id,
                kind,
                title,
                points,
                earned,
                status,
                needs,
                blocked_by,
                expected,
                observed,
                evidence,
                diagnosis,
                why,
                lesson,
            }
        },
    )
}

pub(super) fn report() -> impl Strategy<Value = Report> {
    let head = (text(), text(), text(), text());
    (head, any::<u64>(), any::<Option<bool>>(), vec(check(), 0..6)).prop_map(
        |((lab, learner, systemd, id), took_ms, passed, checks)| {
            let mut report = Report { lab, learner, took_ms, checks, ..sample::beginner() };
            (report.place.systemd, report.course.id, report.score.passed) = (systemd, id, passed);
            report
        },
    )
}

pub(super) fn count(report: &Report, statuses: &[Status]) -> usize {
    report.checks.iter().filter(|check| statuses.contains(&check.status)).count()
}

pub(super) fn printed(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

proptest! {
    #[test]
    fn junit_is_xml_with_the_right_counts(report in report()) {
        let text = printed(|out| junit(&report, out));
        let document = roxmltree::Document::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}: {text}")))?;
        prop_assert!(!text.replace('\n', "").contains(crate::model::deceives), "{text:?}");
        let elements = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
        let counts = [
            ("testcase", "tests", report.checks.len()),
            ("failure", "failures", count(&report, &[Status::Failed])),
            ("error", "errors", count(&report, &[Status::Unknown])),
            ("skipped", "skipped", count(&report, &[Status::Blocked, Status::NotRun])),
        ];
        let suite = document.descendants().find(|node| node.has_tag_name("testsuite")).unwrap();
        for (element, attribute, count) in counts {
            prop_assert_eq!(elements(element), count);
            prop_assert_eq!(suite.attribute(attribute), Some(&*count.to_string()));
            prop_assert_eq!(document.root_element().attribute(attribute), Some(&*count.to_string()));
        }
        // Characters that XML forbids are escaped, not dropped.
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        for (case, check) in cases.zip(&report.checks) {
            prop_assert_eq!(case.attribute("name"), Some(&*labels::check_name(check)));
            if let Some(failure) = case.children().find(|node| node.has_tag_name("failure")) {
                let text = failure.text().unwrap_or_default();
                prop_assert!(check.why.is_empty() || text.contains(&format!("why: {}", escape(&check.why))), "{}", text);
            }
        }
    }

    #[test]
    fn tap_has_a_line_for_each_check_and_yaml_with_its_details(report in report()) {
        let text = printed(|out| tap(&report, out));
        prop_assert!(!text.replace('\n', "").contains(crate::model::deceives), "{text:?}");
        let starting = |sign: &str| text.lines().filter(|line| line.starts_with(sign)).count();
        prop_assert_eq!(starting("not ok "), count(&report, &[Status::Failed]));
        prop_assert_eq!(starting("ok "), report.checks.len() - count(&report, &[Status::Failed]));
        prop_assert_eq!(starting("Bail out!"), usize::from(labels::nothing_was_graded(&report)));
        let blocks = text.split("\n  ---\n").skip(1).map(|rest| rest.split("\n  ...\n").next().unwrap_or_default());
        let has_block = |check: &&CheckReport| {
            matches!(check.status, Status::Failed | Status::Unknown) || !check.diagnosis.is_empty()
        };
        let with_block: Vec<&CheckReport> = report.checks.iter().filter(has_block).collect();
        prop_assert_eq!(blocks.clone().count(), with_block.len());
        for (block, check) in blocks.zip(with_block) {
            let documents = yaml_rust2::YamlLoader::load_from_str(block)
                .map_err(|error| TestCaseError::fail(format!("{error}: {block}")))?;
            let yaml = &documents[0];
            let same = |found: &yaml_rust2::Yaml, text: &str| found.as_str() == Some(&*escape(text));
            prop_assert!(same(&yaml["expected"], &check.expected), "{}", block);
            prop_assert!(same(&yaml["observed"], &check.observed), "{}", block);
            prop_assert!(same(&yaml["why"], &check.why), "{}", block);
            prop_assert_eq!(yaml["points"].as_i64(), Some(i64::from(check.points)));
            for (at, evidence) in check.evidence.iter().enumerate() {
                prop_assert!(same(&yaml["evidence"][at]["source"], &evidence.source), "{}", block);
                prop_assert!(same(&yaml["evidence"][at]["text"], &evidence.text), "{}", block);
            }
            for (at, cause) in check.diagnosis.iter().enumerate() {
                prop_assert!(same(&yaml["diagnosis"][at]["next"], &cause.next), "{}", block);
            }
        }
    }
}
