//! Splits the text of a chapter at its headings and live blocks, and keeps the line of each segment.

use crate::course::error::CourseError;
use crate::course::position::Position;
use crate::engine::did_you_mean;

/// The kinds of live blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    Quiz,
    Try,
    Predict,
    Lab,
}

impl BlockKind {
    const ALL: [Self; 4] = [Self::Quiz, Self::Try, Self::Predict, Self::Lab];

    /// The info string of its fence.
    fn name(self) -> &'static str {
        match self {
            Self::Quiz => "quiz",
            Self::Try => "try",
            Self::Predict => "predict",
            Self::Lab => "lab",
        }
    }
}

/// The front matter and the segments of a chapter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Segments<'t> {
    /// The TOML between the `+++` lines, which begins on line 2.
    pub(super) front: &'t str,
    /// In the order of the file.
    pub(super) body: Vec<Segment<'t>>,
}

/// One segment. Lines count from 1.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Segment<'t> {
    /// `## Title`: a new page.
    Heading { title: &'t str, line: usize },
    /// Markdown between them.
    Prose { text: &'t str, line: usize },
    /// The body of a live block, which begins on the line after its fence.
    Live { kind: BlockKind, body: &'t str, line: usize },
}

/// A fence that is not closed yet. `kind` is none for an ordinary code block.
struct OpenFence<'t> {
    marks: &'t str,
    kind: Option<BlockKind>,
    line: usize,
    begin: usize,
}

/// Splits a text. Without front matter, adds an error and returns none.
pub(super) fn split<'t>(file: &str, text: &'t str, errors: &mut Vec<CourseError>) -> Option<Segments<'t>> {
    let at = |line: usize, what: &str, fix: &str| CourseError::at(file, Position::of_line(text, line), what, fix);
    let Some(rest) = text.strip_prefix("+++\n") else {
        errors.push(at(
            1,
            "the file does not begin with front matter",
            "begin it with a line +++, then TOML, then a line +++",
        ));
        return None;
    };
    let Some((front, _)) = rest.split_once("\n+++\n") else {
        errors.push(at(1, "the front matter is not closed", "close it with a line +++"));
        return None;
    };
    let mut body = Vec::new();
    let mut offset = 4 + front.len() + 5;
    let mut line = front.matches('\n').count() + 4;
    let mut prose = (offset, line);
    let mut open: Option<OpenFence<'t>> = None;
    for row in text[offset..].split_inclusive('\n') {
        let (begin, number) = (offset, line);
        offset += row.len();
        line += 1;
        if let Some(fence) = &open {
            if is_closing(row, fence.marks) {
                if let Some(kind) = fence.kind {
                    body.push(Segment::Live { kind, body: &text[fence.begin..begin], line: fence.line + 1 });
                    prose = (offset, line);
                }
                open = None;
            }
        } else if let Some((marks, info)) = fence(row) {
            let kind = BlockKind::ALL.into_iter().find(|kind| kind.name() == info);
            if kind.is_some() {
                push_prose(&mut body, &text[prose.0..begin], prose.1);
            } else if let Some(near) = did_you_mean(info, BlockKind::ALL.map(BlockKind::name)) {
                errors.push(at(number, &format!("unknown block {info:?}"), &near));
            }
            open = Some(OpenFence { marks, kind, line: number, begin: offset });
        } else if let Some(title) = row.strip_prefix("## ") {
            push_prose(&mut body, &text[prose.0..begin], prose.1);
            body.push(Segment::Heading { title: title.trim(), line: number });
            prose = (offset, line);
        }
    }
    match open {
        Some(fence) => errors.push(at(fence.line, "the block is not closed", "close it with the same fence")),
        None => push_prose(&mut body, &text[prose.0..], prose.1),
    }
    Some(Segments { front, body })
}

/// Adds prose without the blank lines around it, unless there are only blank lines.
fn push_prose<'t>(body: &mut Vec<Segment<'t>>, text: &'t str, mut line: usize) {
    let mut rest = text;
    while let Some((first, after)) = rest.split_once('\n')
        && first.trim().is_empty()
    {
        rest = after;
        line += 1;
    }
    let text = rest.trim_end();
    if !text.is_empty() {
        body.push(Segment::Prose { text, line });
    }
}

/// Returns the marks and the info string if this line opens a fenced block.
fn fence(row: &str) -> Option<(&str, &str)> {
    let begin = row.trim_start_matches(' ');
    let mark = begin.chars().next().filter(|c| ['`', '~'].contains(c))?;
    let length = begin.chars().take_while(|c| *c == mark).count();
    let (marks, info) = begin.split_at(length);
    (length >= 3 && row.len() - begin.len() < 4 && !info.contains('`')).then(|| (marks, info.trim()))
}

fn is_closing(row: &str, marks: &str) -> bool {
    let row = row.trim();
    row.len() >= marks.len() && row.chars().all(|c| marks.starts_with(c))
}

#[cfg(test)]
mod tests {
    use super::{BlockKind, Segment, split};

    #[test]
    fn headings_prose_and_live_blocks() {
        let text = "+++\ntitle = \"x\"\n+++\n\n## One\n\nText\n\n```quiz\nid = 1\n```\n\n````text\n## no heading\n```try\n````\n\n## Two\n";
        let mut errors = Vec::new();
        let segments = split("f", text, &mut errors).unwrap();
        assert_eq!(errors, []);
        assert_eq!(segments.front, "title = \"x\"");
        assert_eq!(
            segments.body,
            [
                Segment::Heading { title: "One", line: 5 },
                Segment::Prose { text: "Text", line: 7 },
                Segment::Live { kind: BlockKind::Quiz, body: "id = 1\n", line: 10 },
                Segment::Prose { text: "````text\n## no heading\n```try\n````", line: 13 },
                Segment::Heading { title: "Two", line: 18 },
            ]
        );
    }

    #[test]
    fn unclosed_and_unknown_parts_are_reported() {
        for (text, expected) in [
            (
                "# x",
                "f:1:1: the file does not begin with front matter; begin it with a line +++, then TOML, then a line +++",
            ),
            ("+++\na = 1\n", "f:1:1: the front matter is not closed; close it with a line +++"),
            ("+++\na = 1\n+++\n```quizz\n```\n", "f:4:1: unknown block \"quizz\"; did you mean \"quiz\"?"),
            ("+++\na = 1\n+++\n\n```try\n## x\n", "f:5:1: the block is not closed; close it with the same fence"),
        ] {
            let mut errors = Vec::new();
            split("f", text, &mut errors);
            assert_eq!(errors.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);
        }
    }
}
