//! `answer`: what the learner has found out and handed in, compared with what the machine says now.
//!
//! Tolerant in form, strict in substance, and silent about the truth: a wrong answer is told apart from one that cannot
//! be any answer, and neither gives the right one away.

use super::command::quoted;
use crate::engine::ask;
use crate::engine::finding::Finding;
use crate::engine::unit_view::UnitView;
use crate::model::{AnswerCheck, AnswerForm, AnswerSource, CommandFact, Layer, Unknown, Verdict, escape};

pub(super) fn judge(view: &UnitView, check: &str, demand: &AnswerCheck) -> Verdict {
    let lasting = matches!(demand.truth, AnswerSource::Known(_));
    let when = if lasting { "as you found it" } else { "as the machine has it now" };
    let mut finding = Finding::expecting(format!("{}, {when}", demand.ask));
    let Some(given) = view.answer(check) else {
        return finding.failed(format!("nothing was handed in yet: `unitlab answer {check} …`"));
    };
    let shown = escape(given);
    let form = match normal(&demand.form, given) {
        Ok(form) => form,
        Err(wanted) => return finding.failed(format!("“{shown}” is {wanted}")),
    };
    let (source, truths) = match truths(view, demand) {
        Ok(told) => told,
        Err(unknown) => return finding.unknown(&unknown),
    };
    let right = truths.iter().any(|truth| normal(&demand.form, truth).is_ok_and(|truth| truth == form));
    if right {
        finding.show(Layer::Live, source, &*shown);
        return finding.passed(format!("“{shown}” is right"));
    }
    // What the machine says stays untold; how to ask it does not.
    if !lasting {
        finding.show(Layer::Live, source, "something else");
    }
    let but = if lasting { "is not it" } else { "was handed in, and the machine says something else" };
    finding.failed(format!("“{shown}” {but}"))
}

/// The command that shows the right answer, and the answer.
fn truths(view: &UnitView, demand: &AnswerCheck) -> Result<(String, Vec<String>), Unknown> {
    match &demand.truth {
        AnswerSource::Known(known) => Ok(("what was found out".to_owned(), known.clone())),
        AnswerSource::Property(name) => {
            let source = format!("systemctl show {} -p {name}", view.unit);
            Ok((source, vec![view.loaded()?.get(name).to_owned()]))
        }
        AnswerSource::Printed(run) => {
            let question = ask::truth(demand).ok_or_else(|| unknown("there is nothing to run"))?;
            match view.live(&question)? {
                CommandFact::Exited { status: 0, stdout, .. } => {
                    let first = stdout.lines().next().unwrap_or_default().trim().to_owned();
                    Ok((quoted(run), vec![first]))
                }
                _ => Err(unknown(&format!("`{}` did not tell it", quoted(run)))),
            }
        }
    }
}

fn unknown(reason: &str) -> Unknown {
    Unknown { reason: reason.to_owned(), remedy: None }
}

/// An answer in the form in which answers compare; or what it is instead.
pub fn normal(form: &AnswerForm, given: &str) -> Result<String, String> {
    let text = given.trim().trim_matches(['`', '"', '\'']).trim();
    match form {
        AnswerForm::Number => match text.parse::<i64>() {
            Ok(number) => Ok(number.to_string()),
            Err(_) => Err("no number".to_owned()),
        },
        AnswerForm::Unit if text.is_empty() || text.contains(char::is_whitespace) => Err("no unit's name".to_owned()),
        AnswerForm::Unit if text.contains('.') => Ok(text.to_owned()),
        AnswerForm::Unit => Ok(format!("{text}.service")),
        AnswerForm::State if text.is_empty() => Err("no word".to_owned()),
        AnswerForm::State => Ok(text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")),
        AnswerForm::Path if !text.starts_with('/') => Err("no absolute path".to_owned()),
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

    fn demand(form: AnswerForm, truth: AnswerSource) -> Kind {
        Kind::Answer(AnswerCheck { ask: "the PID".into(), form, truth })
    }

    #[test]
    fn forms_are_tolerant() {
        let words = || AnswerForm::OneOf(vec!["port-held".into(), "bad-config".into()]);
        for (form, given, normalised) in [
            (AnswerForm::Number, " 042 ", Ok("42")),
            (AnswerForm::Number, "4x", Err("no number")),
            (AnswerForm::Unit, "`sre-app`", Ok("sre-app.service")),
            (AnswerForm::Unit, "a.timer", Ok("a.timer")),
            (AnswerForm::Unit, "a b", Err("no unit's name")),
            (AnswerForm::State, "Active  (exited)", Ok("active (exited)")),
            (AnswerForm::State, "", Err("no word")),
            (AnswerForm::Path, "/srv/x/", Ok("/srv/x")),
            (AnswerForm::Path, "/", Ok("/")),
            (AnswerForm::Path, "srv", Err("no absolute path")),
            (words(), "PORT-HELD", Ok("port-held")),
            (words(), "other", Err("none of port-held, bad-config")),
        ] {
            assert_eq!(normal(&form, given), normalised.map(str::to_owned).map_err(str::to_owned), "{given}");
        }
    }

    #[test]
    fn an_answer_is_held_against_the_machine() {
        let pid = || demand(AnswerForm::Number, AnswerSource::Property("MainPID".into()));
        let judged = |kind: Kind, given: Option<&str>, told: ObservationsBuilder| {
            let mut observations = told.build();
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
                assert!(!format!("{report:?}").contains("4711"), "the truth is given away: {report:?}");
            }
        }
        assert_eq!(judged(pid(), Some("1"), ObservationsBuilder::default()).status, Status::Unknown);
        let run = vec!["pgrep".to_owned(), "x".to_owned()];
        let question = CommandQuestion { run: run.clone(), run_as: RunAs::Root };
        let printed = |status, stdout: &str| {
            let fact = CommandFact::Exited { status, stdout: stdout.into(), stderr: String::new() };
            ObservationsBuilder::default().live(&question, fact)
        };
        let kind = || demand(AnswerForm::Number, AnswerSource::Printed(run.clone()));
        assert_eq!(judged(kind(), Some("7"), printed(0, "7\n8\n")).status, Status::Passed);
        assert_eq!(judged(kind(), Some("8"), printed(0, "7\n8\n")).status, Status::Failed);
        assert_eq!(judged(kind(), Some("7"), printed(1, "")).status, Status::Unknown);
        let known = demand(AnswerForm::State, AnswerSource::Known(vec!["failed".into(), "active (exited)".into()]));
        assert_eq!(judged(known, Some("Failed"), ObservationsBuilder::default()).status, Status::Passed);
    }
}
