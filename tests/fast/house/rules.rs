//! The rules that hold for one source file: its imports, its size and its first line.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, Visibility, spanned::Spanned as _};

use super::paths::{NamedPath, is_for_tests, is_module_root, module_of, named_paths};
use super::{CRATES, FLOORS};

/// Rooms that do no I/O and read no clock.
const PURE: [&str; 2] = ["model", "engine"];

/// The modules of the standard library that a pure room may not use.
const IMPURE_MODULES: [&str; 8] = ["fs", "process", "net", "env", "os", "thread", "time", "io"];

const MAY_START_PROGRAMS: [&str; 3] = ["os", "machine", "sandbox"];

/// The most lines that a file may have, its tests included.
const MAX_LINES: usize = 400;

/// Returns each broken rule of a source file in one sentence.
pub(crate) fn violations(path: &str, source: &str) -> Vec<String> {
    let module = module_of(path);
    let room = module.first().cloned().unwrap_or_else(|| "lib".into());
    let mut file = FileCheck { path, room, violations: Vec::new() };
    if !source.starts_with("//! ") {
        file.report(1, "the file does not begin with a sentence about its subject (//!)");
    }
    let lines = source.lines().count();
    if lines > MAX_LINES {
        file.report(lines, &format!("{lines} lines are too many for one subject (at most {MAX_LINES})"));
    }
    let parsed = syn::parse_file(source).unwrap_or_else(|error| panic!("{path}: {error}"));
    if is_module_root(path) {
        file.check_module_root(&parsed.items);
    }
    let for_tests = path.ends_with("/tests.rs") || path.contains("/tests/");
    file.check_imports(&parsed.items, &module, for_tests);
    file.violations
}

/// One source file and the rules that it breaks.
struct FileCheck<'a> {
    path: &'a str,
    room: String,
    violations: Vec<String>,
}

impl FileCheck<'_> {
    fn report(&mut self, line: usize, what: &str) {
        self.violations.push(format!("{what} ({}:{line})", self.path));
    }

    fn check_module_root(&mut self, items: &[Item]) {
        for item in items {
            let allowed = match item {
                Item::Mod(inner) => inner.content.is_none(),
                Item::Use(import) => !matches!(import.vis, Visibility::Inherited),
                _ => false,
            };
            if !allowed {
                let line = item.span().start().line;
                self.report(line, "a mod.rs holds only `mod` and `pub use`");
            }
        }
    }

    /// Checks every path. In tests, only the floors are checked.
    fn check_imports(&mut self, items: &[Item], module: &[String], for_tests: bool) {
        for item in items {
            if let Item::Mod(inner) = item
                && let Some((_, items)) = &inner.content
            {
                let module = [module, &[inner.ident.to_string()]].concat();
                self.check_imports(items, &module, for_tests || is_for_tests(&inner.attrs));
                continue;
            }
            if !for_tests && MAY_START_PROGRAMS.contains(&self.room.as_str()) {
                self.check_program_names(item.to_token_stream());
            }
            for NamedPath { segments, line, .. } in named_paths(item.to_token_stream()) {
                self.check_floor(&segments, line, module);
                if !for_tests {
                    self.check_crates(&segments, line);
                }
            }
        }
    }

    /// Reports `Command::new("name")`: the name would be looked for in the user's `PATH`.
    fn check_program_names(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for window in tokens.windows(5) {
            let [
                TokenTree::Ident(kind),
                TokenTree::Punct(_),
                TokenTree::Punct(_),
                TokenTree::Ident(new),
                TokenTree::Group(args),
            ] = window
            else {
                continue;
            };
            let first = args.stream().into_iter().next();
            if kind == "Command" && new == "new" && matches!(first, Some(TokenTree::Literal(_))) {
                let line = kind.span().start().line;
                self.report(line, "programs of the system are found by os::Software, not by a name");
            }
        }
        for token in tokens {
            if let TokenTree::Group(group) = token {
                self.check_program_names(group.stream());
            }
        }
    }

    /// Reports a path into a room that is not below this one.
    fn check_floor(&mut self, path: &[String], line: usize, module: &[String]) {
        let supers = path.iter().take_while(|name| *name == "super").count();
        let rest = match path[0].as_str() {
            "crate" | "unitlab" => &path[1..],
            "super" if supers >= module.len() => &path[supers..],
            "self" if module.is_empty() => &path[1..],
            _ => return,
        };
        let Some(imported) = rest.first() else { return };
        if imported == "*" || imported == "self" {
            self.report(line, &format!("{} may not import all rooms at once", self.room));
            return;
        }
        let floor = |room: &str| FLOORS.iter().find(|(known, _)| *known == room).map(|(_, floor)| *floor);
        let Some(below) = floor(imported) else { return };
        let here = floor(&self.room).unwrap_or(u8::MAX);
        if *imported != self.room && below >= here {
            self.report(line, &format!("{} may not import {imported}", self.room));
        }
    }

    /// Reports a crate, or a part of the standard library, that this room may not use.
    fn check_crates(&mut self, path: &[String], line: usize) {
        let room = self.room.clone();
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some((name, rooms)) = CRATES.iter().find(|(name, _)| *name == names[0])
            && !rooms.contains(&room.as_str())
        {
            self.report(line, &format!("{room} may not use {name}"));
        }
        if PURE.contains(&room.as_str()) && ["std", "core"].contains(&names[0]) {
            let impure = names.get(1).is_some_and(|part| IMPURE_MODULES.contains(part) || *part == "*");
            // These types are plain data, although their modules are impure.
            let data = matches!(names[1..], ["time", "Duration"] | ["net", "IpAddr"]);
            if impure && !data {
                self.report(line, &format!("{room} is pure and may not use {}", names.join("::")));
            }
        }
        let starts = names.windows(2).any(|pair| matches!(pair, ["process", "Command" | "*"]));
        if starts && !MAY_START_PROGRAMS.contains(&room.as_str()) {
            self.report(line, &format!("{room} may not start programs"));
        }
    }
}
