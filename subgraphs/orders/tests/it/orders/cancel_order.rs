use futures_util::future::join_all;
use testkit::{anonymous, customer, eventually, owner};

use crate::orders_app::{OrdersApp, World, a_card_input, an_input, customer_id};

async fn an_order(app: &OrdersApp, key: &str) -> String {
    let olena = customer(&app.world.kava, customer_id(1));
    let answer = app.place(&olena, a_card_input(key, "tok_ok")).await;
    eventually("the hold becomes a sale", || async {
        (app.world.count("placements").await == 0).then_some(())
    })
    .await;
    answer
        .at("/placeOrder/order/id")
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn staff_cancel_an_order_and_stock_and_payment_are_released_before_the_answer() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;
    assert_eq!(app.world.stock.units(app.world.kava.id, 1), (0, 2));

    let answer = app.cancel(&owner(&app.world.kava), "c1", &order).await;

    assert_eq!(answer.at("/cancelOrder/order/status"), "CANCELLED");
    assert_eq!(answer.at("/cancelOrder/order/paymentStatus"), "VOIDED");
    assert_eq!(app.world.stock.units(app.world.kava.id, 1), (0, 0));
    assert_eq!(app.world.payments().await, ["VOIDED"]);
    assert_eq!(
        app.world.events(&app.world.kava).await,
        ["placed", "payment_authorized", "confirmed", "cancelled"]
    );
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_customer_cancels_only_their_own_order() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;
    let (olena, petro) = (
        customer(&app.world.kava, customer_id(1)),
        customer(&app.world.kava, customer_id(2)),
    );

    let foreign = app.cancel(&petro, "c1", &order).await;
    let own = app.cancel(&olena, "c1", &order).await;

    assert_eq!(foreign.user_error_codes(), ["ORDER_NOT_FOUND"]);
    assert_eq!(own.at("/cancelOrder/order/status"), "CANCELLED");
}

#[tokio::test]
async fn guests_cannot_cancel() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let answer = app.place(&guest, an_input("k1")).await;
    let order = answer.at("/placeOrder/order/id").as_str().unwrap();

    let answer = app.cancel(&guest, "c1", order).await;

    assert_eq!(answer.error_code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_order_of_another_tenant_is_not_found() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;

    for unknown in [
        order.as_str(),
        "order_01h455vb4pex5vsknk084sn02q",
        "nothing",
        "",
    ] {
        let answer = app.cancel(&owner(&app.world.knyhy), "c1", unknown).await;
        assert_eq!(answer.user_error_codes(), ["ORDER_NOT_FOUND"], "{unknown}");
    }
}

#[tokio::test]
async fn repeats_the_answer_for_a_repeated_key_and_refuses_a_second_key() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;
    let staff = owner(&app.world.kava);

    let first = app.cancel(&staff, "c1", &order).await;
    let repeat = app.cancel(&staff, "c1", &order).await;
    let second = app.cancel(&staff, "c2", &order).await;

    assert_eq!(first.data(), repeat.data());
    assert_eq!(second.user_error_codes(), ["ALREADY_CANCELLED"]);
}

#[tokio::test]
async fn another_input_with_the_key_is_a_conflict() {
    let app = OrdersApp::start().await;
    let (first, second) = (an_order(&app, "k1").await, an_order(&app, "k2").await);
    let staff = owner(&app.world.kava);

    app.cancel(&staff, "c1", &first).await;
    let answer = app.cancel(&staff, "c1", &second).await;

    assert_eq!(answer.user_error_codes(), ["IDEMPOTENCY_CONFLICT"]);
}

#[tokio::test]
async fn fifty_concurrent_requests_cancel_once() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;
    let staff = owner(&app.world.kava);

    let answers = join_all((0..50).map(|_| app.cancel(&staff, "c1", &order))).await;

    for answer in &answers {
        assert_eq!(answer.data(), answers[0].data());
    }
    assert_eq!(answers[0].at("/cancelOrder/order/status"), "CANCELLED");
    assert_eq!(app.world.count("events").await, 4);
}

#[tokio::test]
async fn concurrent_requests_in_two_processes_cancel_once() {
    let app = OrdersApp::start().await;
    let other = app.world.start();
    let order = an_order(&app, "k1").await;
    let staff = owner(&app.world.kava);

    let requests = (0..20).map(|index| {
        let app = if index % 2 == 0 { &app } else { &other };
        app.cancel(&staff, "c1", &order)
    });
    let answers = join_all(requests).await;

    for answer in &answers {
        assert_eq!(answer.data(), answers[0].data());
    }
    assert_eq!(answers[0].at("/cancelOrder/order/status"), "CANCELLED");
    assert_eq!(app.world.count("events").await, 4);
}

#[tokio::test]
async fn a_pending_order_can_be_cancelled() {
    let app = World::with_short_payment_timeout().await.start();
    let olena = customer(&app.world.kava, customer_id(1));
    let answer = app.place(&olena, a_card_input("k1", "tok_timeout")).await;
    let order = answer.at("/placeOrder/order/id").as_str().unwrap();

    let answer = app.cancel(&olena, "c1", order).await;
    app.sweep_to_the_end().await;

    assert_eq!(answer.at("/cancelOrder/order/paymentStatus"), "VOIDED");
    assert_eq!(
        app.world.events(&app.world.kava).await,
        ["placed", "cancelled"]
    );
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn the_sweeper_releases_the_stock_when_catalog_was_unavailable() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;
    app.world.stock.set_down(true);

    let answer = app.cancel(&owner(&app.world.kava), "c1", &order).await;
    assert_eq!(answer.at("/cancelOrder/order/status"), "CANCELLED");
    assert_eq!(app.world.count("placements").await, 1);
    app.world.stock.set_down(false);
    app.sweep_to_the_end().await;

    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_shipped_order_cannot_be_cancelled() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;
    sqlx::query("UPDATE orders SET fulfilment_status = 'SHIPPED'")
        .execute(&mut app.world.database.superuser().await)
        .await
        .unwrap();

    let answer = app.cancel(&owner(&app.world.kava), "c1", &order).await;

    assert_eq!(answer.user_error_codes(), ["ALREADY_SHIPPED"]);
}

#[tokio::test]
async fn rejects_invalid_keys_and_reasons() {
    let app = OrdersApp::start().await;
    let order = an_order(&app, "k1").await;
    let staff = owner(&app.world.kava);

    assert_eq!(
        app.cancel(&staff, "", &order).await.error_code(),
        "BAD_REQUEST"
    );
    let query = "mutation($input: CancelOrderInput!) { cancelOrder(input: $input) { userErrors { code } } }";
    let input = serde_json::json!({
        "idempotencyKey": "c1", "orderId": order, "reason": "r".repeat(256),
    });
    let long = app
        .client
        .execute(&staff, query, serde_json::json!({ "input": input }))
        .await;
    assert_eq!(long.error_code(), "BAD_REQUEST");
}
