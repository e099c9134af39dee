//! `lessons/recorded/CHAPTER.toml`: what a chapter's commands printed, for machines where no sandbox can run.

use std::collections::BTreeMap;

use crate::course::error::CourseError;
use crate::course::fields::{Fields, Source};
use crate::course::tree::Tree;
use crate::model::Recorded;

/// Reads a chapter's records by block; none where nothing is recorded.
pub(super) fn read(tree: &Tree, chapter: &str, errors: &mut Vec<CourseError>) -> BTreeMap<String, Recorded> {
    let file = format!("lessons/recorded/{chapter}.toml");
    let Some(text) = tree.text_if_there(&file, errors) else { return BTreeMap::new() };
    let (mut source, table) = Source::parse(&file, text);
    let mut records = BTreeMap::new();
    for (id, value) in table.iter().flat_map(|table| table.iter()) {
        let Some(table) = value.get_ref().as_table() else {
            source.fault(value.span(), "is no record", "record the chapter anew");
            continue;
        };
        let mut fields = Fields::new(&mut source, table, value.span());
        let run = fields.need_text("run").map(str::to_owned);
        let output = fields.need("output").and_then(|value| value.get_ref().as_str()).map(str::to_owned);
        fields.finish();
        if let (Some(run), Some(output)) = (run, output) {
            records.insert(id.get_ref().to_string(), Recorded { run, output });
        }
    }
    errors.append(&mut source.errors);
    records
}
