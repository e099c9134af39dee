//! Renders markdown as styled, wrapped lines. Control characters in the text are escaped.

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::block_writer::{BlockWriter, Heading, Inline, StyledText, Tone};
use super::code::Language;
use crate::model::escape;

/// Renders a text at this width, at least 24 columns. Without colour, code and headings keep marks such as backticks.
pub(crate) fn markdown(text: &str, width: usize, color: bool) -> String {
    let mut renderer = Renderer { writer: BlockWriter::new(width.max(24), color), ..Renderer::default() };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        renderer.render(event);
    }
    renderer.writer.finish()
}

/// Escapes a text so that markdown shows it literally. Newlines become spaces.
pub(crate) fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.push(' '),
            _ => {
                if character.is_ascii_punctuation() {
                    out.push('\\');
                }
                out.push(character);
            }
        }
    }
    out
}

#[derive(Debug, Default)]
struct Renderer {
    writer: BlockWriter,
    inline: Inline,
    code_block: bool,
    language: Language,
    /// The rows of the current table.
    rows: Vec<Vec<StyledText>>,
    /// The label of a callout, until its first text.
    label: Option<&'static str>,
    /// For each enclosing list the number of its next item; none for bullets.
    lists: Vec<Option<u64>>,
    /// For each enclosing link its target, and the offset where its text starts.
    links: Vec<(String, usize)>,
}

impl Renderer {
    fn render(&mut self, event: Event<'_>) {
        if let Some(label) = self.label
            && matches!(event, Event::Text(_) | Event::Code(_) | Event::Start(Tag::Strong))
        {
            self.label = None;
            // A callout that starts with strong text has that text as its label.
            if !matches!(event, Event::Start(Tag::Strong)) {
                self.writer.push(label, Inline { strong: true, ..Inline::default() });
                self.writer.push(" ", Inline::default());
            }
        }
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) if self.code_block => self.writer.push_code(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.writer.push(&text, self.inline),
            Event::Code(code) => {
                let code = if self.writer.color { code.to_string() } else { format!("`{code}`") };
                self.writer.push(&code, Inline { code: true, ..self.inline });
            }
            Event::SoftBreak => self.writer.push(" ", self.inline),
            Event::HardBreak => self.writer.flush_tight(),
            Event::Rule => self.writer.rule(),
            // Extensions that are not enabled.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.writer.push(&text, self.inline);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.writer.heading = Some(match level {
                    HeadingLevel::H1 => Heading::Title,
                    HeadingLevel::H2 => Heading::Section,
                    _ => Heading::Inner,
                });
            }
            Tag::CodeBlock(kind) => {
                self.writer.flush_tight();
                self.code_block = true;
                self.language = match kind {
                    CodeBlockKind::Fenced(info) => language(&info),
                    CodeBlockKind::Indented => Language::Other,
                };
            }
            Tag::BlockQuote(kind) => {
                self.label = kind.map(label);
                self.writer.begin_quote(kind.map_or(Tone::Plain, tone));
            }
            Tag::Table(_) => {
                self.writer.flush_tight();
                self.rows.clear();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::List(start) => {
                // The text of a tight item ends where a nested list starts.
                self.writer.flush_tight();
                self.lists.push(start);
            }
            Tag::Item => {
                let bullet = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => "- ".to_owned(),
                };
                self.writer.begin_item(bullet);
            }
            Tag::Emphasis => self.inline.emphasis = true,
            Tag::Strong => self.inline.strong = true,
            Tag::Link { dest_url, .. } => {
                self.inline.link = true;
                self.links.push((dest_url.to_string(), self.writer.paragraph.plain.len()));
            }
            Tag::Image { .. } => self.writer.push("[picture: ", self.inline),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.writer.flush(),
            TagEnd::Heading(_) => {
                self.writer.flush();
                self.writer.heading = None;
            }
            TagEnd::CodeBlock => {
                self.writer.flush_code(self.language);
                self.code_block = false;
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.writer.paragraph);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.writer.table(&std::mem::take(&mut self.rows)),
            TagEnd::BlockQuote(_) => {
                self.writer.flush();
                self.writer.end_container();
            }
            TagEnd::Item => {
                self.writer.flush_tight();
                self.writer.end_container();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.writer.needs_gap = true;
            }
            TagEnd::Emphasis => self.inline.emphasis = false,
            TagEnd::Strong => self.inline.strong = false,
            TagEnd::Image => self.writer.push("]", self.inline),
            TagEnd::Link => {
                self.inline.link = false;
                if let Some((target, start)) = self.links.pop()
                    && !is_course_link(&target)
                    && self.writer.paragraph.plain.get(start..) != Some(&escape(&target))
                {
                    self.writer.push(&format!(" ({target})"), self.inline);
                }
            }
            _ => {}
        }
    }
}

/// Whether a link leads to a page of the same course. Its address is not shown.
fn is_course_link(target: &str) -> bool {
    let file = target.split('#').next().unwrap_or(target);
    file.is_empty() || file.strip_suffix(".md").is_some_and(|name| !name.contains(':'))
}

fn language(info: &str) -> Language {
    match info.split_whitespace().next().unwrap_or("") {
        "ini" | "systemd" | "unit" => Language::UnitFile,
        "console" | "shell-session" => Language::Console,
        "text" => Language::Text,
        _ => Language::Other,
    }
}

fn label(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note.",
        BlockQuoteKind::Tip => "Tip.",
        BlockQuoteKind::Important => "Important.",
        BlockQuoteKind::Warning => "Warning.",
        BlockQuoteKind::Caution => "Caution.",
    }
}

fn tone(kind: BlockQuoteKind) -> Tone {
    match kind {
        BlockQuoteKind::Warning | BlockQuoteKind::Caution => Tone::Warning,
        _ => Tone::Hint,
    }
}

#[cfg(test)]
mod tests {
    use super::{escape_markdown, markdown};
    use proptest::prelude::*;
    use textwrap::core::display_width;

    #[test]
    fn an_escaped_text_is_shown_literally() {
        for text in ["a *b* _c_ `d` [e](f) <g> &amp; # \\ |", "1. x", "User=www # web", "two\nlines"] {
            let shown = markdown(&format!("Hint: {}", escape_markdown(text)), 200, true);
            assert_eq!(shown.trim_end(), format!("Hint: {}", text.replace('\n', " ")));
        }
    }

    const BRIEF: &str = r"# The page is down again

Mara started `python3 -m http.server 8000` by hand, went home, and **it died
with her terminal**. Make it a *service*, see <https://systemd.io> and [the manual](man:systemd.service).

## What must be true

1. It serves `/opt/sre-app` on port 8000, and it is the service's own process that answers there.
2. It comes back:
   - however it ends,
   - after 3 seconds.

> No one should have to log in
> to bring it back.

```ini
[Service]
ExecStart=/usr/bin/python3 -m http.server 8000 --directory /opt/sre-app
	Indented=by a tab
```

A line with a\
hard break.

---

- loose

- list
";

    #[test]
    fn a_brief_without_colour() {
        insta::assert_snapshot!(markdown(BRIEF, 72, false));
    }

    #[test]
    fn a_brief_in_40_columns() {
        insta::assert_snapshot!(markdown(BRIEF, 40, false));
    }

    #[test]
    fn a_brief_in_colour() {
        insta::assert_snapshot!(markdown(BRIEF, 72, true).replace('\x1b', "␛"));
    }

    #[test]
    fn colours_do_not_change_the_text() {
        let plain = console::strip_ansi_codes(&markdown(BRIEF, 60, true)).replace(['`', '=', '-'], "");
        let marked = markdown(BRIEF, 60, false).replace(['`', '=', '-'], "");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&plain), words(&marked));
    }

    proptest! {
        #[test]
        fn any_text_fits_its_width_and_is_escaped(
            text in r"([ \n\t>#*_`\[\]()<!1.|:-]|(a\|b\n-\|-\n)|[a-z]{1,12}|[世\x1b\x9b\u202e\r]|\PC){0,60}",
            width in 40_usize..90,
        ) {
            let page = markdown(&text, width, false);
            prop_assert!(!page.replace('\n', "").contains(crate::model::deceives), "{page:?}");
            for line in page.lines() {
                prop_assert!(display_width(line) <= width, "{line:?}");
            }
        }
    }
}
