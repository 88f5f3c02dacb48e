//! Imports and exports: adds names to the statements of a file, which `cargo fmt` then sorts.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::anchors::{append, insert, line_end, rest, slice};

/// Imports `names` of `module`: adds them to its `use` (`keyword` may also be `pub use`) or writes one.
pub fn add_use(text: &str, keyword: &str, module: &str, names: &[&str]) -> Result<String> {
    // The first line too has a line break before it.
    let text = &format!("\n{text}");
    let added = if let Some((start, end)) = find_use(text, keyword, module) {
        let all: BTreeSet<&str> = listed(slice(text, start, end))
            .chain(names.iter().copied())
            .collect();
        format!(
            "{}{}{}",
            slice(text, 0, start),
            braced(all),
            rest(text, end)
        )
    } else {
        let names = braced(names.iter().copied().collect());
        add_statement(text, keyword, &format!("{keyword} {module}::{names};\n"))?
    };
    Ok(rest(&added, 1).to_owned())
}

/// Start and end of the names that are imported from a module.
fn find_use(text: &str, keyword: &str, module: &str) -> Option<(usize, usize)> {
    let head = format!("\n{keyword} {module}::");
    text.match_indices(&head).find_map(|(position, _)| {
        let start = position + head.len();
        let end = start + rest(text, start).find(';')?;
        let names = slice(text, start, end);
        let is_list = names.starts_with('{') && names.matches('{').count() == 1;
        (is_list || !names.contains("::")).then_some((start, end))
    })
}

/// Adds an import or export after the last one that begins like it: in this crate, or outside.
fn add_statement(text: &str, keyword: &str, statement: &str) -> Result<String> {
    let head = format!("\n{keyword} ");
    let is_own = |path: &str| path.starts_with("crate::") || path.starts_with("super::");
    let wanted = is_own(rest(statement, head.len() - 1));
    let uses: Vec<(usize, bool)> = text
        .match_indices(&head)
        .map(|(position, _)| (position + 1, is_own(rest(text, position + head.len()))))
        .collect();
    if let Some((last, _)) = uses.iter().rfind(|(_, own)| *own == wanted) {
        let end = end_of_statement(text, *last)?;
        return Ok(insert(text, end, statement));
    }
    // The first of its kind: imports of this crate follow those of others.
    if let (false, Some((first, _))) = (wanted, uses.first()) {
        return Ok(insert(text, *first, &format!("{statement}\n")));
    }
    let end = if let Some((last, _)) = uses.last() {
        end_of_statement(text, *last)?
    } else {
        // The first export of a module follows its list of modules.
        let last = text.rfind("\nmod ");
        line_end(text, last.context("it has no `use` and no `mod`")? + 1)
    };
    Ok(insert(text, end, &format!("\n{statement}")))
}

fn end_of_statement(text: &str, start: usize) -> Result<usize> {
    let length = rest(text, start).find(";\n");
    Ok(start + length.context("a `use` of it has no end")? + 2)
}

/// Adds the items of a fragment at the end, and its imports to those of the file.
pub fn merge(text: &str, fragment: &str) -> Result<String> {
    let (imports, items) = split_imports(fragment);
    Ok(append(&add_imports(text, &imports)?, &items))
}

/// Adds the imports, one statement a line.
pub fn add_imports(text: &str, imports: &str) -> Result<String> {
    imports.lines().try_fold(text.to_owned(), |text, line| {
        let path = line.trim_start_matches("use ").trim_end_matches(';');
        let Some((module, names)) = path.rsplit_once("::") else {
            return Ok(text);
        };
        add_use(&text, "use", module, &listed(names).collect::<Vec<_>>())
    })
}

/// Separates the imports at the start of a fragment, one statement a line, from its items.
pub fn split_imports(fragment: &str) -> (String, String) {
    let (imports, items): (Vec<&str>, Vec<&str>) =
        fragment.lines().partition(|line| line.starts_with("use "));
    (imports.join("\n"), items.join("\n").trim().to_owned())
}

/// The names of `{A, B}` or `A`.
fn listed(names: &str) -> impl Iterator<Item = &str> {
    let names = names
        .trim_start_matches('{')
        .trim_end_matches('}')
        .split(',');
    names.map(str::trim).filter(|name| !name.is_empty())
}

fn braced(names: BTreeSet<&str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("{{{}}}", many.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_imported_once() {
        let text = "//! A file.\n\nuse crate::a::{B,\n    C};\nuse std::fmt;\n\nfn x() {}\n";

        assert_eq!(
            add_use(text, "use", "crate::a", &["C", "D"]).unwrap(),
            "//! A file.\n\nuse crate::a::{B, C, D};\nuse std::fmt;\n\nfn x() {}\n"
        );
        assert_eq!(
            add_use(text, "use", "crate::b", &["E"]).unwrap(),
            "//! A file.\n\nuse crate::a::{B,\n    C};\nuse crate::b::E;\nuse std::fmt;\n\nfn x() {}\n"
        );
        assert_eq!(
            add_use("//! A file.\n\nmod a;\n", "pub use", "a", &["B"]).unwrap(),
            "//! A file.\n\nmod a;\n\npub use a::B;\n"
        );
    }
}
