//! Which file of a member imports which. An arrow goes from a file to the file that defines what it names, followed through
//! re-exports; a re-export itself and a `mod` line are no arrows.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, UseTree, Visibility};

use crate::sources::Source;

/// File → the files that it imports.
pub type Arrows = BTreeMap<PathBuf, BTreeSet<PathBuf>>;

/// What a name in a module stands for.
#[derive(Clone)]
enum Name {
    /// Defined here.
    Item,
    /// A module below.
    Module(Vec<String>),
    /// Imported or re-exported; the path is as written.
    Import(Vec<String>),
}

#[derive(Default)]
struct Module {
    file: PathBuf,
    names: BTreeMap<String, Name>,
    globs: Vec<Vec<String>>,
}

type Modules = BTreeMap<Vec<String>, Module>;

/// The arrows between the files of a member.
pub fn of(sources: &[Source]) -> Arrows {
    let mut modules = Modules::new();
    for source in sources {
        register(&mut modules, &source.module, &source.path, &source.items);
    }
    let mut arrows = Arrows::new();
    for source in sources {
        let used = used_paths(&source.module, &source.items);
        let targets = used
            .iter()
            .filter_map(|(module, path)| defining_file(&modules, module, path, 0))
            .filter(|file| *file != source.path)
            .collect();
        arrows.insert(source.path.clone(), targets);
    }
    arrows
}

/// Notes what the items of a file (or of a module inside it) define and import.
fn register(modules: &mut Modules, module: &[String], file: &Path, items: &[Item]) {
    let mut entry = Module {
        file: file.to_owned(),
        ..Module::default()
    };
    for item in items {
        if let Item::Use(import) = item {
            for (name, path) in leaves(&import.tree, Vec::new()) {
                if name == "*" {
                    entry.globs.push(path);
                } else {
                    entry.names.insert(name, Name::Import(path));
                }
            }
        } else if let Item::Mod(inner) = item {
            let mut path = module.to_vec();
            path.push(inner.ident.to_string());
            if let Some((_, items)) = &inner.content {
                register(modules, &path, file, items);
            }
            entry
                .names
                .insert(inner.ident.to_string(), Name::Module(path));
        } else if let Some(name) = defined_name(item) {
            entry.names.insert(name, Name::Item);
        }
    }
    modules.insert(module.to_vec(), entry);
}

fn defined_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// Every name that a `use` brings in, with its path; `*` for a glob.
fn leaves(tree: &UseTree, mut prefix: Vec<String>) -> Vec<(String, Vec<String>)> {
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            leaves(&path.tree, prefix)
        }
        UseTree::Name(name) if name.ident == "self" => {
            let name = prefix.last().cloned().unwrap_or_default();
            vec![(name, prefix)]
        }
        UseTree::Name(name) => {
            prefix.push(name.ident.to_string());
            vec![(name.ident.to_string(), prefix)]
        }
        UseTree::Rename(rename) => {
            prefix.push(rename.ident.to_string());
            let name = if rename.rename == "_" {
                // Several traits may be imported without a name.
                format!("_ {}", prefix.join("::"))
            } else {
                rename.rename.to_string()
            };
            vec![(name, prefix)]
        }
        UseTree::Glob(_) => vec![("*".to_owned(), prefix)],
        UseTree::Group(group) => group
            .items
            .iter()
            .flat_map(|tree| leaves(tree, prefix.clone()))
            .collect(),
    }
}

/// Paths that a file names, each with the module it stands in. Re-exports are left out.
fn used_paths(module: &[String], items: &[Item]) -> Vec<(Vec<String>, Vec<String>)> {
    let mut used = Vec::new();
    for item in items {
        match item {
            Item::Use(import) => {
                if matches!(import.vis, Visibility::Inherited) {
                    let paths = leaves(&import.tree, Vec::new()).into_iter();
                    used.extend(paths.map(|(_, path)| (module.to_vec(), path)));
                }
            }
            Item::Mod(inner) => {
                if let Some((_, items)) = &inner.content {
                    let mut path = module.to_vec();
                    path.push(inner.ident.to_string());
                    used.extend(used_paths(&path, items));
                }
            }
            other => {
                let mut paths = Vec::new();
                paths_in(other.to_token_stream(), &mut paths);
                used.extend(paths.into_iter().map(|path| (module.to_vec(), path)));
            }
        }
    }
    used
}

/// Every `a::b::c` in code, macro calls included.
fn paths_in(tokens: TokenStream, found: &mut Vec<Vec<String>>) {
    let mut path: Vec<String> = Vec::new();
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => {
                if colons != 2 {
                    found.extend((path.len() > 1).then(|| std::mem::take(&mut path)));
                    path.clear();
                }
                path.push(ident.to_string());
                colons = 0;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => colons += 1,
            other => {
                found.extend((path.len() > 1).then(|| std::mem::take(&mut path)));
                path.clear();
                colons = 0;
                if let TokenTree::Group(group) = other {
                    paths_in(group.stream(), found);
                }
            }
        }
    }
    found.extend((path.len() > 1).then_some(path));
}

/// How long a chain of re-exports may be: a circle of globs ends here.
const MOST_STEPS: usize = 16;

/// The file that defines what a path names, seen from a module; none for other crates and for modules themselves.
fn defining_file(
    modules: &Modules,
    from: &[String],
    path: &[String],
    steps: usize,
) -> Option<PathBuf> {
    if steps > MOST_STEPS {
        return None;
    }
    let (first, rest) = path.split_first()?;
    match first.as_str() {
        "crate" => find(modules, &[], rest, steps),
        "self" => find(modules, from, rest, steps),
        "super" => {
            let (_, parent) = from.split_last()?;
            match rest.first().map(String::as_str) {
                Some("super") => defining_file(modules, parent, rest, steps + 1),
                _ => find(modules, parent, rest, steps),
            }
        }
        _ => match modules.get(from)?.names.get(first)? {
            Name::Item => None,
            Name::Module(module) => find(modules, module, rest, steps + 1),
            Name::Import(import) if import.first() == Some(first) => None,
            Name::Import(import) => {
                let whole: Vec<String> = import.iter().chain(rest).cloned().collect();
                defining_file(modules, from, &whole, steps + 1)
            }
        },
    }
}

/// Looks a path up inside a module.
fn find(modules: &Modules, module: &[String], path: &[String], steps: usize) -> Option<PathBuf> {
    let (first, rest) = path.split_first()?;
    let here = modules.get(module)?;
    match here.names.get(first) {
        Some(Name::Item) => Some(here.file.clone()),
        Some(Name::Module(inner)) => find(modules, inner, rest, steps),
        Some(Name::Import(import)) => {
            let whole: Vec<String> = import.iter().chain(rest).cloned().collect();
            defining_file(modules, module, &whole, steps + 1)
        }
        None => here.globs.iter().find_map(|glob| {
            let whole: Vec<String> = glob.iter().chain(path).cloned().collect();
            defining_file(modules, module, &whole, steps + 1)
        }),
    }
}
