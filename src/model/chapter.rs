//! A chapter of the tutorial: pages of prose, and blocks in them that are alive.

use std::collections::BTreeMap;

use super::Overlay;

/// Everything that a course has to read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tutorial {
    /// In the order of their numbers.
    pub chapters: Vec<Chapter>,
    /// In the order of the alphabet.
    pub glossary: Vec<GlossaryTerm>,
}

/// A chapter as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The file's name without number and ending: `process-and-service`.
    pub id: String,
    /// The number in front of the file's name.
    pub number: u32,
    /// What it is about, in a few words.
    pub title: String,
    /// How long a learner needs, in minutes.
    pub minutes: u32,
    /// Each completes "You can …".
    pub goals: Vec<String>,
    /// What lies in its sandbox before the first command.
    pub scene: Overlay,
    /// At least one, in the order of reading.
    pub pages: Vec<Page>,
    /// Block id → what its command printed when the course was recorded.
    pub recorded: BTreeMap<String, RecordedOutput>,
}

/// What stands below one `##`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The heading, without marks.
    pub title: String,
    /// The heading as git hosts make an anchor of it; unique in its chapter.
    pub slug: String,
    /// The line of the heading in its file, from 1.
    pub line: usize,
    /// In the order of reading.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Markdown.
    Prose(String),
    /// A question.
    Quiz {
        /// Unique in its chapter.
        id: String,
        /// What is asked.
        question: QuizQuestion,
    },
    /// A command to run.
    Try {
        /// Unique in its chapter.
        id: String,
        /// The command.
        command: LessonCommand,
        /// What to look at in its output.
        look: String,
    },
    /// A question that a command answers.
    Predict {
        /// Unique in its chapter.
        id: String,
        /// What is asked before it runs.
        question: QuizQuestion,
        /// The command.
        command: LessonCommand,
    },
    /// The door to a lab.
    LabLink {
        /// The lab's id.
        lab: String,
    },
}

/// A question with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizQuestion {
    /// The question, markdown on one line.
    pub ask: String,
    /// How it is answered.
    pub form: QuizForm,
    /// Why the right answer is right, markdown.
    pub because: String,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuizForm {
    /// By naming choices.
    Choice {
        /// Two to six, markdown on one line each.
        choices: Vec<String>,
        /// The right ones, from 0, in order; never empty.
        right: Vec<usize>,
        /// Whether several may be named.
        several: bool,
    },
    /// By typing a text that one of these regular expressions matches as a whole, whatever its case.
    Typed {
        /// At least one.
        accept: Vec<String>,
    },
}

/// A command that is run in the chapter's sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonCommand {
    /// One line for bash.
    pub run: String,
    /// As root instead of as the learner.
    pub root: bool,
    /// A regular expression that the real output must match.
    pub expect: String,
    /// Programs that it needs beside those that every sandbox has.
    pub tools: Vec<String>,
    /// Ids of blocks of this chapter that must have run before it.
    pub after: Vec<String>,
    /// How long it may take.
    pub seconds: u32,
}

/// A word of the trade.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlossaryTerm {
    /// As it is written in running text.
    pub name: String,
    /// The anchor that links name.
    pub slug: String,
    /// What it means, markdown.
    pub text: String,
}

/// What a command printed when the course was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedOutput {
    /// The command as it was then.
    pub run: String,
    /// Both its streams.
    pub output: String,
}

impl Block {
    /// The id of a block that is alive; a door's is its lab's.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Prose(_) => None,
            Self::Quiz { id, .. } | Self::Try { id, .. } | Self::Predict { id, .. } | Self::LabLink { lab: id } => {
                Some(id)
            }
        }
    }

    /// What it asks.
    #[must_use]
    pub fn question(&self) -> Option<&QuizQuestion> {
        match self {
            Self::Quiz { question, .. } | Self::Predict { question, .. } => Some(question),
            _ => None,
        }
    }

    /// What it runs.
    #[must_use]
    pub fn command(&self) -> Option<&LessonCommand> {
        match self {
            Self::Try { command, .. } | Self::Predict { command, .. } => Some(command),
            _ => None,
        }
    }
}

impl Chapter {
    /// The block with this id.
    #[must_use]
    pub fn block(&self, id: &str) -> Option<&Block> {
        self.pages.iter().flat_map(|page| &page.blocks).find(|block| block.id() == Some(id))
    }

    /// The page with this anchor.
    #[must_use]
    pub fn page(&self, slug: &str) -> Option<usize> {
        self.pages.iter().position(|page| page.slug == slug)
    }

    /// What a block printed when the course was recorded; none where its command has changed since.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<&RecordedOutput> {
        let command = self.block(id)?.command()?;
        self.recorded.get(id).filter(|recorded| recorded.run == command.run)
    }

    /// What must run before this block, and the block itself last: each once, what is needed before what needs it.
    #[must_use]
    pub fn chain(&self, id: &str) -> Vec<&Block> {
        let mut chain = Vec::new();
        self.add_to_chain(id, &mut chain, 0);
        chain
    }

    fn add_to_chain<'a>(&'a self, id: &str, chain: &mut Vec<&'a Block>, depth: usize) {
        let Some(block) = self.block(id) else { return };
        // A circle is a mistake that is told elsewhere; here it only has to end.
        if depth > self.pages.len() * 8 || chain.iter().any(|known| known.id() == Some(id)) {
            return;
        }
        for need in block.command().map(|command| command.after.as_slice()).unwrap_or_default() {
            self.add_to_chain(need, chain, depth + 1);
        }
        chain.push(block);
    }
}

/// A heading as git hosts make an anchor of it: lower case, spaces as hyphens, other punctuation left out.
#[must_use]
pub fn slug(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn anchors_are_those_of_git_hosts() {
        for (heading, anchor) in [
            ("The crash loop", "the-crash-loop"),
            ("What `systemctl` says, line by line", "what-systemctl-says-line-by-line"),
            ("PID 1", "pid-1"),
            ("active (exited)", "active-exited"),
            ("start/stop: 3 things", "startstop-3-things"),
        ] {
            assert_eq!(slug(heading), anchor);
        }
    }
}
