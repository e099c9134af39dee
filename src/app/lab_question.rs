//! One question of a lab to the learner.

use serde::{Deserialize, Serialize};

use crate::engine;
use crate::model::{AnswerForm, escape};

/// A check that asks for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LabQuestion {
    /// The id of the check.
    pub(crate) id: String,
    /// What is asked.
    pub(crate) ask: String,
    pub(crate) form: AnswerForm,
    /// The answer so far.
    pub(crate) given: Option<String>,
}

impl LabQuestion {
    /// Why a value cannot be an answer; `None` if it has the right form.
    pub(crate) fn refusal(&self, value: &str) -> Option<String> {
        let is = engine::normal(&self.form, value).err()?;
        Some(format!("“{}” is {is}", escape(value)))
    }

    /// What has to be handed in, such as `a number`.
    pub(crate) fn wanted(&self) -> String {
        match &self.form {
            AnswerForm::Number => "a number".to_owned(),
            AnswerForm::Unit => "a unit's name".to_owned(),
            AnswerForm::State => "a state, as systemctl writes it".to_owned(),
            AnswerForm::Path => "an absolute path".to_owned(),
            AnswerForm::OneOf(values) => format!("one of {}", values.join(", ")),
        }
    }

    /// An example of the form, to add to `wanted`. It must not be the right answer of a lab.
    pub(crate) fn example(&self) -> &'static str {
        match self.form {
            AnswerForm::Number => ", such as 1024",
            AnswerForm::Unit => ", such as rescue.service; its type may be left out",
            AnswerForm::State => ", such as reloading",
            AnswerForm::Path => ", such as /etc/fstab",
            AnswerForm::OneOf(_) => "",
        }
    }
}
