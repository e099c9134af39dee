//! Where the blocks of a page are on the screen.

/// The layout of a page, in rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Height of the window that shows the page.
    pub(crate) window_rows: usize,
    /// Height of the page.
    pub(crate) page_rows: usize,
    /// For each block its first row and the row after its last.
    pub(crate) blocks: Vec<(usize, usize)>,
}
