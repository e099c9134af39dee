//! Progress as a sitting knows it, and what a sitting does as progress knows it.

use crate::app::Failure;
use crate::cli::context::{self, Context};
use crate::engine::session::{Answered, Deed, Given, Past, accepts};
use crate::learner::Progress;
use crate::model::{Block, Chapter, Tutorial};

/// What is remembered of these chapters.
pub(super) fn past(tutorial: &Tutorial, progress: &Progress) -> Past {
    let mut past = Past::default();
    for chapter in &tutorial.chapters {
        let Some(known) = progress.chapters.get(&chapter.id) else { continue };
        past.opened.extend(known.seen.iter().map(|page| (chapter.id.clone(), page.clone())));
        for (id, answer) in &known.answers {
            let Some(question) = chapter.block(id).and_then(Block::question) else { continue };
            let read = |text: &str| Given::read(text, &question.form);
            let Some(first) = read(&answer.first) else { continue };
            let now = answer.latest.as_deref().and_then(read).map(|given| {
                let right = accepts(question, &given);
                (given, right)
            });
            past.answers.insert((chapter.id.clone(), id.clone()), Answered { first, first_right: answer.right, now });
        }
    }
    past
}

/// The page on which a chapter was left.
pub(super) fn page_left(chapter: &Chapter, progress: &Progress) -> usize {
    let known = progress.chapters.get(&chapter.id);
    let page = known.and_then(|known| known.page.as_deref()).and_then(|slug| chapter.page(slug)).unwrap_or(0);
    // Whoever has read all of it and comes again wants to read it, not its end.
    let is_read = known.is_some_and(|known| known.read_at.is_some());
    if is_read && page + 1 == chapter.pages.len() { 0 } else { page }
}

/// Writes down what was done.
pub(super) fn remember(context: &Context, deed: Deed) -> Result<(), Failure> {
    let at = context::now();
    context.remember(move |progress| match deed {
        Deed::Opened { chapter, page, complete } => {
            progress.chapter(&chapter).opened(&page, complete, &at);
            progress.chapter_in_hand = Some(chapter);
        }
        Deed::Answered { chapter, block, given, right } => {
            progress.chapter(&chapter).answered(&block, &given.to_text(), right);
        }
        Deed::Ran { chapter, block } => {
            progress.chapter(&chapter).ran.insert(block);
        }
        Deed::Restarted { chapter } => progress.chapter(&chapter).restart(),
    })?;
    Ok(())
}
