//! What is remembered of a learner, and the text it is kept as.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything that is remembered of one learner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Progress {
    /// The format of the file, [`Progress::VERSION`].
    version: u32,
    /// The lab that was started last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab_in_hand: Option<String>,
    /// Lab id → what was done in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labs: BTreeMap<String, LabProgress>,
}

/// What was done in one lab. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LabProgress {
    /// When it was first started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// The best score so far, in percent; none before the first grading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_percent: Option<u32>,
    /// When it was first passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_at: Option<String>,
    /// The solution was shown.
    #[serde(default)]
    pub revealed: bool,
    /// Check id → how many of its hints were shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: BTreeMap<String, u32>,
}

/// Why a text is not progress that can be used.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is of a version that only a later program knows.
    Newer(i64),
    /// It is no progress at all, and why not.
    Damaged(String),
}

const HEADER: &str = "# What unitlab remembers of you. It is yours: read it, copy it, or delete it to begin anew.\n\n";

impl Default for Progress {
    fn default() -> Self {
        Self { version: Self::VERSION, lab_in_hand: None, labs: BTreeMap::new() }
    }
}

impl Progress {
    /// The format that this program reads and writes.
    pub const VERSION: u32 = 1;

    /// The record of one lab, made if there is none.
    pub fn lab(&mut self, id: &str) -> &mut LabProgress {
        self.labs.entry(id.to_owned()).or_default()
    }

    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let damaged = |error: toml::de::Error| Refusal::Damaged(error.message().trim().replace('\n', ", "));
        // The version first: a later format may have keys of which this program knows nothing.
        let table: toml::Table = text.parse().map_err(damaged)?;
        match table.get("version").and_then(toml::Value::as_integer) {
            None => return Err(Refusal::Damaged("it has no version".to_owned())),
            Some(version) if version > i64::from(Self::VERSION) => return Err(Refusal::Newer(version)),
            Some(version) if version < 1 => return Err(Refusal::Damaged(format!("there is no version {version}"))),
            Some(_) => {}
        }
        table.try_into().map_err(damaged)
    }

    pub(super) fn to_text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }
}

impl LabProgress {
    /// Notes a grading: the best score stays, and so does the first time it was passed.
    pub fn graded(&mut self, percent: u32, passed: bool, at: &str) {
        self.best_percent = self.best_percent.max(Some(percent));
        if passed && self.passed_at.is_none() {
            self.passed_at = Some(at.to_owned());
        }
    }

    /// How many hints were shown, of all checks together.
    #[must_use]
    pub fn hints_shown(&self) -> u32 {
        self.hints.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Refusal};

    #[test]
    fn the_file_is_readable_and_comes_back_as_it_was() {
        let mut progress = Progress { lab_in_hand: Some("sre-app".into()), ..Progress::default() };
        let lab = progress.lab("sre-app");
        lab.started = Some("2026-11-22T10:00:00Z".into());
        lab.hints.insert("non-root".into(), 2);
        lab.graded(65, false, "2026-11-22T10:10:00Z");
        lab.graded(100, true, "2026-11-22T10:20:00Z");
        lab.graded(80, true, "2026-11-22T10:30:00Z");
        assert_eq!(lab.hints_shown(), 2);
        let text = progress.to_text().unwrap();
        insta::assert_snapshot!(text, @r#"
        # What unitlab remembers of you. It is yours: read it, copy it, or delete it to begin anew.

        version = 1
        lab-in-hand = "sre-app"

        [labs.sre-app]
        started = "2026-11-22T10:00:00Z"
        best-percent = 100
        passed-at = "2026-11-22T10:20:00Z"
        revealed = false

        [labs.sre-app.hints]
        non-root = 2
        "#);
        assert_eq!(Progress::parse(&text), Ok(progress));
    }

    #[test]
    fn what_cannot_be_used_is_told_apart() {
        assert_eq!(Progress::parse("version = 2\nunheard-of = 1\n"), Err(Refusal::Newer(2)));
        for damaged in [
            "",
            "version = \"1\"",
            "version = 0",
            "version = 1\nlabs = 3",
            "version = 1\nx = 1",
            "\0\0\0",
            "version = 1\n[la",
        ] {
            assert!(matches!(Progress::parse(damaged), Err(Refusal::Damaged(_))), "{damaged:?}");
        }
    }
}
