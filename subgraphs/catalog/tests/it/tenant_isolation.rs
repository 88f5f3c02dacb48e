//! Tenant isolation of every root field and entity: the data of another tenant looks like missing data. Both tenants use the
//! same ids.

use axum::http::StatusCode;
use serde_json::{Value, json};
use testkit::owner;

use crate::catalog_app::{CatalogApp, order, product, variant};

/// Root fields and entities that have a case below; the schema may not have others.
const QUERIES: [&str; 3] = ["product", "products", "stockEvents"];
const MUTATIONS: [&str; 1] = ["adjustStock"];
const ENTITIES: [&str; 2] = ["Product", "ProductVariant"];

#[tokio::test]
async fn every_root_field_and_entity_has_a_case() {
    let app = CatalogApp::start().await;
    let query = r#"{
        query: __type(name: "Query") { fields { name } }
        mutation: __type(name: "Mutation") { fields { name } }
        entities: __type(name: "_Entity") { possibleTypes { name } }
    }"#;
    let answer = app.owner(query, json!({})).await;
    let names = |pointer: &str| -> Vec<String> {
        let list = answer.at(pointer).as_array().unwrap();
        let mut names: Vec<String> = list
            .iter()
            .map(|entry| entry["name"].as_str().unwrap().to_owned())
            .filter(|name| !name.starts_with('_'))
            .collect();
        names.sort();
        names
    };

    assert_eq!(names("/query/fields"), QUERIES);
    assert_eq!(names("/mutation/fields"), MUTATIONS);
    assert_eq!(names("/entities/possibleTypes"), ENTITIES);
}

#[tokio::test]
async fn requests_without_an_internal_token_are_rejected() {
    let app = CatalogApp::start().await;

    for query in [
        "{ products { totalCount } }",
        "{ _service { sdl } }",
        "{ __typename }",
        r#"{ _entities(representations: [{ __typename: "Product", id: "x" }]) { __typename } }"#,
    ] {
        for token in [None, Some("nonsense")] {
            let (status, body) = app.client.post(token, query, json!({})).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{query}");
            assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
        }
    }
}

/// Runs the same query for both tenants.
async fn in_both(app: &CatalogApp, query: &str, variables: Value) -> (Value, Value) {
    let kava = app
        .as_caller(&owner(&app.kava), query, variables.clone())
        .await;
    let knyhy = app.as_caller(&owner(&app.knyhy), query, variables).await;
    (kava.data().clone(), knyhy.data().clone())
}

#[tokio::test]
async fn products_and_product() {
    let app = CatalogApp::start().await;
    for query in [
        r#"{ products(first: 1, filter: { slugs: ["product-3"] }) { totalCount nodes { id name } } }"#,
        r#"{ product(slug: "product-3") { id name } }"#,
    ] {
        let (kava, knyhy) = in_both(&app, query, json!({})).await;
        assert!(kava.to_string().contains("kava") && !kava.to_string().contains("knyhy"));
        assert!(knyhy.to_string().contains("knyhy") && !knyhy.to_string().contains("kava"));
    }
    // A product of the other tenant looks like one that does not exist.
    let mut superuser = app.database.superuser().await;
    sqlx::query(
        "INSERT INTO products (tenant_id, id, slug, name, default_name, min_price_minor, max_price_minor, currency, created_at)
         VALUES ($1, $2, 'lonely', '{}', 'lonely', 1, 1, 'UAH', now())",
    )
    .bind(app.knyhy.id.uuid())
    .bind(product(0xff).uuid())
    .execute(&mut superuser)
    .await
    .unwrap();
    let lonely = product(0xff);
    for (query, variables) in [
        (
            "query($id: ID) { found: product(id: $id) { id } }",
            json!({ "id": lonely }),
        ),
        (
            "query($slug: String) { found: product(slug: $slug) { id } }",
            json!({ "slug": "lonely" }),
        ),
    ] {
        let (kava, knyhy) = in_both(&app, query, variables).await;
        assert_eq!(kava["found"], Value::Null);
        assert_eq!(knyhy["found"]["id"], json!(lonely));
    }
}

#[tokio::test]
async fn entities() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;
    let representations = json!([
        { "__typename": "Product", "id": product(1) },
        { "__typename": "ProductVariant", "id": variant(1, 1) },
    ]);
    let selection = "... on Product { name } ... on ProductVariant { available product { name } }";

    let kava = app
        .client
        .entities(&owner(&app.kava), representations.clone(), selection)
        .await;
    let knyhy = app
        .client
        .entities(&owner(&app.knyhy), representations, selection)
        .await;

    assert_eq!(kava.at("/_entities/1/available"), 95);
    assert_eq!(knyhy.at("/_entities/1/available"), 100);
    assert!(!kava.0.to_string().contains("knyhy"));
    assert!(!knyhy.0.to_string().contains("kava"));
}

#[tokio::test]
async fn stock_events() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;

    let query = "query($ids: [ID!]) { stockEvents(filter: { variantIds: $ids }) { nodes { id } } }";
    let (kava, knyhy) = in_both(&app, query, json!({ "ids": [variant(1, 1)] })).await;

    assert_eq!(kava["stockEvents"]["nodes"].as_array().unwrap().len(), 1);
    assert_eq!(knyhy["stockEvents"]["nodes"], json!([]));
}

#[tokio::test]
async fn adjust_stock() {
    let app = CatalogApp::start().await;
    let query = r#"mutation($variant: ID!) {
        adjustStock(input: { idempotencyKey: "isolation", variantId: $variant, delta: -7 }) { variant { available } }
    }"#;

    let variables = json!({ "variant": variant(1, 1) });
    app.as_caller(&owner(&app.knyhy), query, variables)
        .await
        .data();

    assert_eq!(app.available(variant(1, 1)).await, 100);
    app.check_ledger().await;
}

#[tokio::test]
async fn a_hold_of_another_tenant_is_not_committed() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;
    let commit = json!({ "tenant": app.knyhy.id, "orders": [order(1)] });

    let (_, answer) = app
        .internal_call(
            identity::ServiceName::Orders,
            &app.knyhy,
            "/internal/holds/commit",
            &commit,
        )
        .await;

    assert_eq!(answer["results"][0]["outcome"], "lost");
    assert_eq!(app.counters(variant(1, 1)).await, (100, 5, 0));
}

#[tokio::test]
async fn the_application_role_sees_nothing_without_a_tenant() {
    use sqlx::ConnectOptions;
    use sqlx::postgres::PgConnectOptions;

    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;
    let options: PgConnectOptions = app.database.app_url.parse().unwrap();
    let mut connection = options.connect().await.unwrap();

    for sql in [
        "SELECT COUNT(*) FROM products",
        "SELECT COUNT(*) FROM variants",
        "SELECT COUNT(*) FROM warehouses",
        "SELECT COUNT(*) FROM stock_levels",
        "SELECT COUNT(*) FROM stock_holds",
        "SELECT COUNT(*) FROM stock_hold_lines",
        "SELECT COUNT(*) FROM stock_movements",
        "SELECT COUNT(*) FROM idempotency_keys",
        "SELECT COUNT(*) FROM events",
    ] {
        assert_eq!(
            crate::catalog_app::count(&mut connection, sql).await,
            0,
            "{sql}"
        );
    }
}

#[tokio::test]
async fn every_table_is_isolated() {
    let database = testkit::TestDatabase::create("catalog", &catalog::MIGRATOR).await;

    testkit::assert_tenancy(&database, "catalog", &["event_log_epoch"]).await;
}
