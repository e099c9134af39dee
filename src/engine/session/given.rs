//! An answer, and how it is written down.

use crate::model::Form;

/// An answer as it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// Choices from 0, in order.
    Choices(Vec<usize>),
    /// Something typed.
    Text(String),
}

impl Given {
    /// As it is written down: numbers from 1 for choices.
    #[must_use]
    pub fn to_text(&self) -> String {
        match self {
            Self::Choices(choices) => {
                choices.iter().map(|choice| (choice + 1).to_string()).collect::<Vec<_>>().join(", ")
            }
            Self::Text(text) => text.clone(),
        }
    }

    /// Reads what was written down for a question of this form; none where it does not fit.
    #[must_use]
    pub fn read(text: &str, form: &Form) -> Option<Self> {
        match form {
            Form::Typed { .. } => Some(Self::Text(text.to_owned())),
            Form::Choice { choices, .. } => text
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
