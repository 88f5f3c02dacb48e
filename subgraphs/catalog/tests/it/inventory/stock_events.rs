use serde_json::{Value, json};
use testkit::{anonymous, customer, owner};

use crate::catalog_app::{CatalogApp, order, variant};

const EVENTS: &str = "query($filter: StockEventFilter, $after: String, $first: Int) {
    stockEvents(filter: $filter, after: $after, first: $first) {
        edges { cursor node { id } }
        nodes { id cursor type occurredAt delta available variant { id sku } warehouse { code name } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

async fn some_events(app: &CatalogApp) {
    app.hold(order(1), variant(1, 1), 3).await;
    app.hold(order(2), variant(2, 1), 2).await;
    app.commit(&[order(1)]).await;
    app.release(order(2)).await;
}

#[tokio::test]
async fn list_every_event_oldest_first() {
    let app = CatalogApp::start().await;
    some_events(&app).await;

    let answer = app.owner(EVENTS, json!({})).await;

    let nodes = answer.at("/stockEvents/nodes");
    let listed: Vec<Value> = nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            json!([
                node["type"],
                node["variant"]["sku"],
                node["delta"],
                node["available"]
            ])
        })
        .collect();
    assert_eq!(
        listed,
        [
            json!(["RESERVED", "SKU-1-1", 3, 97]),
            json!(["RESERVED", "SKU-2-1", 2, 98]),
            json!(["SOLD", "SKU-1-1", 3, 97]),
            json!(["RELEASED", "SKU-2-1", -2, 100]),
        ]
    );
    assert_eq!(
        nodes[0]["warehouse"],
        json!({ "code": "MAIN", "name": "Головний" })
    );
    assert_eq!(nodes[0]["occurredAt"], "2026-11-22T12:00:00Z");
    assert_eq!(
        nodes[3]["cursor"],
        *answer.at("/stockEvents/pageInfo/endCursor")
    );
    assert_eq!(
        nodes[0]["cursor"],
        *answer.at("/stockEvents/edges/0/cursor")
    );
}

#[tokio::test]
async fn are_filtered_and_paged_and_the_scan_always_advances() {
    let app = CatalogApp::start().await;
    some_events(&app).await;
    let only_sold = json!({ "types": ["SOLD"] });

    let sold = app.owner(EVENTS, json!({ "filter": only_sold })).await;
    assert_eq!(sold.at("/stockEvents/nodes").as_array().unwrap().len(), 1);
    let second = json!({ "variantIds": [variant(2, 1), "nonsense"] });
    let of_second = app.owner(EVENTS, json!({ "filter": second })).await;
    assert_eq!(
        of_second.at("/stockEvents/nodes").as_array().unwrap().len(),
        2
    );
    let none = json!({ "variantIds": ["nonsense"], "types": ["ADJUSTED"] });
    let nothing = app.owner(EVENTS, json!({ "filter": none })).await;
    assert_eq!(nothing.at("/stockEvents/nodes"), &json!([]));
    let end = sold.at("/stockEvents/pageInfo/endCursor");
    assert_eq!(nothing.at("/stockEvents/pageInfo/endCursor"), end);

    let mut cursors = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = app
            .owner(EVENTS, json!({ "first": 1, "after": after }))
            .await;
        cursors.push(page.at("/stockEvents/nodes/0/cursor").clone());
        after = page.at("/stockEvents/pageInfo/endCursor").clone();
        if page.at("/stockEvents/pageInfo/hasNextPage") == false {
            break;
        }
    }
    assert_eq!(cursors.len(), 4);
    app.hold(order(3), variant(1, 1), 1).await;
    let more = app
        .owner(EVENTS, json!({ "after": after, "filter": only_sold }))
        .await;
    assert_eq!(more.at("/stockEvents/nodes"), &json!([]));
    assert_ne!(more.at("/stockEvents/pageInfo/endCursor"), &after);
}

#[tokio::test]
async fn reject_foreign_and_malformed_cursors() {
    let app = CatalogApp::start().await;
    some_events(&app).await;
    let answer = app.owner(EVENTS, json!({})).await;
    let cursor = answer.at("/stockEvents/pageInfo/endCursor").clone();

    let foreign = app
        .execute(&owner(&app.knyhy), EVENTS, json!({ "after": cursor }))
        .await;
    assert_eq!(foreign.error_code(), "CURSOR_INVALID");
    let broken = app.owner(EVENTS, json!({ "after": "nonsense" })).await;
    assert_eq!(broken.error_code(), "CURSOR_INVALID");
    let huge = app.owner(EVENTS, json!({ "first": 101 })).await;
    assert_eq!(huge.error_code(), "BAD_REQUEST");
}

#[tokio::test]
async fn require_staff() {
    let app = CatalogApp::start().await;
    let shopper = customer(
        &app.kava,
        ids::CustomerId::from_uuid(uuid::Uuid::from_u128(5)),
    );

    let answer = app.execute(&anonymous(&app.kava), EVENTS, json!({})).await;
    assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    assert_eq!(
        app.execute(&shopper, EVENTS, json!({})).await.error_code(),
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn many_events_cost_as_many_statements_as_few() {
    let app = CatalogApp::start().await;
    for number in 1..=20 {
        app.hold(order(number), variant(number, 1), 1).await;
    }

    for first in [2, 20] {
        let (data, statements) = app
            .counted(&owner(&app.kava), EVENTS, json!({ "first": first }))
            .await;
        assert_eq!(
            data["stockEvents"]["nodes"].as_array().unwrap().len(),
            first
        );
        // One statement each for the page, the variants and the warehouses.
        assert_eq!(statements, 3);
    }
}

#[tokio::test]
async fn of_an_unknown_type_are_skipped() {
    let app = CatalogApp::start().await;
    some_events(&app).await;
    app.make_unknown(2).await;

    let answer = app.owner(EVENTS, json!({})).await;
    let up_to_it = app.owner(EVENTS, json!({ "first": 1 })).await;
    let after = up_to_it.at("/stockEvents/pageInfo/endCursor");
    let past_it = app
        .owner(EVENTS, json!({ "first": 1, "after": after }))
        .await;

    let types: Vec<&Value> = answer
        .at("/stockEvents/nodes")
        .as_array()
        .unwrap()
        .iter()
        .map(|node| &node["type"])
        .collect();
    assert_eq!(types, ["RESERVED", "SOLD", "RELEASED"]);
    assert_eq!(past_it.at("/stockEvents/nodes/0/type"), "SOLD");
}

#[tokio::test]
async fn none_are_listed_when_none_are_asked_for() {
    let app = CatalogApp::start().await;
    some_events(&app).await;

    let nothing = app.owner(EVENTS, json!({ "first": 0 })).await;
    let after = nothing.at("/stockEvents/pageInfo/endCursor");
    let everything = app.owner(EVENTS, json!({ "after": after })).await;

    assert_eq!(nothing.at("/stockEvents/nodes"), &json!([]));
    assert_eq!(nothing.at("/stockEvents/pageInfo/hasNextPage"), true);
    assert_eq!(
        everything
            .at("/stockEvents/nodes")
            .as_array()
            .unwrap()
            .len(),
        4
    );
}

#[tokio::test]
async fn products_of_many_events_take_one_statement() {
    let app = CatalogApp::start().await;
    for number in 1..=20 {
        app.hold(order(number), variant(number, 1), 1).await;
    }
    for number in 1..=20 {
        app.release(order(number)).await;
    }

    let query = "{ stockEvents(first: 40) { nodes { variant { product { id } } } } }";
    let (data, statements) = app.counted(&owner(&app.kava), query, json!({})).await;

    assert_eq!(data["stockEvents"]["nodes"].as_array().unwrap().len(), 40);
    // One statement each for the page, the variants and the products.
    assert_eq!(statements, 3);
}
