//! The process that [`Remote`](super::Remote) starts: reads questions, and writes the answers of this machine.

use std::io::{self, Read, Write};

use super::{LocalMachine, Machine};
use crate::machine::wire::{QUESTIONS_LIMIT, Request, Response};
use crate::os::{read_frame, write_frame};

/// Reads one batch of questions and trials, asks this machine, performs the trials, and writes the answers.
///
/// It must run as root of that machine, in its user, mount, network, IPC, UTS and cgroup namespaces. Children must start
/// in its PID namespace; this process itself need not be in it.
pub fn examine(mut input: impl Read, mut output: impl Write) -> io::Result<()> {
    let asked: Option<Request> = read_frame(&mut input, QUESTIONS_LIMIT)?;
    let asked = asked.ok_or(io::ErrorKind::UnexpectedEof)?;
    let (answers, trials) = LocalMachine::new().ask_and_perform(&asked.questions, &asked.trials);
    write_frame(&mut output, &Response::new(answers, trials))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{QUESTIONS_LIMIT, Response, examine, read_frame};
    use crate::os::frame;

    #[test]
    fn each_question_gets_an_answer() {
        let mut output = Vec::new();
        let questions = json!({"questions": [
            {"ask": "system"}, {"ask": "unit", "unit": "r_*"}, {"ask": "unit", "unit": "a.service"},
        ]});
        examine(frame(&questions).unwrap().as_slice(), &mut output).unwrap();
        let answered: Response = read_frame(&mut output.as_slice(), output.len()).unwrap().unwrap();
        assert_eq!(answered.answers.len(), 3);
        assert!(answered.answers[1].is_err());
    }

    #[test]
    fn malformed_input_is_refused() {
        let refused = |input: &[u8]| examine(input, Vec::new()).unwrap_err().to_string();
        for input in [json!({}), json!({"questions": [{"ask": "everything"}]}), json!({"questions": [], "and": 1})] {
            refused(&frame(&input).unwrap());
        }
        refused(b"");
        refused(b"{}");
        assert!(refused(&frame(&Value::from(" ".repeat(QUESTIONS_LIMIT))).unwrap()).contains("too long"));
    }
}
