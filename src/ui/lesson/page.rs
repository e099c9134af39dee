//! A page of the tutorial as rows of text, block by block.

use super::block;
use super::lab_summary::LabSummary;
use crate::engine::session::{Layout, SavedProgress, State};
use crate::model::{Block, Style, Tutorial};
use crate::ui::markdown;

#[derive(Debug, Default)]
pub(super) struct PageRows {
    pub(super) rows: Vec<String>,
    /// For each block its first row and the row after its last.
    pub(super) blocks: Vec<(usize, usize)>,
    /// Row and column of the cursor, while the learner types.
    pub(super) cursor: Option<(usize, usize)>,
}

impl PageRows {
    /// The layout in a window of this height.
    pub(super) fn layout(&self, window: usize) -> Layout {
        Layout { window_rows: window, page_rows: self.rows.len(), blocks: self.blocks.clone() }
    }
}

/// Columns to the left of the text. Interactive blocks have a bar there.
const GUTTER: usize = 2;

/// Draws the current page.
pub(super) fn page_rows(tutorial: &Tutorial, state: &State, labs: &[LabSummary<'_>], style: Style) -> PageRows {
    let mut drawn = PageRows::default();
    let inner = Style { width: style.width - GUTTER, ..style };
    let page = state.page(tutorial);
    let push = |drawn: &mut PageRows, gutter: &str, row: &str| {
        drawn.rows.push(style.to_charset(format!("{gutter}{row}").trim_end().to_owned()));
    };
    push(&mut drawn, "  ", &style.bold(&page.title));
    push(&mut drawn, "", "");
    if state.page == 0 {
        let goals: Vec<String> = state.chapter(tutorial).goals.iter().map(|goal| format!("- {goal}")).collect();
        let text = format!("After this chapter you can\n\n{}", goals.join("\n"));
        for line in markdown(&text, inner.width, style.color).lines() {
            push(&mut drawn, "  ", &style.dim(line));
        }
        push(&mut drawn, "", "");
    }
    for (index, block) in page.blocks.iter().enumerate() {
        let begin = drawn.rows.len();
        if let Block::Prose(text) = block {
            for line in markdown(text, inner.width, style.color).lines() {
                push(&mut drawn, "  ", line);
            }
        } else {
            let block = block::block_rows(tutorial, state, index, labs, inner);
            let bar = if state.focus == Some(index) {
                style.bold_accent(style.glyphs().selected_bar)
            } else {
                style.dim(style.glyphs().block_bar)
            };
            if let Some((row, column)) = block.cursor {
                drawn.cursor = Some((begin + row, column + GUTTER));
            }
            for row in &block.rows {
                push(&mut drawn, &format!("{bar} "), row);
            }
        }
        drawn.blocks.push((begin, drawn.rows.len()));
        push(&mut drawn, "", "");
    }
    drawn.rows.pop();
    drawn
}

/// The height in rows of a page that the learner has just opened for the first time.
pub(crate) fn page_height(tutorial: &Tutorial, chapter: usize, page: usize, width: usize) -> usize {
    let mut state = State::new(chapter, page, SavedProgress::default());
    state.focus = Some(0);
    page_rows(tutorial, &state, &[], Style { width, color: false, unicode: true }).rows.len()
}
