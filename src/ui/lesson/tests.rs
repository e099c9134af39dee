//! A page with every element, and every overlay, at several widths: no row is wider than the window.

use std::collections::BTreeMap;

use console::{measure_text_width, strip_ansi_codes};

use super::{Completion, CourseRow, LabSummary, home_frame, lesson_frame};
use crate::engine::session::{Event, Key, SandboxStatus, SavedProgress, State, begin, update};
use crate::model::{
    Block, Chapter, GlossaryTerm, LessonCommand, Overlay, Page, QuizForm, QuizQuestion, Style, Tutorial,
};

const RICH: &str = "\
Words with *emphasis*, **strength**, `code`, a [unit](glossary.md#unit), and ![a picture](x.png). 世界 is four columns \
wide.

| Directive | Default | What it does |
|:--|--:|---|
| `Restart=` | `no` | start it again after an *unclean* exit |
| `RestartSec=` | 100ms | the pause before a restart |

- a list
  - a nested item that is long enough to wrap, with the next line indented as far
    1. and a numbered list in it
- 世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界世界

> Quoted words.

> [!TIP]
> **SRE insight.** Alert on restarts, not on death.

> [!WARNING]
> It cannot be undone.

```ini
# A unit
[Service]
ExecStart=/usr/bin/python3 -m http.server 8000 --directory /opt/sre-app --bind 127.0.0.1
```

```console
$ systemctl is-active web
active
```

```text
 start ──▶ running ──▶ done
```
";

fn command(run: &str, root: bool) -> LessonCommand {
    LessonCommand { run: run.into(), root, expect: ".".into(), tools: vec![], after: vec![], seconds: 10 }
}

fn tutorial() -> Tutorial {
    let choices = ["Because it is `masked`, so that systemd refuses to start it", "No"].map(str::to_owned).to_vec();
    let form = QuizForm::Choice { choices, right: vec![0], several: false };
    let question = QuizQuestion { ask: "Why does **nothing** start?".into(), form, because: "It is so.".into() };
    let typed = QuizForm::Typed { accept: vec!["x".into()] };
    let typed = QuizQuestion { ask: "Which word?".into(), form: typed, because: "So.".into() };
    let run = "systemctl show -P MainPID --value web.service; cat /proc/1/comm /proc/1/cmdline | tr '\\0' ' '";
    let blocks = vec![
        Block::Prose(RICH.into()),
        Block::Try { id: "t".into(), command: command(run, true), look: "the **number**".into() },
        Block::Predict { id: "p".into(), question: question.clone(), command: command("true", false) },
        Block::Quiz { id: "q".into(), question },
        Block::Quiz { id: "w".into(), question: typed },
        Block::LabLink { lab: "l".into() },
    ];
    let page = |title: &str, slug: &str, blocks| Page { title: title.into(), slug: slug.into(), line: 1, blocks };
    let chapter = Chapter {
        id: "rich".into(),
        number: 4,
        title: "Service states, and the transitions between them".into(),
        minutes: 9,
        goals: vec!["read a page".into(), "see all of it in any window".into()],
        scene: Overlay::default(),
        pages: vec![page("A rich page", "a", blocks), page("Summary", "summary", vec![Block::Prose("- Done.".into())])],
        recorded: BTreeMap::new(),
    };
    let term = GlossaryTerm { name: "unit".into(), slug: "unit".into(), text: "What systemd *manages*.".into() };
    Tutorial { chapters: vec![chapter], glossary: vec![term] }
}

const LABS: [LabSummary<'static>; 1] =
    [LabSummary { id: "l", title: "From a terminal to a service that lasts", minutes: 20, best: Some(65) }];

/// The page after its commands ran and its questions were answered, one of them wrong.
fn answered(tutorial: &Tutorial) -> State {
    let (mut state, _) = begin(tutorial, 0, 0, SavedProgress::default());
    let mut send = |event| {
        let before = std::mem::replace(&mut state, State::new(0, 0, SavedProgress::default()));
        state = update(tutorial, before, event).0;
        let (_, layout) = lesson_frame(tutorial, &state, &LABS, 400, Style { width: 80, color: false, unicode: true });
        let before = std::mem::replace(&mut state, State::new(0, 0, SavedProgress::default()));
        state = update(tutorial, before, Event::Layout(layout)).0;
    };
    send(Event::Sandbox(SandboxStatus::Running { systemd: "257".into() }));
    send(Event::Key(Key::Enter));
    let output = format!("1234\n● web.service\n\t\x1b[31mred\x1b[0m\n{}\n", "x".repeat(130));
    send(Event::Output(output));
    send(Event::Exited(Some(3)));
    for key in [Key::Enter, Key::Char('1')] {
        send(Event::Key(key));
    }
    send(Event::Exited(Some(0)));
    for key in [Key::Enter, Key::Char('2')] {
        send(Event::Key(key));
    }
    state
}

fn drawn(width: usize, color: bool, unicode: bool) -> String {
    let tutorial = tutorial();
    let (frame, _) = lesson_frame(&tutorial, &answered(&tutorial), &LABS, 120, Style { width, color, unicode });
    let text = frame.rows.join("\n");
    // Without the empty rows above the footer.
    let end = text.find("\n\n\n\n").unwrap_or(text.len());
    text[..end].replace('\x1b', "␛")
}

#[test]
fn a_rich_page_in_40_columns() {
    insta::assert_snapshot!(drawn(40, false, true));
}

#[test]
fn a_rich_page_in_80_columns() {
    insta::assert_snapshot!(drawn(80, false, true));
}

#[test]
fn a_rich_page_in_120_columns() {
    insta::assert_snapshot!(drawn(120, false, true));
}

#[test]
fn a_rich_page_in_colour() {
    insta::assert_snapshot!(drawn(80, true, true));
}

#[test]
fn a_rich_page_in_ascii() {
    let text = drawn(80, false, false);
    insta::assert_snapshot!(text);
    // Characters without an ASCII replacement stay.
    assert!(text.chars().all(|character| character.is_ascii() || "世界".contains(character)), "{text}");
}

#[test]
fn no_row_is_wider_than_the_window_in_any_mode() {
    use Key::{Char, Down, Enter, Escape, PageDown};
    let tutorial = tutorial();
    let long = "a long answer, or 世界, ".repeat(8);
    let before = answered(&tutorial);
    for width in [40, 41, 60, 80, 120] {
        for (color, unicode) in [(true, true), (false, true), (false, false)] {
            let style = Style { width, color, unicode };
            for keys in [
                vec![],
                vec![Char('?'), PageDown],
                vec![Char('t'), Down],
                [&[Char('/')][..], &"a".chars().map(Char).collect::<Vec<_>>()].concat(),
                [&[Char('/')][..], &long.chars().map(Char).collect::<Vec<_>>()].concat(),
                vec![Char('g')],
                vec![Char('R')],
                [&[Enter, Enter][..], &long.chars().map(Char).collect::<Vec<_>>()].concat(),
                [&[Enter, Enter][..], &long.chars().map(Char).collect::<Vec<_>>(), &[Enter]].concat(),
                vec![Escape, Char('p')],
            ] {
                let mut state = before.clone();
                for key in keys {
                    state = update(&tutorial, state, Event::Key(key)).0;
                    if !matches!(key, Char(_)) {
                        let layout = lesson_frame(&tutorial, &state, &LABS, 400, style).1;
                        state = update(&tutorial, state, Event::Layout(layout)).0;
                    }
                }
                for height in [6, 20, 200] {
                    let (frame, _) = lesson_frame(&tutorial, &state, &LABS, height, style);
                    assert_eq!(frame.rows.len(), height);
                    for row in &frame.rows {
                        assert!(measure_text_width(row) <= width, "{width} {:?}: {row:?}", state.mode);
                        assert!(color || !row.contains('\x1b'), "{row:?}");
                    }
                    if let Some((row, column)) = frame.cursor {
                        assert!(row < height && column < width, "{:?}", frame.cursor);
                    }
                }
            }
        }
    }
}

#[test]
fn the_home_screen_fits_and_shows_the_selected_row() {
    let row = |number: u32, completion| CourseRow {
        completion,
        number: (number != 3).then_some(number),
        id: format!("chapter-{number}"),
        percent: None,
        title: format!("Chapter {number} with a title of many words, more than fit"),
        detail: "page 3 of 9, 12 of 14 answers right at once".into(),
    };
    let rows: Vec<CourseRow> = (1..=12)
        .map(|number| row(number, [Completion::Done, Completion::Started, Completion::NotStarted][number as usize % 3]))
        .collect();
    for width in 40..=120 {
        for (height, chosen) in [(6, 0), (6, 11), (12, 5), (40, 11)] {
            for color in [true, false] {
                let frame = home_frame(&rows, chosen, height, Style { width, color, unicode: true });
                assert_eq!(frame.rows.len(), height);
                assert!(frame.rows.iter().all(|row| measure_text_width(row) <= width), "{width}: {:#?}", frame.rows);
                let pointed: Vec<_> = frame.rows.iter().map(|row| strip_ansi_codes(row)).collect();
                let pointed: Vec<_> = pointed.iter().filter(|row| row.starts_with('▸')).collect();
                assert!(pointed.len() == 1 && pointed[0].contains(&format!("Chapter {}", chosen + 1)), "{pointed:?}");
            }
        }
    }
    insta::assert_snapshot!(
        home_frame(&rows[..4], 1, 12, Style { width: 60, color: false, unicode: true }).rows.join("\n")
    );
}
