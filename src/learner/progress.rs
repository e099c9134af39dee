//! What is remembered of a learner, and the text it is kept as.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The chapter that was read last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chapter_in_hand: Option<String>,
    /// Chapter id → what was read and answered in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub chapters: BTreeMap<String, ChapterProgress>,
    /// Lab id → what was done in it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labs: BTreeMap<String, LabProgress>,
}

/// What was read in one chapter, and answered. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChapterProgress {
    /// The page to go on with, by its anchor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// When its last unread page was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<String>,
    /// The pages that were opened, in that order, by their anchors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    /// The blocks whose commands were run.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub ran: BTreeSet<String>,
    /// Question id → how it was answered.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, AnswerProgress>,
}

/// How one question was answered. Choices are numbered from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AnswerProgress {
    /// The first answer, which is the one that counts.
    pub first: String,
    /// It was right.
    pub right: bool,
    /// The latest answer; none when the chapter was begun anew since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
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
    /// What it was drawn with, where it differs from learner to learner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u32>,
    /// Check id → what was handed in for it last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub answers: BTreeMap<String, String>,
    /// Check, or `check: cause` → how many hints were shown for it.
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
        Self {
            version: Self::VERSION,
            lab_in_hand: None,
            chapter_in_hand: None,
            chapters: BTreeMap::new(),
            labs: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// The format that this program reads and writes.
    pub const VERSION: u32 = 2;

    /// The record of one lab, made if there is none.
    pub fn lab(&mut self, id: &str) -> &mut LabProgress {
        self.labs.entry(id.to_owned()).or_default()
    }

    /// The record of one chapter, made if there is none.
    pub fn chapter(&mut self, id: &str) -> &mut ChapterProgress {
        self.chapters.entry(id.to_owned()).or_default()
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
        let mut progress: Self = table.try_into().map_err(damaged)?;
        // Version 1 knew no chapters, and nothing else was different.
        progress.version = Self::VERSION;
        progress.bound();
        Ok(progress)
    }

    /// Limits each value to what is possible, because a learner can edit the file.
    pub(super) fn bound(&mut self) {
        for lab in self.labs.values_mut() {
            lab.best_percent = lab.best_percent.map(|percent| percent.min(100));
        }
    }

    pub(super) fn to_text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEADER}{}", toml::to_string(self)?))
    }
}

impl ChapterProgress {
    /// Notes that a page was opened; `complete` says that no page is left.
    pub fn opened(&mut self, page: &str, complete: bool, at: &str) {
        self.page = Some(page.to_owned());
        if !self.seen.iter().any(|seen| seen == page) {
            self.seen.push(page.to_owned());
        }
        if complete && self.read_at.is_none() {
            self.read_at = Some(at.to_owned());
        }
    }

    /// Notes an answer: the first one stays.
    pub fn answered(&mut self, question: &str, given: &str, right: bool) {
        let answer = self.answers.entry(question.to_owned()).or_insert_with(|| AnswerProgress {
            first: given.to_owned(),
            right,
            latest: None,
        });
        answer.latest = Some(given.to_owned());
    }

    /// To the first page, with every question open again; what was answered first stays.
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
        self.hints.values().fold(0, |sum, shown| sum.saturating_add(*shown))
    }
}

#[cfg(test)]
mod tests {
    use super::{Progress, Refusal};

    #[test]
    fn the_file_is_readable_and_comes_back_as_it_was() {
        let mut progress = Progress { lab_in_hand: Some("sre-app".into()), ..Progress::default() };
        progress.chapter_in_hand = Some("systemctl".into());
        let chapter = progress.chapter("systemctl");
        chapter.opened("status", false, "2026-11-22T08:00:00Z");
        chapter.opened("exit-codes", true, "2026-11-22T09:00:00Z");
        chapter.opened("exit-codes", true, "2026-11-22T09:30:00Z");
        chapter.answered("why", "2", false);
        chapter.answered("why", "1, 3", true);
        chapter.ran.insert("show".into());
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
    fn what_cannot_be_used_is_told_apart() {
        assert_eq!(Progress::parse("version = 3\nunheard-of = 1\n"), Err(Refusal::Newer(3)));
        let old = Progress::parse("version = 1\n[labs.a]\nrevealed = true\n").unwrap();
        assert!(old.labs["a"].revealed && old.to_text().unwrap().contains("version = 2"));
        let odd = "version = 2\n[labs.a]\nbest-percent = 4294967295\n[labs.a.hints]\nb = 4294967295\nc = 1\n";
        for lab in
            [Progress::parse(odd).unwrap(), Progress::salvage(&format!("{odd}x"))].map(|mut odd| odd.lab("a").clone())
        {
            assert_eq!((lab.best_percent, lab.hints_shown()), (Some(100), u32::MAX), "what was written by hand");
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
            assert!(matches!(Progress::parse(damaged), Err(Refusal::Damaged(_))), "{damaged:?}");
        }
    }
}
