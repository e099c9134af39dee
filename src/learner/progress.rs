//! The learner's progress, and its TOML text.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Progress {
    /// The format of the file, [`Progress::VERSION`].
    version: u32,
    /// The id of the lab that was started last.
    #[serde(rename = "lab-in-hand", default, skip_serializing_if = "Option::is_none")]
    pub current_lab: Option<String>,
    /// The id of the chapter that was read last.
    #[serde(rename = "chapter-in-hand", default, skip_serializing_if = "Option::is_none")]
    pub current_chapter: Option<String>,
    /// By chapter id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub chapters: BTreeMap<String, ChapterProgress>,
    /// By lab id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labs: BTreeMap<String, LabProgress>,
}

/// Progress in one chapter. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChapterProgress {
    /// The anchor of the page on which to continue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// When its last unread page was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
    /// The anchors of the opened pages, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    /// The ids of the blocks whose commands were run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ran: BTreeSet<String>,
    /// By question id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, AnswerProgress>,
}

/// The answers to one question. Choices are numbered from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AnswerProgress {
    /// Only the first answer counts.
    pub first: String,
    /// The first answer was correct.
    pub right: bool,
    /// None if the chapter was restarted after the latest answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
}

/// Progress in one lab. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LabProgress {
    /// When it was first started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<String>,
    /// The best score in percent; none before the first grading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_percent: Option<u32>,
    /// When it was first passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_at: Option<String>,
    /// The solution was shown.
    #[serde(default)]
    pub revealed: bool,
    /// The seed of the learner's variant, in a lab with variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Check id → the answer that was submitted last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// `check` or `check: cause` → number of hints shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hints: BTreeMap<String, u32>,
}

/// Why a text cannot be used as progress.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ParseError {
    /// A newer program wrote it, with this version.
    Newer(i64),
    /// The reason.
    Damaged(String),
}

const HEADER: &str = "# Your unitlab progress. The file is yours: read it, copy it, or delete it to start over.\n\n";

impl Default for Progress {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            current_lab: None,
            current_chapter: None,
            chapters: BTreeMap::new(),
            labs: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// The version of the file format that this program writes.
    pub const VERSION: u32 = 2;

    /// Returns the progress in one lab, new if there is none.
    pub fn lab(&mut self, id: &str) -> &mut LabProgress {
        self.labs.entry(id.to_owned()).or_default()
    }

    /// Returns the progress in one chapter, new if there is none.
    pub fn chapter(&mut self, id: &str) -> &mut ChapterProgress {
        self.chapters.entry(id.to_owned()).or_default()
    }

    pub(super) fn parse(text: &str) -> Result<Self, ParseError> {
        let damaged = |error: toml::de::Error| ParseError::Damaged(error.message().trim().replace('\n', ", "));
        // Check the version first: a newer format may have keys that this program does not know.
        let table: toml::Table = text.parse().map_err(damaged)?;
        match table.get("version").and_then(toml::Value::as_integer) {
            None => return Err(ParseError::Damaged("it has no version".to_owned())),
            Some(version) if version > i64::from(Self::VERSION) => return Err(ParseError::Newer(version)),
            Some(version) if version < 1 => return Err(ParseError::Damaged(format!("there is no version {version}"))),
            Some(_) => {}
        }
        let mut progress: Self = table.try_into().map_err(damaged)?;
        // Version 1 had no chapters; nothing else differs.
        progress.version = Self::VERSION;
        progress.clamp();
        Ok(progress)
    }

    /// Lowers percentages above 100: learners may edit the file.
    pub(super) fn clamp(&mut self) {
        for lab in self.labs.values_mut() {
            lab.best_percent = lab.best_percent.map(|percent| percent.min(100));
        }
    }

    pub(super) fn to_text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }
}

impl ChapterProgress {
    /// Records that a page was opened. `complete` means that no unread page is left.
    pub fn record_page(&mut self, page: &str, complete: bool, at: &str) {
        self.page = Some(page.to_owned());
        if !self.seen.iter().any(|seen| seen == page) {
            self.seen.push(page.to_owned());
        }
        if complete && self.read_at.is_none() {
            self.read_at = Some(at.to_owned());
        }
    }

    /// Records an answer; the first one is kept.
    pub fn record_answer(&mut self, question: &str, given: &str, right: bool) {
        let answer = self.answers.entry(question.to_owned()).or_insert_with(|| AnswerProgress {
            first: given.to_owned(),
            right,
            latest: None,
        });
        answer.latest = Some(given.to_owned());
    }

    /// Goes back to the first page and reopens every question; the first answers are kept.
    pub fn restart(&mut self) {
        self.page = None;
        self.seen.clear();
        self.ran.clear();
        for answer in self.answers.values_mut() {
            answer.latest = None;
        }
    }
}

impl LabProgress {
    /// Records a grading; the best score and the time of the first pass are kept.
    pub fn record_grading(&mut self, percent: u32, passed: bool, at: &str) {
        self.best_percent = self.best_percent.max(Some(percent));
        if passed && self.passed_at.is_none() {
            self.passed_at = Some(at.to_owned());
        }
    }

    /// The number of hints shown for all checks.
    #[must_use]
    pub fn hints_shown(&self) -> u32 {
        self.hints.values().fold(0, |sum, shown| sum.saturating_add(*shown))
    }
}

#[cfg(test)]
mod tests {
    use super::{ParseError, Progress};

    #[test]
    fn progress_is_written_readably_and_parsed_back() {
        let mut progress = Progress { current_lab: Some("sre-app".into()), ..Progress::default() };
        progress.current_chapter = Some("systemctl".into());
        let chapter = progress.chapter("systemctl");
        chapter.record_page("status", false, "2026-11-22T08:00:00Z");
        chapter.record_page("exit-codes", true, "2026-11-22T09:00:00Z");
        chapter.record_page("exit-codes", true, "2026-11-22T09:30:00Z");
        chapter.record_answer("why", "2", false);
        chapter.record_answer("why", "1, 3", true);
        chapter.ran.insert("show".into());
        let lab = progress.lab("sre-app");
        lab.started = Some("2026-11-22T10:00:00Z".into());
        lab.hints.insert("non-root".into(), 2);
        lab.record_grading(65, false, "2026-11-22T10:10:00Z");
        lab.record_grading(100, true, "2026-11-22T10:20:00Z");
        lab.record_grading(80, true, "2026-11-22T10:30:00Z");
        assert_eq!(lab.hints_shown(), 2);
        let text = progress.to_text().unwrap();
        insta::assert_snapshot!(text, @r#"
        # Your unitlab progress. The file is yours: read it, copy it, or delete it to start over.

        version = 2
        lab-in-hand = "sre-app"
        chapter-in-hand = "systemctl"

        [chapters.systemctl]
        page = "exit-codes"
        read-at = "2026-11-22T09:00:00Z"
        seen = ["status", "exit-codes"]
        ran = ["show"]

        [chapters.systemctl.answers.why]
        first = "2"
        right = false
        latest = "1, 3"

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
    fn newer_and_damaged_files_are_distinguished() {
        assert_eq!(Progress::parse("version = 3\nunheard-of = 1\n"), Err(ParseError::Newer(3)));
        let old = Progress::parse("version = 1\n[labs.a]\nrevealed = true\n").unwrap();
        assert!(old.labs["a"].revealed && old.to_text().unwrap().contains("version = 2"));
        let odd = "version = 2\n[labs.a]\nbest-percent = 4294967295\n[labs.a.hints]\nb = 4294967295\nc = 1\n";
        for lab in
            [Progress::parse(odd).unwrap(), Progress::recover(&format!("{odd}x"))].map(|mut odd| odd.lab("a").clone())
        {
            assert_eq!((lab.best_percent, lab.hints_shown()), (Some(100), u32::MAX), "values written by hand");
        }
        for damaged in [
            "",
            "version = \"1\"",
            "version = 0",
            "version = 1\nlabs = 3",
            "version = 1\nx = 1",
            "\0\0\0",
            "version = 1\n[la",
        ] {
            assert!(matches!(Progress::parse(damaged), Err(ParseError::Damaged(_))), "{damaged:?}");
        }
    }
}
