//! Whether an answer is right, and whether an output shows what it must.

use regex_lite::Regex;

use super::given::Given;
use crate::model::{Ask, Form};

/// Whether this is a right answer. A typed one counts whatever its case, its spaces, and what it was quoted with.
#[must_use]
pub fn accepts(question: &Ask, given: &Given) -> bool {
    match (&question.form, given) {
        (Form::Choice { right, .. }, Given::Choices(choices)) => right == choices,
        (Form::Typed { accept }, Given::Text(text)) => {
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

/// Whether an output matches what is expected of it.
#[must_use]
pub fn shows(expect: &str, output: &str) -> bool {
    Regex::new(expect).is_ok_and(|regex| regex.is_match(output))
}

#[cfg(test)]
mod tests {
    use super::{accepts, shows};
    use crate::engine::session::Given;
    use crate::model::{Ask, Form};

    #[test]
    fn answers_count_by_what_they_say() {
        let ask = |form| Ask { ask: "?".into(), form, because: ".".into() };
        let one = ask(Form::Choice { choices: vec!["a".into(), "b".into()], right: vec![1], several: false });
        assert!(accepts(&one, &Given::Choices(vec![1])));
        assert!(!accepts(&one, &Given::Choices(vec![0])));
        assert!(!accepts(&one, &Given::Text("b".into())));
        let typed = ask(Form::Typed { accept: vec!["daemon[- ]reload".into(), "systemctl daemon-reload".into()] });
        for (text, right) in [
            ("daemon-reload", true),
            (" `Systemctl  daemon-reload`. ", true),
            ("daemon-reload now", false),
            ("", false),
        ] {
            assert_eq!(accepts(&typed, &Given::Text(text.into())), right, "{text}");
        }
        assert!(shows("(?m)^b$", "a\nb\n") && !shows("^b$", "a\nb"));
    }
}
