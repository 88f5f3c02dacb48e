//! This code on the database that an older version left behind, see `testdata/upgrade`.

use std::collections::BTreeMap;
use std::time::Duration;

use catalog::{Catalog, MIGRATOR};
use ids::{OrderId, VariantId};
use serde_json::{Value, json};
use subgraph_testkit::World;
use testkit::{Facts, TestDatabase, assert_tenancy};

use crate::catalog_app::CatalogApp;

const DUMP: &str = include_str!("../../../../testdata/upgrade/catalog.sql");

/// The restored database with a process of this code, at the time of the dump.
async fn upgraded() -> (CatalogApp, Facts) {
    let facts = Facts::read();
    let world = World::upgraded::<Catalog>(DUMP, &facts).await;
    (CatalogApp::on(&world), facts)
}

/// The id of the order that a command placed, and the variant and units of its line.
fn placed(facts: &Facts, command: &str) -> (OrderId, VariantId, i64) {
    let order = facts.at(&format!("/commands/{command}/repeat/order"));
    let line = &order["lines"][0];
    let id = |value: &Value| value.as_str().unwrap().to_owned();
    (
        id(&order["id"]).parse().unwrap(),
        id(&line["variant"]["id"]).parse().unwrap(),
        line["quantity"].as_i64().unwrap(),
    )
}

/// Available units of each variant, by slug of the product and SKU.
async fn stock(app: &CatalogApp, facts: &Facts, shop: &str) -> BTreeMap<String, i64> {
    let query = "{ products(first: 100) { nodes { slug variants { sku available } } } }";
    let guest = facts.caller(shop, "guest");
    let answer = app.client.execute(&guest, query, json!({})).await;
    let products = answer.at("/products/nodes").as_array().unwrap();
    let mut stock = BTreeMap::new();
    for product in products {
        for variant in product["variants"].as_array().unwrap() {
            let name = format!("{} {}", product["slug"], variant["sku"]);
            stock.insert(name, variant["available"].as_i64().unwrap());
        }
    }
    stock
}

#[tokio::test]
async fn the_restored_tables_are_isolated() {
    let database = TestDatabase::restore("catalog", DUMP, &MIGRATOR).await;

    assert_tenancy(&database, "catalog", &["event_log_epoch"]).await;
}

#[tokio::test]
async fn repeated_adjustments_are_answered_as_before() {
    let (app, facts) = upgraded().await;

    facts.assert_repeats(&app.client, &["adjustStock"]).await;

    app.check_ledger().await;
}

#[tokio::test]
async fn used_keys_refuse_another_input() {
    let (app, facts) = upgraded().await;

    facts
        .assert_conflicts(&app.client, "adjustStock", ("delta", json!(7)))
        .await;

    facts.assert_repeats(&app.client, &["adjustStock"]).await;
}

#[tokio::test]
async fn cursors_continue_where_they_were() {
    let (app, facts) = upgraded().await;

    for cursor in [
        "products",
        "productsNAME",
        "productsNEWEST",
        "productsPRICE_ASC",
        "productsPRICE_DESC",
        "stockEvents",
    ] {
        facts.assert_continues(&app.client, cursor).await;
    }
}

#[tokio::test]
async fn stock_is_as_it_was() {
    let (app, facts) = upgraded().await;

    for shop in ["kava", "knyhy"] {
        let known = facts.at(&format!("/stock/{shop}")).as_array().unwrap();
        let expected = known.iter().map(|variant| {
            let name = format!("{} {}", variant["slug"], variant["sku"]);
            (name, variant["available"].as_i64().unwrap())
        });
        assert_eq!(
            stock(&app, &facts, shop).await,
            expected.collect(),
            "{shop}"
        );
    }
    app.check_ledger().await;
}

#[tokio::test]
async fn holds_are_committed_released_and_expire() {
    let (app, facts) = upgraded().await;
    let (sold, coffee, _) = placed(&facts, "pending");
    let (given_up, bag, units) = placed(&facts, "pendingDeclined");
    let (coffees, bags) = (app.available(coffee).await, app.available(bag).await);

    assert_eq!(app.commit(&[sold]).await, ["committed"]);
    assert!(app.release(given_up).await);

    assert_eq!(app.available(coffee).await, coffees);
    assert_eq!(app.available(bag).await, bags + units);
    app.check_ledger().await;

    // The holds of `leftCommitting` and `leftStarted` are left: one coffee each.
    let expired = app.expire_holds_after(Duration::from_mins(15)).await;

    assert_eq!(expired, 2);
    assert_eq!(app.available(coffee).await, coffees + 2);
    app.check_ledger().await;
}
