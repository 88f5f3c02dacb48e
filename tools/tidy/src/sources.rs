//! The hand-written production code of a member, parsed: tests left out, files known by their module.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use syn::spanned::Spanned as _;
use syn::{Attribute, Item};

use crate::files::files_below;

/// One source file without its tests.
pub struct Source {
    /// Relative to the root.
    pub path: PathBuf,
    /// Path of its module from the crate's root, without the crate: `["orders", "store"]`.
    pub module: Vec<String>,
    /// Items that are not `#[cfg(test)]`.
    pub items: Vec<Item>,
    /// The text without the lines of `#[cfg(test)]` items.
    pub lines: Vec<String>,
}

/// Every source below `src` of a member, or of one folder or file in it.
pub fn read(root: &Path, place: &Path) -> Result<Vec<Source>> {
    let full = root.join(place);
    let paths = if full.is_file() {
        vec![full]
    } else {
        files_below(&full, "rs")
    };
    paths
        .iter()
        .map(|path| path.strip_prefix(root).unwrap_or(path))
        .filter(|path| !is_test(path))
        .map(|path| source(root, path))
        .collect()
}

/// Files of tests by their place: `tests/`, `tests.rs`.
fn is_test(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == "tests") || path.ends_with("tests.rs")
}

fn source(root: &Path, path: &Path) -> Result<Source> {
    let text = std::fs::read_to_string(root.join(path))
        .with_context(|| format!("cannot read {}", path.display()))?;
    parse(path, &text).with_context(|| format!("{} is not Rust", path.display()))
}

/// Parses the text of a file.
pub fn parse(path: &Path, text: &str) -> Result<Source> {
    let mut lines: Vec<Option<&str>> = text.lines().map(Some).collect();
    let (tests, items): (Vec<Item>, Vec<Item>) = syn::parse_file(text)?
        .items
        .into_iter()
        .partition(|item| is_for_tests(attributes(item)));
    for item in &tests {
        let span = item.span();
        let (start, end) = (span.start().line, span.end().line);
        for line in lines.iter_mut().take(end).skip(start.saturating_sub(1)) {
            *line = None;
        }
    }
    Ok(Source {
        path: path.to_owned(),
        module: module_of(path),
        items,
        lines: lines.into_iter().flatten().map(str::to_owned).collect(),
    })
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `subgraphs/orders/src/orders/store/mod.rs` → `["orders", "store"]`.
pub fn module_of(path: &Path) -> Vec<String> {
    let mut parts: Vec<String> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .skip_while(|part| part != "src")
        .skip(1)
        .collect();
    if let Some(file) = parts.pop() {
        match file.as_str() {
            "mod.rs" | "lib.rs" | "main.rs" => {}
            other => parts.push(other.trim_end_matches(".rs").to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_the_tests_of_a_file_out() {
        let text = "use a::b;\n\nfn work() {\n    b();\n}\n\n#[cfg(test)]\nmod tests {\n    fn x() {}\n}\n";

        let source = parse(Path::new("crates/x/src/y/z.rs"), text).unwrap();

        assert_eq!(source.items.len(), 2);
        assert_eq!(source.lines.len(), 6);
        assert_eq!(source.module, ["y", "z"]);
    }

    #[test]
    fn knows_a_module_by_its_folder() {
        assert_eq!(module_of(Path::new("gateway/src/live/mod.rs")), ["live"]);
        assert!(module_of(Path::new("gateway/src/lib.rs")).is_empty());
    }
}
