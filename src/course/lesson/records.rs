//! Reads and writes `lessons/recorded/CHAPTER.toml`: recorded outputs for machines where no sandbox can run.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::course::error::CourseError;
use crate::course::fields::{Fields, Source};
use crate::course::files::CourseFiles;
use crate::model::{Block, Chapter, RecordedOutput};

/// Reads the recorded outputs of a chapter, by block. Empty if nothing is recorded.
pub(super) fn read(
    tree: &CourseFiles,
    chapter: &str,
    errors: &mut Vec<CourseError>,
) -> BTreeMap<String, RecordedOutput> {
    let file = format!("lessons/recorded/{chapter}.toml");
    let Some(text) = tree.optional_text(&file, errors) else { return BTreeMap::new() };
    let (mut source, table) = Source::parse(&file, text);
    let mut records = BTreeMap::new();
    for (id, value) in table.iter().flat_map(|table| table.iter()) {
        let Some(table) = value.get_ref().as_table() else {
            source.report(value.span(), "this is not a record", "write it again: unitlab course check DIR --record");
            continue;
        };
        let mut fields = Fields::new(&mut source, table, value.span());
        let run = fields.need_text("run").map(str::to_owned);
        let output = fields.need("output").and_then(|value| value.get_ref().as_str()).map(str::to_owned);
        fields.finish();
        if let (Some(run), Some(output)) = (run, output) {
            records.insert(id.get_ref().to_string(), RecordedOutput { run, output });
        }
    }
    errors.append(&mut source.errors);
    records
}

/// Lists commands without a record, records of changed commands, and records without a command.
pub(in crate::course) fn record_errors(chapter: &Chapter) -> Vec<CourseError> {
    let fix = "write the records again: unitlab course check DIR --record";
    let error = |what| CourseError::of_file(format!("lessons/recorded/{}.toml", chapter.id), what, fix);
    let blocks = chapter.pages.iter().flat_map(|page| &page.blocks).filter(|block| block.command().is_some());
    let mut errors = Vec::new();
    for id in blocks.filter_map(Block::id).filter(|id| chapter.record(id).is_none()) {
        let is_there = chapter.recorded.contains_key(id);
        let what = if is_there { "differs from the command in the chapter" } else { "is missing" };
        errors.push(error(format!("the record of {id:?} {what}")));
    }
    for id in chapter.recorded.keys().filter(|id| chapter.block(id).and_then(Block::command).is_none()) {
        errors.push(error(format!("the record of {id:?} has no command in the chapter")));
    }
    errors
}

/// The most bytes of an output that are recorded.
const OUTPUT_LIMIT: usize = 16 << 10;

/// Returns the text of a records file, in this order.
pub(crate) fn write<'a>(records: impl IntoIterator<Item = (&'a str, &'a RecordedOutput)>) -> String {
    let mut text = "# What this chapter's commands printed: written by `unitlab course check . --record`.\n".to_owned();
    for (id, RecordedOutput { run, output }) in records {
        let end = output.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= OUTPUT_LIMIT).last();
        let (run, output) = (quoted(run), lines(&output[..end.unwrap_or(0)]));
        // Writing into a String cannot fail.
        let _ = write!(text, "\n[{id}]\nrun = {run}\noutput = {output}\n");
    }
    text
}

/// A multi-line TOML literal where possible, else a quoted string.
fn lines(text: &str) -> String {
    let is_plain = |c: char| matches!(c, '\t' | '\n') || !c.is_control();
    if text.is_empty() || text.contains("'''") || text.ends_with('\'') || !text.chars().all(is_plain) {
        return quoted(text);
    }
    format!("'''\n{text}'''")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::{RecordedOutput, read, write};
    use crate::course::files::CourseFiles;

    #[test]
    fn written_records_can_be_read() {
        let outputs = ["", "a\nb\n", "no end", "it's\n", "'''\n", "quote'", "\u{1b}[1m\r\n\0", "\n\nx\\n", "\"\"\"é\t"];
        let mut records = Vec::new();
        for (at, output) in outputs.iter().enumerate() {
            let run = format!("echo '{at}' \"\\n\"");
            records.push((format!("b-{at}"), RecordedOutput { run, output: (*output).to_owned() }));
        }
        let text = write(records.iter().map(|(id, record)| (id.as_str(), record)));
        let mut errors = Vec::new();
        let back = read(&CourseFiles::of(&[("lessons/recorded/x.toml", text.as_bytes())]), "x", &mut errors);
        assert!(errors.is_empty(), "{errors:?}\n{text}");
        assert_eq!(back, records.into_iter().collect(), "{text}");
        assert!(text.contains("output = '''\na\nb\n'''\n"), "{text}");
    }

    #[test]
    fn a_long_output_is_cut_between_two_characters() {
        let record = RecordedOutput { run: "yes é".into(), output: format!("x{}", "é".repeat(20_000)) };
        let text = write([("long", &record)]);
        let value: toml::Table = text.parse().unwrap();
        let output = value["long"]["output"].as_str().unwrap();
        assert_eq!(output.len(), (16 << 10) - 1);
        assert!(record.output.starts_with(output));
    }
}
