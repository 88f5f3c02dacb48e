//! The tables in documents that are made from code. Such a table stands between two comments,
//! `<!-- generated: events -->` and `<!-- end of events -->`; the rest of a document is written by hand.

mod crates;
mod events;
mod facts;
mod permissions;
mod settings;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};

use crate::workspace::{Profile, Workspace};
use facts::Facts;

/// The documents with current tables, by path.
pub async fn documents(
    workspace: &Workspace,
    profile: Profile,
) -> Result<BTreeMap<&'static str, String>> {
    let facts = Facts::collect(workspace, profile).await?;
    let tables = [
        ("ARCHITECTURE.md", "crates", crates::table(&facts)?),
        ("docs/EVENTS.md", "events", events::table(&facts)),
        ("docs/EVENTS.md", "consumers", events::consumers(&facts)),
        ("docs/GRAPHQL.md", "permissions", permissions::table(&facts)),
        ("docs/OPERATIONS.md", "settings", settings::tables(&facts)),
    ];
    let mut documents = BTreeMap::new();
    for (path, name, table) in tables {
        let text = match documents.remove(path) {
            Some(text) => text,
            None => workspace.read(path)?,
        };
        let text = with_table(&text, name, &table)
            .with_context(|| format!("{path} has no place for the generated table `{name}`"))?;
        documents.insert(path, text);
    }
    Ok(documents)
}

/// The document with this table in its place; `None` without its two comments.
fn with_table(document: &str, name: &str, table: &str) -> Option<String> {
    let (opening, closing) = (
        format!("<!-- generated: {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let (before, rest) = document.split_once(&opening)?;
    let (_, after) = rest.split_once(&closing)?;
    Some(format!("{before}{opening}\n{table}\n{closing}{after}"))
}

/// A table in Markdown, with a line break at its end.
fn markdown<const N: usize>(
    heading: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let heading = format!("| {} |\n{}|\n", heading.join(" | "), "|---".repeat(N));
    let rows = rows.into_iter().map(|row| {
        let cells = row.map(|cell| cell.replace('|', "\\|"));
        format!("| {} |\n", cells.join(" | "))
    });
    std::iter::once(heading).chain(rows).collect()
}

/// Texts as code, with a comma between them.
fn code<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = texts.into_iter().map(|text| format!("`{text}`")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_table_of_that_name_is_replaced() {
        let document = "By hand.\n<!-- generated: a -->\nold\n<!-- end of a -->\nMore.\n";

        let table = markdown(["Name", ""], [["x|".to_owned(), code(["y", "z"])]]);

        assert_eq!(
            with_table(document, "a", &table).unwrap(),
            "By hand.\n<!-- generated: a -->\n\n| Name |  |\n|---|---|\n| x\\| | `y`, `z` |\n\n<!-- end of a -->\nMore.\n"
        );
        assert_eq!(with_table(document, "b", &table), None);
    }
}
