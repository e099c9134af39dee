//! Breaks a valid course in one place of a TOML file at a time. Each error must name its line and column.

use super::tests::{CASE, LAB, course_with};

/// The error messages after one replacement in `LAB`.
pub(super) fn broken(from: &str, to: &str) -> Vec<String> {
    assert!(LAB.contains(from), "{from}");
    course_with(&LAB.replacen(from, to, 1), CASE, &[]).expect_err("this lab has an error")
}

#[test]
fn an_error_in_lab_toml_names_line_and_column() {
    for (from, to, expected) in [
        (
            "points = 40",
            "pionts = 40",
            vec![
                "labs/a/lab.toml:7:1: points is missing",
                r#"labs/a/lab.toml:10:1: unknown key "pionts"; did you mean "points"?"#,
            ],
        ),
        (
            "\"unit-file\"",
            "\"unitfile\"",
            vec![r#"labs/a/lab.toml:11:10: unknown value "unitfile" for kind; did you mean "unit-file"?"#],
        ),
        (
            "minutes = 10",
            "minutes = \"10\"",
            vec!["labs/a/lab.toml:3:11: minutes has the wrong type: string; write a whole number"],
        ),
        ("minutes = 10", "minutes = 0", vec!["labs/a/lab.toml:3:11: minutes is 0; it must be from 1 to 120"]),
        ("pass    = 80", "pass    = 101", vec!["labs/a/lab.toml:4:11: pass is 101; it must be from 1 to 100"]),
        (
            "\"systemctl\"",
            "\"systemclt\"",
            vec![r#"labs/a/lab.toml:2:11: unknown value "systemclt" for chapter; did you mean "systemctl"?"#],
        ),
        (
            "\"reliability\"",
            "\"x\"",
            vec![
                r#"labs/a/lab.toml:25:10: unknown value "x" for lesson; use one of: process-and-service, what-systemd-is, systemctl, service-states, own-service, unit-file-sections, least-privilege, reliability"#,
            ],
        ),
        (
            "\"a.service\"",
            "\"a\"",
            vec![r#"labs/a/lab.toml:5:11: "a" is not a unit name; add the unit type: sre-app.service"#],
        ),
        (
            "id     = \"second\"",
            "id     = \"first\"",
            vec![
                r#"labs/a/cases/one/case.toml:2:10: the lab has no check "second"; use one of: first, first"#,
                r#"labs/a/lab.toml:17:10: another check already has the id "first"; ids must be unique in a lab"#,
                "labs/a/lab.toml:20:11: needs forms a cycle: first → first; remove one of these needs",
            ],
        ),
        (
            "needs  = [\"first\"]",
            "needs  = [\"frist\"]",
            vec![r#"labs/a/lab.toml:20:11: needs names the unknown check "frist"; did you mean "first"?"#],
        ),
        (
            "kind   = \"unit-file\"",
            "kind   = \"unit-file\"\nneeds  = [\"second\"]",
            vec!["labs/a/lab.toml:21:11: needs forms a cycle: first → second → first; remove one of these needs"],
        ),
        (
            "[\"1\", \"2\", \"3\"]",
            "[\"1\", \"2\"]",
            vec![
                "labs/a/lab.toml:7:1: the number of hints is 2; write three: where to look, what to change, and nearly the exact line",
            ],
        ),
        (
            "minutes = 10",
            "minutes = 10\nhints   = false",
            vec![
                "labs/a/lab.toml:15:10: the lab sets hints = false, but this check has hints; remove them, or remove `hints = false` from the head of the file",
                "labs/a/lab.toml:27:10: the lab sets hints = false, but this check has hints; remove them, or remove `hints = false` from the head of the file",
            ],
        ),
        ("hints  = [\"1\", \"2\", \"3\"]\n", "", vec!["labs/a/lab.toml:7:1: hints is missing"]),
        ("why    = \"Why.\"", "why    = \" \"", vec!["labs/a/lab.toml:12:10: why is empty; write some text"]),
    ] {
        assert_eq!(broken(from, to), expected, "{from} → {to}");
    }
}

#[test]
fn an_error_in_a_check_kind_names_line_and_column() {
    for (from, to, expected) in [
        (
            "is     = 3",
            "is     = \"3 fortnights\"",
            vec![
                r#"labs/a/lab.toml:23:10: "3 fortnights" is not a time span: a unit is not known (systemd.time(7) reads 3, 3s, 500ms, 1min 30s, infinity)"#,
            ],
        ),
        (
            "is     = 3",
            "is = 3\nnot = 4",
            vec![
                "labs/a/lab.toml:16:1: the check has more than one expectation for RestartSec=; give exactly one of is, one-of, not, set, at-least, at-most, includes",
            ],
        ),
        (
            "is     = 3\n",
            "",
            vec![
                "labs/a/lab.toml:16:1: the check has no expectation for RestartSec=; give exactly one of is, one-of, not, set, at-least, at-most, includes",
            ],
        ),
        (
            "\"RestartSec\"\nis     = 3",
            "\"Restart\"\nat-least = \"x\"",
            vec![
                "labs/a/lab.toml:23:12: at-least cannot compare Restart=; only time spans and numbers can be compared",
            ],
        ),
        (
            "\"RestartSec\"",
            "\"RestartSec=\"",
            vec![
                r#"labs/a/lab.toml:22:10: "RestartSec=" is not the name of a directive; write the name without `=`: RestartSec"#,
            ],
        ),
        ("\"unit-file\"", "\"http\"", vec!["labs/a/lab.toml:7:1: port is missing"]),
        (
            "\"unit-file\"",
            "\"http\"\nport = 70000",
            vec!["labs/a/lab.toml:12:8: port is 70000; it must be from 1 to 65535"],
        ),
        (
            "\"unit-file\"",
            "\"http\"\nport = 80\npath = \"x\"",
            vec![
                r#"labs/a/lab.toml:13:8: "x" is not a URL path; begin it with a slash, and percent-encode all but printable ASCII"#,
            ],
        ),
        (
            "\"unit-file\"",
            "\"restart-policy\"\npolicy = \"Always\"",
            vec![r#"labs/a/lab.toml:12:10: unknown restart policy "Always"; did you mean "always"?"#],
        ),
        (
            "\"unit-file\"",
            "\"active\"\nhold = \"2min\"",
            vec!["labs/a/lab.toml:12:8: hold is 2min; it must not exceed 1min"],
        ),
        (
            "\"unit-file\"",
            "\"comes-back\"\nwithin = \"1min\"",
            vec!["labs/a/lab.toml:12:10: within is 1min; it must be longer than 0 and at most 15s"],
        ),
        (
            "\"unit-file\"",
            "\"comes-back\"\nagain = false",
            vec!["labs/a/lab.toml:12:9: again can only be true; write again = true, or remove the key"],
        ),
        (
            "\"unit-file\"",
            "\"survives-reboot\"\nhold = 0",
            vec!["labs/a/lab.toml:12:8: hold is 0; it must be longer than 0 and at most 1min"],
        ),
        (
            "\"unit-file\"",
            "\"survives-reboot\"\nwithin = \"2s\"",
            vec![
                "labs/a/lab.toml:12:1: unknown key \"within\"; use one of: id, title, points, needs, why, lesson, hints, unit, kind, hold",
            ],
        ),
        (
            "\"unit-file\"",
            "\"runs-as\"\nroot = \"no\"",
            vec!["labs/a/lab.toml:12:8: root has the wrong type: string; write true or false"],
        ),
    ] {
        assert_eq!(broken(from, to), expected, "{from} → {to}");
    }
}

#[test]
fn every_syntax_error_is_reported() {
    let messages = broken("minutes = 10", "minutes = \npass 3");
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages[0].starts_with("labs/a/lab.toml:3:"), "{messages:?}");
}

#[test]
fn a_case_names_only_checks_of_its_lab() {
    for (case, expected) in [
        (
            "what = \"x\"\nfails = [\"secnd\"]\n",
            r#"labs/a/cases/one/case.toml:2:10: the lab has no check "secnd"; did you mean "second"?"#,
        ),
        (
            "what = \"x\"\nfails = [\"first\", \"first\"]\n",
            r#"labs/a/cases/one/case.toml:2:19: "first" is listed twice; remove one of them"#,
        ),
        (
            "what = \"x\"\nfails = []\ndiagnosis = [\"y\"]\n",
            "labs/a/cases/one/case.toml:3:14: fails is empty, so no diagnosis can be expected; name the checks that fail, or remove diagnosis",
        ),
        (
            "what = \"x\"\nfails = [\"first\"]\ndiagnosis = [\"inline-coment\"]\n",
            r#"labs/a/cases/one/case.toml:3:14: unknown diagnosis "inline-coment"; did you mean "inline-comment"?"#,
        ),
        ("waht = \"x\"\nfails = []\n", r#"labs/a/cases/one/case.toml:1:1: unknown key "waht"; did you mean "what"?"#),
    ] {
        let errors = course_with(LAB, case, &[]).expect_err(case);
        assert!(errors.iter().any(|error| error == expected), "{errors:?}");
    }
}

#[test]
fn a_harmless_mutant_is_a_mutant_of_the_solution() {
    let solution = ("labs/a/solution/files/etc/systemd/system/a.service", &b"[Service]\nExecStart=/bin/true\n"[..]);
    let with = |text: &str| course_with(&format!("{LAB}{text}"), CASE, &[solution]);
    let course = with("[[harmless]]\nmutant = \"drop Service.ExecStart\"\nwhy = \"x\"\n").unwrap();
    assert_eq!(course.lab("a").unwrap().harmless[0].mutant, "drop Service.ExecStart");
    for (text, expected) in [
        (
            "[[harmless]]\nmutant = \"drop Service.ExecStrat\"\nwhy = \"x\"\n",
            r#"labs/a/lab.toml:28:10: the solution has no mutant "drop Service.ExecStrat"; did you mean "drop Service.ExecStart"?"#,
        ),
        ("[[harmless]]\nmutant = \"drop [Service]\"\n", "labs/a/lab.toml:27:1: why is missing"),
        ("[harmless]\n", "labs/a/lab.toml:27:1: harmless is not a list of tables; begin each with [[harmless]]"),
        (
            "[[harmless]]\nmutant = \"drop [Service]\"\nwhy = \"x\"\n[[harmless]]\nmutant = \"drop [Service]\"\nwhy = \"x\"\n",
            r#"labs/a/lab.toml:31:10: "drop [Service]" is listed twice; remove one of them"#,
        ),
    ] {
        let errors = with(text).expect_err(text);
        assert!(errors.iter().any(|error| error == expected), "{expected}\n{errors:?}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(lab in ".{0,200}", at in 0..LAB.len()) {
        let _ = course_with(&lab, &lab, &[]);
        let _ = course_with(&format!("{}{lab}", &LAB[..at]), CASE, &[]);
    }
}
