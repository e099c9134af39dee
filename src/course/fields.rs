//! A TOML table read key by key, remembering where everything stands and which keys were asked for.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::CourseError;
use super::error::did_you_mean;
use super::files::place;

/// A value and where it stands.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A word and where it stands.
pub(super) type Word<'t> = Spanned<&'t str>;

/// One TOML file and the mistakes found in it so far.
pub(super) struct Source {
    file: String,
    text: String,
    /// How many lines of the file stand before the text.
    lines_before: usize,
    pub(super) errors: Vec<CourseError>,
    /// Variables have put values into the text, so that a number may stand in quotes.
    pub(super) varied: bool,
}

impl Source {
    /// Parses a text; every mistake in its syntax is reported, and any of them leaves no table.
    pub(super) fn parse<'t>(file: &str, text: &'t str) -> (Self, Option<DeTable<'t>>) {
        Self::parse_part(file, text, 0)
    }

    /// Like [`Source::parse`], for a part of a file that begins after `lines_before` lines.
    pub(super) fn parse_part<'t>(file: &str, text: &'t str, lines_before: usize) -> (Self, Option<DeTable<'t>>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut source =
            Self { file: file.to_owned(), text: text.to_owned(), lines_before, errors: Vec::new(), varied: false };
        for error in &errors {
            source.fault(error.span().unwrap_or_default(), error.message().trim().replace('\n', ", "), "");
        }
        (source, errors.is_empty().then(|| table.into_inner()))
    }

    pub(super) fn fault(&mut self, span: Range<usize>, what: impl Into<String>, mend: impl Into<String>) {
        let at = Some(self.place(span.start));
        self.errors.push(CourseError { at, ..CourseError::of_file(&self.file, what, mend) });
    }

    /// Line and column in the file of an offset in the text.
    pub(super) fn place(&self, offset: usize) -> (usize, usize) {
        let (line, column) = place(&self.text, offset);
        (line + self.lines_before, column)
    }

    fn wrong_type(&mut self, key: &str, value: &Value<'_>, wanted: &str) {
        let is = value.get_ref().type_str();
        self.fault(value.span(), format!("{key} is of the wrong type: {is}"), format!("write {wanted}"));
    }

    /// A text that says something.
    pub(super) fn text<'t>(&mut self, key: &str, value: &'t Value<'t>) -> Option<&'t str> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "a text in quotes");
            return None;
        };
        if text.trim().is_empty() {
            self.fault(value.span(), format!("{key} is empty"), "");
            return None;
        }
        Some(text)
    }

    pub(super) fn boolean(&mut self, key: &str, value: &Value<'_>) -> Option<bool> {
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(key, value, "true or false");
        }
        boolean
    }

    pub(super) fn integer(&mut self, key: &str, value: &Value<'_>) -> Option<i64> {
        let integer = value.get_ref().as_integer().and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
        // What a variable has put in stands in quotes.
        let integer = integer.or_else(|| value.get_ref().as_str().filter(|_| self.varied)?.parse().ok());
        if integer.is_none() {
            self.wrong_type(key, value, "a whole number");
        }
        integer
    }

    /// A whole number within bounds.
    pub(super) fn count(&mut self, key: &str, value: &Value<'_>, bounds: RangeInclusive<u32>) -> Option<u32> {
        let integer = self.integer(key, value)?;
        let count = u32::try_from(integer).ok().filter(|count| bounds.contains(count));
        if count.is_none() {
            let (low, high) = (bounds.start(), bounds.end());
            self.fault(value.span(), format!("{key} is {integer}"), format!("it must be from {low} to {high}"));
        }
        count
    }

    /// A list of texts, each with its place.
    pub(super) fn words<'t>(&mut self, key: &str, value: &'t Value<'t>) -> Option<Vec<Word<'t>>> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of texts in brackets");
            return None;
        };
        array.iter().map(|item| self.text(key, item).map(|text| Spanned::new(item.span(), text))).collect()
    }
}

/// One table. Each key that is asked for is thereby a known one; [`Fields::finish`] refuses the others.
pub(super) struct Fields<'s, 't> {
    pub(super) source: &'s mut Source,
    table: &'t DeTable<'t>,
    span: Range<usize>,
    known: Vec<&'static str>,
}

impl<'s, 't> Fields<'s, 't> {
    pub(super) fn new(source: &'s mut Source, table: &'t DeTable<'t>, span: Range<usize>) -> Self {
        Self { source, table, span, known: Vec::new() }
    }

    /// Where the table begins.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// A key that may be left out.
    pub(super) fn find(&mut self, key: &'static str) -> Option<&'t Value<'t>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Whether any of these keys is given, right or wrong.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.table.contains_key(*key))
    }

    /// A key that must be there.
    pub(super) fn need(&mut self, key: &'static str) -> Option<&'t Value<'t>> {
        let found = self.find(key);
        if found.is_none() {
            self.source.fault(self.span.clone(), format!("{key} is missing"), "");
        }
        found
    }

    pub(super) fn need_text(&mut self, key: &'static str) -> Option<&'t str> {
        self.need(key).and_then(|value| self.source.text(key, value))
    }

    pub(super) fn find_text(&mut self, key: &'static str) -> Option<&'t str> {
        self.find(key).and_then(|value| self.source.text(key, value))
    }

    pub(super) fn need_words(&mut self, key: &'static str) -> Option<Vec<Word<'t>>> {
        self.need(key).and_then(|value| self.source.words(key, value))
    }

    pub(super) fn find_words(&mut self, key: &'static str) -> Vec<Word<'t>> {
        self.find(key).and_then(|value| self.source.words(key, value)).unwrap_or_default()
    }

    pub(super) fn need_count(&mut self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        self.need(key).and_then(|value| self.source.count(key, value, bounds))
    }

    pub(super) fn find_count(&mut self, key: &'static str, bounds: RangeInclusive<u32>) -> Option<u32> {
        self.find(key).and_then(|value| self.source.count(key, value, bounds))
    }

    /// A demand that is made or left out: its key may only have one value, or be missing.
    pub(super) fn find_flag(&mut self, key: &'static str, only: bool) -> bool {
        let Some(value) = self.find(key) else { return false };
        let given = self.source.boolean(key, value);
        if given == Some(!only) {
            let mend = format!("write {key} = {only}, or leave it out");
            self.source.fault(value.span(), format!("{key} = {} has no meaning", !only), mend);
        }
        given == Some(only)
    }

    /// A text out of a closed set.
    pub(super) fn need_one_of(&mut self, key: &'static str, choice: &[&str]) -> Option<&'t str> {
        let value = self.need(key)?;
        self.one_of(key, value, choice)
    }

    /// A text out of a closed set, where it is given.
    pub(super) fn find_one_of(&mut self, key: &'static str, choice: &[&str]) -> Option<&'t str> {
        let value = self.find(key)?;
        self.one_of(key, value, choice)
    }

    fn one_of(&mut self, key: &str, value: &'t Value<'t>, choice: &[&str]) -> Option<&'t str> {
        let text = self.source.text(key, value)?;
        if choice.contains(&text) {
            return Some(text);
        }
        self.source.fault(value.span(), format!("unknown {key} {text:?}"), did_you_mean(text, choice));
        None
    }

    /// Reports every key that was not read.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !self.known.contains(&name) {
                self.source.fault(key.span(), format!("unknown key {name:?}"), did_you_mean(name, &self.known));
            }
        }
    }
}
