//! The tables in documents that are made from code. Such a table stands between two comments,
//! `<!-- generated: events -->` and `<!-- end of events -->`; the rest of a document is written by hand.

mod crates;
mod events;
mod facts;
mod markdown;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_table_of_that_name_is_replaced() {
        let document = "By hand.\n<!-- generated: a -->\nold\n<!-- end of a -->\nMore.\n";

        assert_eq!(
            with_table(document, "a", "new").unwrap(),
            "By hand.\n<!-- generated: a -->\n\nnew\n<!-- end of a -->\nMore.\n"
        );
        assert_eq!(with_table(document, "b", "new"), None);
    }
}
