//! What proving a course has shown: a table of what differs, lab by case and chapter by command, and where the time went.

use std::io::{self, Write};
use std::time::Duration;

use crate::model::{Proof, Proven, Spent};

use super::page::{Ink, Look, Page};

/// Writes a proof for a person: one row for each case that did not come out as it must, and a sum for each lab and chapter.
pub fn proof(proof: &Proof, look: &Look, out: &mut impl Write) -> io::Result<()> {
    let mut page = Page::new(look);
    for lack in &proof.lacks {
        let lead = format!("{} ", page.ink(Ink::Bad, page.glyphs().failed));
        page.paragraph(Ink::Plain, 0, &format!("{lead}{lack}"));
    }
    page.blank();
    for case in proof.cases.iter().filter(|case| !case.holds()) {
        row(case, &mut page);
    }
    page.blank();
    for own in proof.cases.chunk_by(|a, b| a.subject == b.subject) {
        sum(own, &mut page);
    }
    time(proof, &mut page);
    out.write_all(page.text().as_bytes())
}

fn row(case: &Proven, page: &mut Page<'_>) {
    let (sign, ink) =
        if case.differs.is_empty() { (page.glyphs().unknown, Ink::Doubt) } else { (page.glyphs().failed, Ink::Bad) };
    let lead = format!("{sign} {}  ", case.subject);
    page.row(&lead, ink, &case.case, "");
    // What a command printed is told line by line.
    for line in case.differs.iter().flat_map(|what| what.lines()) {
        page.paragraph(Ink::Plain, 4, line);
    }
    if let Some(why) = &case.untried {
        page.paragraph(Ink::Plain, 4, &format!("could not be tried: {why}"));
    }
}

/// What became of the cases of one lab or chapter.
fn sum(own: &[Proven], page: &mut Page<'_>) {
    let Some(Proven { subject, .. }) = own.first() else { return };
    let differ = own.iter().filter(|case| !case.differs.is_empty()).count();
    let untried = own.iter().filter(|case| case.differs.is_empty() && case.untried.is_some()).count();
    let (ink, outcome) = match (differ, untried) {
        (0, 0) => (Ink::Good, "each as it must be".to_owned()),
        (0, untried) => (Ink::Doubt, format!("{untried} not tried")),
        (differ, 0) => (Ink::Bad, format!("{differ} not as it must be")),
        (differ, untried) => (Ink::Bad, format!("{differ} not as it must be, {untried} not tried")),
    };
    let says = format!("{subject}: {}, {outcome}", cases(own.len()));
    page.paragraph(ink, 0, &says);
}

/// The clock, the share of systemd itself, and how quickly one case follows another.
fn time(proof: &Proof, page: &mut Page<'_>) {
    let total = |part: fn(&Spent) -> Duration| proof.cases.iter().map(|case| part(&case.spent)).sum::<Duration>();
    let whole = total(|spent| spent.whole);
    if whole.is_zero() {
        return;
    }
    let share = |part: Duration| 100.0 * part.as_secs_f64() / whole.as_secs_f64();
    let boots = total(|spent| spent.hand_over + spent.boot);
    let (answers, watching) = (total(|spent| spent.answer), total(|spent| spent.watch));
    page.paragraph(
        Ink::Plain,
        0,
        &format!(
            "{} in {:.1} s, {} at a time. {:.0}% of that was waiting for systemd itself: it booted ({:.0}%), carried out answers and commands ({:.0}%), was watched and tried ({:.0}%).",
            cases(proof.cases.len()),
            proof.took.as_secs_f64(),
            proof.at_once,
            share(boots + answers + watching),
            share(boots),
            share(answers),
            share(watching),
        ),
    );
    let mut handed: Vec<Duration> =
        proof.cases.iter().filter(|case| case.spent.follows).map(|case| case.spent.hand_over).collect();
    handed.sort();
    if let (Some(middle), Some(longest)) = (handed.get(handed.len() / 2), handed.last()) {
        page.paragraph(
            Ink::Dim,
            0,
            &format!(
                "From one case to the next on a machine at the starting scene: {:.2} ms in the middle, {:.2} ms at most.",
                1000.0 * middle.as_secs_f64(),
                1000.0 * longest.as_secs_f64()
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
    use crate::model::{Proof, Proven, Spent};
    use crate::report::Look;

    fn case(name: &str, differs: &[&str], untried: Option<&str>, hand_over: u64) -> Proven {
        let millis = Duration::from_millis;
        Proven {
            subject: "sre-app".into(),
            case: name.into(),
            differs: differs.iter().map(ToString::to_string).collect(),
            untried: untried.map(str::to_owned),
            printed: None,
            spent: Spent {
                whole: millis(2000),
                hand_over: millis(hand_over),
                follows: hand_over < 100,
                boot: millis(300),
                answer: millis(200),
                watch: millis(1000),
            },
        }
    }

    fn printed(proven: &Proof, width: usize) -> String {
        let mut out = Vec::new();
        proof(proven, &Look { width, color: false, unicode: true }, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_differs_stands_by_lab_and_case() {
        let cases = vec![
            case("untouched", &[], None, 400),
            case("user-is-root", &["non-root passed, and must fail", "chdir is not diagnosed; nothing is"], None, 2),
            case("Service.ExecStart=/usr/bin/python3-missing -m http.server 8000", &["earns full marks"], None, 40),
            case("drop Unit.After", &[], Some("the sandbox p1 did not come up: \u{1b}[1mno\u{202e}"), 1),
            Proven {
                subject: "reliability".into(),
                ..case(
                    "kill, alone",
                    &["does not print what is expected, ^up$; it printed \n  down\n\u{1b}[1mup"],
                    None,
                    1,
                )
            },
        ];
        let lacks = vec!["labs/sre-app/cases: has 2 mistakes; a lab has at least 8".to_owned()];
        let proven = Proof { cases, lacks, took: Duration::from_millis(4100), at_once: 2 };
        insta::assert_snapshot!(printed(&proven, 80));
        assert_eq!(proven.exit_code(), 4);
    }

    #[test]
    fn nothing_differs() {
        let proven = Proof {
            cases: vec![case("untouched", &[], None, 400), case("solution", &[], None, 1)],
            took: Duration::from_secs(2),
            at_once: 2,
            ..Proof::default()
        };
        insta::assert_snapshot!(printed(&proven, 60));
        assert_eq!(proven.exit_code(), 0);
        let untried = Proof { cases: vec![case("a", &[], Some("no room"), 1)], ..Proof::default() };
        assert_eq!(untried.exit_code(), 3);
    }
}
