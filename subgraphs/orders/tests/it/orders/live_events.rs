//! The subscription `orderEvents` as a router takes it, over a real socket.

use std::time::Duration;

use futures_util::future::join_all;
use identity::Caller;
use serde_json::{Value, json};
use testkit::{GraphqlServer, GraphqlSocket, anonymous, customer, owner};

use crate::orders_app::{OrdersApp, an_input, customer_id};

const LIVE: &str = "subscription($filter: OrderEventFilter, $after: String) {
    orderEvents(filter: $filter, after: $after) {
        id cursor type order { id number status lines { sku quantity } } } }";

async fn socket(app: &OrdersApp, server: &GraphqlServer, caller: &Caller) -> GraphqlSocket {
    server.open(&app.client.token(caller)).await
}

/// A socket that is told everything from now on. It listens when this returns.
async fn listener(app: &OrdersApp, server: &GraphqlServer, caller: &Caller) -> GraphqlSocket {
    let after = head(app).await;
    let mut socket = socket(app, server, caller).await;
    socket.subscribe("1", LIVE, json!({ "after": after })).await;
    socket
}

/// Cursor of the newest event of shop `kava`.
async fn head(app: &OrdersApp) -> Value {
    let staff = owner(&app.world.kava);
    let query = "{ orders { eventCursor } }";
    let answer = app.client.execute(&staff, query, json!({})).await;
    answer.at("/orders/eventCursor").clone()
}

/// Type of the next event and number of its order.
async fn next(socket: &mut GraphqlSocket) -> (String, String) {
    let data = socket.next_data().await;
    let text = |pointer: &str| data.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    (text("/orderEvents/type"), text("/orderEvents/order/number"))
}

fn told(kind: &str, number: &str) -> (String, String) {
    (kind.to_owned(), number.to_owned())
}

#[tokio::test]
async fn a_tail_begins_after_its_cursor_and_goes_on_with_what_comes() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let (staff, guest) = (owner(&app.world.kava), anonymous(&app.world.kava));
    app.place(&guest, an_input("k1")).await.data();
    let first = app
        .client
        .execute(
            &staff,
            "{ orderEvents(first: 1) { nodes { cursor } } }",
            json!({}),
        )
        .await;
    let after = first.at("/orderEvents/nodes/0/cursor");

    let mut tail = socket(&app, &server, &staff).await;
    tail.subscribe("1", LIVE, json!({ "after": after })).await;
    assert_eq!(next(&mut tail).await, told("CONFIRMED", "1001"));
    app.place(&guest, an_input("k2")).await.data();
    let placed = tail.next_data().await;
    assert_eq!(placed["orderEvents"]["type"], "PLACED");
    drop(tail);

    // What happens while nobody listens is told to who comes back with the last cursor.
    app.place(&guest, an_input("k3")).await.data();
    let after = &placed["orderEvents"]["cursor"];
    let mut tail = socket(&app, &server, &staff).await;
    tail.subscribe("again", LIVE, json!({ "after": after }))
        .await;
    assert_eq!(next(&mut tail).await, told("CONFIRMED", "1002"));
    assert_eq!(next(&mut tail).await, told("PLACED", "1003"));
    assert_eq!(next(&mut tail).await, told("CONFIRMED", "1003"));
}

#[tokio::test]
async fn without_a_cursor_only_what_comes_is_told() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let guest = anonymous(&app.world.kava);
    app.place(&guest, an_input("k1")).await.data();
    let mut tail = socket(&app, &server, &owner(&app.world.kava)).await;

    tail.subscribe("1", LIVE, json!({})).await;
    assert_eq!(tail.next_soon().await, None);
    app.place(&guest, an_input("k2")).await.data();

    assert_eq!(next(&mut tail).await, told("PLACED", "1002"));
}

#[tokio::test]
async fn filters_are_those_of_the_query() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let (staff, guest) = (owner(&app.world.kava), anonymous(&app.world.kava));
    let first = app.place(&guest, an_input("k1")).await;
    let first = first.at("/placeOrder/order/id").as_str().unwrap();
    let after = head(&app).await;
    let mut tail = socket(&app, &server, &staff).await;
    let of_first = json!({ "filter": { "orderId": first }, "after": after });
    tail.subscribe("first", LIVE, of_first).await;
    app.place(&guest, an_input("k2")).await.data();
    app.cancel(&staff, "c1", first).await.data();
    assert_eq!(next(&mut tail).await, told("CANCELLED", "1001"));

    let placed = json!({ "filter": { "types": ["PLACED"] }, "after": after });
    let mut tail = socket(&app, &server, &staff).await;
    tail.subscribe("placed", LIVE, placed).await;
    app.place(&guest, an_input("k3")).await.data();

    assert_eq!(next(&mut tail).await, told("PLACED", "1002"));
    assert_eq!(next(&mut tail).await, told("PLACED", "1003"));
}

#[tokio::test]
async fn a_customer_is_told_of_their_own_orders_and_another_shop_of_nothing() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let (olena, petro) = (
        customer(&app.world.kava, customer_id(1)),
        customer(&app.world.kava, customer_id(2)),
    );
    // The same id in another shop is another person.
    let namesake = customer(&app.world.knyhy, customer_id(1));
    let mut own = listener(&app, &server, &olena).await;
    let mut others = Vec::new();
    for stranger in [namesake, owner(&app.world.knyhy)] {
        let mut socket = socket(&app, &server, &stranger).await;
        socket.subscribe("1", LIVE, json!({})).await;
        others.push(socket);
    }

    app.place(&petro, an_input("k1")).await.data();
    app.place(&olena, an_input("k2")).await.data();

    assert_eq!(next(&mut own).await, told("PLACED", "1002"));
    assert_eq!(next(&mut own).await, told("CONFIRMED", "1002"));
    for other in &mut others {
        assert_eq!(other.next_soon().await, None);
    }
    assert_eq!(own.next_soon().await, None);
}

#[tokio::test]
async fn orders_are_as_they_are_at_each_event() {
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
async fn nothing_stays_open_between_events() {
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
async fn many_listen_at_once() {
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
            assert_eq!(next(tail).await, told("PLACED", number));
            assert_eq!(next(tail).await, told("CONFIRMED", number));
        }
    }))
    .await;
}

#[tokio::test]
async fn a_cursor_that_fits_nothing_is_an_error_with_its_code() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let after = head(&app).await;
    let (kava, knyhy) = (owner(&app.world.kava), owner(&app.world.knyhy));

    let mut foreign = socket(&app, &server, &knyhy).await;
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
    sqlx::query("UPDATE event_log_epoch SET epoch = gen_random_uuid()")
        .execute(&mut app.world.database.superuser().await)
        .await
        .unwrap();
    let mut late = socket(&app, &server, &kava).await;
    late.subscribe("1", LIVE, json!({ "after": after })).await;
    assert_eq!(late.next_error_code().await, "CURSOR_EXPIRED");
}

#[tokio::test]
async fn a_log_that_is_replaced_ends_the_tails_that_wait() {
    let app = OrdersApp::start().await;
    let server = app.listen().await;
    let mut tail = listener(&app, &server, &owner(&app.world.kava)).await;
    assert_eq!(tail.next_soon().await, None);

    sqlx::query("UPDATE event_log_epoch SET epoch = gen_random_uuid()")
        .execute(&mut app.world.database.superuser().await)
        .await
        .unwrap();

    assert_eq!(tail.next_error_code().await, "CURSOR_EXPIRED");
}
