//! Reads one directory under `labs/`: the lab, its scene, its solution and its cases.

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::engine::{self, Mutant};
use crate::model::{Case, Lab, Overlay, OverlayFile, SubmittedAnswer, Variable};

use super::error::CourseError;
use super::fields::Source;
use super::files::CourseFiles;
use super::harmless::HarmlessMutant;
use super::kebab::is_kebab;
use super::{answers, case_file, lab_file, variables};

/// A lab with its scene, solution and cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabDirectory {
    pub lab: Lab,
    /// The files and the script that prepare a fresh sandbox for the learner.
    pub scene: Overlay,
    /// The reference solution. It is applied to a fresh scene, or to unfinished work.
    pub solution: Overlay,
    /// The answers that the solution submits, by check.
    pub(crate) answers: BTreeMap<String, SubmittedAnswer>,
    /// The variables, whose values differ from learner to learner.
    pub(crate) variables: Vec<Variable>,
    /// The seed of the variables' values. None if there are no variables.
    pub(crate) seed: Option<u32>,
    /// Markdown that explains the solution.
    pub(crate) notes: String,
    /// Right and wrong answers that prove the lab, sorted by name.
    pub(crate) cases: Vec<CaseDirectory>,
    /// Copies of the solution, each with one change.
    pub mutants: Vec<Mutant>,
    /// The mutants that are still right answers.
    pub(crate) harmless: Vec<HarmlessMutant>,
}

/// One case. It is applied to a fresh scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CaseDirectory {
    /// Its description and expected result.
    pub(crate) case: Case,
    /// The files and the script of the answer.
    pub(crate) overlay: Overlay,
}

/// Reads one lab with the values of this seed. Adds to `errors`; the result is only valid if nothing was added.
pub(super) fn read(
    tree: &CourseFiles,
    id: &str,
    seed: u32,
    chapters: &[&str],
    errors: &mut Vec<CourseError>,
) -> Option<LabDirectory> {
    let root = format!("labs/{id}");
    let file = format!("{root}/lab.toml");
    let mut parsed = if tree.has(&file) { Some(Source::parse(&file, tree.text(&file, errors)?)) } else { None };
    let variables = match &mut parsed {
        Some((source, Some(root))) => variables::read(root, source),
        _ => Vec::new(),
    };
    let substituted;
    let tree = if variables.is_empty() {
        tree
    } else {
        errors.extend(parsed.take().into_iter().flat_map(|(source, _)| source.errors));
        let values = engine::values(&variables, seed);
        substituted = tree.map_texts(&root, |path, text| variables::substitute(path, text, &values, errors));
        &substituted
    };
    let has_variables = !variables.is_empty();
    check_name(&root, id, errors);
    check_file_names(tree, &root, errors);
    let brief = need_markdown(tree, &format!("{root}/brief.md"), errors);
    let notes = need_markdown(tree, &format!("{root}/solution/notes.md"), errors);
    let scene = overlay(tree, &format!("{root}/scene"), "setup.sh", errors);
    let solution = need_overlay(tree, &format!("{root}/solution"), errors);
    let mutants = engine::mutants(&solution);
    let names: Vec<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    let read = |root: &DeTable<'_>, source: &mut Source| {
        source.has_variables = has_variables;
        lab_file::read(id, brief.as_deref().unwrap_or_default(), &names, chapters, root, source)
    };
    let (lab, harmless) = match parsed {
        Some(parsed) => read_parsed(parsed, errors, read),
        None => parse_toml(tree, &file, errors, read),
    }
    .unzip();
    let answers = if tree.has(&format!("{root}/solution/answers.toml")) {
        let read = |table: &DeTable<'_>, source: &mut Source| Some(answers::read_table(table, lab.as_ref(), source));
        parse_toml(tree, &format!("{root}/solution/answers.toml"), errors, read).unwrap_or_default()
    } else {
        BTreeMap::new()
    };
    let mut cases = Vec::new();
    for name in tree.directories(&format!("{root}/cases")) {
        let directory = format!("{root}/cases/{name}");
        check_name(&directory, name, errors);
        let overlay = need_overlay(tree, &directory, errors);
        let case = parse_toml(tree, &format!("{directory}/case.toml"), errors, |root, source| {
            case_file::read(name, lab.as_ref(), root, source)
        });
        cases.extend(case.map(|case| CaseDirectory { case, overlay }));
    }
    Some(LabDirectory {
        variables,
        seed: has_variables.then_some(seed),
        lab: lab?,
        scene,
        solution,
        answers,
        notes: notes?,
        cases,
        mutants,
        harmless: harmless?,
    })
}

fn parse_toml<T>(
    tree: &CourseFiles,
    file: &str,
    errors: &mut Vec<CourseError>,
    read: impl FnOnce(&DeTable<'_>, &mut Source) -> Option<T>,
) -> Option<T> {
    read_parsed(Source::parse(file, tree.text(file, errors)?), errors, read)
}

fn read_parsed<T>(
    (mut source, root): (Source, Option<DeTable<'_>>),
    errors: &mut Vec<CourseError>,
    read: impl FnOnce(&DeTable<'_>, &mut Source) -> Option<T>,
) -> Option<T> {
    let value = root.and_then(|root| read(&root, &mut source));
    errors.append(&mut source.errors);
    value
}

fn need_markdown(tree: &CourseFiles, file: &str, errors: &mut Vec<CourseError>) -> Option<String> {
    let text = tree.text(file, errors)?;
    if text.trim().is_empty() {
        errors.push(CourseError::of_file(file, "the file is empty", "write its text in markdown"));
    }
    Some(text.to_owned())
}

fn need_overlay(tree: &CourseFiles, directory: &str, errors: &mut Vec<CourseError>) -> Overlay {
    let overlay = overlay(tree, directory, "apply.sh", errors);
    if overlay == Overlay::default() {
        errors.push(CourseError::of_file(
            directory,
            "the directory has neither files/ nor apply.sh",
            "add at least one of them",
        ));
    }
    overlay
}

/// Reads the `files/` and the script of a directory.
pub(super) fn overlay(tree: &CourseFiles, directory: &str, script: &str, errors: &mut Vec<CourseError>) -> Overlay {
    let files = tree
        .below(&format!("{directory}/files"))
        .map(|(path, bytes)| OverlayFile {
            path: format!("/{path}"),
            bytes: bytes.to_vec(),
            executable: bytes.starts_with(b"#!"),
        })
        .collect();
    let script = tree.optional_text(&format!("{directory}/{script}"), errors).map(str::to_owned);
    Overlay { files, script }
}

fn check_name(directory: &str, name: &str, errors: &mut Vec<CourseError>) {
    if !is_kebab(name) {
        errors.push(CourseError::of_file(
            directory,
            "the directory name is not a valid id",
            "use lower-case letters, digits and hyphens",
        ));
    }
}

/// Reports files with unknown names, which would otherwise be ignored.
fn check_file_names(tree: &CourseFiles, root: &str, errors: &mut Vec<CourseError>) {
    for (path, _) in tree.below(root) {
        let parts: Vec<&str> = path.split('/').collect();
        let (known, name): (&[&str], &str) = match parts[..] {
            [] | ["scene" | "solution", "files", _, ..] | ["cases", _, "files", _, ..] => continue,
            ["scene", name, ..] => (&["files", "setup.sh"], name),
            ["solution", name, ..] => (&["files", "apply.sh", "notes.md", "answers.toml"], name),
            ["cases", _, name, ..] => (&["files", "apply.sh", "case.toml"], name),
            ["cases", name] => (&["a directory for each case"], name),
            [name, ..] => (&["lab.toml", "brief.md", "scene", "solution", "cases"], name),
        };
        // A file where a directory is expected is an error too, and the reverse.
        let is_file = parts.last() == Some(&name);
        if known.contains(&name) && name.contains('.') == is_file {
            continue;
        }
        let fix = engine::did_you_mean(name, known.iter().copied().filter(|known| *known != name))
            .unwrap_or_else(|| format!("expected here: {}", known.join(", ")));
        errors.push(CourseError::of_file(format!("{root}/{path}"), "unexpected file", fix));
    }
}
