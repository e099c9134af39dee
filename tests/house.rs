//! The house stands: rooms see only what is below them, crates stay in their rooms, files stay small.
//!
//! Every path of every source file is read, in `use` items, expressions, types and inside of macros. Which rooms there
//! are, and on which floor, is said here and nowhere else; a room that is not built yet is not missed.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, Visibility, spanned::Spanned as _};

/// Room → floor. An arrow points down, never sideways.
const FLOORS: [(&str, u8); 11] = [
    ("model", 0),
    ("engine", 1),
    ("os", 1),
    ("course", 2),
    ("learner", 2),
    ("machine", 2),
    ("sandbox", 2),
    ("report", 2),
    ("ui", 2),
    ("app", 3),
    ("cli", 4),
];

/// External crate → the rooms that it may enter; `main` is `src/main.rs`.
const CRATES: [(&str, &[&str]); 21] = [
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("console", &["ui", "report"]),
    ("httparse", &["machine"]),
    ("include_dir", &["course"]),
    ("indicatif", &["ui"]),
    ("jiff", &["sandbox", "app", "cli"]),
    ("libc", &["sandbox"]),
    ("pulldown_cmark", &["course", "ui"]),
    ("quick_junit", &["report"]),
    ("regex_lite", &["course", "engine"]),
    ("rustix", &["os", "sandbox", "machine", "learner", "course", "ui"]),
    ("serde", EVERYWHERE),
    ("serde_json", &["learner", "machine", "sandbox", "report", "app", "cli"]),
    ("sha2", &["course"]),
    ("signal_hook", &["sandbox", "ui"]),
    ("strsim", &["engine"]),
    ("textwrap", &["ui", "report"]),
    ("thiserror", EVERYWHERE),
    ("toml", &["course", "learner"]),
    ("which", &["machine", "sandbox"]),
];

const EVERYWHERE: &[&str] =
    &["model", "engine", "os", "course", "learner", "machine", "sandbox", "report", "ui", "app", "cli", "main"];

/// Rooms that neither read nor change the world.
const PURE: [&str; 2] = ["model", "engine"];

/// What is the world, in the standard library.
const WORLD: [&str; 8] = ["fs", "process", "net", "env", "os", "thread", "time", "io"];

/// Rooms that start programs.
const STARTERS: [&str; 3] = ["os", "machine", "sandbox"];

/// Where a file stands in the tree of modules, without the crate's own name: `src/report/human/page.rs` is in
/// `["report", "human", "page"]`, `src/lib.rs` in `[]`.
fn module(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
    let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|name| ["mod", "lib"].contains(&name.as_str())) {
        names.pop();
    }
    names
}

/// A path as written, and the line it stands on.
#[derive(Debug, PartialEq, Eq)]
struct Written {
    path: Vec<String>,
    line: usize,
}

/// Every path of two segments or more, groups unfolded; in a `use`, single names too.
fn paths(tokens: TokenStream, prefix: &[String], in_use: bool, found: &mut Vec<Written>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let colons = |at: usize| {
        let colon = |at| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
        colon(at) && colon(at + 1)
    };
    let mut at = 0;
    let mut in_use = in_use;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(name) if name == "use" && prefix.is_empty() => {
                in_use = true;
                at += 1;
            }
            TokenTree::Ident(name) if name == "as" => at += if in_use { 2 } else { 1 },
            TokenTree::Ident(name) => {
                let mut path = [prefix, &[name.to_string()]].concat();
                let line = name.span().start().line;
                at += 1;
                while colons(at) {
                    match tokens.get(at + 2) {
                        Some(TokenTree::Ident(next)) => path.push(next.to_string()),
                        Some(TokenTree::Punct(star)) if star.as_char() == '*' => path.push("*".into()),
                        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                            paths(group.stream(), &path, true, found);
                            path.clear();
                        }
                        _ => {}
                    }
                    at += 3;
                }
                if path.len() > 1 || in_use && !path.is_empty() {
                    found.push(Written { path, line });
                }
            }
            TokenTree::Group(group) => {
                paths(group.stream(), prefix, in_use, found);
                at += 1;
            }
            TokenTree::Punct(punct) => {
                if punct.as_char() == ';' {
                    in_use = false;
                }
                at += 1;
            }
            TokenTree::Literal(_) => at += 1,
        }
    }
}

/// One source file under examination.
struct File<'a> {
    path: &'a str,
    room: String,
    complaints: Vec<String>,
}

/// What is wrong with a source file, one sentence each.
fn complaints(path: &str, source: &str) -> Vec<String> {
    let module = module(path);
    let room = module.first().cloned().unwrap_or_else(|| "lib".into());
    let mut file = File { path, room, complaints: Vec::new() };
    if !source.starts_with("//! ") {
        file.complain(1, "the file does not open with a sentence about its subject (//!)");
    }
    let lines = source.lines().count();
    if lines > 500 {
        file.complain(lines, &format!("{lines} lines hold a second subject (at most 500)"));
    }
    let parsed = syn::parse_file(source).unwrap_or_else(|error| panic!("{path}: {error}"));
    if path.ends_with("/mod.rs") || path == "src/lib.rs" {
        file.is_a_door(&parsed.items);
    }
    let tests = path.ends_with("/tests.rs") || path.contains("/tests/");
    file.examine(&parsed.items, &module, tests);
    file.complaints
}

impl File<'_> {
    fn complain(&mut self, line: usize, what: &str) {
        self.complaints.push(format!("{what} ({}:{line})", self.path));
    }

    fn is_a_door(&mut self, items: &[Item]) {
        for item in items {
            let door = match item {
                Item::Mod(inner) => inner.content.is_none(),
                Item::Use(import) => !matches!(import.vis, Visibility::Inherited),
                _ => false,
            };
            if !door {
                let line = item.span().start().line;
                self.complain(line, "a door holds only `mod` and `pub use`");
            }
        }
    }

    /// Looks at every path. In tests the floors hold, the rest does not.
    fn examine(&mut self, items: &[Item], module: &[String], tests: bool) {
        for item in items {
            if let Item::Mod(inner) = item
                && let Some((_, items)) = &inner.content
            {
                let module = [module, &[inner.ident.to_string()]].concat();
                let for_tests = |attribute: &syn::Attribute| matches!(&attribute.meta, syn::Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test");
                self.examine(items, &module, tests || inner.attrs.iter().any(for_tests));
                continue;
            }
            let mut found = Vec::new();
            paths(item.to_token_stream(), &[], false, &mut found);
            for Written { path, line } in found {
                self.floor(&path, line, module);
                if !tests {
                    self.foreign(&path, line);
                }
            }
        }
    }

    /// Complains about a room that may not be seen from here.
    fn floor(&mut self, path: &[String], line: usize, module: &[String]) {
        let supers = path.iter().take_while(|name| *name == "super").count();
        let rest = match path[0].as_str() {
            "crate" | "unitlab" => &path[1..],
            "super" if supers >= module.len() => &path[supers..],
            "self" if module.is_empty() => &path[1..],
            _ => return,
        };
        let Some(seen) = rest.first() else { return };
        if seen == "*" || seen == "self" {
            self.complain(line, &format!("{} may not see the whole house at once", self.room));
            return;
        }
        let floor = |room: &str| FLOORS.iter().find(|(known, _)| *known == room).map(|(_, floor)| *floor);
        let Some(below) = floor(seen) else { return };
        let here = floor(&self.room).unwrap_or(u8::MAX);
        if *seen != self.room && below >= here {
            self.complain(line, &format!("{} may not see {seen}", self.room));
        }
    }

    /// Complains about a crate, or a part of the standard library, that has no business here.
    fn foreign(&mut self, path: &[String], line: usize) {
        let room = self.room.clone();
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some((name, rooms)) = CRATES.iter().find(|(name, _)| *name == names[0])
            && !rooms.contains(&room.as_str())
        {
            self.complain(line, &format!("{room} may not use {name}"));
        }
        if PURE.contains(&room.as_str()) && ["std", "core"].contains(&names[0]) {
            let world = names.get(1).is_some_and(|part| WORLD.contains(part) || *part == "*");
            // A span of time and an address are plain data, wherever the library keeps them.
            let data = matches!(names[1..], ["time", "Duration"] | ["net", "IpAddr"]);
            if world && !data {
                self.complain(line, &format!("{room} is pure and may not use {}", names.join("::")));
            }
        }
        let starts = names.windows(2).any(|pair| matches!(pair, ["process", "Command" | "*"]));
        if starts && !STARTERS.contains(&room.as_str()) {
            self.complain(line, &format!("{room} may not start programs"));
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_source_file_keeps_the_house_rules() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 5, "the sources were not found");
    let mut wrong = Vec::new();
    for file in files {
        let path = file.strip_prefix(root).unwrap().to_str().unwrap();
        wrong.extend(complaints(path, &fs::read_to_string(&file).unwrap()));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_room_and_every_crate_is_in_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(root.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = FLOORS.iter().any(|(room, _)| *room == name) || ["lib", "main"].contains(&name.as_str());
        assert!(known, "{name} has no floor: say so in tests/house.rs");
    }
    let manifest: BTreeMap<String, toml::Value> =
        toml::from_str(&fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    for name in manifest["dependencies"].as_table().unwrap().keys() {
        let name = name.replace('-', "_");
        assert!(CRATES.iter().any(|(known, _)| *known == name), "{name} has no room: say so in tests/house.rs");
    }
}

#[test]
fn a_bad_import_is_caught() {
    for (path, source, complaint) in [
        ("src/machine/x.rs", "use crate::report::json;", "machine may not see report (src/machine/x.rs:2)"),
        ("src/model/x.rs", "use crate::{model::Lab,\n engine};", "model may not see engine (src/model/x.rs:3)"),
        ("src/course/x.rs", "use crate::{model::{Lab, Case}, learner::{self as l}};", "course may not see learner"),
        ("src/engine/x.rs", "fn f() { crate::cli::go() }", "engine may not see cli"),
        ("src/engine/x.rs", "fn f() { g(|| [crate::ui::WIDTH]) }", "engine may not see ui"),
        ("src/engine/x.rs", "fn f() { 1 as crate::ui::Width; }", "engine may not see ui"),
        ("src/engine/x.rs", "fn f(_: &crate::machine::Machine) {}", "engine may not see machine"),
        ("src/engine/x.rs", "fn f() { format!(\"{}\", crate::report::NAME); }", "engine may not see report"),
        ("src/report/x.rs", "use super::super::machine::Machine;", "report may not see machine"),
        ("src/report/mod.rs", "pub use super::machine::Machine;", "report may not see machine"),
        ("src/report/human/x.rs", "use super::super::super::sandbox;", "report may not see sandbox"),
        ("src/report/x.rs", "mod y { use super::super::super::sandbox::z; }", "report may not see sandbox"),
        ("src/report/x.rs", "#[cfg(test)] mod tests { use crate::machine::y; }", "report may not see machine"),
        ("src/report/x.rs", "macro_rules! m { () => { $crate::course::f() } }", "report may not see course"),
        ("src/report/x.rs", "use crate::*;", "report may not see the whole house at once"),
        ("src/report/x.rs", "use crate::{self as house};", "report may not see the whole house at once"),
        ("src/report/x.rs", "use clap::Parser;", "report may not use clap"),
        ("src/report/x.rs", "use {toml, serde};", "report may not use toml"),
        ("src/model/x.rs", "fn f() { ::console::style(1); }", "model may not use console"),
        ("src/course/x.rs", "#[derive(clap::Args)] struct A;", "course may not use clap"),
        ("src/engine/x.rs", "use std::{fmt, fs};", "engine is pure and may not use std::fs"),
        ("src/engine/x.rs", "use std::time::Instant;", "engine is pure and may not use std::time::Instant"),
        ("src/engine/x.rs", "use std::time;", "engine is pure and may not use std::time"),
        ("src/model/x.rs", "fn f() { std::env::var(\"A\"); }", "model is pure and may not use std::env::var"),
        ("src/report/x.rs", "use std::process::Command;", "report may not start programs"),
        ("src/report/x.rs", "use std::process; fn f() { process::Command::new(\"a\"); }", "may not start programs"),
        ("src/report/mod.rs", "fn f() {}", "a door holds only `mod` and `pub use` (src/report/mod.rs:2)"),
        ("src/report/mod.rs", "use x::y;", "a door holds only"),
        ("src/lib.rs", "pub mod a { pub struct B; }", "a door holds only"),
    ] {
        let found = complaints(path, &format!("//! A subject.\n{source}"));
        assert!(found.len() == 1 && found[0].contains(complaint), "{source}\n{found:?}");
    }
    assert_eq!(complaints("src/model/x.rs", "").len(), 1, "a file without its sentence");
    assert_eq!(complaints("src/model/x.rs", &format!("//! A.\n{}", "\n".repeat(500))).len(), 1, "a long file");
}

#[test]
fn a_good_import_is_left_alone() {
    for (path, source) in [
        ("src/report/x.rs", "use crate::{engine::judge, model::{Lab, Case}, report::json}; use super::json;"),
        ("src/report/human/x.rs", "use super::super::json; use super::y; fn f() { self::g() }"),
        ("src/cli/x.rs", "use crate::{machine, sandbox, report}; use clap::Parser;"),
        ("src/machine/x.rs", "use std::process::Command; use crate::model; fn f(report: u8) { report::<u8>() }"),
        ("src/engine/x.rs", "use std::{fmt, time::Duration}; // crate::report\n const A: &str = \"crate::report::x\";"),
        ("src/engine/x.rs", "#[cfg(test)] mod tests { use std::fs; use serde_json::Value; use super::super::y; }"),
        ("src/report/mod.rs", "mod a; #[cfg(test)] mod b; pub mod c; pub use a::{d, e as f}; pub(crate) use c::g;"),
        ("src/main.rs", "fn main() -> std::process::ExitCode { unitlab::cli::run() }"),
    ] {
        let found = complaints(path, &format!("//! A subject.\n{source}"));
        assert!(found.is_empty(), "{source}\n{found:?}");
    }
}
