//! Reads `lessons/glossary.md`: a heading for each term, and its explanation.

use crate::course::error::CourseError;
use crate::course::files::CourseFiles;
use crate::course::position::Position;
use crate::model::{GlossaryTerm, slug};

const FILE: &str = "lessons/glossary.md";

/// Reads the glossary, sorted by name. Empty if there is no file.
pub(in crate::course) fn read(tree: &CourseFiles, errors: &mut Vec<CourseError>) -> Vec<GlossaryTerm> {
    let Some(text) = tree.optional_text(FILE, errors) else { return Vec::new() };
    let mut terms: Vec<GlossaryTerm> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            let term = GlossaryTerm { name: name.trim().to_owned(), slug: slug(name), text: String::new() };
            if terms.iter().any(|other| other.slug == term.slug) {
                let what = format!("another entry already has the name {:?}", term.name);
                errors.push(CourseError::at(FILE, Position::of_line(text, index + 1), what, "merge the two"));
            }
            terms.push(term);
        } else if let Some(term) = terms.last_mut() {
            term.text.push_str(line);
            term.text.push('\n');
        }
    }
    for term in &mut terms {
        term.text = term.text.trim().to_owned();
        if term.text.is_empty() {
            errors.push(CourseError::of_file(
                FILE,
                format!("the entry {:?} is empty", term.name),
                "explain the term in one to three sentences",
            ));
        }
    }
    terms.sort_by_key(|term| term.name.to_lowercase());
    terms
}
