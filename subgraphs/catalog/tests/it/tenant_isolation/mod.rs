//! Tenant isolation: the data of another tenant looks like missing data. Both tenants use the same
//! ids. The table has a case for every root field, entity and internal call; one without a case fails.

mod graphql;
mod internal_calls;
mod product_of_kava;

use catalog::MIGRATOR;
use testkit::{TestDatabase, assert_no_rows_without_tenant, assert_tenancy};

use crate::catalog_app::{CatalogApp, order, variant};

#[tokio::test]
async fn every_way_in_is_isolated() {
    let app = CatalogApp::start().await;

    app.isolation_table()
        .case("Query.product", graphql::product_by_id_and_slug)
        .case("Query.products", graphql::products)
        .case("Query.stockEvents", graphql::stock_events)
        .case("Mutation.adjustStock", graphql::adjust_stock)
        .case("Subscription.stockEvents", graphql::live_stock_events)
        .case("entity Product", graphql::product_entity)
        .case("entity ProductVariant", graphql::variant_entity)
        .case("POST /internal/prices", internal_calls::prices)
        .case("POST /internal/holds", internal_calls::hold)
        .case("POST /internal/holds/commit", internal_calls::commit)
        .case("POST /internal/holds/release", internal_calls::release)
        .case("POST /internal/feed", internal_calls::feed)
        .case("POST /internal/heads", internal_calls::heads)
        .check()
        .await;
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
            app.client.assert_unauthenticated(token, query).await;
        }
    }
}

#[tokio::test]
async fn the_application_role_sees_nothing_without_a_tenant() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 5).await;
    app.owner(
        graphql::ADJUST,
        graphql::adjustment("k1", variant(1, 1), -7),
    )
    .await
    .data();

    // Catalog receives no events, so its inbox is empty.
    assert_no_rows_without_tenant(&app.database, &["event_log_epoch", "inbox"]).await;
}

#[tokio::test]
async fn every_table_is_isolated() {
    let database = TestDatabase::create("catalog", &MIGRATOR).await;

    assert_tenancy(&database, "catalog", &["event_log_epoch"]).await;
}
