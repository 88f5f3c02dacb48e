use serde_json::json;
use testkit::{anonymous, customer, owner};

use crate::orders_app::{OrdersApp, a_card_input, an_input, customer_id};

const EVENTS: &str = "query($filter: OrderEventFilter, $after: String, $first: Int) {
    orderEvents(filter: $filter, after: $after, first: $first) {
        nodes { id cursor type occurredAt order { id number status } } edges { cursor }
        pageInfo { hasNextPage hasPreviousPage endCursor } } }";

fn types(answer: &testkit::GraphqlAnswer) -> Vec<&str> {
    let nodes = answer.at("/orderEvents/nodes").as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["type"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn events_are_listed_in_order_with_the_current_state_of_their_orders() {
    let app = OrdersApp::start().await;
    let staff = owner(&app.world.kava);
    let placed = app
        .place(&anonymous(&app.world.kava), a_card_input("k1", "tok_ok"))
        .await;
    let id = placed.at("/placeOrder/order/id").as_str().unwrap();
    app.cancel(&staff, "c1", id).await;

    let all = app.owner(EVENTS, json!({})).await;
    let first = app.owner(EVENTS, json!({ "first": 2 })).await;
    let after = first.at("/orderEvents/pageInfo/endCursor").clone();
    let rest = app.owner(EVENTS, json!({ "after": after })).await;

    assert_eq!(
        types(&all),
        ["PLACED", "PAYMENT_AUTHORIZED", "CONFIRMED", "CANCELLED"]
    );
    assert_eq!(all.at("/orderEvents/nodes/0/order/status"), "CANCELLED");
    assert_eq!(types(&first), ["PLACED", "PAYMENT_AUTHORIZED"]);
    assert_eq!(first.at("/orderEvents/pageInfo/hasNextPage"), true);
    assert_eq!(first.at("/orderEvents/nodes/1/cursor"), &after);
    assert_eq!(types(&rest), ["CONFIRMED", "CANCELLED"]);
    assert_eq!(rest.at("/orderEvents/pageInfo/hasNextPage"), false);
}

#[tokio::test]
async fn filters_select_orders_and_types_and_the_end_cursor_is_the_last_scanned_position() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let first = app.place(&guest, an_input("k1")).await;
    app.place(&guest, an_input("k2")).await;
    let id = first.at("/placeOrder/order/id").clone();

    let of_one = json!({ "filter": { "orderId": id } });
    let of_one = app.owner(EVENTS, of_one).await;
    let placed = json!({ "filter": { "types": ["PLACED"] } });
    let placed = app.owner(EVENTS, placed).await;
    let nothing = json!({ "filter": { "orderId": "nothing" } });
    let nothing = app.owner(EVENTS, nothing).await;
    let none = json!({ "filter": { "types": ["REFUNDED"] } });
    let none = app.owner(EVENTS, none).await;

    assert_eq!(types(&of_one), ["PLACED", "CONFIRMED"]);
    assert_eq!(types(&placed), ["PLACED", "PLACED"]);
    assert!(types(&nothing).is_empty());
    let all = app.owner(EVENTS, json!({})).await;
    assert_eq!(
        none.at("/orderEvents/pageInfo/endCursor"),
        all.at("/orderEvents/pageInfo/endCursor")
    );
}

#[tokio::test]
async fn a_customer_sees_only_events_of_their_own_orders_and_guests_none() {
    let app = OrdersApp::start().await;
    let (olena, petro) = (
        customer(&app.world.kava, customer_id(1)),
        customer(&app.world.kava, customer_id(2)),
    );
    app.place(&olena, an_input("k1")).await;
    let foreign = app.place(&petro, an_input("k1")).await;
    let foreign = foreign.at("/placeOrder/order/id").clone();

    let own = app.execute(&olena, EVENTS, json!({})).await;
    let of_foreign = json!({ "filter": { "orderId": foreign } });
    let of_foreign = app.execute(&olena, EVENTS, of_foreign).await;
    let guest = app
        .execute(&anonymous(&app.world.kava), EVENTS, json!({}))
        .await;

    assert_eq!(types(&own), ["PLACED", "CONFIRMED"]);
    assert_eq!(own.at("/orderEvents/nodes/0/order/number"), "1001");
    assert!(types(&of_foreign).is_empty());
    assert_eq!(guest.error_code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn a_cursor_is_valid_only_for_its_tenant() {
    let app = OrdersApp::start().await;
    app.place(&anonymous(&app.world.kava), an_input("k1")).await;
    let kava = app.owner(EVENTS, json!({})).await;
    let cursor = kava.at("/orderEvents/pageInfo/endCursor").clone();

    for cursor in [cursor, json!("nonsense"), json!("")] {
        let variables = json!({ "after": cursor });
        let answer = app
            .execute(&owner(&app.world.knyhy), EVENTS, variables)
            .await;
        assert_eq!(answer.error_code(), "CURSOR_INVALID");
    }
}

#[tokio::test]
async fn a_page_of_no_events_has_the_cursor_at_which_it_was_read() {
    let app = OrdersApp::start().await;
    app.place(&anonymous(&app.world.kava), an_input("k1")).await;

    let none = app.owner(EVENTS, json!({ "first": 0 })).await;
    let after = none.at("/orderEvents/pageInfo/endCursor");
    let all = app.owner(EVENTS, json!({ "after": after })).await;

    assert_eq!(none.at("/orderEvents/nodes"), &json!([]));
    assert_eq!(none.at("/orderEvents/pageInfo/hasNextPage"), true);
    assert_eq!(types(&all), ["PLACED", "CONFIRMED"]);
}
