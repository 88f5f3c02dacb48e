//! Insertions into source text at anchors that every file of a kind has. A missing anchor is an error that names it.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

/// Adds `mod name;` after the last module of the file that has no attribute of its own.
pub fn add_module(text: &str, name: &str) -> Result<String> {
    let mut end = 0;
    let mut last = None;
    let mut has_attribute = false;
    for line in text.split_inclusive('\n') {
        end += line.len();
        if line.starts_with("mod ") && line.trim_end().ends_with(';') && !has_attribute {
            last = Some(end);
        }
        has_attribute = line.starts_with("#[");
    }
    let position = last.context("it has no line `mod …;`")?;
    Ok(insert(text, position, &format!("mod {name};\n")))
}

/// Imports `names` of `module`: adds them to its `use` (`keyword` may also be `pub use`) or writes one.
pub fn add_use(text: &str, keyword: &str, module: &str, names: &[&str]) -> Result<String> {
    // The first line too has a line break before it.
    let text = &format!("\n{text}");
    let added = match find_use(text, keyword, module) {
        Some((start, end)) => {
            let current = slice(text, start, end);
            let current = current.trim_start_matches('{').trim_end_matches('}');
            let mut all: BTreeSet<&str> = current.split(',').map(str::trim).collect();
            all.extend(names);
            all.remove("");
            format!(
                "{}{}{}",
                slice(text, 0, start),
                braced(all),
                rest(text, end)
            )
        }
        None => {
            let names = braced(names.iter().copied().collect());
            add_statement(text, keyword, &format!("{keyword} {module}::{names};\n"))?
        }
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
    match (wanted, uses.first(), uses.last()) {
        (true, _, Some((last, _))) => {
            let end = end_of_statement(text, *last)?;
            return Ok(insert(text, end, &format!("\n{statement}")));
        }
        (false, Some((first, _)), _) => {
            return Ok(insert(text, *first, &format!("{statement}\n")));
        }
        (true | false, _, _) => {}
    }
    // The first export of a module follows its list of modules.
    let last = text
        .rfind("\nmod ")
        .context("it has no `use` and no `mod`")?;
    let end = line_end(text, last + 1);
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
        let names = names.trim_start_matches('{').trim_end_matches('}');
        let names: Vec<&str> = names.split(',').map(str::trim).collect();
        add_use(&text, "use", module, &names)
    })
}

/// Separates the imports at the start of a fragment, one statement a line, from its items.
pub fn split_imports(fragment: &str) -> (String, String) {
    let (imports, items): (Vec<&str>, Vec<&str>) =
        fragment.lines().partition(|line| line.starts_with("use "));
    (imports.join("\n"), items.join("\n").trim().to_owned())
}

fn braced(names: BTreeSet<&str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    match names.as_slice() {
        [one] => (*one).to_owned(),
        many => format!("{{{}}}", many.join(", ")),
    }
}

/// Adds a type to a tuple struct, which begins with `header`.
pub fn extend_tuple(text: &str, header: &str, name: &str) -> Result<String> {
    let start = after(text, header)?;
    let length = rest(text, start)
        .find(");")
        .with_context(|| format!("`{header}` has no end"))?;
    let (before, behind) = (slice(text, 0, start + length), rest(text, start + length));
    let before = before.trim_end().trim_end_matches(',');
    Ok(format!("{before}, {name}{behind}"))
}

/// Adds lines at the end of the item that begins with `header` and ends with an unindented brace.
pub fn add_to_item(text: &str, header: &str, lines: &str) -> Result<String> {
    add_before_end(text, header, "\n}", lines)
}

/// Adds lines before the first `end` after `header`.
pub fn add_before_end(text: &str, header: &str, end: &str, lines: &str) -> Result<String> {
    let start = after(text, header)?;
    let length = rest(text, start)
        .find(end)
        .with_context(|| format!("`{}` has no end", header.trim()))?;
    Ok(insert(text, start + length + 1, lines))
}

/// Adds lines after a line inside the item that begins with `header`.
pub fn add_in_item(text: &str, header: &str, anchor: &str, lines: &str) -> Result<String> {
    let start = after(text, header)?;
    let inside = add_after_line(rest(text, start), anchor, lines)?;
    Ok(format!("{}{inside}", slice(text, 0, start)))
}

/// Adds lines before the documentation and the attributes of the item that begins with `header`.
pub fn add_before_item(text: &str, header: &str, lines: &str) -> Result<String> {
    let item = text
        .find(&format!("\n{header}"))
        .with_context(|| format!("it has no `{header}`"))?;
    let start = slice(text, 0, item).rfind("\n\n").map_or(0, |gap| gap + 2);
    Ok(insert(text, start, &format!("{}\n\n", lines.trim_end())))
}

/// Adds an item at the end.
pub fn append(text: &str, item: &str) -> String {
    format!("{}\n\n{}\n", text.trim_end(), item.trim_end())
}

/// Adds lines after the line that contains `anchor`.
pub fn add_after_line(text: &str, anchor: &str, lines: &str) -> Result<String> {
    let start = after(text, anchor)?;
    Ok(insert(text, line_end(text, start), lines))
}

/// Adds a case to the isolation table, after the last case of the same root type.
pub fn add_case(text: &str, root: &str, field: &str, function: &str) -> Result<String> {
    let case = format!("        .case(\"{root}.{field}\", {function})\n");
    let position = match text.rfind(&format!("\"{root}.")) {
        Some(last) => {
            let end = rest(text, last).find(")\n");
            last + end.context("a case of the isolation table has no end")? + 2
        }
        None => text
            .find("        .check()\n")
            .context("it has no isolation table")?,
    };
    Ok(insert(text, position, &case))
}

/// The position behind `anchor`.
fn after(text: &str, anchor: &str) -> Result<usize> {
    let start = text
        .find(anchor)
        .with_context(|| format!("it has no `{}`", anchor.trim()))?;
    Ok(start + anchor.len())
}

/// The start of the line after a position.
fn line_end(text: &str, position: usize) -> usize {
    rest(text, position)
        .find('\n')
        .map_or(text.len(), |length| position + length + 1)
}

fn insert(text: &str, position: usize, lines: &str) -> String {
    format!(
        "{}{lines}{}",
        slice(text, 0, position),
        rest(text, position)
    )
}

fn rest(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

fn slice(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_follows_the_last_one_without_attribute() {
        let text = "//! A feature.\n\nmod model;\nmod store;\n\n#[cfg(test)]\nmod tests;\n";

        assert_eq!(
            add_module(text, "graphql").unwrap(),
            "//! A feature.\n\nmod model;\nmod store;\nmod graphql;\n\n#[cfg(test)]\nmod tests;\n"
        );
    }

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

    #[test]
    fn a_tuple_grows() {
        let text = "pub struct Query(\n    A,\n    B,\n);\n";

        assert_eq!(
            extend_tuple(text, "pub struct Query(", "C").unwrap(),
            "pub struct Query(\n    A,\n    B, C);\n"
        );
    }

    #[test]
    fn items_are_found_with_their_documentation() {
        let text = "use a;\n\n/// Mutations.\n#[derive(Default)]\npub struct M;\n\nimpl M {\n    fn a() {}\n}\n";

        let text = add_before_item(text, "pub struct M;", "struct Input;\n").unwrap();
        let text = add_to_item(&text, "\nimpl M {", "\n    fn b() {}\n").unwrap();

        assert_eq!(
            text,
            "use a;\n\nstruct Input;\n\n/// Mutations.\n#[derive(Default)]\npub struct M;\n\nimpl M {\n    fn a() {}\n\n    fn b() {}\n}\n"
        );
    }

    #[test]
    fn a_missing_anchor_is_named() {
        let error = extend_tuple("mod a;\n", "pub struct Query(", "C").unwrap_err();

        assert_eq!(error.to_string(), "it has no `pub struct Query(`");
        assert!(add_module("fn a() {}\n", "b").is_err());
        assert!(add_case("fn a() {}\n", "Query", "a", "a").is_err());
    }

    #[test]
    fn a_case_joins_those_of_its_root_type() {
        let text = "        .case(\"Query.a\", a)\n        .case(\n            \"Query.b\",\n            b,\n        )\n        .case(\"Mutation.c\", c)\n        .check()\n";

        let text = add_case(text, "Query", "d", "d").unwrap();
        let text = add_case(&text, "Subscription", "e", "e").unwrap();

        assert!(text.contains("            b,\n        )\n        .case(\"Query.d\", d)\n"));
        assert!(text.contains("c)\n        .case(\"Subscription.e\", e)\n        .check()\n"));
    }
}
