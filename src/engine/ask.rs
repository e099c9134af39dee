//! What a lab needs to know: one batch of questions for the learner's machine, one for its freshly booted copy.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Check, Ground, Kind, Lab, Question, Trial};

/// Everything to ask the learner's machine, each question once.
///
/// The order is the one in which a machine should look: state before windows, and the HTTP probe last, because a GET
/// may itself start a socket-activated service.
#[must_use]
pub fn questions(lab: &Lab) -> Vec<Question> {
    batch(lab, of_the_learner)
}

/// Everything to ask the twin: what its manager has read from the disk, what runs since its boot, who pulls it in.
#[must_use]
pub fn twin_questions(lab: &Lab) -> Vec<Question> {
    batch(lab, of_the_twin)
}

/// Everything to try out, each unit once: a second kill would spend its start limit.
#[must_use]
pub fn trials(lab: &Lab, on: Ground) -> Vec<Trial> {
    let mut longest: BTreeMap<&str, u64> = BTreeMap::new();
    for check in &lab.checks {
        if let Kind::ComesBack { within } = &check.kind {
            let within_ms = longest.entry(&check.unit).or_default();
            *within_ms = (*within_ms).max(within.as_micros() / 1_000);
        }
    }
    longest.into_iter().map(|(unit, within_ms)| Trial::Kill { unit: unit.to_owned(), within_ms, on }).collect()
}

fn batch(lab: &Lab, asked_by: impl Fn(&Check) -> Vec<Question>) -> Vec<Question> {
    let asked: BTreeSet<Question> = lab.checks.iter().flat_map(asked_by).chain([Question::System]).collect();
    asked.into_iter().collect()
}

fn of_the_learner(check: &Check) -> Vec<Question> {
    let unit = || check.unit.clone();
    let mut asked = vec![Question::Unit { unit: unit() }, Question::Files { unit: unit() }];
    match &check.kind {
        // Trials come later, or are seen on a copy that has just booted.
        Kind::UnitFile
        | Kind::Setting { .. }
        | Kind::RestartPolicy { .. }
        | Kind::ComesBack { .. }
        | Kind::SurvivesReboot { .. } => {}
        Kind::RunsAs { .. } => asked.push(Question::Processes { unit: unit() }),
        Kind::Active { hold, .. } => asked.push(steady(&check.unit, *hold)),
        Kind::Enabled => asked.push(Question::Boot { unit: unit() }),
        Kind::Http { port, path, .. } => asked.push(http(&check.unit, *port, path)),
    }
    asked
}

fn of_the_twin(check: &Check) -> Vec<Question> {
    let unit = || check.unit.clone();
    match &check.kind {
        // What answers and what stays up is a matter of the learner's own machine.
        Kind::Http { .. } | Kind::Active { .. } => vec![],
        Kind::UnitFile | Kind::Setting { .. } | Kind::RestartPolicy { .. } | Kind::ComesBack { .. } => {
            vec![Question::Unit { unit: unit() }]
        }
        Kind::RunsAs { .. } => vec![Question::Unit { unit: unit() }, Question::Processes { unit: unit() }],
        Kind::Enabled => vec![Question::Unit { unit: unit() }, Question::Boot { unit: unit() }],
        Kind::SurvivesReboot { hold } => {
            vec![Question::Unit { unit: unit() }, Question::Boot { unit: unit() }, steady(&check.unit, *hold)]
        }
    }
}

/// The question behind an `active` check, and, asked of the twin, behind a `survives-reboot` check.
pub(crate) fn steady(unit: &str, hold: crate::model::TimeSpan) -> Question {
    Question::Steady { unit: unit.to_owned(), window_ms: hold.as_micros() / 1_000 }
}

/// The question behind an `http` check.
pub(crate) fn http(unit: &str, port: u16, path: &str) -> Question {
    Question::Http { unit: unit.to_owned(), port, path: path.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::{questions, trials, twin_questions};
    use crate::engine::testbed::{check, lab};
    use crate::model::{Ground, Kind, Question, RestartPolicy, TimeSpan, Trial};

    #[test]
    fn each_unit_is_killed_once_and_what_survives_is_asked_of_the_twin() {
        let back = |seconds: u64| Kind::ComesBack { within: TimeSpan::from_micros(seconds * 1_000_000) };
        let lab = lab(vec![
            check("quick", back(2)),
            check("slow", back(5)),
            check("boot", Kind::SurvivesReboot { hold: TimeSpan::from_micros(2_000_000) }),
        ]);
        let unit = || String::from("sre-app.service");
        for on in [Ground::Live, Ground::Twin] {
            assert_eq!(trials(&lab, on), [Trial::Kill { unit: unit(), within_ms: 5_000, on }]);
        }
        let files = [Question::System, Question::Unit { unit: unit() }, Question::Files { unit: unit() }];
        assert_eq!(questions(&lab), files);
        assert_eq!(
            twin_questions(&lab),
            [
                Question::System,
                Question::Unit { unit: unit() },
                Question::Boot { unit: unit() },
                Question::Steady { unit: unit(), window_ms: 2_000 },
            ]
        );
    }

    #[test]
    fn each_question_is_asked_once_and_the_probe_comes_last() {
        let hold = TimeSpan::from_micros(3_000_000);
        let get = Kind::Http { port: 8000, path: "/".into(), status: 200, contains: None };
        let lab = lab(vec![
            check("get", get),
            check("file", Kind::UnitFile),
            check("restart", Kind::RestartPolicy { one_of: vec![RestartPolicy::Always] }),
            check("who", Kind::RunsAs { root: false }),
            check("up", Kind::Active { running: true, hold }),
            check("boot", Kind::Enabled),
        ]);
        let unit = || String::from("sre-app.service");
        assert_eq!(
            questions(&lab),
            [
                Question::System,
                Question::Unit { unit: unit() },
                Question::Files { unit: unit() },
                Question::Processes { unit: unit() },
                Question::Boot { unit: unit() },
                Question::Steady { unit: unit(), window_ms: 3_000 },
                Question::Http { unit: unit(), port: 8000, path: "/".into() },
            ]
        );
        assert_eq!(
            twin_questions(&lab),
            [
                Question::System,
                Question::Unit { unit: unit() },
                Question::Processes { unit: unit() },
                Question::Boot { unit: unit() },
            ]
        );
    }
}
