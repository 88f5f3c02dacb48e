use std::path::Path;

use serde_json::json;
use testkit::a_tenant;

use crate::catalog_app::{CatalogApp, count, order, variant};

#[tokio::test]
async fn loading_twice_changes_nothing() {
    let app = CatalogApp::start().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds");
    app.seed(&folder).await;
    let sums = "SELECT SUM(on_hand) + COUNT(*) * 1000000 FROM stock_levels";
    let before = count(&mut app.database.superuser().await, sums).await;
    assert_eq!(app.hold(order(1), variant(1, 1), 3).await, "held");

    app.seed(&folder).await;

    assert_eq!(
        count(&mut app.database.superuser().await, sums).await,
        before
    );
    assert_eq!(app.available(variant(1, 1)).await, 97);
    app.check_ledger().await;
}

#[tokio::test]
async fn both_demo_shops_are_loaded() {
    let app = CatalogApp::start().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../seeds");
    app.seed(&folder).await;
    let shops = "SELECT COUNT(DISTINCT tenant_id) FROM products WHERE slug = 'gift-card-holder'";
    assert_eq!(count(&mut app.database.superuser().await, shops).await, 2);

    let kava = serde_json::from_slice::<serde_json::Value>(
        &std::fs::read(folder.join("kava/shop.json")).unwrap(),
    )
    .unwrap();
    let mut shop = a_tenant("kava", 0);
    shop.id = ids::TenantId::from_uuid(kava["id"].as_str().unwrap().parse().unwrap());
    let query = "{ products(first: 100, sort: NAME) { totalCount nodes { name variants { sku available } } } }";
    let answer = app
        .execute(&testkit::anonymous(&shop), query, json!({}))
        .await;

    assert!(answer.at("/products/totalCount").as_i64().unwrap() >= 60);
}
