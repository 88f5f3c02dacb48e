//! The subscription `orderEvents` over a real WebSocket, as a federation router uses it.

use std::time::Duration;

use futures_util::future::join_all;
use identity::Caller;
use serde_json::{Value, json};
use testkit::{GraphqlServer, GraphqlSocket, anonymous, customer, owner};

use crate::orders_app::{OrdersApp, an_input, customer_id};

const LIVE: &str = "subscription($filter: OrderEventFilter, $after: String) {
    orderEvents(filter: $filter, after: $after) {
        id cursor type order { id number status lines { sku quantity } } } }";

/// Opens a socket with a subscription after the current head.
async fn listener(app: &OrdersApp, server: &GraphqlServer, caller: &Caller) -> GraphqlSocket {
    let after = head(app).await;
    let mut socket = app.open(server, caller).await;
    socket.subscribe("1", LIVE, json!({ "after": after })).await;
    socket
}

/// Cursor of the head of tenant `kava`.
async fn head(app: &OrdersApp) -> Value {
    let staff = owner(&app.world.kava);
    let query = "{ orders { eventCursor } }";
    let answer = app.execute(&staff, query, json!({})).await;
    answer.at("/orders/eventCursor").clone()
}

/// Type of the next event and number of its order.
async fn next(socket: &mut GraphqlSocket) -> (String, String) {
    let data = socket.next_data().await;
    let text = |pointer: &str| data.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    (text("/orderEvents/type"), text("/orderEvents/order/number"))
}

fn event(kind: &str, number: &str) -> (String, String) {
    (kind.to_owned(), number.to_owned())
}

#[tokio::test]
async fn a_subscription_replays_after_its_cursor_and_continues_live() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let (staff, guest) = (owner(&app.world.kava), anonymous(&app.world.kava));
    app.place(&guest, an_input("k1")).await.data();
    let first = app
        .execute(
            &staff,
            "{ orderEvents(first: 1) { nodes { cursor } } }",
            json!({}),
        )
        .await;
    let after = first.at("/orderEvents/nodes/0/cursor");

    let mut tail = app.open(&server, &staff).await;
    tail.subscribe("1", LIVE, json!({ "after": after })).await;
    assert_eq!(next(&mut tail).await, event("CONFIRMED", "1001"));
    app.place(&guest, an_input("k2")).await.data();
    let placed = tail.next_data().await;
    assert_eq!(placed["orderEvents"]["type"], "PLACED");
    drop(tail);

    // A subscription with the last cursor replays the events that occurred while no subscription was open.
    app.place(&guest, an_input("k3")).await.data();
    let after = &placed["orderEvents"]["cursor"];
    let mut tail = app.open(&server, &staff).await;
    tail.subscribe("again", LIVE, json!({ "after": after }))
        .await;
    assert_eq!(next(&mut tail).await, event("CONFIRMED", "1002"));
    assert_eq!(next(&mut tail).await, event("PLACED", "1003"));
    assert_eq!(next(&mut tail).await, event("CONFIRMED", "1003"));
}

#[tokio::test]
async fn without_a_cursor_only_new_events_are_sent() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let guest = anonymous(&app.world.kava);
    app.place(&guest, an_input("k1")).await.data();
    let mut tail = app.open(&server, &owner(&app.world.kava)).await;

    tail.subscribe("1", LIVE, json!({})).await;
    assert_eq!(tail.next_soon().await, None);
    app.place(&guest, an_input("k2")).await.data();

    assert_eq!(next(&mut tail).await, event("PLACED", "1002"));
}

#[tokio::test]
async fn filters_work_as_in_the_query() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let (staff, guest) = (owner(&app.world.kava), anonymous(&app.world.kava));
    let first = app.place(&guest, an_input("k1")).await;
    let first = first.at("/placeOrder/order/id").as_str().unwrap();
    let after = head(&app).await;
    let mut tail = app.open(&server, &staff).await;
    let of_first = json!({ "filter": { "orderId": first }, "after": after });
    tail.subscribe("first", LIVE, of_first).await;
    app.place(&guest, an_input("k2")).await.data();
    app.cancel(&staff, "c1", first).await.data();
    assert_eq!(next(&mut tail).await, event("CANCELLED", "1001"));

    let placed = json!({ "filter": { "types": ["PLACED"] }, "after": after });
    let mut tail = app.open(&server, &staff).await;
    tail.subscribe("placed", LIVE, placed).await;
    app.place(&guest, an_input("k3")).await.data();

    assert_eq!(next(&mut tail).await, event("PLACED", "1002"));
    assert_eq!(next(&mut tail).await, event("PLACED", "1003"));
}

#[tokio::test]
async fn a_customer_gets_only_events_of_their_own_orders_and_another_tenant_none() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let (olena, petro) = (
        customer(&app.world.kava, customer_id(1)),
        customer(&app.world.kava, customer_id(2)),
    );
    // A customer with the same id in another tenant.
    let namesake = customer(&app.world.knyhy, customer_id(1));
    let mut own = listener(&app, &server, &olena).await;
    let mut others = Vec::new();
    for foreign in [namesake, owner(&app.world.knyhy)] {
        let mut socket = app.open(&server, &foreign).await;
        socket.subscribe("1", LIVE, json!({})).await;
        others.push(socket);
    }

    app.place(&petro, an_input("k1")).await.data();
    app.place(&olena, an_input("k2")).await.data();

    assert_eq!(next(&mut own).await, event("PLACED", "1002"));
    assert_eq!(next(&mut own).await, event("CONFIRMED", "1002"));
    for other in &mut others {
        assert_eq!(other.next_soon().await, None);
    }
    assert_eq!(own.next_soon().await, None);
}

#[tokio::test]
async fn each_event_shows_the_current_state_of_its_order() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let staff = owner(&app.world.kava);
    let mut tail = listener(&app, &server, &staff).await;

    let placed = app.place(&anonymous(&app.world.kava), an_input("k1")).await;
    let events = [tail.next_data().await, tail.next_data().await];
    let id = placed.at("/placeOrder/order/id").as_str().unwrap();
    app.cancel(&staff, "c1", id).await.data();
    let cancelled = tail.next_data().await;

    for event in &events {
        assert_eq!(event["orderEvents"]["order"]["status"], "CONFIRMED");
    }
    assert_eq!(cancelled["orderEvents"]["type"], "CANCELLED");
    assert_eq!(cancelled["orderEvents"]["order"]["status"], "CANCELLED");
    assert_eq!(
        cancelled["orderEvents"]["order"]["lines"],
        json!([{ "sku": "SKU-1", "quantity": 2 }, { "sku": "SKU-2", "quantity": 1 }])
    );
}

#[tokio::test]
async fn no_transaction_stays_open_between_events() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let mut tail = listener(&app, &server, &owner(&app.world.kava)).await;
    app.place(&anonymous(&app.world.kava), an_input("k1"))
        .await
        .data();
    tail.next_data().await;
    tail.next_data().await;

    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        assert_eq!(app.world.database.idle_transactions().await, 0);
    }
}

#[tokio::test]
async fn many_subscribers_get_all_events() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let staff = owner(&app.world.kava);
    let mut tails = Vec::new();
    for _ in 0..150 {
        tails.push(listener(&app, &server, &staff).await);
    }

    for number in 1..=3 {
        let input = an_input(&format!("k{number}"));
        app.place(&anonymous(&app.world.kava), input).await.data();
    }

    join_all(tails.iter_mut().map(async |tail| {
        for number in ["1001", "1002", "1003"] {
            assert_eq!(next(tail).await, event("PLACED", number));
            assert_eq!(next(tail).await, event("CONFIRMED", number));
        }
    }))
    .await;
}

#[tokio::test]
async fn invalid_and_expired_cursors_are_errors() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let after = head(&app).await;
    let (kava, knyhy) = (owner(&app.world.kava), owner(&app.world.knyhy));

    let mut foreign = app.open(&server, &knyhy).await;
    for cursor in [after.clone(), json!("nonsense"), json!("")] {
        foreign
            .subscribe("1", LIVE, json!({ "after": cursor }))
            .await;
        assert_eq!(foreign.next_error_code().await, "CURSOR_INVALID");
        assert_eq!(
            foreign.next().await,
            json!({ "type": "complete", "id": "1" })
        );
    }
    let statement = sqlx::query("UPDATE event_log_epoch SET epoch = gen_random_uuid()");
    app.world.database.execute(statement).await;
    let mut late = app.open(&server, &kava).await;
    late.subscribe("1", LIVE, json!({ "after": after })).await;
    assert_eq!(late.next_error_code().await, "CURSOR_EXPIRED");
}

#[tokio::test]
async fn a_new_epoch_ends_waiting_subscriptions() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let mut tail = listener(&app, &server, &owner(&app.world.kava)).await;
    assert_eq!(tail.next_soon().await, None);

    let statement = sqlx::query("UPDATE event_log_epoch SET epoch = gen_random_uuid()");
    app.world.database.execute(statement).await;

    assert_eq!(tail.next_error_code().await, "CURSOR_EXPIRED");
}
