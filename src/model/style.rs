//! The style of output: width, colours and glyphs.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns to write in.
    pub width: usize,
    pub color: bool,
    /// Whether characters beyond ASCII can be shown.
    pub unicode: bool,
}

impl Style {
    pub(crate) fn glyphs(self) -> &'static Glyphs {
        if self.unicode { &UNICODE } else { &ASCII }
    }
}

/// The marks and drawing characters in use.
#[derive(Debug)]
pub(crate) struct Glyphs {
    pub(crate) passed: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) blocked: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) not_run: &'static str,

    /// A chapter or lab that is started.
    pub(crate) started: &'static str,
    /// A chapter, lab or page that is not started.
    pub(crate) not_started: &'static str,
    pub(crate) current_page: &'static str,
    pub(crate) opened_page: &'static str,

    /// A choice of a question that allows several.
    pub(crate) marked: &'static str,
    pub(crate) unmarked: &'static str,

    /// Points at the selected row.
    pub(crate) pointer: &'static str,
    /// To the left of the selected block.
    pub(crate) selected_bar: &'static str,
    pub(crate) block_bar: &'static str,

    /// Separates parts of a line.
    pub(crate) dot: &'static str,
    /// Precedes the source of a piece of evidence.
    pub(crate) from: &'static str,
    /// Precedes a command to run next.
    pub(crate) go: &'static str,
    pub(crate) down: &'static str,
    pub(crate) up_down: &'static str,
    pub(crate) ellipsis: &'static str,
    /// Ends a line that was cut; one column wide.
    pub(crate) cut: &'static str,
    pub(crate) rule: &'static str,

    /// The score bar.
    pub(crate) earned: &'static str,
    pub(crate) lost: &'static str,
    pub(crate) ungraded: &'static str,
    /// The bar of a chapter or lab.
    pub(crate) filled: &'static str,
    pub(crate) unfilled: &'static str,
    /// A progress bar: full, partial and empty cells.
    pub(crate) progress: &'static str,
    /// A spinner: its frames, then a blank for the end.
    pub(crate) spinner: &'static str,
}

const UNICODE: Glyphs = Glyphs {
    passed: "✓",
    failed: "✗",
    blocked: "–",
    unknown: "?",
    not_run: "○",
    started: "◐",
    not_started: "○",
    current_page: "◆",
    opened_page: "●",
    marked: "●",
    unmarked: "○",
    pointer: "▸",
    selected_bar: "▌",
    block_bar: "│",
    dot: "·",
    from: "←",
    go: "→",
    down: "↓",
    up_down: "↑↓",
    ellipsis: "…",
    cut: "…",
    rule: "─",
    earned: "━",
    lost: "─",
    ungraded: "┄",
    filled: "█",
    unfilled: "░",
    progress: "━╸ ",
    spinner: "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ",
};

const ASCII: Glyphs = Glyphs {
    passed: "+",
    failed: "x",
    blocked: "-",
    unknown: "?",
    not_run: "o",
    started: "~",
    not_started: ".",
    current_page: "#",
    opened_page: "*",
    marked: "*",
    unmarked: "o",
    pointer: ">",
    selected_bar: ">",
    block_bar: "|",
    dot: "-",
    from: "<-",
    go: "->",
    down: "v",
    up_down: "^v",
    ellipsis: "...",
    cut: ">",
    rule: "-",
    earned: "=",
    lost: "-",
    ungraded: ".",
    filled: "#",
    unfilled: ".",
    progress: "#> ",
    spinner: "-\\|/ ",
};
