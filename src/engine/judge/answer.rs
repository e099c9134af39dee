//! `answer`: the learner's answer, compared with the machine.
//!
//! Spelling may vary, the value may not. No verdict shows the right answer.

use super::command::quoted;
use crate::engine::ask;
use crate::engine::finding::Finding;
use crate::engine::unit_view::UnitView;
use crate::model::{AnswerCheck, AnswerForm, AnswerSource, CommandFact, Layer, Unknown, Verdict, escape};

pub(super) fn judge(view: &UnitView, check_id: &str, check: &AnswerCheck) -> Verdict {
    let is_fixed = matches!(check.truth, AnswerSource::Known(_));
    let when = if is_fixed { "as you found it" } else { "as it is on the machine now" };
    let mut finding = Finding::expecting(format!("{}, {when}", check.ask));
    let Some(given) = view.answer(check_id) else {
        return finding.failed(format!("no answer yet: `unitlab answer {check_id} …`"));
    };
    let shown = escape(given);
    let form = match normal(&check.form, given) {
        Ok(form) => form,
        Err(problem) => return finding.failed(format!("“{shown}” is {problem}")),
    };
    let (source, truths) = match truths(view, check) {
        Ok(found) => found,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let right = truths.iter().any(|truth| normal(&check.form, truth).is_ok_and(|truth| truth == form));
    if right {
        finding.show(Layer::Live, source, &*shown);
        return finding.passed(format!("“{shown}” is right"));
    }
    // Show the command, but not its output.
    if !is_fixed {
        finding.show(Layer::Live, source, "something else");
    }
    let why = if is_fixed { "is wrong" } else { "is not what the machine has now" };
    finding.failed(format!("“{shown}” {why}"))
}

/// The command that shows the right answer, and the answer.
fn truths(view: &UnitView, check: &AnswerCheck) -> Result<(String, Vec<String>), Unknown> {
    match &check.truth {
        AnswerSource::Known(known) => Ok(("your answer".to_owned(), known.clone())),
        AnswerSource::Property(name) => {
            let source = format!("systemctl show {} -p {name}", view.unit);
            Ok((source, vec![view.loaded()?.get(name).to_owned()]))
        }
        AnswerSource::Printed(run) => {
            let question = ask::truth(check).ok_or_else(|| unknown("there is nothing to run"))?;
            match view.live(&question)? {
                CommandFact::Exited { status: 0, stdout, .. } => {
                    let first = stdout.lines().next().unwrap_or_default().trim().to_owned();
                    Ok((quoted(run), vec![first]))
                }
                _ => Err(unknown(&format!("`{}` did not print it", quoted(run)))),
            }
        }
    }
}

fn unknown(reason: &str) -> Unknown {
    Unknown { reason: reason.to_owned(), remedy: None }
}

/// The answer in a normal form, so that two answers can be compared. The error says what the text is not.
///
/// For example `042` and `42` are the same number, and `sre-app` is the unit `sre-app.service`.
pub fn normal(form: &AnswerForm, given: &str) -> Result<String, String> {
    let text = given.trim().trim_matches(['`', '"', '\'']).trim();
    match form {
        AnswerForm::Number => match text.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err("not a number".to_owned()),
        },
        AnswerForm::Unit if text.is_empty() || text.contains(char::is_whitespace) => Err("not a unit name".to_owned()),
        AnswerForm::Unit if text.contains('.') => Ok(text.to_owned()),
        AnswerForm::Unit => Ok(format!("{text}.service")),
        AnswerForm::State if text.is_empty() => Err("empty".to_owned()),
        AnswerForm::State => Ok(text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")),
        AnswerForm::Path if !text.starts_with('/') => Err("not an absolute path".to_owned()),
        AnswerForm::Path if text.len() > 1 => Ok(text.trim_end_matches('/').to_owned()),
        AnswerForm::Path => Ok(text.to_owned()),
        AnswerForm::OneOf(words) => {
            let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
            found.cloned().ok_or_else(|| format!("none of {}", words.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::normal;
    use crate::engine::judge;
    use crate::engine::testbed::{ObservationsBuilder, check, lab, service};
    use crate::model::{AnswerCheck, AnswerForm, AnswerSource, CommandFact, CommandQuestion, Kind, RunAs, Status};

    fn answer_check(form: AnswerForm, truth: AnswerSource) -> Kind {
        Kind::Answer(AnswerCheck { ask: "the PID".into(), form, truth })
    }

    #[test]
    fn answers_may_vary_in_form() {
        let words = || AnswerForm::OneOf(vec!["port-held".into(), "bad-config".into()]);
        for (form, given, normalised) in [
            (AnswerForm::Number, " 042 ", Ok("42")),
            (AnswerForm::Number, "4x", Err("not a number")),
            (AnswerForm::Unit, "`sre-app`", Ok("sre-app.service")),
            (AnswerForm::Unit, "a.timer", Ok("a.timer")),
            (AnswerForm::Unit, "a b", Err("not a unit name")),
            (AnswerForm::State, "Active  (exited)", Ok("active (exited)")),
            (AnswerForm::State, "", Err("empty")),
            (AnswerForm::Path, "/srv/x/", Ok("/srv/x")),
            (AnswerForm::Path, "/", Ok("/")),
            (AnswerForm::Path, "srv", Err("not an absolute path")),
            (words(), "PORT-HELD", Ok("port-held")),
            (words(), "other", Err("none of port-held, bad-config")),
        ] {
            assert_eq!(normal(&form, given), normalised.map(str::to_owned).map_err(str::to_owned), "{given}");
        }
    }

    #[test]
    fn an_answer_is_compared_with_the_machine_and_the_right_one_is_never_shown() {
        let pid = || answer_check(AnswerForm::Number, AnswerSource::Property("MainPID".into()));
        let judged = |kind: Kind, given: Option<&str>, builder: ObservationsBuilder| {
            let mut observations = builder.build();
            observations.answers.extend(given.map(|given| ("a".to_owned(), given.to_owned())));
            judge(&lab(vec![check("a", kind)]), &observations).remove(0)
        };
        let running = || ObservationsBuilder::default().loaded(service(&[("MainPID", "4711")]));
        for (given, status) in [
            (None, Status::Failed),
            (Some("4711"), Status::Passed),
            (Some("4712"), Status::Failed),
            (Some("x"), Status::Failed),
        ] {
            let report = judged(pid(), given, running());
            assert_eq!(report.status, status, "{given:?}");
            if given != Some("4711") {
                assert!(!format!("{report:?}").contains("4711"), "the report shows the right answer: {report:?}");
            }
        }
        assert_eq!(judged(pid(), Some("1"), ObservationsBuilder::default()).status, Status::Unknown);
        let run = vec!["pgrep".to_owned(), "x".to_owned()];
        let question = CommandQuestion { run: run.clone(), run_as: RunAs::Root };
        let printed = |status, stdout: &str| {
            let fact = CommandFact::Exited { status, stdout: stdout.into(), stderr: String::new() };
            ObservationsBuilder::default().live(&question, fact)
        };
        let kind = || answer_check(AnswerForm::Number, AnswerSource::Printed(run.clone()));
        assert_eq!(judged(kind(), Some("7"), printed(0, "7\n8\n")).status, Status::Passed);
        assert_eq!(judged(kind(), Some("8"), printed(0, "7\n8\n")).status, Status::Failed);
        assert_eq!(judged(kind(), Some("7"), printed(1, "")).status, Status::Unknown);
        let known =
            answer_check(AnswerForm::State, AnswerSource::Known(vec!["failed".into(), "active (exited)".into()]));
        assert_eq!(judged(known, Some("Failed"), ObservationsBuilder::default()).status, Status::Passed);
    }
}
