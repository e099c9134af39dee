//! Recovers the readable parts of a damaged progress file.

use serde::Serialize;

use super::progress::Progress;

impl Progress {
    /// Returns every chapter and lab of a damaged text that can be read by itself.
    pub(super) fn recover(text: &str) -> Self {
        let mut progress = Self::default();
        let (table, _) = toml::de::DeTable::parse_recoverable(text);
        let Ok(table) = toml::Table::try_from(ReadableTable(table.get_ref())) else { return progress };
        let table_at = |name: &str| table.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        // An unfinished table header at the end of the text yields an empty name.
        let entries = |name: &str| table_at(name).into_iter().filter(|(id, _)| !id.is_empty());
        for (id, chapter) in entries("chapters") {
            progress.chapters.extend(chapter.try_into().ok().map(|chapter| (id, chapter)));
        }
        for (id, lab) in entries("labs") {
            progress.labs.extend(lab.try_into().ok().map(|lab| (id, lab)));
        }
        let string = |name: &str| table.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        progress.current_lab = string("lab-in-hand");
        progress.current_chapter = string("chapter-in-hand");
        progress.clamp();
        progress
    }
}

/// Serializes a table without its unreadable parts.
struct ReadableTable<'a, 'de>(&'a toml::de::DeTable<'de>);

impl Serialize for ReadableTable<'_, '_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key.get_ref(), ReadableValue(value.get_ref()))))
    }
}

struct ReadableValue<'a, 'de>(&'a toml::de::DeValue<'de>);

impl Serialize for ReadableValue<'_, '_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use toml::de::DeValue;
        match self.0 {
            DeValue::String(text) => serializer.serialize_str(text),
            DeValue::Boolean(boolean) => serializer.serialize_bool(*boolean),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => serializer.serialize_str(number.as_str()),
            },
            DeValue::Array(array) => serializer.collect_seq(array.iter().map(|item| ReadableValue(item.get_ref()))),
            DeValue::Table(table) => ReadableTable(table).serialize(serializer),
            // Progress contains no floats and no dates.
            DeValue::Float(_) | DeValue::Datetime(_) => serializer.serialize_str(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::learner::progress::{ParseError, Progress};

    #[test]
    fn every_readable_part_of_a_damaged_file_is_recovered() {
        let text = "version = 2\nchapter-in-hand = \"a\"\n[chapters.a]\npage = \"x\"\nseen = [\"x\"]\n\
                    [chapters.b]\nseen = 7\n[labs.c]\nrevealed = true\nbest-percent = 0x41\n[labs.d]\nwhat = 1\n\
                    [labs.e]\nrevealed = tr";
        assert!(matches!(Progress::parse(text), Err(ParseError::Damaged(_))));
        let recovered = Progress::recover(text);
        assert_eq!(recovered.chapters.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(recovered.chapters["a"].page.as_deref(), Some("x"));
        assert_eq!(recovered.labs.keys().collect::<Vec<_>>(), ["c", "e"]);
        assert_eq!((recovered.labs["c"].best_percent, recovered.labs["c"].revealed), (Some(65), true));
        assert_eq!(recovered.current_chapter.as_deref(), Some("a"));
        for unreadable in ["", "\0\0", "[", "labs = 3"] {
            assert_eq!(Progress::recover(unreadable), Progress::default(), "{unreadable:?}");
        }
    }
}
