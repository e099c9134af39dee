//! A small sound chapter, and every way in which an author can spoil it.

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

fn mistakes(chapter: &str, glossary: &str, more: &[(&str, &[u8])]) -> Vec<String> {
    let mut files: Vec<(&str, &[u8])> = vec![
        ("lessons/glossary.md", glossary.as_bytes()),
        ("lessons/03-systemctl.md", chapter.as_bytes()),
        ("lessons/04-reliability.md", CHAPTER.as_bytes()),
        ("lessons/scenes/desk/setup.sh", b"true"),
    ];
    files.extend(more);
    course_with(LAB, CASE, &files).map_or_else(|told| told, |_| Vec::new())
}

#[test]
fn a_sound_chapter_is_read() {
    assert_eq!(mistakes(CHAPTER, GLOSSARY, &[]), [""; 0]);
    let files: [(&str, &[u8]); 4] = [
        ("lessons/glossary.md", GLOSSARY.as_bytes()),
        ("lessons/03-systemctl.md", CHAPTER.as_bytes()),
        ("lessons/04-reliability.md", CHAPTER.as_bytes()),
        ("lessons/scenes/desk/setup.sh", b"true"),
    ];
    let course = course_with(LAB, CASE, &files).unwrap();
    let chapter = course.chapter("3").unwrap();
    assert_eq!((chapter.id.as_str(), chapter.number, chapter.pages.len()), ("systemctl", 3, 2));
    assert_eq!(chapter.scene.script.as_deref(), Some("true"));
    let Block::Predict { question, command, .. } = &chapter.pages[0].blocks[2] else { panic!("{chapter:?}") };
    assert!(command.root && command.seconds == 10 && question.because == "It echoes.");
    assert!(matches!(&question.form, QuizForm::Choice { right, several: false, .. } if right == &[0]));
    let chain: Vec<_> = chapter.chain("guess").into_iter().filter_map(Block::id).collect();
    assert_eq!(chain, ["show", "guess"]);
    for (named, told) in [
        ("syst", None),
        ("SYSTEMCTL", None),
        ("sevice", Some("there is no chapter \"sevice\"; the chapters are: systemctl, reliability")),
        ("systemclt", Some("there is no chapter \"systemclt\"; did you mean \"systemctl\"?")),
        ("", Some("there is no chapter \"\"; the chapters are: systemctl, reliability")),
        ("9", Some("there is no chapter \"9\"; the chapters are: systemctl, reliability")),
    ] {
        assert_eq!(course.chapter(named).err().map(|error| error.to_string()).as_deref(), told, "{named}");
    }
}

#[test]
fn each_mistake_is_told_with_its_place() {
    let mut wrong = Vec::new();
    for (from, to, told) in [
        ("## A page", "Before.\n\n## A page", ":8:1: stands before the first page; begin a page with a line ## Title"),
        (
            "## Summary",
            "## The end",
            ":42:1: the last page is called \"The end\"; end every chapter with a page ## Summary",
        ),
        ("## Summary", "## A page", ":42:1: a second page is called \"A page\"; name each differently"),
        (
            "goals   = [\"do one thing\", \"see it done\"]",
            "goals = [\"x\"]",
            ":2:1: there are 1 goals; give two to five",
        ),
        ("\"desk\"", "\"desc\"", ":5:11: there is no folder lessons/scenes/desc; did you mean \"desk\"?"),
        ("minutes", "minuts", ":3:1: unknown key \"minuts\"; did you mean \"minutes\"?"),
        ("glossary.md#unit", "glossary.md#units", ":10:3: the glossary has no entry \"units\"; did you mean \"unit\"?"),
        (
            "#summary",
            "04-reliabilty.md",
            ":10:33: the link \"04-reliabilty.md\" leads nowhere; did you mean \"04-reliability.md\"?",
        ),
        (
            "#summary",
            "04-reliability.md#sumary",
            ":10:33: 04-reliability.md has no page \"sumary\"; did you mean \"summary\"?",
        ),
        (
            "id      = \"guess\"",
            "id      = \"show\"",
            ":20:11: a second block has the id \"show\"; ids are unique in a chapter",
        ),
        (
            "id      = \"guess\"",
            "id      = \"Guess\"",
            ":20:11: \"Guess\" is no id; use lower-case letters, digits and hyphens: who-is-root",
        ),
        ("answer  = 1", "answer  = 3", ":23:11: there is no choice 3; number the choices from 1 to 2"),
        ("answer  = 1", "answer  = []", ":23:11: no choice is right; name the right ones"),
        ("answer  = 1", "answer  = [1, 1]", ":23:15: 1 stands here twice"),
        ("[\"hello\", \"nothing\"]", "[\"hello\"]", ":20:1: there are 1 choices; give two to six"),
        ("[\"show\"]", "[\"shw\"]", ":26:12: no command \"shw\" stands before this one; did you mean \"show\"?"),
        ("'hel+o'\n```\n\n```predict", "'hel(o'\n```\n\n```predict", ":16:10: expect is no regular expression"),
        (
            "\"echo hello\"\nlook",
            "\"\"\"a\nb\"\"\"\nlook",
            ":14:10: run has several lines; write one; longer things belong into the scene",
        ),
        ("look   = \"the word\"\n", "", ":13:1: look is missing"),
        ("because = \"That one.\"\n", "", ":32:1: because is missing"),
        ("\"root\"", "\"rot\"", ":27:11: unknown as \"rot\"; did you mean \"root\"?"),
        ("```quiz", "```quizz", ":31:1: unknown block \"quizz\"; did you mean \"quiz\"?"),
        ("id = \"a\"", "id = \"b\"", ":39:6: there is no lab \"b\"; known are: a"),
    ] {
        let chapter = CHAPTER.replacen(from, to, 1);
        assert_ne!(chapter, CHAPTER, "{from}");
        let found = mistakes(&chapter, GLOSSARY, &[]);
        if !found.iter().any(|line| line.contains(told)) {
            wrong.push(format!("{to:?}: {told}\n{found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_stands_around_the_chapters_is_read_too() {
    for (file, bytes, told) in [
        ("lessons/systemctl.md", "", "lessons/systemctl.md: is read by nothing; name chapters 01-some-words.md"),
        (
            "lessons/notes/x",
            "",
            "lessons/notes/x: is read by nothing; here belong: chapters, glossary.md, scenes/, recorded/",
        ),
        (
            "lessons/scenes/desk/setup.py",
            "",
            "lessons/scenes/desk/setup.py: is read by nothing; here belong: files/, setup.sh",
        ),
        (
            "lessons/recorded/x.toml",
            "",
            "lessons/recorded/x.toml: is of no chapter; remove it, or name it after its chapter",
        ),
        (
            "lessons/recorded/systemctl.toml",
            "[a]\nrun = \"x\"\n",
            "lessons/recorded/systemctl.toml:1:1: output is missing",
        ),
        ("lessons/03-other.md", CHAPTER, "lessons/03-systemctl.md: has the number of 03-other.md; give each its own"),
    ] {
        let bytes = if bytes.is_empty() { "x" } else { bytes };
        let found = mistakes(CHAPTER, GLOSSARY, &[(file, bytes.as_bytes())]);
        assert!(found.iter().any(|line| line == told), "{file}: {found:#?}");
    }
    let twice = mistakes(CHAPTER, &format!("{GLOSSARY}\n## Unit\n\nAgain.\n\n## empty\n"), &[]);
    assert_eq!(
        twice,
        [
            "lessons/glossary.md: the entry \"empty\" says nothing",
            "lessons/glossary.md:7:1: a second entry is called \"Unit\"; make one of them"
        ]
    );
}
