//! Finds the paths that Rust source names, in `use` items, expressions, types and macros.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Meta};

/// A path as the source names it, with `use` groups unfolded.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NamedPath {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
    /// The name that a `use` item gives to the path; none outside of `use`.
    pub(crate) binds: Option<String>,
}

/// Returns every path of two segments or more, and the single names of `use` items.
pub(crate) fn named_paths(tokens: TokenStream) -> Vec<NamedPath> {
    let mut found = Vec::new();
    collect(tokens, &[], false, &mut found);
    found
}

fn collect(tokens: TokenStream, prefix: &[String], in_use: bool, found: &mut Vec<NamedPath>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_punct =
        |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
    let mut at = 0;
    let mut in_use = in_use;
    while let Some(token) = tokens.get(at) {
        match token {
            // `impl Trait + use<'a>` is not an import.
            TokenTree::Ident(name) if name == "use" && prefix.is_empty() && !is_punct(at + 1, '<') => {
                in_use = true;
                at += 1;
            }
            TokenTree::Ident(name) if name == "as" && in_use => {
                if let (Some(TokenTree::Ident(alias)), Some(path)) = (tokens.get(at + 1), found.last_mut()) {
                    path.binds = Some(alias.to_string());
                }
                at += 2;
            }
            TokenTree::Ident(name) if name == "as" => at += 1,
            // `pub(in crate::room)` names a module and imports nothing.
            TokenTree::Ident(name) if name == "pub" && is_in(tokens.get(at + 1)) => at += 2,
            TokenTree::Ident(name) => {
                let mut segments = [prefix, &[name.to_string()]].concat();
                let line = name.span().start().line;
                at += 1;
                while is_punct(at, ':') && is_punct(at + 1, ':') {
                    match tokens.get(at + 2) {
                        Some(TokenTree::Ident(next)) => segments.push(next.to_string()),
                        Some(TokenTree::Punct(star)) if star.as_char() == '*' => segments.push("*".into()),
                        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                            collect(group.stream(), &segments, true, found);
                            segments.clear();
                        }
                        _ => {}
                    }
                    at += 3;
                }
                if segments.len() > 1 || in_use && !segments.is_empty() {
                    let last = segments.iter().rfind(|name| *name != "self");
                    let binds = last.filter(|_| in_use).cloned();
                    found.push(NamedPath { segments, line, binds });
                }
            }
            TokenTree::Group(group) => {
                collect(group.stream(), prefix, in_use, found);
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

/// Whether the token is a group that begins with `in`.
fn is_in(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else { return false };
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "in")
}

/// Returns the module of a file: `["report", "human", "page"]` for `src/report/human/page.rs`, `[]` for `src/lib.rs`.
pub(crate) fn module_of(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
    let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if names.last().is_some_and(|name| ["mod", "lib"].contains(&name.as_str())) {
        names.pop();
    }
    names
}

/// Whether the file may only declare and re-export modules.
pub(crate) fn is_module_root(path: &str) -> bool {
    path.ends_with("/mod.rs") || path == "src/lib.rs"
}

/// Whether an attribute is `#[cfg(test)]`.
pub(crate) fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_cfg_test = |meta: &Meta| matches!(meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test");
    attributes.iter().any(|attribute| is_cfg_test(&attribute.meta))
}
