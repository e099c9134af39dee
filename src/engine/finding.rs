//! Builds a verdict: evidence and causes first, the status last.

use super::diagnose::put_root_causes_first;
use crate::model::{Cause, Diagnosis, Evidence, Layer, Status, Unknown, Verdict};

/// The maximum length of a quoted text in characters.
const MAX_QUOTED: usize = 400;

/// The first 400 characters. Control characters stay: the reports escape them.
pub(crate) fn clip(text: &str) -> String {
    match text.char_indices().nth(MAX_QUOTED) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Cause {
    /// Begins a diagnosis. `text` states the cause in one sentence, with the facts of this machine.
    pub(crate) fn because(self, text: impl Into<String>) -> Explained {
        Explained { cause: self, text: text.into() }
    }
}

/// A cause with its text, and without its next step yet.
#[derive(Debug)]
pub(crate) struct Explained {
    cause: Cause,
    text: String,
}

impl Explained {
    /// `next` is the command to run or the change to make.
    pub(crate) fn next_step(self, next: impl Into<String>) -> Diagnosis {
        Diagnosis {
            cause: self.cause,
            text: clip(&self.text),
            next: clip(&next.into()),
            lesson: self.cause.lesson().map(str::to_owned),
            follows: None,
        }
    }
}

/// A verdict without its status.
#[derive(Debug)]
pub(crate) struct Finding(Verdict);

impl Finding {
    pub(crate) fn expecting(expected: impl Into<String>) -> Self {
        Self(Verdict {
            status: Status::Unknown,
            expected: expected.into(),
            observed: String::new(),
            evidence: vec![],
            diagnosis: vec![],
        })
    }

    pub(crate) fn show(&mut self, layer: Layer, source: impl Into<String>, text: impl AsRef<str>) {
        self.0.evidence.push(Evidence { layer, source: source.into(), text: clip(text.as_ref()) });
    }

    /// Adds causes, without duplicates, and puts root causes first.
    pub(crate) fn because(&mut self, causes: impl IntoIterator<Item = Diagnosis>) {
        for new in causes {
            if !self.0.diagnosis.iter().any(|known| (known.cause, &known.text) == (new.cause, &new.text)) {
                self.0.diagnosis.push(new);
            }
        }
        put_root_causes_first(&mut self.0.diagnosis);
    }

    pub(crate) fn passed(self, observed: impl AsRef<str>) -> Verdict {
        // Causes explain a failure, so a passed check has none.
        Verdict { status: Status::Passed, observed: clip(observed.as_ref()), diagnosis: vec![], ..self.0 }
    }

    pub(crate) fn failed(self, observed: impl AsRef<str>) -> Verdict {
        Verdict { status: Status::Failed, observed: clip(observed.as_ref()), ..self.0 }
    }

    /// For a trial that was not requested, or that is not possible in this place.
    pub(crate) fn not_run(self, observed: impl AsRef<str>) -> Verdict {
        Verdict { status: Status::NotRun, observed: clip(observed.as_ref()), ..self.0 }
    }

    pub(crate) fn unknown(self, unknown: &Unknown) -> Verdict {
        let diagnose =
            |remedy: &String| Cause::CouldNotTell.because(unknown.reason.as_str()).next_step(remedy.as_str());
        let diagnosis = unknown.remedy.iter().map(diagnose).collect();
        Verdict { status: Status::Unknown, observed: clip(&unknown.reason), diagnosis, ..self.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::clip;

    #[test]
    fn long_texts_are_cut_at_a_character_boundary() {
        assert_eq!(clip("kept"), "kept");
        let cut = clip(&"µ".repeat(1_000));
        assert_eq!(cut.chars().count(), 401);
    }
}
