//! A machine that is asked through a command, which runs [`examine`](super::examine()) there.

use std::io;
use std::process::Command;

use crate::model::{AnswerSet, PerformedTrial, Question, Trial, Unknown};

use super::Machine;
use crate::machine::unknown::{last_line, unknown};
use crate::machine::wire::{ANSWERS_LIMIT, Request, Response, deadline};
use crate::os::child::{Limits, run};
use crate::os::{frame, read_frame};

/// A machine that answers on the stdout of a command. Its answers are not trusted: they are bounded and checked.
#[derive(Debug)]
pub struct Remote {
    command: Command,
}

impl Remote {
    /// The command runs once for each batch, with a `Request` on its stdin and a `Response` on its stdout.
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
        let asked = frame(&asked).map_err(|error| failed(&error.to_string()))?;
        let limits = Limits { time: deadline(questions, trials), stdout: ANSWERS_LIMIT };
        let outcome =
            run(&mut self.command, &asked, limits).map_err(|error| failed(&format!("the examiner {error}")))?;
        if !outcome.status.success() {
            let line = last_line(&outcome.stderr);
            let status = outcome.status.to_string();
            return Err(failed(if line.is_empty() { &status } else { &line }));
        }
        let Response { answers, trials: trial_answers } = read_frame(&mut outcome.stdout.as_slice(), ANSWERS_LIMIT)
            .and_then(|response| response.ok_or_else(|| io::ErrorKind::UnexpectedEof.into()))
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
    use std::fs;

    use serde_json::{Value, json};

    use super::{Command, Machine, PerformedTrial, Question, Remote, frame};
    use crate::model::{Answer, KillTrial, SystemQuestion, TrialMachine, UnitQuestion};

    /// A shell script as an examiner. `$1` is a file with the expected request, `$2` one with a response.
    struct Script {
        directory: tempfile::TempDir,
        text: String,
    }

    impl Script {
        fn new(text: &str) -> Self {
            Self { directory: tempfile::tempdir().unwrap(), text: text.to_owned() }
        }

        fn responding(request: &str, response: &Value) -> Self {
            let script = Self::new(r#"cmp -s - "$1" && cat "$2""#);
            let length = u32::try_from(request.len()).unwrap().to_be_bytes();
            fs::write(script.directory.path().join("request"), [&length, request.as_bytes()].concat()).unwrap();
            fs::write(script.directory.path().join("response"), frame(response).unwrap()).unwrap();
            script
        }

        fn remote(&self) -> Remote {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", &self.text, "examiner"]);
            command.args(["request", "response"].map(|name| self.directory.path().join(name)));
            Remote::new(command)
        }

        fn ask(&self) -> Vec<Answer> {
            let questions =
                [Question::System(SystemQuestion {}), Question::Unit(UnitQuestion { unit: "a.service".into() })];
            let answers = self.remote().ask(&questions);
            answers.entries.into_iter().map(|answered| <(Question, Answer)>::from(answered).1).collect()
        }
    }

    const TWO_QUESTIONS: &str = r#"{"questions":[{"ask":"system"},{"ask":"unit","unit":"a.service"}]}"#;

    #[test]
    fn answers_come_back_in_order() {
        let unit = json!({"Ok": {"fact": "unit", "properties": {"User": "nobody"}}});
        let response = json!({"answers": [{"Err": {"reason": "busy"}}, unit]});
        let answers = Script::responding(TWO_QUESTIONS, &response).ask();
        assert_eq!(answers[0].as_ref().unwrap_err().reason, "busy");
        assert!(answers[1].is_ok());
    }

    #[test]
    fn malformed_answers_are_refused() {
        let none = Script::responding(TWO_QUESTIONS, &json!({"answers": []}));
        for (script, reason) in [
            (Script::new("echo 'sudo: a password is required' >&2; exit 1"), "a password is required"),
            (Script::new("exit 9"), "exit status: 9"),
            (Script::new("kill -9 $$"), "signal: 9"),
            (Script::new("echo hello"), "not well-formed"),
            (Script::new("true"), "not well-formed"),
            (none, "2 questions got 0 answers"),
            (Script::new("exec cat /dev/zero"), "wrote more than"),
        ] {
            let answers = script.ask();
            assert_eq!(answers.len(), 2);
            for answer in answers {
                let unknown = answer.unwrap_err();
                assert!(unknown.reason.contains(reason), "{}: {unknown:?}", script.text);
            }
        }
        let system = SystemQuestion {};
        let nowhere = Remote::new(Command::new("/nonexistent")).ask(&[system.clone().into()]);
        assert!(nowhere.get(&system).unwrap_err().reason.contains("cannot be run"));
    }

    #[test]
    fn trials_are_checked_like_answers() {
        let kill = KillTrial { unit: "a.service".into(), within_ms: 5000, on: TrialMachine::Twin };
        let request = r#"{"questions":[],"trials":[{"try":"kill","unit":"a.service","within_ms":5000,"on":"twin"}]}"#;
        for (response, reason) in [
            (json!({"answers": [], "trials": [{"Err": {"reason": "refused"}}]}), "refused"),
            (json!({"answers": []}), "1 trials got 0 answers"),
            (json!({"answers": [], "trials": [{"Ok": {"fact": "unit", "properties": {}}}]}), "not well-formed"),
        ] {
            let performed = Script::responding(request, &response).remote().perform(&[kill.clone().into()]);
            let [PerformedTrial::Kill(trial, Err(unknown))] = &performed[..] else {
                panic!("{response}: {performed:?}")
            };
            assert!(trial == &kill && unknown.reason.contains(reason), "{response}: {unknown:?}");
        }
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        let unit = json!({"Ok": {"fact": "unit", "properties": {}}});
        let answers = Script::responding(TWO_QUESTIONS, &json!({"answers": [&unit, &unit]})).ask();
        assert!(answers[0].as_ref().unwrap_err().reason.contains("another question"));
        assert!(answers[1].is_ok());
    }
}
