//! A line of a file with a piece of it underlined.

use annotate_snippets::renderer::{AnsiColor, Effects, Renderer};
use annotate_snippets::{AnnotationKind, Group, Level, Snippet};

use crate::model::{Excerpt, Style, escape};

/// Returns the line with its number, and below it the underlining. A long line is cut around the underlined piece.
pub(crate) fn excerpt(excerpt: &Excerpt, style: Style) -> String {
    let shown = |text: &str| escape(&text.replace('\t', "    ")).into_owned();
    let (before, marked) = (shown(&excerpt.before), shown(&excerpt.marked));
    let line = format!("{before}{marked}{}", shown(&excerpt.after));
    let underlined = AnnotationKind::Primary.span(before.len()..before.len() + marked.len());
    let snippet = Snippet::source(line).line_start(excerpt.line).annotation(underlined);
    let renderer = if style.color {
        // The default, blue, is hard to read on black.
        Renderer::styled()
            .line_num(AnsiColor::Cyan.on_default())
            .error(AnsiColor::Red.on_default().effects(Effects::BOLD))
    } else {
        Renderer::plain()
    };
    renderer.term_width(style.width).render(&[Group::with_level(Level::ERROR).element(snippet)])
}
