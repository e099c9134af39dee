//! Reads the TOML of one live block.

use regex_lite::Regex;
use toml::Spanned;

use super::parser::ChapterParser;
use super::segments::BlockKind;
use crate::course::error::did_you_mean;
use crate::course::fields::{Fields, Source, Word};
use crate::course::kebab::is_kebab;
use crate::model::{Block, LessonCommand, QuizForm, QuizQuestion};

const CHOICES: std::ops::RangeInclusive<usize> = 2..=6;

/// Reads a block whose body begins on this line. The result is only valid if no error was added.
pub(super) fn read(parser: &mut ChapterParser<'_>, kind: BlockKind, body: &str, line: usize) -> Option<Block> {
    let (mut source, table) = Source::parse_part(&parser.file, body, line - 1);
    let block = table.and_then(|table| {
        let mut fields = Fields::new(&mut source, &table, 0..0);
        let id = id(&mut fields);
        let block = match kind {
            BlockKind::Quiz => {
                question(&mut fields, parser).map(|question| Block::Quiz { id: text(id.as_ref()), question })
            }
            BlockKind::Try => {
                let look = fields.need_text("look").map(str::to_owned);
                command(&mut fields, parser).zip(look).map(|(command, look)| Block::Try {
                    id: text(id.as_ref()),
                    command,
                    look,
                })
            }
            BlockKind::Predict => {
                let question = question(&mut fields, parser);
                let command = command(&mut fields, parser);
                question.zip(command).map(|(question, command)| Block::Predict {
                    id: text(id.as_ref()),
                    question,
                    command,
                })
            }
            BlockKind::Lab => Some(Block::LabLink { lab: text(id.as_ref()) }),
        };
        fields.finish();
        if let Some(id) = &id {
            let at = source.position(id.span());
            if kind == BlockKind::Lab {
                parser.lab_links.push((id.get_ref().clone(), at));
            } else if parser.ids.contains(id.get_ref()) {
                let what = format!("another block already has the id {:?}", id.get_ref());
                source.report(id.span(), what, "ids must be unique in a chapter");
            } else {
                parser.ids.push(id.get_ref().clone());
                if matches!(kind, BlockKind::Try | BlockKind::Predict) {
                    parser.commands.push(id.get_ref().clone());
                }
            }
        }
        block
    });
    parser.errors.append(&mut source.errors);
    block
}

fn text(id: Option<&Spanned<String>>) -> String {
    id.map(|id| id.get_ref().clone()).unwrap_or_default()
}

fn id(fields: &mut Fields<'_, '_>) -> Option<Spanned<String>> {
    let value = fields.need("id")?;
    let id = fields.source.text("id", value)?;
    if !is_kebab(id) {
        let fix = "use lower-case letters, digits and hyphens: who-is-root";
        fields.source.report(value.span(), format!("{id:?} is not a valid id"), fix);
        return None;
    }
    Some(Spanned::new(value.span(), id.to_owned()))
}

fn question(fields: &mut Fields<'_, '_>, parser: &mut ChapterParser<'_>) -> Option<QuizQuestion> {
    let ask = markdown(fields, parser, "ask");
    let because = markdown(fields, parser, "because");
    let form = if fields.has_any(&["accept"]) { typed(fields) } else { choice(fields, parser) };
    Some(QuizQuestion { ask: ask?, form: form?, because: because? })
}

fn typed(fields: &mut Fields<'_, '_>) -> Option<QuizForm> {
    let accept = fields.need_words("accept")?;
    for word in &accept {
        check_regex(fields.source, "accept", word);
    }
    if accept.is_empty() {
        fields.source.report(fields.span(), "accept is empty", "give at least one regular expression");
    }
    Some(QuizForm::Typed { accept: accept.iter().map(|word| (*word.get_ref()).to_owned()).collect() })
}

fn choice(fields: &mut Fields<'_, '_>, parser: &mut ChapterParser<'_>) -> Option<QuizForm> {
    let words = fields.need_words("choices");
    let answer = fields.need("answer");
    let (words, answer) = (words?, answer?);
    if !CHOICES.contains(&words.len()) {
        fields.source.report(fields.span(), format!("the number of choices is {}", words.len()), "give two to six");
    }
    for word in &words {
        parser.links(word.get_ref(), |_| fields.source.position(word.span()));
    }
    let several = answer.get_ref().as_array();
    let numbers: Vec<_> = several.map_or_else(|| vec![answer], |array| array.iter().collect());
    let mut right = Vec::new();
    for number in numbers {
        let integer = fields.source.integer("answer", number)?;
        match usize::try_from(integer - 1) {
            Ok(index) if index < words.len() && !right.contains(&index) => right.push(index),
            Ok(index) if index < words.len() => {
                fields.source.report(number.span(), format!("{integer} is listed twice"), "remove one of them");
            }
            _ => {
                let fix = format!("choices are numbered from 1 to {}", words.len());
                fields.source.report(number.span(), format!("there is no choice {integer}"), fix);
            }
        }
    }
    if right.is_empty() {
        fields.source.report(answer.span(), "answer is empty", "give the number of each right choice");
    }
    right.sort_unstable();
    let choices = words.iter().map(|word| (*word.get_ref()).to_owned()).collect();
    Some(QuizForm::Choice { choices, right, several: several.is_some() })
}

fn command(fields: &mut Fields<'_, '_>, parser: &ChapterParser<'_>) -> Option<LessonCommand> {
    let run_at = fields.find("run").map(toml::Spanned::span);
    let run = fields.need_text("run");
    if let (Some(run), Some(span)) = (run, run_at)
        && run.contains('\n')
    {
        fields.source.report(span, "run has more than one line", "write one line; move a longer script into the scene");
    }
    let expect = fields.need("expect").and_then(|value| {
        let text = fields.source.text("expect", value)?;
        check_regex(fields.source, "expect", &Spanned::new(value.span(), text));
        Some(text)
    });
    let root = fields.find_choice("as", &[("learner", false), ("root", true)]).unwrap_or(false);
    let tools = fields.find_words("tools");
    let after = fields.find_words("after");
    for need in &after {
        if !parser.commands.iter().any(|known| known == need.get_ref()) {
            let what = format!("there is no earlier command {:?}", need.get_ref());
            fields.source.report(need.span(), what, did_you_mean(need.get_ref(), &parser.commands));
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

/// Reads a markdown value, and collects its links.
fn markdown(fields: &mut Fields<'_, '_>, parser: &mut ChapterParser<'_>, key: &'static str) -> Option<String> {
    let value = fields.need(key)?;
    let text = fields.source.text(key, value)?;
    parser.links(text, |_| fields.source.position(value.span()));
    Some(text.to_owned())
}

fn check_regex(source: &mut Source, key: &str, word: &Spanned<&str>) {
    if let Err(error) = Regex::new(word.get_ref()) {
        source.report(
            word.span(),
            format!("{key} is not a regular expression: {error}"),
            "write it in single quotes: '\\d+'",
        );
    }
}
