//! `lessons/glossary.md`: a heading for each word of the trade, and what it means below it.

use crate::course::error::CourseError;
use crate::course::files::CourseFiles;
use crate::model::{GlossaryTerm, slug};

const FILE: &str = "lessons/glossary.md";

/// Reads the glossary, in the order of the alphabet; none where there is no file.
pub(in crate::course) fn read(tree: &CourseFiles, errors: &mut Vec<CourseError>) -> Vec<GlossaryTerm> {
    let Some(text) = tree.text_if_there(FILE, errors) else { return Vec::new() };
    let mut terms: Vec<GlossaryTerm> = Vec::new();
    let fault = |line: usize, what: String, mend: &str| CourseError {
        at: Some((line, 1)),
        ..CourseError::of_file(FILE, what, mend)
    };
    for (index, line) in text.lines().enumerate() {
        if let Some(name) = line.strip_prefix("## ") {
            let term = GlossaryTerm { name: name.trim().to_owned(), slug: slug(name), text: String::new() };
            if terms.iter().any(|other| other.slug == term.slug) {
                errors.push(fault(index + 1, format!("a second entry is called {:?}", term.name), "make one of them"));
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
            errors.push(CourseError::of_file(FILE, format!("the entry {:?} says nothing", term.name), ""));
        }
    }
    terms.sort_by_key(|term| term.name.to_lowercase());
    terms
}
