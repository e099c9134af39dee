//! The TOML of one live block.

use regex_lite::Regex;
use toml::Spanned;

use super::parser::ChapterParser;
use crate::course::error::did_you_mean;
use crate::course::fields::{Fields, Source, Word};
use crate::course::kebab::is_kebab;
use crate::model::{Block, LessonCommand, QuizForm, QuizQuestion};

const CHOICES: std::ops::RangeInclusive<usize> = 2..=6;

/// Reads a block whose body begins on this line. What comes back is only worth using without errors.
pub(super) fn read(reader: &mut ChapterParser<'_>, kind: &str, body: &str, line: usize) -> Option<Block> {
    let (mut source, table) = Source::parse_part(&reader.file, body, line - 1);
    let block = table.and_then(|table| {
        let mut fields = Fields::new(&mut source, &table, 0..0);
        let id = id(&mut fields);
        let block = match kind {
            "quiz" => ask(&mut fields, reader).map(|question| Block::Quiz { id: text(id.as_ref()), question }),
            "try" => {
                let look = fields.need_text("look").map(str::to_owned);
                practice(&mut fields, reader).zip(look).map(|(command, look)| Block::Try {
                    id: text(id.as_ref()),
                    command,
                    look,
                })
            }
            "predict" => {
                let question = ask(&mut fields, reader);
                let command = practice(&mut fields, reader);
                question.zip(command).map(|(question, command)| Block::Predict {
                    id: text(id.as_ref()),
                    question,
                    command,
                })
            }
            _ => Some(Block::LabLink { lab: text(id.as_ref()) }),
        };
        fields.finish();
        if let Some(id) = &id {
            let at = source.place(id.span().start);
            if kind == "lab" {
                reader.lab_links.push((id.get_ref().clone(), at));
            } else if reader.ids.contains(id.get_ref()) {
                let what = format!("a second block has the id {:?}", id.get_ref());
                source.fault(id.span(), what, "ids are unique in a chapter");
            } else {
                reader.ids.push(id.get_ref().clone());
                if matches!(kind, "try" | "predict") {
                    reader.commands.push(id.get_ref().clone());
                }
            }
        }
        block
    });
    reader.errors.append(&mut source.errors);
    block
}

fn text(id: Option<&Spanned<String>>) -> String {
    id.map(|id| id.get_ref().clone()).unwrap_or_default()
}

fn id(fields: &mut Fields<'_, '_>) -> Option<Spanned<String>> {
    let value = fields.need("id")?;
    let id = fields.source.text("id", value)?;
    if !is_kebab(id) {
        let mend = "use lower-case letters, digits and hyphens: who-is-root";
        fields.source.fault(value.span(), format!("{id:?} is no id"), mend);
        return None;
    }
    Some(Spanned::new(value.span(), id.to_owned()))
}

fn ask(fields: &mut Fields<'_, '_>, reader: &mut ChapterParser<'_>) -> Option<QuizQuestion> {
    let ask = prose(fields, reader, "ask");
    let because = prose(fields, reader, "because");
    let form = if fields.has_any(&["accept"]) { typed(fields) } else { choice(fields, reader) };
    Some(QuizQuestion { ask: ask?, form: form?, because: because? })
}

fn typed(fields: &mut Fields<'_, '_>) -> Option<QuizForm> {
    let accept = fields.need_words("accept")?;
    for word in &accept {
        regex(fields.source, "accept", word);
    }
    if accept.is_empty() {
        fields.source.fault(fields.span(), "accept is empty", "give at least one regular expression");
    }
    Some(QuizForm::Typed { accept: accept.iter().map(|word| (*word.get_ref()).to_owned()).collect() })
}

fn choice(fields: &mut Fields<'_, '_>, reader: &mut ChapterParser<'_>) -> Option<QuizForm> {
    let words = fields.need_words("choices");
    let answer = fields.need("answer");
    let (words, answer) = (words?, answer?);
    if !CHOICES.contains(&words.len()) {
        fields.source.fault(fields.span(), format!("there are {} choices", words.len()), "give two to six");
    }
    for word in &words {
        reader.links(word.get_ref(), fields.source.place(word.span().start), false);
    }
    let several = answer.get_ref().as_array();
    let numbers: Vec<_> = several.map_or_else(|| vec![answer], |array| array.iter().collect());
    let mut right = Vec::new();
    for number in numbers {
        let integer = fields.source.integer("answer", number)?;
        match usize::try_from(integer - 1) {
            Ok(index) if index < words.len() && !right.contains(&index) => right.push(index),
            Ok(index) if index < words.len() => {
                fields.source.fault(number.span(), format!("{integer} stands here twice"), "");
            }
            _ => {
                let mend = format!("number the choices from 1 to {}", words.len());
                fields.source.fault(number.span(), format!("there is no choice {integer}"), mend);
            }
        }
    }
    if right.is_empty() {
        fields.source.fault(answer.span(), "no choice is right", "name the right ones");
    }
    right.sort_unstable();
    let choices = words.iter().map(|word| (*word.get_ref()).to_owned()).collect();
    Some(QuizForm::Choice { choices, right, several: several.is_some() })
}

fn practice(fields: &mut Fields<'_, '_>, reader: &ChapterParser<'_>) -> Option<LessonCommand> {
    let run_at = fields.find("run").map(toml::Spanned::span);
    let run = fields.need_text("run");
    if let (Some(run), Some(span)) = (run, run_at)
        && run.contains('\n')
    {
        fields.source.fault(span, "run has several lines", "write one; longer things belong into the scene");
    }
    let expect = fields.need("expect").and_then(|value| {
        let text = fields.source.text("expect", value)?;
        regex(fields.source, "expect", &Spanned::new(value.span(), text));
        Some(text)
    });
    let root = fields.find_one_of("as", &["learner", "root"]) == Some("root");
    let tools = fields.find_words("tools");
    let after = fields.find_words("after");
    for need in &after {
        if !reader.commands.iter().any(|known| known == need.get_ref()) {
            let what = format!("no command {:?} stands before this one", need.get_ref());
            fields.source.fault(need.span(), what, did_you_mean(need.get_ref(), &reader.commands));
        }
    }
    let seconds = fields.find_count("seconds", 1..=60).unwrap_or(10);
    let owned = |words: Vec<Word<'_>>| words.iter().map(|word| (*word.get_ref()).to_owned()).collect();
    Some(LessonCommand {
        run: run?.to_owned(),
        root,
        expect: expect?.to_owned(),
        tools: owned(tools),
        after: owned(after),
        seconds,
    })
}

/// Markdown in a value, whose links count like those of the page.
fn prose(fields: &mut Fields<'_, '_>, reader: &mut ChapterParser<'_>, key: &'static str) -> Option<String> {
    let value = fields.need(key)?;
    let text = fields.source.text(key, value)?;
    reader.links(text, fields.source.place(value.span().start), false);
    Some(text.to_owned())
}

fn regex(source: &mut Source, key: &str, word: &Spanned<&str>) {
    if let Err(error) = Regex::new(word.get_ref()) {
        source.fault(
            word.span(),
            format!("{key} is no regular expression: {error}"),
            "write it in single quotes: '\\d+'",
        );
    }
}
