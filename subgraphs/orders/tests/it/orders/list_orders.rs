use serde_json::{Value, json};
use testkit::{GraphqlAnswer, anonymous, customer, owner};

use crate::orders_app::{OrdersApp, an_input, customer_id};

const LIST: &str =
    "query($first: Int, $after: String, $last: Int, $before: String, $filter: OrderFilter) {
        orders(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
            nodes { number } edges { cursor node { number } } totalCount eventCursor
            pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

async fn five_orders() -> OrdersApp {
    let app = OrdersApp::start().await;
    for number in 1..=5 {
        let buyer = customer(&app.world.kava, customer_id(number % 2));
        let placed = app.place(&buyer, an_input(&format!("k{number}"))).await;
        if number == 3 {
            let id = placed.at("/placeOrder/order/id").as_str().unwrap();
            app.cancel(&owner(&app.world.kava), "c3", id).await.data();
        }
        app.world.clock.advance(chrono::Duration::seconds(1));
    }
    app
}

fn numbers(answer: &GraphqlAnswer) -> Vec<&str> {
    let nodes = answer.at("/orders/nodes").as_array().unwrap();
    nodes
        .iter()
        .map(|node| node["number"].as_str().unwrap())
        .collect()
}

async fn list(app: &OrdersApp, variables: Value) -> GraphqlAnswer {
    app.owner(LIST, variables).await
}

#[tokio::test]
async fn pages_in_both_directions_newest_first() {
    let app = five_orders().await;

    let first = list(&app, json!({ "first": 2 })).await;
    let after = first.at("/orders/pageInfo/endCursor").clone();
    let second = list(&app, json!({ "first": 2, "after": after })).await;
    let before = second.at("/orders/pageInfo/startCursor").clone();
    let back = list(&app, json!({ "last": 1, "before": before })).await;
    let last = list(&app, json!({ "last": 2 })).await;

    assert_eq!(numbers(&first), ["1005", "1004"]);
    assert_eq!(first.at("/orders/totalCount"), 5);
    assert_eq!(first.at("/orders/pageInfo/hasNextPage"), true);
    assert_eq!(first.at("/orders/pageInfo/hasPreviousPage"), false);
    assert_eq!(numbers(&second), ["1003", "1002"]);
    assert_eq!(numbers(&back), ["1004"]);
    assert_eq!(numbers(&last), ["1002", "1001"]);
    assert_eq!(last.at("/orders/pageInfo/hasPreviousPage"), true);
}

#[tokio::test]
async fn filters_are_joined_by_and() {
    let app = five_orders().await;

    let cancelled = list(&app, json!({ "filter": { "statuses": ["CANCELLED"] } })).await;
    let numbered = list(&app, json!({ "filter": { "number": "1002" } })).await;
    let between = json!({
        "placedAfter": "2026-11-22T12:00:00Z", "placedBefore": "2026-11-22T14:00:03+02:00",
    });
    let between = list(&app, json!({ "filter": between })).await;
    let nothing = json!({ "number": "1002", "statuses": ["CANCELLED"] });
    let nothing = list(&app, json!({ "filter": nothing })).await;
    let text = list(&app, json!({ "filter": { "number": "many" } })).await;

    assert_eq!(numbers(&cancelled), ["1003"]);
    assert_eq!(cancelled.at("/orders/totalCount"), 1);
    assert_eq!(numbers(&numbered), ["1002"]);
    assert_eq!(numbers(&between), ["1003", "1002"]);
    assert!(numbers(&nothing).is_empty());
    assert!(numbers(&text).is_empty());
}

#[tokio::test]
async fn a_customer_sees_only_their_own_orders_and_a_guest_none() {
    let app = five_orders().await;

    let olena = customer(&app.world.kava, customer_id(1));
    let own = app.execute(&olena, LIST, json!({})).await;
    let guest = app
        .execute(&anonymous(&app.world.kava), LIST, json!({}))
        .await;
    let foreign = customer(&app.world.knyhy, customer_id(1));
    let foreign = app.execute(&foreign, LIST, json!({})).await;

    assert_eq!(numbers(&own), ["1005", "1003", "1001"]);
    assert_eq!(own.at("/orders/totalCount"), 3);
    assert_eq!(guest.error_code(), "UNAUTHENTICATED");
    assert!(numbers(&foreign).is_empty());
}

#[tokio::test]
async fn rejects_invalid_cursors_and_page_sizes() {
    let app = five_orders().await;

    for (variables, code) in [
        (json!({ "after": "nonsense" }), "CURSOR_INVALID"),
        (json!({ "first": 101 }), "BAD_REQUEST"),
        (json!({ "first": -1 }), "BAD_REQUEST"),
        (json!({ "first": 1, "last": 1 }), "BAD_REQUEST"),
    ] {
        assert_eq!(list(&app, variables).await.error_code(), code);
    }
}

#[tokio::test]
async fn a_subscription_after_the_event_cursor_of_the_list_misses_no_event() {
    let app = five_orders().await;
    let staff = owner(&app.world.kava);
    let cursor = list(&app, json!({}))
        .await
        .at("/orders/eventCursor")
        .clone();

    app.place(&anonymous(&app.world.kava), an_input("later"))
        .await;
    let events = app.execute(
            &staff,
            "query($after: String) { orderEvents(after: $after) { nodes { type order { number } } } }",
            json!({ "after": cursor }),
        )
        .await;

    assert_eq!(
        events.at("/orderEvents/nodes"),
        &json!([
            { "type": "PLACED", "order": { "number": "1006" } },
            { "type": "CONFIRMED", "order": { "number": "1006" } },
        ])
    );
}

#[tokio::test]
async fn an_order_is_visible_to_its_customer_and_to_staff() {
    let app = OrdersApp::start().await;
    let olena = customer(&app.world.kava, customer_id(1));
    let placed = app.place(&olena, an_input("k1")).await;
    let id = placed.at("/placeOrder/order/id").as_str().unwrap();
    let query = format!(
        "query($id: ID!) {{ order(id: $id) {{ {} }} }}",
        crate::orders_app::ORDER
    );
    let ask = async |caller, id: &str| {
        app.execute(&caller, &query, json!({ "id": id }))
            .await
            .at("/order")
            .clone()
    };

    assert_eq!(
        &ask(olena.clone(), id).await,
        placed.at("/placeOrder/order")
    );
    assert_eq!(
        &ask(owner(&app.world.kava), id).await,
        placed.at("/placeOrder/order")
    );
    assert_eq!(
        ask(customer(&app.world.kava, customer_id(2)), id).await,
        Value::Null
    );
    assert_eq!(ask(anonymous(&app.world.kava), id).await, Value::Null);
    assert_eq!(ask(owner(&app.world.knyhy), id).await, Value::Null);
    assert_eq!(ask(olena, "nothing").await, Value::Null);
}
