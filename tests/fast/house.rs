//! The architecture holds: each room imports only rooms below it, each crate stays in its rooms, and no two files
//! import each other.
//!
//! The tests read every path of every source file: in `use` items, expressions, types and macros. The rooms, their
//! floors and their crates are listed here and nowhere else.

mod cycles;
mod paths;
mod rules;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cycles::{Import, cycles, imports};
use rules::violations;

/// Room → floor. A room imports only from lower floors.
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

/// External crate → the rooms that may use it; `main` is `src/main.rs`.
const CRATES: &[(&str, &[&str])] = &[
    ("annotate_snippets", &["ui"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("console", &["ui", "report"]),
    ("dialoguer", &["ui"]),
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
    ("serde_json", &["os", "learner", "machine", "sandbox", "report", "app", "cli"]),
    ("sha2", &["course"]),
    ("signal_hook", &["os", "sandbox", "ui"]),
    ("strsim", &["engine"]),
    ("textwrap", &["ui", "report"]),
    ("thiserror", EVERYWHERE),
    ("toml", &["course", "learner"]),
    ("which", &["os"]),
];

const EVERYWHERE: &[&str] =
    &["model", "engine", "os", "course", "learner", "machine", "sandbox", "report", "ui", "app", "cli", "main"];

fn source_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            source_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Returns the path below the project's root and the text of every source file in a directory.
fn sources(directory: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    source_files(&root.join(directory), &mut files);
    files.sort();
    let relative = |file: &Path| file.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
    files.iter().map(|file| (relative(file), fs::read_to_string(file).unwrap())).collect()
}

#[test]
fn every_source_file_keeps_the_house_rules() {
    assert!(sources("src").len() > 5, "the sources were not found");
    let wrong: Vec<String> = sources("src").iter().flat_map(|(path, text)| violations(path, text)).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// Returns one line for each import of each cycle.
fn cycle_lines(imports: &[Import]) -> Vec<String> {
    let lines = |cycle: &Vec<Import>| {
        let lines = cycle.iter().map(|Import { from, line, to }| format!("\n  {from}:{line} imports {to}"));
        format!("an import cycle:{}", lines.collect::<String>())
    };
    cycles(imports).iter().map(lines).collect()
}

#[test]
fn no_files_import_each_other() {
    let wrong = cycle_lines(&imports(&sources("src")));
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_room_and_every_crate_is_in_the_tables() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in fs::read_dir(root.join("src")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let known = FLOORS.iter().any(|(room, _)| *room == name) || ["lib", "main"].contains(&name.as_str());
        assert!(known, "{name} has no floor: add it to FLOORS in tests/fast/house.rs");
    }
    let manifest: BTreeMap<String, toml::Value> =
        toml::from_str(&fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    for name in manifest["dependencies"].as_table().unwrap().keys() {
        let name = name.replace('-', "_");
        assert!(
            CRATES.iter().any(|(known, _)| *known == name),
            "{name} has no room: add it to CRATES in tests/fast/house.rs"
        );
    }
}

/// Without libtest, the compiler removes a function with `#[test]`.
#[test]
fn a_test_program_without_libtest_lists_its_tests() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest: toml::Table = toml::from_str(&fs::read_to_string(root.join("Cargo.toml")).unwrap()).unwrap();
    let programs = manifest["test"].as_array().unwrap();
    let own: Vec<&toml::Value> = programs.iter().filter(|it| it.get("harness").is_some()).collect();
    assert!(own.len() == 2 && own.iter().all(|it| it["harness"].as_bool() == Some(false)));
    for program in own {
        let directory = Path::new(program["path"].as_str().unwrap()).parent().unwrap().to_str().unwrap();
        for (path, text) in sources(directory) {
            let line = text.lines().position(|line| line.contains(&["#[te", "st]"].concat()));
            assert_eq!(line, None, "{path} must name this test in `tests!`, and not use #[test]");
        }
    }
}

#[test]
fn a_forbidden_import_is_reported() {
    for (path, source, violation) in [
        ("src/machine/x.rs", "use crate::report::json;", "machine may not import report (src/machine/x.rs:2)"),
        ("src/model/x.rs", "use crate::{model::Lab,\n engine};", "model may not import engine (src/model/x.rs:3)"),
        ("src/course/x.rs", "use crate::{model::{Lab, Case}, learner::{self as l}};", "course may not import learner"),
        ("src/engine/x.rs", "fn f() { crate::cli::go() }", "engine may not import cli"),
        ("src/engine/x.rs", "fn f() { g(|| [crate::ui::WIDTH]) }", "engine may not import ui"),
        ("src/engine/x.rs", "fn f() { 1 as crate::ui::Width; }", "engine may not import ui"),
        ("src/engine/x.rs", "fn f(_: &crate::machine::Machine) {}", "engine may not import machine"),
        ("src/engine/x.rs", "fn f() { format!(\"{}\", crate::report::NAME); }", "engine may not import report"),
        ("src/report/x.rs", "use super::super::machine::Machine;", "report may not import machine"),
        ("src/report/mod.rs", "pub use super::machine::Machine;", "report may not import machine"),
        ("src/report/human/x.rs", "use super::super::super::sandbox;", "report may not import sandbox"),
        ("src/report/x.rs", "mod y { use super::super::super::sandbox::z; }", "report may not import sandbox"),
        ("src/report/x.rs", "#[cfg(test)] mod tests { use crate::machine::y; }", "report may not import machine"),
        ("src/report/x.rs", "macro_rules! m { () => { $crate::course::f() } }", "report may not import course"),
        ("src/report/x.rs", "use crate::*;", "report may not import all rooms at once"),
        ("src/report/x.rs", "use crate::{self as everything};", "report may not import all rooms at once"),
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
        (
            "src/sandbox/x.rs",
            "fn f() { g(|| Command::new(\"rm\").arg(\"-r\")); }",
            "found by os::Software, not by a name",
        ),
        ("src/os/x.rs", "fn f() { process::Command::new(r\"rm\") }", "found by os::Software, not by a name"),
        ("src/report/mod.rs", "fn f() {}", "a mod.rs holds only `mod` and `pub use` (src/report/mod.rs:2)"),
        ("src/report/mod.rs", "use x::y;", "a mod.rs holds only"),
        ("src/lib.rs", "pub mod a { pub struct B; }", "a mod.rs holds only"),
    ] {
        let found = violations(path, &format!("//! A subject.\n{source}"));
        assert!(found.len() == 1 && found[0].contains(violation), "{source}\n{found:?}");
    }
    assert_eq!(violations("src/model/x.rs", "").len(), 1, "a file without a first sentence");
    assert_eq!(violations("src/model/x.rs", &format!("//! A.\n{}", "\n".repeat(400))).len(), 1, "a long file");
}

#[test]
fn an_allowed_import_is_accepted() {
    for (path, source) in [
        ("src/report/x.rs", "use crate::{engine::judge, model::{Lab, Case}, report::json}; use super::json;"),
        ("src/report/human/x.rs", "use super::super::json; use super::y; fn f() { self::g() }"),
        ("src/cli/x.rs", "use crate::{machine, sandbox, report}; use clap::Parser;"),
        ("src/machine/x.rs", "use std::process::Command; use crate::model; fn f(report: u8) { report::<u8>() }"),
        ("src/os/x.rs", "fn f() { Command::new(path) } #[cfg(test)] mod tests { fn f() { Command::new(\"sh\") } }"),
        ("src/engine/x.rs", "use std::{fmt, time::Duration}; // crate::report\n const A: &str = \"crate::report::x\";"),
        ("src/engine/x.rs", "#[cfg(test)] mod tests { use std::fs; use serde_json::Value; use super::super::y; }"),
        ("src/report/mod.rs", "mod a; #[cfg(test)] mod b; pub mod c; pub use a::{d, e as f}; pub(crate) use c::g;"),
        ("src/main.rs", "fn main() -> std::process::ExitCode { unitlab::cli::run() }"),
    ] {
        let found = violations(path, &format!("//! A subject.\n{source}"));
        assert!(found.is_empty(), "{source}\n{found:?}");
    }
}

/// Returns the cycles in these files of a small crate with the rooms `a` and `b`.
fn cycles_of(files: &[(&str, &str)]) -> Vec<String> {
    let mut sources = vec![("src/lib.rs".to_owned(), "pub mod a; pub mod b;".to_owned())];
    sources.extend(files.iter().map(|(path, text)| (format!("src/{path}"), (*text).to_owned())));
    cycle_lines(&imports(&sources))
}

#[test]
fn an_import_cycle_is_reported() {
    let root = ("a/mod.rs", "mod x; mod y; mod z; pub use x::{X, x as run}; pub(crate) use y::Y as Renamed;");
    for (x, y, z) in [
        ("use super::y::Y;", "use super::x::X;", ""),
        ("use crate::a::y;", "\nuse crate::a::X;", ""),
        ("use super::Renamed;", "use super::{X};", ""),
        ("use super::Renamed as Z;", "fn f() { super::run() }", ""),
        ("fn f(_: crate::a::Renamed) {}", "fn f() { vec![crate::a::X] }", ""),
        ("use super::y;", "use super::z::f;", "use super::X;"),
        ("use super::y;", "use super::z::X;", "pub use super::x::X;"),
        ("use crate::a; fn f() { a::Renamed::new() }", "use unitlab::a::X;", ""),
        ("mod inner { use super::super::y::Y; }", "use super::x::inner::Z;", ""),
        ("fn f() { use super::y::*; }", "use super::*;", ""),
    ] {
        let found = cycles_of(&[root, ("a/x.rs", x), ("a/y.rs", y), ("a/z.rs", z)]);
        assert_eq!(found.len(), 1, "{x}\n{y}\n{z}\n{found:?}");
    }
    let found = cycles_of(&[root, ("a/x.rs", "\nuse super::Renamed;"), ("a/y.rs", "use super::X;"), ("a/z.rs", "")]);
    assert_eq!(found, ["an import cycle:\n  src/a/x.rs:2 imports src/a/y.rs\n  src/a/y.rs:1 imports src/a/x.rs"]);
}

#[test]
fn imports_without_a_cycle_are_accepted() {
    let root = ("a/mod.rs", "mod x; mod y; #[cfg(test)] mod z; pub use x::{X, x}; pub use y::y;");
    for (x, y, z) in [
        ("use super::y;", "use super::super::a;", "use super::{x, y};"),
        ("use super::y::Y;", "#[cfg(test)] mod tests { use super::super::X; }", ""),
        ("use super::y::Y;", "#[cfg(test)] use super::X; pub(in crate::a::x) struct Y;", "use super::X;"),
        ("use super::y::Y;", "// use super::X;\nconst A: &str = \"super::X\";", ""),
        ("use super::y; fn f() { y::g(); Self::x() }", "use std::x; fn g() { x::X }", ""),
        ("use self::inner::Z; mod inner { use super::X; pub struct Z; }", "use super::x::inner;", ""),
    ] {
        let found = cycles_of(&[root, ("a/x.rs", x), ("a/y.rs", y), ("a/z.rs", z)]);
        assert!(found.is_empty(), "{x}\n{y}\n{z}\n{found:?}");
    }
}

/// Returns the paths below `src`, `tests`, `docs` and `scripts` that a document names.
fn named_files(text: &str) -> Vec<&str> {
    let begins = |name: &&str| ["src/", "tests/", "docs/", "scripts/"].iter().any(|top| name.starts_with(top));
    let words = text.split(['`', ' ', '\n', '(', ')', ',', '*']);
    words.map(|name| name.trim_end_matches(['.', ':', ';'])).filter(begins).collect()
}

/// The documents that describe the code.
const DOCUMENTS: [&str; 4] = ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/processes.md"];

#[test]
fn every_file_that_the_documents_name_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut missing = Vec::new();
    for document in DOCUMENTS {
        let text = fs::read_to_string(root.join(document)).unwrap();
        let files = named_files(&text).into_iter().filter(|name| !root.join(name).exists());
        missing.extend(files.map(|name| format!("{document} names {name}, which does not exist")));
    }
    assert!(missing.is_empty(), "\n{}\n", missing.join("\n"));
    assert_eq!(named_files("**`src/a.rs`**: see src/b/.\n(tests/c.rs) my/src/d"), ["src/a.rs", "src/b/", "tests/c.rs"]);
}
