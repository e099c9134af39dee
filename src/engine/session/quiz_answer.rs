//! An answer to a quiz question, and whether it is correct.

use regex_lite::Regex;

use crate::model::{QuizForm, QuizQuestion};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QuizAnswer {
    /// Indices of the choices, ascending.
    Choices(Vec<usize>),
    Text(String),
}

impl QuizAnswer {
    /// The form in which it is saved and shown; choices are numbered from 1.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Choices(choices) => {
                choices.iter().map(|choice| (choice + 1).to_string()).collect::<Vec<_>>().join(", ")
            }
            Self::Text(text) => text.clone(),
        }
    }

    /// Reads a saved answer; none if it does not fit a question of this form.
    pub(crate) fn parse(text: &str, form: &QuizForm) -> Option<Self> {
        match form {
            QuizForm::Typed { .. } => Some(Self::Text(text.to_owned())),
            QuizForm::Choice { choices, .. } => text
                .split(',')
                .map(|number| {
                    let number: usize = number.trim().parse().ok()?;
                    (1..=choices.len()).contains(&number).then(|| number - 1)
                })
                .collect::<Option<Vec<_>>>()
                .map(Self::Choices),
        }
    }
}

/// Whether the answer is correct. Typed text is compared without case, extra spaces, and surrounding quotes.
pub(crate) fn is_correct(question: &QuizQuestion, answer: &QuizAnswer) -> bool {
    match (&question.form, answer) {
        (QuizForm::Choice { right, .. }, QuizAnswer::Choices(choices)) => right == choices,
        (QuizForm::Typed { accept }, QuizAnswer::Text(text)) => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let text = words.join(" ");
            let text = text.trim_matches(['`', '"', '\'', '.']);
            accept
                .iter()
                .any(|accept| Regex::new(&format!("(?i)^(?:{accept})$")).is_ok_and(|regex| regex.is_match(text)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{QuizAnswer, is_correct};
    use crate::model::{QuizForm, QuizQuestion};

    #[test]
    fn typed_answers_ignore_case_spaces_and_quotes() {
        let ask = |form| QuizQuestion { ask: "?".into(), form, because: ".".into() };
        let one = ask(QuizForm::Choice { choices: vec!["a".into(), "b".into()], right: vec![1], several: false });
        assert!(is_correct(&one, &QuizAnswer::Choices(vec![1])));
        assert!(!is_correct(&one, &QuizAnswer::Choices(vec![0])));
        assert!(!is_correct(&one, &QuizAnswer::Text("b".into())));
        let typed = ask(QuizForm::Typed { accept: vec!["daemon[- ]reload".into(), "systemctl daemon-reload".into()] });
        for (text, correct) in [
            ("daemon-reload", true),
            (" `Systemctl  daemon-reload`. ", true),
            ("daemon-reload now", false),
            ("", false),
        ] {
            assert_eq!(is_correct(&typed, &QuizAnswer::Text(text.into())), correct, "{text}");
        }
    }
}
