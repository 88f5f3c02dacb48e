//! The subscription `stockEvents` over a real WebSocket, as a router uses it.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{GraphqlServer, GraphqlSocket, anonymous, customer, owner};

use crate::catalog_app::{CatalogApp, order, variant};

const LIVE: &str = "subscription($filter: StockEventFilter, $after: String) {
    stockEvents(filter: $filter, after: $after) {
        id cursor type delta available variant { sku name } warehouse { code } } }";

async fn staff(app: &CatalogApp, server: &GraphqlServer) -> GraphqlSocket {
    app.open(server, &owner(&app.kava)).await
}

/// Cursor of the newest event of tenant `kava`.
async fn head(app: &CatalogApp) -> Value {
    let query = "{ stockEvents(first: 100) { pageInfo { endCursor } } }";
    let answer = app.owner(query, json!({})).await;
    answer.at("/stockEvents/pageInfo/endCursor").clone()
}

/// Type, SKU and delta of the next event.
async fn next(socket: &mut GraphqlSocket) -> Value {
    let data = socket.next_data().await;
    let event = &data["stockEvents"];
    json!([event["type"], event["variant"]["sku"], event["delta"]])
}

#[tokio::test]
async fn a_tail_starts_after_its_cursor_and_continues_live() {
    let app = CatalogApp::start().await;
    let server = app.listen().await;
    app.hold(order(1), variant(1, 1), 3).await;
    let after = head(&app).await;
    app.commit(&[order(1)]).await;

    let mut tail = staff(&app, &server).await;
    tail.subscribe("1", LIVE, json!({ "after": after })).await;

    let sold = tail.next_data().await;
    assert_eq!(sold["stockEvents"]["type"], "SOLD");
    app.release(order(1)).await;
    assert_eq!(next(&mut tail).await, json!(["RELEASED", "SKU-1-1", -3]));
    drop(tail);

    app.hold(order(2), variant(2, 1), 1).await;
    let after = &sold["stockEvents"]["cursor"];
    let mut tail = staff(&app, &server).await;
    tail.subscribe("1", LIVE, json!({ "after": after })).await;
    assert_eq!(next(&mut tail).await, json!(["RELEASED", "SKU-1-1", -3]));
    assert_eq!(next(&mut tail).await, json!(["RESERVED", "SKU-2-1", 1]));
}

#[tokio::test]
async fn filters_work_as_in_the_query() {
    let app = CatalogApp::start().await;
    let server = app.listen().await;
    let after = head(&app).await;
    let mut tail = staff(&app, &server).await;
    let filter = json!({ "variantIds": [variant(2, 1)], "types": ["RESERVED"] });
    let variables = json!({ "filter": filter, "after": after });
    tail.subscribe("1", LIVE, variables).await;

    app.hold(order(1), variant(1, 1), 3).await;
    app.hold(order(2), variant(2, 1), 2).await;
    app.commit(&[order(2)]).await;
    app.hold(order(3), variant(2, 1), 4).await;

    assert_eq!(next(&mut tail).await, json!(["RESERVED", "SKU-2-1", 2]));
    assert_eq!(next(&mut tail).await, json!(["RESERVED", "SKU-2-1", 4]));
}

#[tokio::test]
async fn a_tail_skips_events_of_an_unknown_type() {
    let app = CatalogApp::start().await;
    let server = app.listen().await;
    let after = head(&app).await;
    app.hold(order(1), variant(1, 1), 3).await;
    app.hold(order(2), variant(2, 1), 2).await;
    app.make_unknown(1).await;
    let mut tail = staff(&app, &server).await;

    tail.subscribe("1", LIVE, json!({ "after": after })).await;

    assert_eq!(next(&mut tail).await, json!(["RESERVED", "SKU-2-1", 2]));
    app.commit(&[order(1)]).await;
    assert_eq!(next(&mut tail).await, json!(["SOLD", "SKU-1-1", 3]));
}

#[tokio::test]
async fn only_staff_of_the_tenant_receive_events() {
    let app = CatalogApp::start().await;
    let server = app.listen().await;
    let shopper = customer(
        &app.kava,
        ids::CustomerId::from_uuid(uuid::Uuid::from_u128(5)),
    );
    for (caller, code) in [
        (anonymous(&app.kava), "UNAUTHENTICATED"),
        (shopper, "FORBIDDEN"),
    ] {
        let mut socket = app.open(&server, &caller).await;
        socket.subscribe("1", LIVE, json!({})).await;
        assert_eq!(socket.next_error_code().await, code);
    }
    let after = head(&app).await;
    let mut foreign = app.open(&server, &owner(&app.knyhy)).await;
    foreign
        .subscribe("1", LIVE, json!({ "after": after }))
        .await;
    assert_eq!(foreign.next_error_code().await, "CURSOR_INVALID");
    assert_eq!(foreign.next().await["type"], "complete");
    foreign.subscribe("2", LIVE, json!({})).await;
    assert_eq!(foreign.next_soon().await, None);

    app.hold(order(1), variant(1, 1), 3).await;

    assert_eq!(foreign.next_soon().await, None);
    let mut nameless = server.connect(None).await;
    nameless.send(json!({ "type": "connection_init" })).await;
    assert_eq!(nameless.close_code().await, 4403);
}

#[tokio::test]
async fn variants_are_read_anew_for_each_event() {
    let app = CatalogApp::start().await;
    let server = app.listen().await;
    let mut tail = staff(&app, &server).await;
    let after = head(&app).await;
    tail.subscribe("1", LIVE, json!({ "after": after })).await;

    app.hold(order(1), variant(1, 1), 1).await;
    let before = tail.next_data().await;
    let statement =
        sqlx::query("UPDATE variants SET sku = 'RENAMED' WHERE tenant_id = $1 AND id = $2")
            .bind(app.kava.id.uuid())
            .bind(variant(1, 1).uuid());
    app.database.execute(statement).await;
    app.commit(&[order(1)]).await;
    let after = tail.next_data().await;

    assert_eq!(before["stockEvents"]["variant"]["sku"], "SKU-1-1");
    assert_eq!(after["stockEvents"]["variant"]["sku"], "RENAMED");
}

#[tokio::test]
async fn no_transaction_stays_open_between_events() {
    let app = CatalogApp::start().await;
    let server = app.listen().await;
    let after = head(&app).await;
    let mut tail = staff(&app, &server).await;
    tail.subscribe("1", LIVE, json!({ "after": after })).await;
    app.hold(order(1), variant(1, 1), 1).await;
    tail.next_data().await;

    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert_eq!(app.database.idle_transactions().await, 0);
    }
}

#[tokio::test]
async fn a_second_process_delivers_events_of_the_first() {
    let app = CatalogApp::start().await;
    let other = app.another_process();
    let server = other.listen().await;
    let after = head(&app).await;
    let mut tail = staff(&other, &server).await;
    tail.subscribe("1", LIVE, json!({ "after": after })).await;
    assert_eq!(tail.next_soon().await, None);

    let adjust = "mutation($input: AdjustStockInput!) {
        adjustStock(input: $input) { variant { available } userErrors { code } } }";
    let input = json!({ "idempotencyKey": "k1", "variantId": variant(1, 1), "delta": 7 });
    app.owner(adjust, json!({ "input": input })).await.data();

    assert_eq!(next(&mut tail).await, json!(["ADJUSTED", "SKU-1-1", 7]));
}
