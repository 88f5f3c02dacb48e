//! `new list`: a filtered list of an entity as a connection.

use anyhow::Result;

use super::field::Field;
use super::place::Place;
use super::store;
use super::tree::Tree;

const OPERATION: &str = include_str!("templates/list/operation.rs.txt");
const MODEL: &str = include_str!("templates/list/model.rs.txt");
const STORE: &str = include_str!("templates/list/store.rs.txt");
const GRAPHQL: &str = include_str!("templates/list/graphql.rs.txt");
const FIELD: &str = include_str!("templates/list/field.rs.txt");
const TEST: &str = include_str!("templates/list/test.rs.txt");
const ISOLATION: &str = include_str!("templates/list/isolation.rs.txt");

/// Adds the list of the place's entity.
pub fn add(tree: &mut Tree, place: &Place) -> Result<()> {
    place.check(tree)?;
    let many = place.entity.plural();
    let values = place
        .values()
        .with("THINGS", many.screaming())
        .with("thingsField", many.camel())
        .with("columns", store::columns(tree, place)?);
    let operation = format!("list_{many}");
    tree.create(
        &place.source(&format!("{operation}.rs")),
        values.render(OPERATION)?,
    )?;
    place.add_module(tree, &operation)?;
    for (file, template) in [("model.rs", MODEL), ("store.rs", STORE)] {
        tree.merge(&place.source(file), values.render(template)?)?;
    }
    Field {
        root: "Query",
        items: GRAPHQL,
        method: FIELD,
    }
    .add(tree, place, &values)?;
    place.add_test(tree, &operation, values.render(TEST)?)?;
    place.add_isolation(tree, "Query", &many, values.render(ISOLATION)?)
}
