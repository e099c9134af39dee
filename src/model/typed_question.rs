//! Ties each kind of question to the type of fact that answers it.

use super::unknown::Unknown;

/// A question of one kind, whose answer has one type.
pub trait TypedQuestion: Clone + PartialEq + 'static {
    /// The type of its answer.
    type Fact: 'static;
    /// A question of any kind with its answer.
    type Answered;

    /// Pairs the question with its answer.
    fn answered(&self, answer: Result<Self::Fact, Unknown>) -> Self::Answered;

    /// The question and its answer, if the pair is of this kind.
    fn of(answered: &Self::Answered) -> Option<(&Self, &Result<Self::Fact, Unknown>)>;
}

/// Defines the kinds of a question, from a table of `Kind(Struct { fields }) -> Fact`.
///
/// It defines a struct for each kind, and three enums over all kinds: the questions, the facts, and questions paired with
/// their answers. Questions and facts are internally tagged JSON objects.
macro_rules! typed_questions {
    (
        $(#[$question_attr:meta])* $Question:ident,
        $(#[$fact_attr:meta])* $Fact:ident,
        $(#[$answered_attr:meta])* $Answered:ident;

        $(
            $(#[$kind_attr:meta])*
            $Kind:ident($Struct:ident { $($(#[$field_attr:meta])* $field:ident: $type:ty),* $(,)? }) -> $Found:ident,
        )+
    ) => {
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        $(#[$question_attr])*
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub enum $Question {
            $($Kind($Struct),)+
        }

        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        $(#[$fact_attr])*
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub enum $Fact {
            $($Kind($Found),)+
        }

        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        $(#[$answered_attr])*
        pub enum $Answered {
            $($Kind($Struct, Result<$Found, Unknown>),)+
        }

        impl $Question {
            /// Whether the fact is of the type that answers this question.
            #[must_use]
            pub fn fits(&self, fact: &$Fact) -> bool {
                matches!((self, fact), $(($Question::$Kind(_), $Fact::$Kind(_)))|+)
            }
        }

        impl $Answered {
            /// Pairs a question with its answer. A fact of the wrong type becomes an [`Unknown`].
            #[must_use]
            pub fn new(question: $Question, answer: Result<$Fact, Unknown>) -> Self {
                match question {
                    $($Question::$Kind(question) => Self::$Kind(question, match answer {
                        Ok($Fact::$Kind(fact)) => Ok(fact),
                        Err(unknown) => Err(unknown),
                        #[allow(unreachable_patterns, reason = "a table may have a single kind")]
                        Ok(_) => Err(Unknown { reason: "the machine answered another question".into(), remedy: None }),
                    }),)+
                }
            }
        }

        impl From<($Question, Result<$Fact, Unknown>)> for $Answered {
            fn from((question, answer): ($Question, Result<$Fact, Unknown>)) -> Self {
                Self::new(question, answer)
            }
        }

        impl From<$Answered> for ($Question, Result<$Fact, Unknown>) {
            fn from(answered: $Answered) -> Self {
                match answered {
                    $($Answered::$Kind(question, answer) => (question.into(), answer.map($Fact::$Kind)),)+
                }
            }
        }

        $(
            $(#[$kind_attr])*
            #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $Struct {
                $($(#[$field_attr])* pub $field: $type,)*
            }

            impl From<$Struct> for $Question {
                fn from(question: $Struct) -> Self {
                    Self::$Kind(question)
                }
            }

            impl TypedQuestion for $Struct {
                type Fact = $Found;
                type Answered = $Answered;

                fn answered(&self, answer: Result<$Found, Unknown>) -> $Answered {
                    $Answered::$Kind(self.clone(), answer)
                }

                fn of(answered: &$Answered) -> Option<(&Self, &Result<$Found, Unknown>)> {
                    match answered {
                        $Answered::$Kind(question, answer) => Some((question, answer)),
                        #[allow(unreachable_patterns, reason = "a table may have a single kind")]
                        _ => None,
                    }
                }
            }
        )+
    };
}
pub(super) use typed_questions;
