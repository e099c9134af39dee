//! What can still be read of progress that is damaged.

use serde::Serialize;

use super::progress::Progress;

impl Progress {
    /// What can be read of a text that is damaged: each chapter and each lab by itself.
    pub(super) fn salvage(text: &str) -> Self {
        let mut progress = Self::default();
        let (table, _) = toml::de::DeTable::parse_recoverable(text);
        let Ok(table) = toml::Table::try_from(Kept(table.get_ref())) else { return progress };
        let part = |name: &str| table.get(name).and_then(toml::Value::as_table).cloned().unwrap_or_default();
        // A table that was being named has no name yet, and nothing in it.
        let named = |name: &str| part(name).into_iter().filter(|(id, _)| !id.is_empty());
        for (id, chapter) in named("chapters") {
            progress.chapters.extend(chapter.try_into().ok().map(|chapter| (id, chapter)));
        }
        for (id, lab) in named("labs") {
            progress.labs.extend(lab.try_into().ok().map(|lab| (id, lab)));
        }
        let word = |name: &str| table.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        progress.lab_in_hand = word("lab-in-hand");
        progress.chapter_in_hand = word("chapter-in-hand");
        progress.bound();
        progress
    }
}

/// A table without what could not be read.
struct Kept<'a, 'de>(&'a toml::de::DeTable<'de>);

impl Serialize for Kept<'_, '_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key.get_ref(), KeptValue(value.get_ref()))))
    }
}

struct KeptValue<'a, 'de>(&'a toml::de::DeValue<'de>);

impl Serialize for KeptValue<'_, '_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use toml::de::DeValue;
        match self.0 {
            DeValue::String(text) => serializer.serialize_str(text),
            DeValue::Boolean(boolean) => serializer.serialize_bool(*boolean),
            DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
                Ok(number) => serializer.serialize_i64(number),
                Err(_) => serializer.serialize_str(number.as_str()),
            },
            DeValue::Array(array) => serializer.collect_seq(array.iter().map(|item| KeptValue(item.get_ref()))),
            DeValue::Table(table) => Kept(table).serialize(serializer),
            // Nothing of ours is either of them.
            DeValue::Float(_) | DeValue::Datetime(_) => serializer.serialize_str(""),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::learner::progress::{Progress, Refusal};

    #[test]
    fn of_a_damaged_file_each_sound_part_is_kept() {
        let text = "version = 2\nchapter-in-hand = \"a\"\n[chapters.a]\npage = \"x\"\nseen = [\"x\"]\n\
                    [chapters.b]\nseen = 7\n[labs.c]\nrevealed = true\nbest-percent = 0x41\n[labs.d]\nwhat = 1\n\
                    [labs.e]\nrevealed = tr";
        assert!(matches!(Progress::parse(text), Err(Refusal::Damaged(_))));
        let kept = Progress::salvage(text);
        assert_eq!(kept.chapters.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(kept.chapters["a"].page.as_deref(), Some("x"));
        assert_eq!(kept.labs.keys().collect::<Vec<_>>(), ["c", "e"]);
        assert_eq!((kept.labs["c"].best_percent, kept.labs["c"].revealed), (Some(65), true));
        assert_eq!(kept.chapter_in_hand.as_deref(), Some("a"));
        for nothing in ["", "\0\0", "[", "labs = 3"] {
            assert_eq!(Progress::salvage(nothing), Progress::default(), "{nothing:?}");
        }
    }
}
