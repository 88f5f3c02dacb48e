//! `new table`: the migration of an isolated table, its model, and what reads and writes its rows.

use anyhow::{Result, bail};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};

use super::anchors;
use super::imports;
use super::place::{Place, capital};
use super::tree::Tree;

const MIGRATION: &str = include_str!("templates/table/migration.sql.txt");
pub const MODEL: &str = include_str!("templates/table/model.rs.txt");
const FROM_ROW: &str = include_str!("templates/table/from_row.rs.txt");
const FIND: &str = include_str!("templates/table/find.rs.txt");
const INSERT: &str = include_str!("templates/table/insert.rs.txt");
const TEST_ROW: &str = include_str!("templates/table/test_row.rs.txt");
/// Format of the time in a migration's name.
const TIME: &str = "%Y%m%d%H%M%S";

/// Adds a table to a feature that exists.
pub fn add(tree: &mut Tree, place: &Place, now: DateTime<Utc>) -> Result<()> {
    place.check(tree)?;
    let store = place.source("store.rs");
    if !tree.exists(&store) {
        bail!("{store} is missing: a store of several files gets its functions by hand");
    }
    let values = place.values().flag("unused", true);
    add_to_database(tree, place, now)?;
    let model = place.source("model.rs");
    tree.merge(&model, values.render(MODEL)?)?;
    for template in [FROM_ROW, FIND, INSERT] {
        tree.merge(&store, values.render(template)?)?;
    }
    Ok(())
}

/// Adds what a table needs outside its feature's code: migration, id, and a row for the tests.
pub fn add_to_database(tree: &mut Tree, place: &Place, now: DateTime<Utc>) -> Result<()> {
    let values = place.values();
    let folder = format!("migrations/{}", place.subgraph);
    let table = place.entity.plural();
    let name = format!("_create_{table}.sql");
    let files = tree.list(&folder);
    if files.iter().any(|file| file.ends_with(&name)) {
        bail!("{folder} has a migration `…{name}` already");
    }
    let time = migration_time(files.last(), now);
    tree.create(&format!("{folder}/{time}{name}"), values.render(MIGRATION)?)?;
    add_id(tree, place)?;
    let rows = place.test("mod.rs");
    if !tree.exists(&rows) {
        tree.edit(&place.member_file("tests/it/main.rs"), |text| {
            anchors::add_module(text, &place.feature.snake())
        })?;
    }
    tree.merge(&rows, values.render(TEST_ROW)?)?;
    let isolation = place.member_file("tests/it/tenant_isolation/mod.rs");
    tree.edit(&isolation, |text| {
        let insert = format!("insert_{}", place.entity);
        let line = format!("    {insert}(&app, app.kava.id).await;\n");
        let header = "fn the_application_role_sees_nothing_without_a_tenant() {\n";
        let text = anchors::add_in_item(text, header, "::start().await;", &line)?;
        let module = format!("crate::{}", place.feature);
        imports::add_use(&text, "use", &module, &[&insert])
    })
}

/// The time of a migration: now, but after the newest one.
fn migration_time(newest: Option<&String>, now: DateTime<Utc>) -> String {
    let newest = newest
        .and_then(|file| NaiveDateTime::parse_from_str(file.split('_').next()?, TIME).ok())
        .map(|time| time + TimeDelta::seconds(1));
    let time = newest.map_or(now.naive_utc(), |time| time.max(now.naive_utc()));
    time.format(TIME).to_string()
}

fn add_id(tree: &mut Tree, place: &Place) -> Result<()> {
    let entity = &place.entity;
    tree.edit("crates/ids/src/lib.rs", |text| {
        let id = format!("    {}Id = \"{entity}\";\n", entity.pascal());
        if text.contains(&id) {
            return Ok(text.to_owned());
        }
        let lines = format!("    /// {}.\n{id}", capital(&entity.with_article()));
        anchors::add_to_item(text, "\ndefine_ids! {", &lines)
    })
}
