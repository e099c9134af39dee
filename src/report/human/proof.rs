//! The result of proving a course: the cases with differences, a line for each lab and chapter, and the times.

use std::io::{self, Write};
use std::time::Duration;

use crate::model::{CaseResult, Proof, Style, Timing};

use super::proof_times;
use super::text_builder::{TextBuilder, TextStyle};

/// Writes the result of proving a course for people.
pub fn proof(proof: &Proof, style: Style, writer: &mut impl Write) -> io::Result<()> {
    let mut out = TextBuilder::new(style);
    for mistake in &proof.mistakes {
        let mark = out.paint(TextStyle::Bad, out.glyphs().failed);
        out.row(&format!("{mark} "), TextStyle::Plain, mistake);
    }
    out.blank();
    for case in proof.cases.iter().filter(|case| !case.holds()) {
        row(case, &mut out);
    }
    out.blank();
    for cases in proof.cases.chunk_by(|a, b| a.subject == b.subject) {
        summary(cases, &mut out);
    }
    proof_times::table(proof, &mut out);
    times(proof, &mut out);
    writer.write_all(out.as_str().as_bytes())
}

fn row(case: &CaseResult, out: &mut TextBuilder) {
    let (mark, style) = if case.differences.is_empty() {
        (out.glyphs().unknown, TextStyle::Unknown)
    } else {
        (out.glyphs().failed, TextStyle::Bad)
    };
    let prefix = format!("{mark} {}  ", case.subject);
    out.row(&prefix, style, &case.case);
    for line in case.differences.iter().flat_map(|what| what.lines()) {
        out.paragraph(TextStyle::Plain, 4, line);
    }
    if let Some(why) = &case.not_tried {
        out.paragraph(TextStyle::Plain, 4, &format!("not tried: {why}"));
    }
}

/// Writes the result for one lab or chapter.
fn summary(results: &[CaseResult], out: &mut TextBuilder) {
    let Some(CaseResult { subject, .. }) = results.first() else { return };
    let differ = results.iter().filter(|case| !case.differences.is_empty()).count();
    let not_tried = results.iter().filter(|case| case.differences.is_empty() && case.not_tried.is_some()).count();
    let (style, outcome) = match (differ, not_tried) {
        (0, 0) => (TextStyle::Good, "all as expected".to_owned()),
        (0, not_tried) => (TextStyle::Unknown, format!("{not_tried} not tried")),
        (differ, 0) => (TextStyle::Bad, format!("{differ} not as expected")),
        (differ, not_tried) => (TextStyle::Bad, format!("{differ} not as expected, {not_tried} not tried")),
    };
    out.paragraph(style, 0, &format!("{subject}: {}, {outcome}", cases(results.len())));
}

/// Writes the total duration, the share timing waiting for systemd, and the time between two cases.
fn times(proof: &Proof, out: &mut TextBuilder) {
    let total = |part: fn(&Timing) -> Duration| proof.cases.iter().map(|case| part(&case.timing)).sum::<Duration>();
    let whole = total(|timing| timing.whole);
    if whole.is_zero() {
        return;
    }
    let share = |part: Duration| 100.0 * part.as_secs_f64() / whole.as_secs_f64();
    let boots = total(|timing| timing.hand_over + timing.boot);
    let (answers, watching) = (total(|timing| timing.answer), total(|timing| timing.watch));
    out.paragraph(
        TextStyle::Plain,
        0,
        &format!(
            "{} in {:.1} s, {} at a time. {:.0}% of the time was waiting for systemd: to boot ({:.0}%), to carry out answers and commands ({:.0}%), and for watched units and trials ({:.0}%).",
            cases(proof.cases.len()),
            proof.took.as_secs_f64(),
            proof.parallel,
            share(boots + answers + watching),
            share(boots),
            share(answers),
            share(watching),
        ),
    );
    out.paragraph(
        TextStyle::Plain,
        0,
        &format!(
            "The sandboxes used {:.1} s of CPU time, and unitlab itself {:.1} s.",
            total(|timing| timing.cpu).as_secs_f64(),
            proof.own_cpu.as_secs_f64(),
        ),
    );
    let mut hand_overs: Vec<Duration> =
        proof.cases.iter().filter(|case| case.timing.is_later).map(|case| case.timing.hand_over).collect();
    hand_overs.sort();
    if let (Some(median), Some(maximum)) = (hand_overs.get(hand_overs.len() / 2), hand_overs.last()) {
        out.paragraph(
            TextStyle::Dim,
            0,
            &format!(
                "Time until the next case has a sandbox in its starting scene: {:.2} ms median, {:.2} ms maximum.",
                1000.0 * median.as_secs_f64(),
                1000.0 * maximum.as_secs_f64()
            ),
        );
    }
}

fn cases(count: usize) -> String {
    if count == 1 { "1 case".into() } else { format!("{count} cases") }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::proof;
    use crate::model::{CaseResult, Proof, Style, Timing};

    fn case(name: &str, differences: &[&str], not_tried: Option<&str>, hand_over: u64) -> CaseResult {
        let millis = Duration::from_millis;
        CaseResult {
            subject: "sre-app".into(),
            case: name.into(),
            differences: differences.iter().map(ToString::to_string).collect(),
            not_tried: not_tried.map(str::to_owned),
            printed: None,
            timing: Timing {
                whole: millis(2000),
                hand_over: millis(hand_over),
                is_later: hand_over < 100,
                boot: millis(300),
                answer: millis(200),
                watch: millis(1000),
                cpu: millis(1200),
            },
        }
    }

    fn printed(proven: &Proof, width: usize) -> String {
        let mut out = Vec::new();
        proof(proven, Style { width, color: false, unicode: true }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn differences_are_grouped_by_lab_and_case() {
        let cases = vec![
            case("untouched", &[], None, 400),
            case("user-is-root", &["non-root passed, and must fail", "chdir is not diagnosed; nothing is"], None, 2),
            case("Service.ExecStart=/usr/bin/python3-missing -m http.server 8000", &["earns full marks"], None, 40),
            case("drop Unit.After", &[], Some("the sandbox p1 did not come up: \u{1b}[1mno\u{202e}"), 1),
            CaseResult {
                subject: "reliability".into(),
                ..case(
                    "kill, alone",
                    &["does not print what is expected, ^up$; it printed \n  down\n\u{1b}[1mup"],
                    None,
                    1,
                )
            },
        ];
        let mistakes = vec!["labs/sre-app/cases: has 2 mistakes; a lab has at least 8".to_owned()];
        let proven = Proof {
            cases,
            mistakes,
            took: Duration::from_millis(4100),
            parallel: 2,
            own_cpu: Duration::from_millis(100),
        };
        insta::assert_snapshot!(printed(&proven, 80));
        assert_eq!(proven.exit_code(), 4);
    }

    /// The names of the built-in course are at most this long.
    #[test]
    fn the_times_fit_any_terminal() {
        let seeded = |seed: usize| CaseResult {
            subject: format!("crash-loop with seed {seed}"),
            ..case("untouched", &[], None, 400)
        };
        let cases = vec![seeded(1), seeded(1), seeded(2), case("solution", &[], None, 1)];
        let proven = Proof { cases, took: Duration::from_secs(1090), parallel: 10, ..Proof::default() };
        let texts = [80, 60, 40].map(|width| printed(&proven, width));
        for (text, width) in texts.iter().zip([80, 60, 40]) {
            assert!(text.lines().all(|line| line.chars().count() <= width), "{text}");
        }
        insta::assert_snapshot!(texts.join("\n---\n"));
    }

    #[test]
    fn nothing_differs() {
        let proven = Proof {
            cases: vec![case("untouched", &[], None, 400), case("solution", &[], None, 1)],
            took: Duration::from_secs(2),
            parallel: 2,
            ..Proof::default()
        };
        insta::assert_snapshot!(printed(&proven, 60));
        assert_eq!(proven.exit_code(), 0);
        let not_tried = Proof { cases: vec![case("a", &[], Some("no room"), 1)], ..Proof::default() };
        assert_eq!(not_tried.exit_code(), 3);
    }
}
