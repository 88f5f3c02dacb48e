use identity::Caller;
use serde_json::json;
use testkit::{customer, owner};

use crate::orders_app::{ORDER, OrdersApp, an_input, customer_id};

/// Number of SQL statements of a query.
async fn statements(app: &OrdersApp, caller: &Caller, query: String) -> u64 {
    app.counted(caller, &query, json!({})).await.1
}

#[tokio::test]
async fn a_list_takes_the_same_number_of_statements_for_any_length() {
    let app = OrdersApp::start().await;
    for number in 0..20 {
        let buyer = customer(&app.world.kava, customer_id(number % 5));
        app.place(&buyer, an_input(&format!("k{number}")))
            .await
            .data();
    }
    let staff = owner(&app.world.kava);
    let list = |first: u32| {
        format!("{{ orders(first: {first}) {{ totalCount eventCursor nodes {{ {ORDER} }} }} }}")
    };
    let events = |first: u32| {
        format!("{{ orderEvents(first: {first}) {{ nodes {{ type order {{ {ORDER} }} }} }} }}")
    };

    // Orders, lines, count, head of the log.
    assert_eq!(statements(&app, &staff, list(1)).await, 4);
    assert_eq!(statements(&app, &staff, list(20)).await, 4);
    // Events, orders, lines.
    assert_eq!(statements(&app, &staff, events(1)).await, 3);
    assert_eq!(statements(&app, &staff, events(40)).await, 3);
}

#[tokio::test]
async fn orders_of_many_customers_take_one_statement() {
    let app = OrdersApp::start().await;
    for number in 0..6 {
        let buyer = customer(&app.world.kava, customer_id(number % 3));
        app.place(&buyer, an_input(&format!("k{number}")))
            .await
            .data();
    }
    let staff = owner(&app.world.kava);
    let query = "{ orders { nodes { customer { orders(first: 1) { totalCount nodes { number }
        pageInfo { hasNextPage } } } } } }";

    // The list, the customers' pages, their counts.
    assert_eq!(statements(&app, &staff, query.to_owned()).await, 3);
    let answer = app.execute(&staff, query, json!({})).await;
    let newest = answer.at("/orders/nodes/5/customer/orders");
    assert_eq!(
        newest,
        &json!({
            "totalCount": 2, "nodes": [{ "number": "1004" }], "pageInfo": { "hasNextPage": true },
        })
    );
}

#[tokio::test]
async fn the_longest_page_takes_no_more_statements_than_a_short_one() {
    let app = OrdersApp::start().await;
    for number in 0..100 {
        let buyer = customer(&app.world.kava, customer_id(number % 5));
        app.place(&buyer, an_input(&format!("k{number}")))
            .await
            .data();
    }
    let staff = owner(&app.world.kava);

    let list = format!("{{ orders(first: 100) {{ totalCount nodes {{ {ORDER} }} }} }}");
    let events = format!("{{ orderEvents(first: 100) {{ nodes {{ order {{ {ORDER} }} }} }} }}");

    assert_eq!(statements(&app, &staff, list).await, 3);
    assert_eq!(statements(&app, &staff, events).await, 3);
}
