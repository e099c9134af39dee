//! Converts between the progress file and the state of a lesson.

use super::error::Error;
use super::workspace::{Workspace, now};
use crate::engine::session::{AnswerHistory, ProgressUpdate, QuizAnswer, SavedProgress, is_correct};
use crate::learner::Progress;
use crate::model::{Block, Chapter, Tutorial};

/// The learner's earlier pages and answers.
pub(crate) fn saved_progress(tutorial: &Tutorial, progress: &Progress) -> SavedProgress {
    let mut saved = SavedProgress::default();
    for chapter in &tutorial.chapters {
        let Some(known) = progress.chapters.get(&chapter.id) else { continue };
        saved.opened.extend(known.seen.iter().map(|page| (chapter.id.clone(), page.clone())));
        for (id, answer) in &known.answers {
            let Some(question) = chapter.block(id).and_then(Block::question) else { continue };
            let read = |text: &str| QuizAnswer::parse(text, &question.form);
            let Some(first) = read(&answer.first) else { continue };
            let latest = answer.latest.as_deref().and_then(read).map(|given| {
                let right = is_correct(question, &given);
                (given, right)
            });
            saved
                .answers
                .insert((chapter.id.clone(), id.clone()), AnswerHistory { first, first_correct: answer.right, latest });
        }
    }
    saved
}

/// Index of the page on which the learner left a chapter.
pub(crate) fn page_left(chapter: &Chapter, progress: &Progress) -> usize {
    let known = progress.chapters.get(&chapter.id);
    let page = known.and_then(|known| known.page.as_deref()).and_then(|slug| chapter.page(slug)).unwrap_or(0);
    // A chapter that was read to its last page starts again at the first.
    let is_read = known.is_some_and(|known| known.read_at.is_some());
    if is_read && page + 1 == chapter.pages.len() { 0 } else { page }
}

/// Records what the learner did.
pub(crate) fn record_lesson(workspace: &Workspace, update: ProgressUpdate) -> Result<(), Error> {
    let at = now();
    workspace.update_progress(move |progress| match update {
        ProgressUpdate::PageOpened { chapter, page, complete } => {
            progress.chapter(&chapter).record_page(&page, complete, &at);
            progress.current_chapter = Some(chapter);
        }
        ProgressUpdate::QuestionAnswered { chapter, block, answer, correct } => {
            progress.chapter(&chapter).record_answer(&block, &answer.to_text(), correct);
        }
        ProgressUpdate::CommandRan { chapter, block } => {
            progress.chapter(&chapter).ran.insert(block);
        }
        ProgressUpdate::ChapterRestarted { chapter } => progress.chapter(&chapter).restart(),
    })?;
    Ok(())
}
