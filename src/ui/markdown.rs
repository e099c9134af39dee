//! Markdown on a terminal, for pages and briefs: wrapped by what the eye sees, and safe to show.

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::code::Language;
use super::layout::{Heading, Inline, Page, Tone, Words};
use crate::model::escape;

/// Renders a markdown text for so many columns (at least 24), ending with a newline. Without colour, marks stand for
/// what colours would say.
#[must_use]
pub fn markdown(text: &str, width: usize, color: bool) -> String {
    let mut reader = Reader { page: Page::new(width.max(24), color), ..Reader::default() };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM) {
        reader.take(event);
    }
    reader.page.end()
}

/// A text as markdown that shows just this text, in one paragraph.
#[must_use]
pub fn literal(text: &str) -> String {
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
struct Reader {
    page: Page,
    inline: Inline,
    code_block: bool,
    language: Language,
    /// The rows of the table in hand.
    rows: Vec<Vec<Words>>,
    /// A callout has begun that has said nothing yet.
    label: Option<&'static str>,
    /// The numbers of the lists around it; none for bullets.
    lists: Vec<Option<u64>>,
    /// Targets of the links around it, each with where its text begins.
    links: Vec<(String, usize)>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        if let Some(label) = self.label
            && matches!(event, Event::Text(_) | Event::Code(_) | Event::Start(Tag::Strong))
        {
            self.label = None;
            // A callout that begins with strong words has a label of its own.
            if !matches!(event, Event::Start(Tag::Strong)) {
                self.page.push(label, Inline { strong: true, ..Inline::default() });
                self.page.push(" ", Inline::default());
            }
        }
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(tag) => self.close(tag),
            Event::Text(text) if self.code_block => self.page.push_code(&text),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => self.page.push(&text, self.inline),
            Event::Code(code) => {
                let code = if self.page.color { code.to_string() } else { format!("`{code}`") };
                self.page.push(&code, Inline { code: true, ..self.inline });
            }
            Event::SoftBreak => self.page.push(" ", self.inline),
            Event::HardBreak => self.page.flush_tight(),
            Event::Rule => self.page.rule(),
            // Extensions of CommonMark, none of which is switched on.
            Event::InlineMath(text) | Event::DisplayMath(text) | Event::FootnoteReference(text) => {
                self.page.push(&text, self.inline);
            }
            Event::TaskListMarker(_) => {}
        }
    }

    fn open(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.page.heading = Some(match level {
                    HeadingLevel::H1 => Heading::Title,
                    HeadingLevel::H2 => Heading::Section,
                    _ => Heading::Inner,
                });
            }
            Tag::CodeBlock(kind) => {
                self.page.flush_tight();
                self.code_block = true;
                self.language = match kind {
                    CodeBlockKind::Fenced(info) => language(&info),
                    CodeBlockKind::Indented => Language::Other,
                };
            }
            Tag::BlockQuote(kind) => {
                self.label = kind.map(label);
                self.page.quote(kind.map_or(Tone::Plain, tone));
            }
            Tag::Table(_) => {
                self.page.flush_tight();
                self.rows.clear();
            }
            Tag::TableHead | Tag::TableRow => self.rows.push(Vec::new()),
            Tag::List(start) => {
                // A tight item's own text ends where a list inside of it begins.
                self.page.flush_tight();
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
                self.page.item(bullet);
            }
            Tag::Emphasis => self.inline.emphasis = true,
            Tag::Strong => self.inline.strong = true,
            Tag::Link { dest_url, .. } => {
                self.inline.link = true;
                self.links.push((dest_url.to_string(), self.page.words.plain.len()));
            }
            Tag::Image { .. } => self.page.push("[picture: ", self.inline),
            _ => {}
        }
    }

    fn close(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.page.flush(),
            TagEnd::Heading(_) => {
                self.page.flush();
                self.page.heading = None;
            }
            TagEnd::CodeBlock => {
                self.page.flush_code(self.language);
                self.code_block = false;
            }
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.page.words);
                if let Some(row) = self.rows.last_mut() {
                    row.push(cell);
                }
            }
            TagEnd::Table => self.page.table(&std::mem::take(&mut self.rows)),
            TagEnd::BlockQuote(_) => {
                self.page.flush();
                self.page.leave();
            }
            TagEnd::Item => {
                self.page.flush_tight();
                self.page.leave();
            }
            TagEnd::List(_) => {
                self.lists.pop();
                self.page.apart = true;
            }
            TagEnd::Emphasis => self.inline.emphasis = false,
            TagEnd::Strong => self.inline.strong = false,
            TagEnd::Image => self.page.push("]", self.inline),
            TagEnd::Link => {
                self.inline.link = false;
                if let Some((target, start)) = self.links.pop()
                    && !is_inner(&target)
                    && self.page.words.plain.get(start..) != Some(&escape(&target))
                {
                    self.page.push(&format!(" ({target})"), self.inline);
                }
            }
            _ => {}
        }
    }
}

/// A link to another page of the same course, which is found by name and not by address.
fn is_inner(target: &str) -> bool {
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
    use super::{literal, markdown};
    use proptest::prelude::*;
    use textwrap::core::display_width;

    #[test]
    fn a_literal_text_shows_as_it_is() {
        for text in ["a *b* _c_ `d` [e](f) <g> &amp; # \\ |", "1. x", "User=www # web", "two\nlines"] {
            let shown = markdown(&format!("Hint: {}", literal(text)), 200, true);
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

> Nobody should have to log in
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
    fn colours_change_no_letter() {
        let plain = console::strip_ansi_codes(&markdown(BRIEF, 60, true)).replace(['`', '=', '-'], "");
        let marked = markdown(BRIEF, 60, false).replace(['`', '=', '-'], "");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&plain), words(&marked));
    }

    proptest! {
        #[test]
        fn nothing_is_wide_hostile_or_a_panic(
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
