//! A chapter of the tutorial: pages of prose and interactive blocks.

use std::collections::BTreeMap;

use super::Overlay;

/// The chapters and the glossary of a course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tutorial {
    /// In the order of their numbers.
    pub chapters: Vec<Chapter>,
    /// In alphabetical order.
    pub glossary: Vec<GlossaryTerm>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// The file's name without number and extension: `process-and-service`.
    pub id: String,
    /// The number in front of the file's name.
    pub number: u32,
    pub title: String,
    /// The time that a learner needs, in minutes.
    pub minutes: u32,
    /// Each completes "You can …".
    pub goals: Vec<String>,
    /// The files in its sandbox before the first command.
    pub scene: Overlay,
    /// At least one.
    pub pages: Vec<Page>,
    /// The recorded output of each command, by block id.
    pub recorded: BTreeMap<String, RecordedOutput>,
}

/// A section below a `##` heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The heading without markup.
    pub title: String,
    /// The anchor of the heading on git hosts; unique in its chapter.
    pub slug: String,
    /// The line of the heading in its file, from 1.
    pub line: usize,
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Markdown.
    Prose(String),
    Quiz {
        /// Unique in its chapter.
        id: String,
        question: QuizQuestion,
    },
    /// A command to run.
    Try {
        /// Unique in its chapter.
        id: String,
        command: LessonCommand,
        /// A hint what to look at in the output.
        look: String,
    },
    /// A question that a command answers.
    Predict {
        /// Unique in its chapter.
        id: String,
        /// Asked before the command runs.
        question: QuizQuestion,
        command: LessonCommand,
    },
    /// Opens a lab.
    LabLink {
        /// The lab's id.
        lab: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizQuestion {
    /// The question, markdown on one line.
    pub ask: String,
    pub form: QuizForm,
    /// Why the right answer is right, markdown.
    pub because: String,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuizForm {
    /// Pick from a list.
    Choice {
        /// Two to six, markdown on one line each.
        choices: Vec<String>,
        /// The indexes of the right choices, in order; never empty.
        right: Vec<usize>,
        /// Whether the learner may pick several.
        several: bool,
    },
    /// Type a text. It is right if one of these regular expressions matches all of it, in upper or lower case.
    Typed {
        /// At least one.
        accept: Vec<String>,
    },
}

/// A command for the chapter's sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonCommand {
    /// One line for bash.
    pub run: String,
    /// As root instead of as the learner.
    pub root: bool,
    /// A regular expression that the real output must match.
    pub expect: String,
    /// Programs that it needs and that not every sandbox has.
    pub tools: Vec<String>,
    /// Ids of blocks of this chapter that must have run before it.
    pub after: Vec<String>,
    /// The time limit in seconds.
    pub seconds: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GlossaryTerm {
    /// As written in running text.
    pub name: String,
    /// The anchor in links to it.
    pub slug: String,
    /// Its meaning, markdown.
    pub text: String,
}

/// The output of a command when the course was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedOutput {
    /// The command at that time.
    pub run: String,
    /// Standard output and standard error.
    pub output: String,
}

impl Block {
    /// The id of an interactive block; for a lab link, the lab's id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Prose(_) => None,
            Self::Quiz { id, .. } | Self::Try { id, .. } | Self::Predict { id, .. } | Self::LabLink { lab: id } => {
                Some(id)
            }
        }
    }

    #[must_use]
    pub fn question(&self) -> Option<&QuizQuestion> {
        match self {
            Self::Quiz { question, .. } | Self::Predict { question, .. } => Some(question),
            _ => None,
        }
    }

    #[must_use]
    pub fn command(&self) -> Option<&LessonCommand> {
        match self {
            Self::Try { command, .. } | Self::Predict { command, .. } => Some(command),
            _ => None,
        }
    }
}

impl Chapter {
    #[must_use]
    pub fn block(&self, id: &str) -> Option<&Block> {
        self.pages.iter().flat_map(|page| &page.blocks).find(|block| block.id() == Some(id))
    }

    /// The index of the page with this anchor.
    #[must_use]
    pub fn page(&self, slug: &str) -> Option<usize> {
        self.pages.iter().position(|page| page.slug == slug)
    }

    /// The recorded output of a block; none if its command has changed since.
    #[must_use]
    pub fn record(&self, id: &str) -> Option<&RecordedOutput> {
        let command = self.block(id)?.command()?;
        self.recorded.get(id).filter(|recorded| recorded.run == command.run)
    }

    /// The blocks that must run before this one, in a valid order, and this one last.
    #[must_use]
    pub fn required_commands(&self, id: &str) -> Vec<&Block> {
        let mut chain = Vec::new();
        self.add_to_chain(id, &mut chain, 0);
        chain
    }

    fn add_to_chain<'a>(&'a self, id: &str, chain: &mut Vec<&'a Block>, depth: usize) {
        let Some(block) = self.block(id) else { return };
        // The course check reports cycles; here they only must not loop forever.
        if depth > self.pages.len() * 8 || chain.iter().any(|known| known.id() == Some(id)) {
            return;
        }
        for need in block.command().map(|command| command.after.as_slice()).unwrap_or_default() {
            self.add_to_chain(need, chain, depth + 1);
        }
        chain.push(block);
    }
}

/// The anchor of a heading on git hosts: lower case, hyphens for spaces, no other punctuation.
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
    fn anchors_equal_those_of_git_hosts() {
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
