//! Insertions into source text at anchors that every file of a kind has. A missing anchor is an error that names it.

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

/// Adds a type to a tuple struct, which begins with `header`.
pub fn extend_tuple(text: &str, header: &str, name: &str) -> Result<String> {
    let start = after(text, header)?;
    let length = rest(text, start)
        .find(");")
        .with_context(|| format!("`{header}` has no end"))?;
    let (before, behind) = (slice(text, 0, start + length), rest(text, start + length));
    let before = before.trim_end().trim_end_matches(',');
    let separator = if before.ends_with('(') { "" } else { ", " };
    Ok(format!("{before}{separator}{name}{behind}"))
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
pub fn line_end(text: &str, position: usize) -> usize {
    rest(text, position)
        .find('\n')
        .map_or(text.len(), |length| position + length + 1)
}

/// The text with lines at a position.
pub fn insert(text: &str, position: usize, lines: &str) -> String {
    format!(
        "{}{lines}{}",
        slice(text, 0, position),
        rest(text, position)
    )
}

/// The text from a position.
pub fn rest(text: &str, start: usize) -> &str {
    text.get(start..).unwrap_or_default()
}

/// The text between two positions.
pub fn slice(text: &str, start: usize, end: usize) -> &str {
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
    fn a_tuple_grows() {
        let text = "pub struct Query(\n    A,\n    B,\n);\n";

        assert_eq!(
            extend_tuple(text, "pub struct Query(", "C").unwrap(),
            "pub struct Query(\n    A,\n    B, C);\n"
        );
        assert_eq!(
            extend_tuple("pub struct Query();\n", "pub struct Query(", "A").unwrap(),
            "pub struct Query(A);\n"
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
