//! Tenant isolation: another tenant, another customer and a guest reach nothing of an order. The table has a case for
//! every root field, entity and internal call; one without a case fails.

mod graphql;
mod internal_calls;

use orders::MIGRATOR;
use testkit::{TestDatabase, assert_no_rows_without_tenant, assert_tenancy, customer};

use crate::orders_app::{OrdersApp, a_card_input, customer_id};

#[tokio::test]
async fn every_way_in_is_isolated() {
    let app = OrdersApp::start().await;

    app.isolation_table()
        .case("Query.order", graphql::order)
        .case("Query.orders", graphql::orders)
        .case("Query.orderEvents", graphql::order_events)
        .case("Mutation.placeOrder", graphql::place_order)
        .case("Mutation.cancelOrder", graphql::cancel_order)
        .case("Subscription.orderEvents", graphql::live_order_events)
        .case("entity Order", graphql::order_entity)
        .case("entity Customer", graphql::customer_entity)
        .case("POST /internal/feed", internal_calls::feed)
        .case("POST /internal/heads", internal_calls::heads)
        .check()
        .await;
}

#[tokio::test]
async fn every_table_is_isolated() {
    let database = TestDatabase::create("orders", &MIGRATOR).await;

    assert_tenancy(&database, "orders", &["event_log_epoch"]).await;
}

#[tokio::test]
async fn the_application_role_sees_nothing_without_a_tenant() {
    let app = OrdersApp::start().await;
    let olena = customer(&app.world.kava, customer_id(1));
    app.place(&olena, a_card_input("k1", "tok_ok")).await.data();

    // Placements end with their order; the inbox holds what is not handled yet.
    let except = ["event_log_epoch", "placements", "inbox"];
    assert_no_rows_without_tenant(&app.world.database, &except).await;
}

#[tokio::test]
async fn rejects_requests_without_an_internal_token() {
    let app = OrdersApp::start().await;

    for query in [
        "{ __typename }",
        "{ _service { sdl } }",
        "{ orders { totalCount } }",
    ] {
        for token in [None, Some("nonsense")] {
            app.client.assert_unauthenticated(token, query).await;
        }
    }
}
