//! The process that [`Remote`](super::Remote) starts: reads questions, and writes the answers of this machine.

use std::io::{self, Read, Write};

use super::{LocalMachine, Machine};
use crate::machine::wire::{QUESTIONS_LIMIT, Request, Response};

/// Reads one batch of questions and trials as JSON, asks this machine, performs the trials, and writes the answers.
///
/// It must run as root of that machine, in its user, mount, network, IPC, UTS and cgroup namespaces. Children must start
/// in its PID namespace; this process itself need not be in it.
pub fn examine(input: impl Read, mut output: impl Write) -> io::Result<()> {
    let invalid = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let mut bytes = Vec::new();
    input.take(QUESTIONS_LIMIT as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > QUESTIONS_LIMIT {
        return Err(invalid(format!("more than {QUESTIONS_LIMIT} bytes of questions")));
    }
    let asked: Request = serde_json::from_slice(&bytes).map_err(|error| invalid(format!("not questions: {error}")))?;
    let (answers, trials) = LocalMachine::new().ask_and_perform(&asked.questions, &asked.trials);
    serde_json::to_writer(&mut output, &Response::new(answers, trials))?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::{QUESTIONS_LIMIT, Response, examine};

    #[test]
    fn each_question_gets_an_answer() {
        let mut output = Vec::new();
        let questions =
            r#"{"questions":[{"ask":"system"},{"ask":"unit","unit":"r_*"},{"ask":"unit","unit":"a.service"}]}"#;
        examine(questions.as_bytes(), &mut output).unwrap();
        let answered: Response = serde_json::from_slice(&output).unwrap();
        assert_eq!(answered.answers.len(), 3);
        assert!(answered.answers[1].is_err());
    }

    #[test]
    fn malformed_input_is_refused() {
        for input in ["", "{}", r#"{"questions":[{"ask":"everything"}]}"#, r#"{"questions":[],"and":1}"#] {
            assert!(examine(input.as_bytes(), Vec::new()).is_err(), "{input}");
        }
        let endless = std::io::repeat(b' ');
        assert!(examine(endless, Vec::new()).unwrap_err().to_string().contains(&QUESTIONS_LIMIT.to_string()));
    }
}
