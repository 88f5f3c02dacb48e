//! What a file may know, by its name: SQL only in stores, GraphQL only at the edge of a feature, pure models.

use std::path::Path;

use anyhow::Result;

use crate::files::files_below;

/// Words that must not appear in a feature's pure rules (`model.rs`).
const IMPURE: [&str; 6] = [
    "sqlx::",
    "async_graphql::",
    "axum::",
    "reqwest::",
    "Utc::now",
    "std::env",
];

/// Files that may know async-graphql besides folders called `graphql`; `lib.rs` puts a subgraph together.
const GRAPHQL_FILES: [&str; 3] = ["graphql.rs", "lib.rs", "schema.rs"];

/// Allowed in every derive: an enum without fields is the same in the model and in the schema, and a copy for the schema
/// would only repeat its values and their descriptions. Objects and inputs stay at the edge: they differ from the model.
const ENUM_DERIVE: &str = "async_graphql::Enum";

pub fn problems(root: &Path) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    for folder in ["subgraphs", "gateway"] {
        for path in files_below(&root.join(folder), "rs") {
            let shown = path.strip_prefix(root).unwrap_or(&path);
            if shown.components().any(|part| part.as_os_str() == "tests")
                || shown.ends_with("tests.rs")
            {
                continue;
            }
            let text = std::fs::read_to_string(&path)?;
            let code = without_enum_derive(
                text.lines()
                    .filter(|line| !line.trim_start().starts_with("//")),
            );
            problems.extend(
                violations(shown, &code)
                    .into_iter()
                    .map(|problem| format!("{}: {problem}", shown.display())),
            );
        }
    }
    Ok(problems)
}

/// The lines without the allowed derive. A derive may be longer than a line.
fn without_enum_derive<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut in_derive = false;
    lines
        .map(|line| {
            in_derive |= line.trim_start().starts_with("#[derive(");
            let shown = if in_derive {
                line.replace(ENUM_DERIVE, "")
            } else {
                line.to_owned()
            };
            in_derive &= !line.contains(")]");
            shown
        })
        .collect()
}

fn violations(path: &Path, code: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let uses = |word: &str| code.iter().any(|line| line.contains(word));
    let in_folder = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    let statements = [
        "sqlx::query",
        "QueryBuilder::",
        "query_as::<",
        "query_scalar",
    ];
    if name != "store.rs" && !in_folder("store") && statements.iter().any(|word| uses(word)) {
        found.push("SQL belongs into store.rs".to_owned());
    }
    let edge = GRAPHQL_FILES.contains(&name.as_ref()) || in_folder("graphql");
    if !edge && uses("async_graphql") {
        found.push("async-graphql belongs into graphql.rs, graphql/ or schema.rs".to_owned());
    }
    if name == "model.rs" {
        for word in IMPURE.iter().filter(|word| uses(word)) {
            found.push(format!("`{word}` does not belong into a pure model"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_sql_outside_a_store() {
        let code = ["let row = sqlx::query(\"SELECT 1\");".to_owned()];

        assert_eq!(
            violations(Path::new("subgraphs/orders/src/orders/store.rs"), &code).len(),
            0
        );
        assert_eq!(
            violations(
                Path::new("subgraphs/orders/src/orders/cancel_order.rs"),
                &code
            )
            .len(),
            1
        );
    }

    #[test]
    fn sees_an_impure_model() {
        let code = ["use sqlx::FromRow;", "use async_graphql::Enum;"].into_iter();
        let code = without_enum_derive(code);

        assert_eq!(
            violations(Path::new("subgraphs/orders/src/orders/model.rs"), &code).len(),
            3
        );
    }

    #[test]
    fn allows_the_derive_of_an_enum() {
        let path = Path::new("subgraphs/orders/src/orders/model.rs");
        let code = |text: &'static str| without_enum_derive(text.lines());

        let an_enum = code("    #[derive(Clone, Copy, PartialEq, Eq, async_graphql::Enum)]");
        let long = code("#[derive(\n    Clone,\n    async_graphql::Enum,\n)]\npub enum Status {}");
        let an_object = code("#[derive(async_graphql::SimpleObject)]");
        let after = code("#[derive(\n    Clone,\n)]\nuse async_graphql::Enum;");

        assert!(violations(path, &an_enum).is_empty());
        assert!(violations(path, &long).is_empty());
        assert_eq!(violations(path, &an_object).len(), 2);
        assert_eq!(violations(path, &after).len(), 2);
    }
}
