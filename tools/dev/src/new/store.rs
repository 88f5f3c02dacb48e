//! Functions of a feature's store that a new operation needs.

use anyhow::{Context as _, Result, bail};

use super::place::Place;
use super::tree::Tree;

/// The line above a function that nothing calls yet.
const UNUSED: &str = "#[expect(dead_code, reason = \"no operation uses it yet\")]\n";

/// Whether the model of the place's entity has a name, as `new feature` and `new table` write it.
pub fn has_name(tree: &Tree, place: &Place) -> Result<bool> {
    let path = place.source("model.rs");
    let model = tree.read(&path)?;
    let header = format!("\npub struct {} {{\n", place.entity.pascal());
    let (_, behind) = model
        .split_once(&header)
        .with_context(|| format!("{path} has no `{}`", header.trim()))?;
    let fields = behind.split("\n}").next().unwrap_or_default();
    Ok(fields.contains("    pub name: String,"))
}

/// Adds a function to the store, or uses the one that is there.
pub fn need(tree: &mut Tree, place: &Place, function: &str, template: &str) -> Result<()> {
    let header = format!("fn {function}(");
    if let Ok(path) = place.find(tree, "store", &header) {
        let used = format!("pub(super) async {header}");
        return tree.edit(&path, |text| {
            Ok(text.replace(&format!("{UNUSED}{used}"), &used))
        });
    }
    let store = place.source("store.rs");
    if !has_name(tree, place)? {
        bail!("{store} has no `{header}…)`: write it first, only you know its columns");
    }
    let values = place.values().with("columns", columns(tree, place)?);
    tree.merge(&store, values.render(template)?)
}

/// The columns of the entity, from the first statement that reads its table.
pub fn columns(tree: &Tree, place: &Place) -> Result<String> {
    let table = place.entity.plural();
    let from = format!("FROM {table}\n");
    let path = place.find(tree, "store", &from)?;
    let text = tree.read(&path)?;
    let columns = text
        .split_once(&from)
        .and_then(|(before, _)| before.rsplit_once("SELECT "))
        .map(|(_, columns)| columns.trim());
    let columns = columns.with_context(|| format!("{path} has no `SELECT … {}`", from.trim()))?;
    Ok(columns.to_owned())
}
