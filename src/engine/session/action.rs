//! What a session asks its caller to do.

use super::quiz_answer::QuizAnswer;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action {
    /// Start a fresh sandbox with the scene of this chapter.
    PrepareSandbox {
        /// Index of the chapter in the tutorial.
        chapter: usize,
    },
    /// Run commands in the sandbox.
    Run {
        /// Index of the chapter in the tutorial.
        chapter: usize,
        /// Blocks whose commands run first.
        prerequisites: Vec<String>,
        block: String,
        /// The command line of the block, as the learner edited it.
        command: String,
    },
    /// Stop the running command.
    Stop,
    /// Open a shell in this lab.
    OpenLab {
        lab: String,
    },
    SaveProgress(ProgressUpdate),
    /// Draw the whole screen again.
    Redraw,
    /// Stop this program as Ctrl-Z does.
    Suspend,
    Quit,
}

/// A change to the learner's saved progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ProgressUpdate {
    PageOpened {
        /// The chapter's id.
        chapter: String,
        /// The page's anchor.
        page: String,
        /// Whether every page of the chapter has been opened.
        complete: bool,
    },
    QuestionAnswered {
        chapter: String,
        block: String,
        answer: QuizAnswer,
        correct: bool,
    },
    CommandRan {
        chapter: String,
        block: String,
    },
    /// The chapter starts again; first answers are kept.
    ChapterRestarted {
        chapter: String,
    },
}
