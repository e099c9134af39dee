//! Reads all chapters of a course, and checks their numbers and links.

use std::collections::BTreeSet;

use super::error::{CourseError, did_you_mean};
use super::files::CourseFiles;
use super::lesson::{self, ParsedChapter};
use crate::engine;
use crate::model::{GlossaryTerm, Tutorial};

const GLOSSARY: &str = "glossary.md";

/// Reads everything below `lessons/`.
pub(super) fn read(tree: &CourseFiles, labs: &BTreeSet<&str>, errors: &mut Vec<CourseError>) -> Tutorial {
    let scenes: Vec<&str> = tree.directories("lessons/scenes").into_iter().collect();
    let files: Vec<&str> = tree.below("lessons").map(|(path, _)| path).collect();
    let glossary = lesson::read_glossary(tree, errors);
    let mut read = Vec::new();
    for file in files {
        match file.split_once('/') {
            None if file != GLOSSARY => read.extend(lesson::read(tree, file, &scenes, errors)),
            None | Some(("scenes" | "recorded", _)) => {}
            Some(_) => errors.push(CourseError::of_file(
                format!("lessons/{file}"),
                "unexpected file",
                "expected here: chapters, glossary.md, scenes/, recorded/",
            )),
        }
    }
    for pair in read.windows(2).filter(|pair| pair[0].chapter.number == pair[1].chapter.number) {
        let what = format!("{} has the same chapter number", pair[0].name);
        errors.push(CourseError::of_file(format!("lessons/{}", pair[1].name), what, "give each chapter its own"));
    }
    check_files(tree, &read, &scenes, errors);
    for chapter in &read {
        for (target, at) in &chapter.links {
            if let Err((what, fix)) = check_link(target, chapter, &read, &glossary) {
                let file = format!("lessons/{}", chapter.name);
                errors.push(CourseError::at(file, at.clone(), what, fix));
            }
        }
        for (lab, at) in chapter.lab_links.iter().filter(|(lab, _)| !labs.contains(lab.as_str())) {
            let file = format!("lessons/{}", chapter.name);
            let fix = did_you_mean(lab, &labs.iter().copied().collect::<Vec<_>>());
            let what = format!("there is no lab {lab:?}");
            errors.push(CourseError::at(file, at.clone(), what, fix));
        }
    }
    Tutorial { chapters: read.into_iter().map(|read| read.chapter).collect(), glossary }
}

/// Reports records without a chapter, and unexpected files in scenes.
fn check_files(tree: &CourseFiles, read: &[ParsedChapter], scenes: &[&str], errors: &mut Vec<CourseError>) {
    for (path, _) in tree.below("lessons/recorded") {
        if !read.iter().any(|read| path.strip_suffix(".toml") == Some(&read.chapter.id)) {
            let file = format!("lessons/recorded/{path}");
            errors.push(CourseError::of_file(
                file,
                "there is no chapter for these records",
                "remove the file, or name it after its chapter",
            ));
        }
    }
    for scene in scenes {
        let directory = format!("lessons/scenes/{scene}");
        for (path, _) in tree.below(&directory).filter(|(path, _)| *path != "setup.sh" && !path.starts_with("files/")) {
            errors.push(CourseError::of_file(
                format!("{directory}/{path}"),
                "unexpected file",
                "expected here: files/, setup.sh",
            ));
        }
    }
}

/// Checks the target of a link. Returns the error and the fix if there is no such page or glossary entry.
fn check_link(
    target: &str,
    from: &ParsedChapter,
    all: &[ParsedChapter],
    glossary: &[GlossaryTerm],
) -> Result<(), (String, Option<String>)> {
    if target.starts_with("https://") {
        return Ok(());
    }
    let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
    if file == GLOSSARY {
        if anchor.is_empty() || glossary.iter().any(|term| term.slug == anchor) {
            return Ok(());
        }
        let near = engine::did_you_mean(anchor, glossary.iter().map(|term| term.slug.as_str()));
        return Err((format!("the glossary has no entry {anchor:?}"), near));
    }
    let chapter = if file.is_empty() { Some(from) } else { all.iter().find(|read| read.name == file) };
    let Some(chapter) = chapter else {
        let near = engine::did_you_mean(file, all.iter().map(|read| read.name.as_str()));
        return Err((format!("the link {target:?} is broken: there is no such chapter"), near));
    };
    if anchor.is_empty() || chapter.chapter.page(anchor).is_some() {
        return Ok(());
    }
    let near = engine::did_you_mean(anchor, chapter.chapter.pages.iter().map(|page| page.slug.as_str()));
    Err((format!("{} has no page {anchor:?}", chapter.name), near))
}
