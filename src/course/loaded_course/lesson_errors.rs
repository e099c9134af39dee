//! Breaks a small valid chapter in one place at a time. Each error must name its line and column.

use super::Course;
use super::tests::{CASE, LAB, course_with};
use crate::model::{Block, QuizForm};

const CHAPTER: &str = r#"+++
title   = "One thing"
minutes = 5
goals   = ["do one thing", "see it done"]
scene   = "desk"
+++

## A page

A [unit](glossary.md#unit), and [the end](#summary).

```try
id     = "show"
run    = "echo hello"
look   = "the word"
expect = 'hel+o'
```

```predict
id      = "guess"
ask     = "What comes?"
choices = ["hello", "nothing"]
answer  = 1
run     = "echo hello"
expect  = 'hello'
after   = ["show"]
as      = "root"
because = "It echoes."
```

```quiz
id      = "typed"
ask     = "Which word?"
accept  = ['hel+o']
because = "That one."
```

```lab
id = "a"
```

## Summary

- Done.
"#;
const GLOSSARY: &str = "# Glossary\n\n## unit\n\nWhat systemd manages.\n";

fn read(chapter: &str, glossary: &str, more: &[(&str, &[u8])]) -> Result<Course, Vec<String>> {
    let mut files: Vec<(&str, &[u8])> = vec![
        ("lessons/glossary.md", glossary.as_bytes()),
        ("lessons/03-systemctl.md", chapter.as_bytes()),
        ("lessons/04-reliability.md", CHAPTER.as_bytes()),
        ("lessons/scenes/desk/setup.sh", b"true"),
    ];
    files.extend(more);
    course_with(LAB, CASE, &files)
}

fn errors_of(chapter: &str, glossary: &str, more: &[(&str, &[u8])]) -> Vec<String> {
    read(chapter, glossary, more).err().unwrap_or_default()
}

#[test]
fn a_valid_chapter_is_read() {
    let course = read(CHAPTER, GLOSSARY, &[]).unwrap();
    let chapter = course.chapter("3").unwrap();
    assert_eq!((chapter.id.as_str(), chapter.number, chapter.pages.len()), ("systemctl", 3, 2));
    assert_eq!(chapter.scene.script.as_deref(), Some("true"));
    let Block::Predict { question, command, .. } = &chapter.pages[0].blocks[2] else { panic!("{chapter:?}") };
    assert!(command.root && command.seconds == 10 && question.because == "It echoes.");
    assert!(matches!(&question.form, QuizForm::Choice { right, several: false, .. } if right == &[0]));
    let chain: Vec<_> = chapter.required_commands("guess").into_iter().filter_map(Block::id).collect();
    assert_eq!(chain, ["show", "guess"]);
    for (named, expected) in [
        ("syst", None),
        ("SYSTEMCTL", None),
        ("sevice", Some("there is no chapter \"sevice\"; the chapters are: systemctl, reliability")),
        ("systemclt", Some("there is no chapter \"systemclt\"; did you mean \"systemctl\"?")),
        ("", Some("there is no chapter \"\"; the chapters are: systemctl, reliability")),
        ("9", Some("there is no chapter \"9\"; the chapters are: systemctl, reliability")),
    ] {
        assert_eq!(course.chapter(named).err().map(|error| error.to_string()).as_deref(), expected, "{named}");
    }
}

#[test]
fn an_error_in_a_chapter_names_line_and_column() {
    let mut wrong = Vec::new();
    for (from, to, expected) in [
        (
            "## A page",
            "Before.\n\n## A page",
            ":8:1: this comes before the first page; begin a page with a line ## Title",
        ),
        (
            "## Summary",
            "## The end",
            ":42:1: the last page has the title \"The end\"; end every chapter with a page ## Summary",
        ),
        (
            "## Summary",
            "## A page",
            ":42:1: another page already has the title \"A page\"; give each page its own title",
        ),
        (
            "goals   = [\"do one thing\", \"see it done\"]",
            "goals = [\"x\"]",
            ":2:1: the number of goals is 1; give two to five",
        ),
        ("\"desk\"", "\"desc\"", ":5:11: there is no directory lessons/scenes/desc; did you mean \"desk\"?"),
        ("minutes", "minuts", ":3:1: unknown key \"minuts\"; did you mean \"minutes\"?"),
        ("glossary.md#unit", "glossary.md#units", ":10:3: the glossary has no entry \"units\"; did you mean \"unit\"?"),
        (
            "#summary",
            "04-reliabilty.md",
            ":10:33: the link \"04-reliabilty.md\" is broken: there is no such chapter; did you mean \"04-reliability.md\"?",
        ),
        (
            "#summary",
            "04-reliability.md#sumary",
            ":10:33: 04-reliability.md has no page \"sumary\"; did you mean \"summary\"?",
        ),
        (
            "id      = \"guess\"",
            "id      = \"show\"",
            ":20:11: another block already has the id \"show\"; ids must be unique in a chapter",
        ),
        (
            "id      = \"guess\"",
            "id      = \"Guess\"",
            ":20:11: \"Guess\" is not a valid id; use lower-case letters, digits and hyphens: who-is-root",
        ),
        ("answer  = 1", "answer  = 3", ":23:11: there is no choice 3; choices are numbered from 1 to 2"),
        ("answer  = 1", "answer  = []", ":23:11: answer is empty; give the number of each right choice"),
        ("answer  = 1", "answer  = [1, 1]", ":23:15: 1 is listed twice; remove one of them"),
        ("[\"hello\", \"nothing\"]", "[\"hello\"]", ":20:1: the number of choices is 1; give two to six"),
        ("[\"show\"]", "[\"shw\"]", ":26:12: there is no earlier command \"shw\"; did you mean \"show\"?"),
        ("'hel+o'\n```\n\n```predict", "'hel(o'\n```\n\n```predict", ":16:10: expect is not a regular expression"),
        (
            "\"echo hello\"\nlook",
            "\"\"\"a\nb\"\"\"\nlook",
            ":14:10: run has more than one line; write one line; move a longer script into the scene",
        ),
        ("look   = \"the word\"\n", "", ":13:1: look is missing"),
        ("because = \"That one.\"\n", "", ":32:1: because is missing"),
        ("\"root\"", "\"rot\"", ":27:11: unknown value \"rot\" for as; did you mean \"root\"?"),
        ("```quiz", "```quizz", ":31:1: unknown block \"quizz\"; did you mean \"quiz\"?"),
        ("id = \"a\"", "id = \"b\"", ":39:6: there is no lab \"b\"; use one of: a"),
    ] {
        let chapter = CHAPTER.replacen(from, to, 1);
        assert_ne!(chapter, CHAPTER, "{from}");
        let found = errors_of(&chapter, GLOSSARY, &[]);
        if !found.iter().any(|line| line.contains(expected)) {
            wrong.push(format!("{to:?}: {expected}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn errors_in_scenes_records_and_glossary_are_reported() {
    for (file, bytes, expected) in [
        ("lessons/systemctl.md", "", "lessons/systemctl.md: unexpected file; name chapters like 01-some-words.md"),
        (
            "lessons/notes/x",
            "",
            "lessons/notes/x: unexpected file; expected here: chapters, glossary.md, scenes/, recorded/",
        ),
        (
            "lessons/scenes/desk/setup.py",
            "",
            "lessons/scenes/desk/setup.py: unexpected file; expected here: files/, setup.sh",
        ),
        (
            "lessons/recorded/x.toml",
            "",
            "lessons/recorded/x.toml: there is no chapter for these records; remove the file, or name it after its chapter",
        ),
        (
            "lessons/recorded/systemctl.toml",
            "[a]\nrun = \"x\"\n",
            "lessons/recorded/systemctl.toml:1:1: output is missing",
        ),
        (
            "lessons/03-other.md",
            CHAPTER,
            "lessons/03-systemctl.md: 03-other.md has the same chapter number; give each chapter its own",
        ),
    ] {
        let bytes = if bytes.is_empty() { "x" } else { bytes };
        let found = errors_of(CHAPTER, GLOSSARY, &[(file, bytes.as_bytes())]);
        assert!(found.iter().any(|line| line == expected), "{file}: {found:#?}");
    }
    let twice = errors_of(CHAPTER, &format!("{GLOSSARY}\n## Unit\n\nAgain.\n\n## empty\n"), &[]);
    assert_eq!(
        twice,
        [
            "lessons/glossary.md: the entry \"empty\" is empty; explain the term in one to three sentences",
            "lessons/glossary.md:7:1: another entry already has the name \"Unit\"; merge the two"
        ]
    );
}
