use testkit::anonymous;

use crate::orders_app::{World, a_card_input};

#[tokio::test]
async fn a_declined_card_leaves_no_order_and_releases_the_stock_before_the_answer() {
    let app = World::new().await.start();
    let guest = anonymous(&app.world.kava);

    let first = app.place(&guest, a_card_input("k1", "tok_declined")).await;
    let repeat = app.place(&guest, a_card_input("k1", "tok_declined")).await;

    assert_eq!(first.user_error_codes(), ["PAYMENT_DECLINED"]);
    assert_eq!(first.data(), repeat.data());
    assert_eq!(app.world.stock.units(app.world.kava.id, 1), (0, 0));
    assert_eq!(app.world.count("orders").await, 0);
    assert_eq!(app.world.count("events").await, 0);
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_payment_time_out_leaves_a_pending_order_that_the_sweeper_confirms() {
    let app = World::with_short_payment_timeout().await.start();
    let guest = anonymous(&app.world.kava);

    let answer = app.place(&guest, a_card_input("k1", "tok_timeout")).await;

    assert!(answer.user_error_codes().is_empty());
    assert_eq!(answer.at("/placeOrder/order/status"), "PENDING");
    assert_eq!(answer.at("/placeOrder/order/paymentStatus"), "PENDING");
    assert_eq!(app.world.events(&app.world.kava).await, ["placed"]);
    assert_eq!(app.sweep().await, 0);

    app.world.clock.advance(chrono::Duration::seconds(5));
    assert_eq!(app.sweep().await, 1);

    let repeat = app.place(&guest, a_card_input("k1", "tok_timeout")).await;
    assert_eq!(repeat.at("/placeOrder/order/status"), "CONFIRMED");
    assert_eq!(repeat.at("/placeOrder/order/paymentStatus"), "AUTHORIZED");
    assert_eq!(
        app.world.events(&app.world.kava).await,
        ["placed", "payment_authorized", "confirmed"]
    );
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_payment_declined_after_the_time_out_cancels_the_pending_order() {
    let app = World::with_short_payment_timeout().await.start();
    let guest = anonymous(&app.world.kava);
    let answer = app
        .place(&guest, a_card_input("k1", "tok_timeout_declined"))
        .await;
    assert_eq!(answer.at("/placeOrder/order/status"), "PENDING");

    app.sweep_to_the_end().await;

    let repeat = app
        .place(&guest, a_card_input("k1", "tok_timeout_declined"))
        .await;
    assert_eq!(repeat.at("/placeOrder/order/status"), "CANCELLED");
    assert_eq!(repeat.at("/placeOrder/order/paymentStatus"), "FAILED");
    assert_eq!(
        app.world.events(&app.world.kava).await,
        ["placed", "payment_failed", "cancelled"]
    );
    assert_eq!(app.world.stock.units(app.world.kava.id, 1), (0, 0));
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn an_expired_hold_of_a_pending_order_is_committed_when_units_are_available() {
    let app = World::with_short_payment_timeout().await.start();
    app.place(
        &anonymous(&app.world.kava),
        a_card_input("k1", "tok_timeout"),
    )
    .await;
    let (_, _, order) = app.world.orders().await.remove(0);
    app.world.stock.expire(order);

    app.sweep_to_the_end().await;

    assert_eq!(app.world.orders().await[0].0, "CONFIRMED");
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn an_expired_hold_of_a_pending_order_voids_the_payment_when_units_are_unavailable() {
    let app = World::with_short_payment_timeout().await.start();
    app.place(
        &anonymous(&app.world.kava),
        a_card_input("k1", "tok_timeout"),
    )
    .await;
    let (_, _, order) = app.world.orders().await.remove(0);
    app.world.stock.expire(order);
    app.world.stock.put(app.world.kava.id, 1, 0, 129_990);

    app.sweep_to_the_end().await;

    let (status, payment, _) = app.world.orders().await.remove(0);
    assert_eq!((status.as_str(), payment.as_str()), ("CANCELLED", "VOIDED"));
    assert_eq!(app.world.payments().await, ["VOIDED"]);
    assert_eq!(
        app.world.events(&app.world.kava).await,
        ["placed", "cancelled"]
    );
}

#[tokio::test]
async fn a_payment_unknown_to_the_provider_cancels_the_order_within_a_minute() {
    let app = World::with_short_payment_timeout().await.start();
    app.place(
        &anonymous(&app.world.kava),
        a_card_input("k1", "tok_timeout"),
    )
    .await;
    let statement = sqlx::query("DELETE FROM scripted_payments");
    app.world.database.execute(statement).await;

    let mut seconds = 0;
    while app.world.orders().await[0].0 == "PENDING" {
        assert!(seconds < 60, "pending for a minute");
        app.world.clock.advance(chrono::Duration::seconds(1));
        seconds += 1;
        app.sweep().await;
    }

    assert_eq!(app.world.orders().await[0].0, "CANCELLED");
    // A late authorisation is blocked.
    assert_eq!(app.world.payments().await, ["VOIDED"]);
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn undoing_is_retried_until_the_stock_is_available() {
    let app = World::with_short_payment_timeout().await.start();
    app.place(
        &anonymous(&app.world.kava),
        a_card_input("k1", "tok_timeout_declined"),
    )
    .await;
    app.world.clock.advance(chrono::Duration::seconds(5));
    app.world.stock.set_down(true);

    app.sweep().await;
    assert_eq!(app.world.orders().await[0].0, "CANCELLED");
    assert_eq!(app.world.count("placements").await, 1);
    app.world.stock.set_down(false);
    app.sweep_to_the_end().await;

    app.world.assert_everything_ended().await;
}
