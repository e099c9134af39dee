//! One folder under `labs/`: the lab, its scene, its solution and its cases.

use std::collections::BTreeMap;

use toml::de::DeTable;

use crate::engine::{self, Mutant};
use crate::model::{Case, Lab, Overlay, OverlayFile, SubmittedAnswer, Variable};

use super::error::CourseError;
use super::fields::Source;
use super::files::CourseFiles;
use super::harmless::Harmless;
use super::kebab::is_kebab;
use super::{answers, case_file, lab_file, variables};

/// A lab with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabDirectory {
    /// The task and its checks.
    pub lab: Lab,
    /// What lies in a fresh sandbox before the learner begins.
    pub scene: Overlay,
    /// The reference solution, to be laid over the scene or over half-done work.
    pub solution: Overlay,
    /// What the solution hands in, by check.
    pub answers: BTreeMap<String, SubmittedAnswer>,
    /// What differs from learner to learner.
    pub variables: Vec<Variable>,
    /// The seed that this one was drawn with; none where nothing differs.
    pub seed: Option<u32>,
    /// Why the solution is right, markdown.
    pub notes: String,
    /// Right and wrong answers that prove the lab, in the order of their names.
    pub cases: Vec<CaseDirectory>,
    /// The solution with one thing wrong, as often as there are things.
    pub mutants: Vec<Mutant>,
    /// Those of them that are right all the same.
    pub harmless: Vec<Harmless>,
}

/// One case, to be laid over a fresh scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseDirectory {
    /// What must come of it.
    pub case: Case,
    /// The answer itself.
    pub overlay: Overlay,
}

/// Reads one lab as it is for this seed; every mistake goes to `errors`, and what comes back is only worth using without
/// any.
pub(super) fn read(
    tree: &CourseFiles,
    id: &str,
    seed: u32,
    chapters: &[&str],
    errors: &mut Vec<CourseError>,
) -> Option<LabDirectory> {
    let root = format!("labs/{id}");
    let file = format!("{root}/lab.toml");
    let variables =
        if tree.has(&file) { variables::read(&file, tree.text(&file, errors)?, errors) } else { Vec::new() };
    let varied;
    let tree = if variables.is_empty() {
        tree
    } else {
        let values = engine::values(&variables, seed);
        varied = tree.changed(&root, |path, text| variables::put(path, text, &values, errors));
        &varied
    };
    let is_varied = !variables.is_empty();
    check_name(&root, id, errors);
    check_strays(tree, &root, errors);
    let brief = need_prose(tree, &format!("{root}/brief.md"), errors);
    let notes = need_prose(tree, &format!("{root}/solution/notes.md"), errors);
    let scene = overlay(tree, &format!("{root}/scene"), "setup.sh", errors);
    let solution = need_overlay(tree, &format!("{root}/solution"), errors);
    let mutants = engine::mutants(&solution);
    let names: Vec<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
    let read = with_source(tree, &file, errors, |root, source| {
        source.varied = is_varied;
        lab_file::read(id, brief.as_deref().unwrap_or_default(), &names, chapters, root, source)
    });
    let (lab, harmless) = read.unzip();
    let answers = if tree.has(&format!("{root}/solution/answers.toml")) {
        let read = |table: &DeTable<'_>, source: &mut Source| Some(answers::read_table(table, lab.as_ref(), source));
        with_source(tree, &format!("{root}/solution/answers.toml"), errors, read).unwrap_or_default()
    } else {
        BTreeMap::new()
    };
    let mut cases = Vec::new();
    for name in tree.folders(&format!("{root}/cases")) {
        let folder = format!("{root}/cases/{name}");
        check_name(&folder, name, errors);
        let overlay = need_overlay(tree, &folder, errors);
        let case = with_source(tree, &format!("{folder}/case.toml"), errors, |root, source| {
            case_file::read(name, lab.as_ref(), root, source)
        });
        cases.extend(case.map(|case| CaseDirectory { case, overlay }));
    }
    Some(LabDirectory {
        variables,
        seed: is_varied.then_some(seed),
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

fn with_source<T>(
    tree: &CourseFiles,
    file: &str,
    errors: &mut Vec<CourseError>,
    read: impl FnOnce(&DeTable<'_>, &mut Source) -> Option<T>,
) -> Option<T> {
    let (mut source, root) = Source::parse(file, tree.text(file, errors)?);
    let value = root.and_then(|root| read(&root, &mut source));
    errors.append(&mut source.errors);
    value
}

fn need_prose(tree: &CourseFiles, file: &str, errors: &mut Vec<CourseError>) -> Option<String> {
    let text = tree.text(file, errors)?;
    if text.trim().is_empty() {
        errors.push(CourseError::of_file(file, "is empty", ""));
    }
    Some(text.to_owned())
}

fn need_overlay(tree: &CourseFiles, folder: &str, errors: &mut Vec<CourseError>) -> Overlay {
    let overlay = overlay(tree, folder, "apply.sh", errors);
    if overlay == Overlay::default() {
        errors.push(CourseError::of_file(folder, "changes nothing", "give it files/ or apply.sh"));
    }
    overlay
}

/// The `files/` and the script of a folder.
pub(super) fn overlay(tree: &CourseFiles, folder: &str, script: &str, errors: &mut Vec<CourseError>) -> Overlay {
    let files = tree
        .below(&format!("{folder}/files"))
        .map(|(path, bytes)| OverlayFile {
            path: format!("/{path}"),
            bytes: bytes.to_vec(),
            executable: bytes.starts_with(b"#!"),
        })
        .collect();
    let script = tree.text_if_there(&format!("{folder}/{script}"), errors).map(str::to_owned);
    Overlay { files, script }
}

fn check_name(folder: &str, name: &str, errors: &mut Vec<CourseError>) {
    if !is_kebab(name) {
        errors.push(CourseError::of_file(folder, "is no id", "use lower-case letters, digits and hyphens"));
    }
}

/// A file that nothing reads is a file whose name is wrong.
fn check_strays(tree: &CourseFiles, root: &str, errors: &mut Vec<CourseError>) {
    for (path, _) in tree.below(root) {
        let parts: Vec<&str> = path.split('/').collect();
        let (known, name): (&[&str], &str) = match parts[..] {
            [] | ["scene" | "solution", "files", _, ..] | ["cases", _, "files", _, ..] => continue,
            ["scene", name, ..] => (&["files", "setup.sh"], name),
            ["solution", name, ..] => (&["files", "apply.sh", "notes.md", "answers.toml"], name),
            ["cases", _, name, ..] => (&["files", "apply.sh", "case.toml"], name),
            ["cases", name] => (&["a folder for each case"], name),
            [name, ..] => (&["lab.toml", "brief.md", "scene", "solution", "cases"], name),
        };
        // A file in the place of a folder, or the reverse, is as stray as a wrong name.
        let is_file = parts.last() == Some(&name);
        if known.contains(&name) && name.contains('.') == is_file {
            continue;
        }
        let mend = engine::did_you_mean(name, known.iter().copied().filter(|known| *known != name))
            .unwrap_or_else(|| format!("here belong: {}", known.join(", ")));
        errors.push(CourseError::of_file(format!("{root}/{path}"), "is read by nothing", mend));
    }
}
