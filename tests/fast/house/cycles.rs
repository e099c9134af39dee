//! Finds import cycles between files. A re-export in a `mod.rs` counts as the file that defines the item.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens as _;
use syn::{Attribute, Item};

use super::paths::{NamedPath, is_for_tests, is_module_root, module_of, named_paths};

/// One file names an item that another file defines.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    pub(crate) from: String,
    pub(crate) line: usize,
    pub(crate) to: String,
}

/// What the sources outside of tests declare.
#[derive(Default)]
struct Crate {
    modules: BTreeMap<Vec<String>, Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    paths: Vec<NamedPath>,
    /// Of items under `#[cfg(test)]`: modules whose file holds tests alone.
    test_modules: BTreeSet<String>,
}

/// Returns every import of one file from another, in the order of files and lines. `sources` are paths and texts.
pub(crate) fn imports(sources: &[(String, String)]) -> Vec<Import> {
    let mut krate = Crate::default();
    for (path, text) in sources {
        let parsed = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        krate.add(path, &module_of(path), &parsed.items);
    }
    let mut found = BTreeSet::new();
    for (at, module) in &krate.modules {
        if is_module_root(&module.file) || krate.is_test_module(at) {
            continue;
        }
        for path in &module.paths {
            let Some(absolute) = krate.absolute(at, &path.segments) else { continue };
            for to in krate.files_of(&absolute, 0).into_iter().filter(|to| *to != module.file) {
                found.insert(Import { from: module.file.clone(), line: path.line, to });
            }
        }
    }
    found.into_iter().collect()
}

/// Returns the groups of files that reach each other. For each, the first import of every two files in it.
pub(crate) fn cycles(imports: &[Import]) -> Vec<Vec<Import>> {
    let mut targets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for import in imports {
        targets.entry(&import.from).or_default().insert(&import.to);
    }
    let reachable = |from: &str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut next: Vec<&str> = targets.get(from).into_iter().flatten().copied().collect();
        while let Some(file) = next.pop() {
            if seen.insert(file) {
                next.extend(targets.get(file).into_iter().flatten());
            }
        }
        seen
    };
    let reach: BTreeMap<&str, BTreeSet<&str>> = targets.keys().map(|from| (*from, reachable(from))).collect();
    let reaches = |from: &str, to: &str| reach.get(from).is_some_and(|seen| seen.contains(to));
    let mut grouped: BTreeSet<&str> = BTreeSet::new();
    let mut groups = Vec::new();
    for file in targets.keys().filter(|file| reaches(file, file)) {
        if !grouped.contains(file) {
            let in_group = |other: &str| reaches(file, other) && reaches(other, file);
            let inside = imports.iter().filter(|import| in_group(&import.from) && in_group(&import.to));
            let mut pairs = BTreeSet::new();
            groups.push(inside.filter(|import| pairs.insert((&import.from, &import.to))).cloned().collect());
            grouped.extend(targets.keys().filter(|other| in_group(other)));
        }
    }
    groups
}

impl Crate {
    fn add(&mut self, file: &str, at: &[String], items: &[Item]) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            let for_tests = is_for_tests(attributes(item));
            match item {
                Item::Mod(inner) if for_tests => {
                    module.test_modules.insert(inner.ident.to_string());
                }
                _ if for_tests => {}
                Item::Mod(inner) => {
                    if let Some((_, items)) = &inner.content {
                        self.add(file, &[at, &[inner.ident.to_string()]].concat(), items);
                    }
                }
                _ => module.paths.extend(named_paths(item.to_token_stream())),
            }
        }
        self.modules.insert(at.to_vec(), module);
    }

    /// Whether the module or one above it is declared under `#[cfg(test)]`.
    fn is_test_module(&self, at: &[String]) -> bool {
        (1..=at.len()).any(|length| {
            let parent = self.modules.get(&at[..length - 1]);
            parent.is_some_and(|parent| parent.test_modules.contains(&at[length - 1]))
        })
    }

    /// Returns a path from the crate's root; none for a path into another crate, or for an item of the file itself.
    fn absolute(&self, at: &[String], segments: &[String]) -> Option<Vec<String>> {
        let supers = segments.iter().take_while(|name| *name == "super").count();
        let (base, rest) = match segments[0].as_str() {
            "crate" | "unitlab" => (&at[..0], &segments[1..]),
            "super" => (&at[..at.len().checked_sub(supers)?], &segments[supers..]),
            "self" => (at, &segments[1..]),
            first => {
                let is_child = self.modules.contains_key(&[at, &[first.to_owned()]].concat());
                // `use name;` does not bind another path, and would recurse forever.
                let is_imported = self.bindings(at, first).any(|path| path.segments[0] != first);
                return (is_child || is_imported).then(|| [at, segments].concat());
            }
        };
        Some([base, rest].concat())
    }

    /// The `use` items of a module that bind a name.
    fn bindings(&self, at: &[String], name: &str) -> impl Iterator<Item = &NamedPath> {
        let paths = self.modules.get(at).into_iter().flat_map(|module| &module.paths);
        paths.filter(move |path| path.binds.as_deref() == Some(name))
    }

    /// Returns the files that define what a path from the root names: more than one if a module and a function share
    /// a name, or if a file re-exports the item.
    fn files_of(&self, path: &[String], depth: usize) -> BTreeSet<String> {
        let mut files = BTreeSet::new();
        assert!(depth < 20, "{} is a re-export of itself", path.join("::"));
        let mut module = &self.modules[&[][..]];
        for (index, name) in path.iter().enumerate() {
            let at = &path[..index];
            let child = self.modules.get(&path[..=index]);
            let is_last = index + 1 == path.len();
            if child.is_none() || is_last {
                let named: Vec<&NamedPath> = match name.as_str() {
                    "*" => {
                        module.paths.iter().filter(|path| path.binds.as_deref().is_some_and(|it| it != "*")).collect()
                    }
                    _ => self.bindings(at, name).collect(),
                };
                // A glob import of a file does not include what the file imports.
                let named = if name == "*" && !is_module_root(&module.file) { Vec::new() } else { named };
                for import in named {
                    if let Some(mut target) = self.absolute(at, &import.segments).filter(|target| target != path) {
                        target.retain(|name| name != "self");
                        target.extend_from_slice(&path[index + 1..]);
                        files.extend(self.files_of(&target, depth + 1));
                    }
                }
            }
            match child {
                Some(child) => module = child,
                None => break,
            }
        }
        if !is_module_root(&module.file) {
            files.insert(module.file.clone());
        }
        files
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
