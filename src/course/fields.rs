//! Reads a TOML table key by key, and reports errors with their line and column.

use std::ops::{Range, RangeInclusive};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{CourseError, Fix, did_you_mean};
use super::position::Position;

/// A value and its position.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// A string and its position.
pub(super) type Word<'t> = Spanned<&'t str>;

/// One TOML file, and the errors found in it so far.
pub(super) struct Source {
    file: String,
    text: String,
    /// The number of lines in the file before `text`.
    lines_before: usize,
    pub(super) errors: Vec<CourseError>,
    /// Whether variables were substituted in the text. A number may then be in quotes.
    pub(super) has_variables: bool,
}

impl Source {
    /// Parses a text. Reports every syntax error, and then returns no table.
    pub(super) fn parse<'t>(file: &str, text: &'t str) -> (Self, Option<DeTable<'t>>) {
        Self::parse_part(file, text, 0)
    }

    /// Like [`Source::parse`], for a text that begins after `lines_before` lines of a file.
    pub(super) fn parse_part<'t>(file: &str, text: &'t str, lines_before: usize) -> (Self, Option<DeTable<'t>>) {
        let (table, errors) = DeTable::parse_recoverable(text);
        let mut source = Self {
            file: file.to_owned(),
            text: text.to_owned(),
            lines_before,
            errors: Vec::new(),
            has_variables: false,
        };
        for error in &errors {
            source.report(error.span().unwrap_or_default(), error.message().trim().replace('\n', ", "), None);
        }
        (source, errors.is_empty().then(|| table.into_inner()))
    }

    /// Adds an error at the start of `span`.
    pub(super) fn report(&mut self, span: Range<usize>, what: impl Into<String>, fix: impl Into<Fix>) {
        self.errors.push(CourseError::at(&self.file, self.position(span), what, fix));
    }

    /// Returns the position in the file of a range of the text.
    pub(super) fn position(&self, span: Range<usize>) -> Position {
        Position::of(&self.text, span).below(self.lines_before)
    }

    fn wrong_type(&mut self, key: &str, value: &Value<'_>, wanted: &str) {
        let is = value.get_ref().type_str();
        self.report(value.span(), format!("{key} has the wrong type: {is}"), format!("write {wanted}"));
    }

    /// A string that is not blank.
    pub(super) fn text<'v>(&mut self, key: &str, value: &'v Value<'_>) -> Option<&'v str> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value, "a string in quotes");
            return None;
        };
        if text.trim().is_empty() {
            self.report(value.span(), format!("{key} is empty"), "write some text");
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
        // `port = "{{port}}"`: the value of a variable is in quotes.
        let integer = integer.or_else(|| value.get_ref().as_str().filter(|_| self.has_variables)?.parse().ok());
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
            self.report(value.span(), format!("{key} is {integer}"), format!("it must be from {low} to {high}"));
        }
        count
    }

    /// A list of strings, each with its position.
    pub(super) fn words<'v>(&mut self, key: &str, value: &'v Value<'_>) -> Option<Vec<Word<'v>>> {
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a list of strings in brackets");
            return None;
        };
        array.iter().map(|item| self.text(key, item).map(|text| Spanned::new(item.span(), text))).collect()
    }
}

/// One table. [`Fields::finish`] reports every key that was not read.
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

    /// The position of the table.
    pub(super) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// An optional key.
    pub(super) fn find(&mut self, key: &'static str) -> Option<&'t Value<'t>> {
        self.known.push(key);
        self.table.get(key)
    }

    /// Whether the table has any of these keys.
    pub(super) fn has_any(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.table.contains_key(*key))
    }

    /// A required key.
    pub(super) fn need(&mut self, key: &'static str) -> Option<&'t Value<'t>> {
        let found = self.find(key);
        if found.is_none() {
            self.source.report(self.span.clone(), format!("{key} is missing"), None);
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

    /// An optional key that may only have the value `only`. Returns whether it is present.
    pub(super) fn find_flag(&mut self, key: &'static str, only: bool) -> bool {
        let Some(value) = self.find(key) else { return false };
        let given = self.source.boolean(key, value);
        if given == Some(!only) {
            let fix = format!("write {key} = {only}, or remove the key");
            self.source.report(value.span(), format!("{key} can only be {only}"), fix);
        }
        given == Some(only)
    }

    /// A required key with one of these strings.
    pub(super) fn need_one_of(&mut self, key: &'static str, names: &[&str]) -> Option<&'t str> {
        let value = self.need(key)?;
        self.one_of(key, value, names)
    }

    /// A required key with one of these names. Returns what belongs to the name.
    pub(super) fn need_choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.need(key)?;
        self.choice(key, value, choices)
    }

    /// Like [`Fields::need_choice`], for an optional key.
    pub(super) fn find_choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.find(key)?;
        self.choice(key, value, choices)
    }

    fn choice<T: Copy>(&mut self, key: &str, value: &Value<'_>, choices: &[(&str, T)]) -> Option<T> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let text = self.one_of(key, value, &names)?;
        choices.iter().find(|(name, _)| *name == text).map(|(_, choice)| *choice)
    }

    fn one_of<'v>(&mut self, key: &str, value: &'v Value<'_>, names: &[&str]) -> Option<&'v str> {
        let text = self.source.text(key, value)?;
        if names.contains(&text) {
            return Some(text);
        }
        self.source.report(value.span(), format!("unknown value {text:?} for {key}"), did_you_mean(text, names));
        None
    }

    /// Reports every key that was not read.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if !self.known.contains(&name) {
                self.source.report(key.span(), format!("unknown key {name:?}"), did_you_mean(name, &self.known));
            }
        }
    }
}
