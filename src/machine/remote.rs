//! A machine that is asked through a command, which runs [`examine`](super::examine()) there.

use std::process::Command;

use crate::model::{AnswerSet, PerformedTrial, Question, Trial, Unknown};

use super::Machine;
use crate::machine::unknown::{last_line, unknown};
use crate::machine::wire::{ANSWERS_LIMIT, Request, Response, deadline};
use crate::os::child::{Limits, run};

/// A machine that answers on the stdout of a command. Its answers are not trusted: they are bounded and checked.
#[derive(Debug)]
pub struct Remote {
    command: Command,
}

impl Remote {
    /// The command runs once for each batch, with the questions on its stdin and the answers on its stdout, as JSON.
    #[must_use]
    pub fn new(command: Command) -> Self {
        Self { command }
    }

    fn converse(
        &mut self,
        questions: &[Question],
        trials: &[Trial],
    ) -> Result<(AnswerSet, Vec<PerformedTrial>), Unknown> {
        let failed = |what: &str| unknown(format!("the machine could not be asked: {what}"));
        let asked = Request { questions: questions.to_vec(), trials: trials.to_vec() };
        let asked = serde_json::to_vec(&asked).map_err(|error| failed(&error.to_string()))?;
        let limits = Limits { time: deadline(questions, trials), stdout: ANSWERS_LIMIT };
        let outcome =
            run(&mut self.command, &asked, limits).map_err(|error| failed(&format!("the examiner {error}")))?;
        if !outcome.status.success() {
            let line = last_line(&outcome.stderr);
            let status = outcome.status.to_string();
            return Err(failed(if line.is_empty() { &status } else { &line }));
        }
        let Response { answers, trials: trial_answers } = serde_json::from_slice(&outcome.stdout)
            .map_err(|error| failed(&format!("its answers are not well-formed: {error}")))?;
        if answers.len() != questions.len() {
            return Err(failed(&format!("{} questions got {} answers", questions.len(), answers.len())));
        }
        if trial_answers.len() != trials.len() {
            return Err(failed(&format!("{} trials got {} answers", trials.len(), trial_answers.len())));
        }
        let trials = trials.iter().cloned().zip(trial_answers).map(PerformedTrial::from).collect();
        Ok((AnswerSet::new(questions, answers), trials))
    }
}

impl Machine for Remote {
    fn ask(&mut self, questions: &[Question]) -> AnswerSet {
        self.ask_and_perform(questions, &[]).0
    }

    fn perform(&mut self, trials: &[Trial]) -> Vec<PerformedTrial> {
        self.ask_and_perform(&[], trials).1
    }

    fn ask_and_perform(&mut self, questions: &[Question], trials: &[Trial]) -> (AnswerSet, Vec<PerformedTrial>) {
        self.converse(questions, trials).unwrap_or_else(|unknown| {
            let failed = |trial: &Trial| PerformedTrial::new(trial.clone(), Err(unknown.clone()));
            (AnswerSet::unknown(questions, &unknown), trials.iter().map(failed).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Command, Machine, PerformedTrial, Question, Remote};
    use crate::model::{Answer, KillTrial, SystemQuestion, TrialMachine, UnitQuestion};

    fn ask(script: &str) -> Vec<Answer> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        let questions =
            [Question::System(SystemQuestion {}), Question::Unit(UnitQuestion { unit: "a.service".into() })];
        let answers = Remote::new(command).ask(&questions);
        answers.entries.into_iter().map(|answered| <(Question, Answer)>::from(answered).1).collect()
    }

    #[test]
    fn answers_come_back_in_order() {
        let answers = ask(r#"grep -q '{"questions":\[{"ask":"system"},{"ask":"unit","unit":"a.service"}\]}' || exit 1
            echo '{"answers":[{"Err":{"reason":"busy"}},{"Ok":{"fact":"unit","properties":{"User":"nobody"}}}]}'"#);
        assert_eq!(answers[0].as_ref().unwrap_err().reason, "busy");
        assert!(answers[1].is_ok());
    }

    #[test]
    fn malformed_answers_are_refused() {
        for (script, reason) in [
            ("echo 'sudo: a password is required' >&2; exit 1", "a password is required"),
            ("exit 9", "exit status: 9"),
            ("kill -9 $$", "signal: 9"),
            ("echo hello", "not well-formed"),
            ("echo '{\"answers\":[]}'", "2 questions got 0 answers"),
            ("exec cat /dev/zero", "wrote more than"),
        ] {
            let answers = ask(script);
            assert_eq!(answers.len(), 2);
            for answer in answers {
                let unknown = answer.unwrap_err();
                assert!(unknown.reason.contains(reason), "{script}: {unknown:?}");
            }
        }
        let system = SystemQuestion {};
        let nowhere = Remote::new(Command::new("/nonexistent")).ask(&[system.clone().into()]);
        assert!(nowhere.get(&system).unwrap_err().reason.contains("cannot be run"));
    }

    #[test]
    fn trials_are_checked_like_answers() {
        let kill = KillTrial { unit: "a.service".into(), within_ms: 5000, on: TrialMachine::Twin };
        let unit = r#"{"Ok":{"fact":"unit","properties":{}}}"#;
        for (script, reason) in [
            (
                r#"grep -q '"trials":\[{"try":"kill","unit":"a.service","within_ms":5000,"on":"twin"}\]' || exit 1
                echo '{"answers":[],"trials":[{"Err":{"reason":"refused"}}]}'"#
                    .to_owned(),
                "refused",
            ),
            ("echo '{\"answers\":[]}'".to_owned(), "1 trials got 0 answers"),
            (format!("echo '{{\"answers\":[],\"trials\":[{unit}]}}'"), "not well-formed"),
        ] {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", &script]);
            let performed = Remote::new(command).perform(&[kill.clone().into()]);
            let [PerformedTrial::Kill(trial, Err(unknown))] = &performed[..] else { panic!("{script}: {performed:?}") };
            assert!(trial == &kill && unknown.reason.contains(reason), "{script}: {unknown:?}");
        }
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        let unit = r#"{"Ok":{"fact":"unit","properties":{}}}"#;
        let answers = ask(&format!("echo '{{\"answers\":[{unit},{unit}]}}'"));
        assert!(answers[0].as_ref().unwrap_err().reason.contains("another question"));
        assert!(answers[1].is_ok());
    }
}
