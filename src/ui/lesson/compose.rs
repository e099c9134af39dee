//! A page as rows of text, block by block.

use super::block;
use super::brush::Brush;
use super::frame::Labs;
use crate::engine::session::{Layout, State};
use crate::model::{Block, Tutorial};
use crate::ui::markdown;

/// A page laid out.
#[derive(Debug, Default)]
pub(super) struct Composed {
    pub(super) rows: Vec<String>,
    /// For each block, its first row and the first after it.
    pub(super) blocks: Vec<(usize, usize)>,
    /// Where something is typed.
    pub(super) cursor: Option<(usize, usize)>,
}

impl Composed {
    /// How it lies in a window of so many rows.
    pub(super) fn layout(&self, rows: usize) -> Layout {
        Layout { rows, total: self.rows.len(), blocks: self.blocks.clone() }
    }
}

/// The columns of the gutter, in which live blocks have a bar.
pub(super) const GUTTER: usize = 2;

/// Lays out the page of a sitting.
pub(super) fn compose(tutorial: &Tutorial, state: &State, labs: &Labs<'_>, brush: Brush) -> Composed {
    let mut composed = Composed::default();
    let inner = Brush { width: brush.width - GUTTER, ..brush };
    let page = state.page(tutorial);
    let push = |composed: &mut Composed, gutter: &str, row: &str| {
        composed.rows.push(brush.shown(format!("{gutter}{row}").trim_end().to_owned()));
    };
    push(&mut composed, "  ", &brush.bold(&page.title));
    push(&mut composed, "", "");
    if state.page == 0 {
        let goals: Vec<String> = state.chapter(tutorial).goals.iter().map(|goal| format!("- {goal}")).collect();
        let text = format!("Once you have read this chapter, you can\n\n{}", goals.join("\n"));
        for line in markdown(&text, inner.width, brush.color).lines() {
            push(&mut composed, "  ", &brush.dim(line));
        }
        push(&mut composed, "", "");
    }
    for (index, block) in page.blocks.iter().enumerate() {
        let begin = composed.rows.len();
        if let Block::Prose(text) = block {
            for line in markdown(text, inner.width, brush.color).lines() {
                push(&mut composed, "  ", line);
            }
        } else {
            let rows = block::rows(tutorial, state, index, labs, inner);
            let bar = if state.in_hand == Some(index) {
                brush.strong(brush.sign("▌", ">"))
            } else {
                brush.dim(brush.sign("│", "|"))
            };
            if let Some((row, column)) = rows.cursor {
                composed.cursor = Some((begin + row, column + GUTTER));
            }
            for row in &rows.rows {
                push(&mut composed, &format!("{bar} "), row);
            }
        }
        composed.blocks.push((begin, composed.rows.len()));
        push(&mut composed, "", "");
    }
    composed.rows.pop();
    composed
}

/// How many rows a page takes before anything was done on it.
#[must_use]
pub fn page_rows(tutorial: &Tutorial, chapter: usize, page: usize, width: usize) -> usize {
    let mut state = State::new(chapter, page, crate::engine::session::Past::default());
    state.in_hand = Some(0);
    let brush = Brush { width, color: false, unicode: true };
    compose(tutorial, &state, &[], brush).rows.len()
}
