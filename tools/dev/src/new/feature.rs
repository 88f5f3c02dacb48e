//! `new feature`: the folder of a feature with an entity, its table, and the root field that finds it by id.

use anyhow::{Result, bail};
use chrono::{DateTime, Utc};

use super::anchors;
use super::imports;
use super::place::Place;
use super::table;
use super::tree::Tree;

const MODULE: &str = include_str!("templates/feature/mod.rs.txt");
const MODEL: &str = include_str!("templates/feature/model.rs.txt");
const STORE: &str = include_str!("templates/feature/store.rs.txt");
const LOADERS: &str = include_str!("templates/feature/loaders.rs.txt");
const GRAPHQL: &str = include_str!("templates/feature/graphql.rs.txt");
const TEST: &str = include_str!("templates/feature/test.rs.txt");
const ISOLATION: &str = include_str!("templates/feature/isolation.rs.txt");

/// Adds a feature to a subgraph.
pub fn add(tree: &mut Tree, place: &Place, now: DateTime<Utc>) -> Result<()> {
    place.check_subgraph(tree)?;
    if tree.exists(&place.source("mod.rs")) {
        bail!("there is a feature `{}` already", place.feature);
    }
    let values = place.values();
    for (file, template) in [
        ("mod.rs", MODULE),
        ("model.rs", MODEL),
        ("store.rs", STORE),
        ("loaders.rs", LOADERS),
        ("graphql.rs", GRAPHQL),
    ] {
        tree.create(&place.source(file), values.render(template)?)?;
    }
    tree.merge(&place.source("model.rs"), values.render(table::MODEL)?)?;
    wire(tree, place)?;
    table::add_to_database(tree, place, now)?;
    tree.create(
        &place.test(&format!("{}.rs", place.entity)),
        values.render(TEST)?,
    )?;
    let case = values.render(ISOLATION)?;
    place.add_isolation(tree, "Query", &place.entity, case)
}

/// Makes the feature known to the subgraph: module, root field, loader.
fn wire(tree: &mut Tree, place: &Place) -> Result<()> {
    let feature = place.feature.snake();
    tree.edit(&place.member_file("src/lib.rs"), |text| {
        anchors::add_module(text, &feature)
    })?;
    place.add_root(tree, "Query", &format!("{}Queries", place.entity.pascal()))?;
    let loader = format!("{}ById", place.entity.plural().pascal());
    tree.edit(&place.member_file("src/schema.rs"), |text| {
        let line = format!("    data.insert(Loader::new({loader}(snapshot.clone())));\n");
        let text = anchors::add_to_item(text, "\npub fn add_loaders(", &line)?;
        imports::add_use(&text, "use", &format!("crate::{feature}"), &[&loader])
    })?;
    tree.create(&place.test("mod.rs"), format!("mod {};\n", place.entity))?;
    tree.edit(&place.member_file("tests/it/main.rs"), |text| {
        anchors::add_module(text, &feature)
    })
}
