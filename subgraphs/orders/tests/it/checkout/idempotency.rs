use futures_util::future::join_all;
use serde_json::json;
use testkit::{anonymous, customer, owner};

use crate::fake_stock::variant;
use crate::orders_app::{OrdersApp, StopAt, World, a_card_input, an_input, customer_id};
use orders::checkpoint::Checkpoint;

#[tokio::test]
async fn repeats_the_answer_for_a_repeated_key() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);

    let first = app.place(&guest, an_input("k1")).await;
    let second = app.place(&guest, an_input("k1")).await;

    assert_eq!(first.data(), second.data());
    assert_eq!(app.world.count("orders").await, 1);
}

#[tokio::test]
async fn fifty_concurrent_requests_with_one_key_place_one_order_and_get_equal_answers() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);

    let answers = join_all((0..50).map(|_| app.place(&guest, a_card_input("k1", "tok_ok")))).await;

    assert_eq!(answers.len(), 50);
    for answer in &answers {
        assert_eq!(answer.data(), answers[0].data());
    }
    assert_eq!(answers[0].at("/placeOrder/order/number"), "1001");
    assert_eq!(app.world.count("orders").await, 1);
    assert_eq!(app.world.count("events").await, 3);
    assert_eq!(app.world.stock.holds().len(), 1);
}

#[tokio::test]
async fn a_repeat_in_another_process_waits_for_the_first_request() {
    let world = World::new().await;
    let stop = StopAt::new(Checkpoint::StockHeld);
    let (one, other) = (world.start_with(&stop), world.start());
    let guest = anonymous(&world.kava);

    let first = one.place(&guest, an_input("k1"));
    let second = async {
        stop.wait().await;
        let waiting = other.place(&guest, an_input("k1"));
        let resuming = async {
            tokio::time::sleep(std::time::Duration::from_millis(250)).await;
            stop.resume();
        };
        tokio::join!(waiting, resuming).0
    };
    let (first, second) = tokio::join!(first, second);

    assert_eq!(first.data(), second.data());
    assert_eq!(world.count("orders").await, 1);
}

#[tokio::test]
async fn another_input_is_a_conflict() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let mut other = an_input("k1");
    other["lines"][0]["quantity"] = 1.into();

    app.place(&guest, an_input("k1")).await;
    let answer = app.place(&guest, other).await;

    assert_eq!(answer.user_error_codes(), ["IDEMPOTENCY_CONFLICT"]);
    assert_eq!(app.world.count("orders").await, 1);
}

#[tokio::test]
async fn another_input_is_a_conflict_while_the_first_runs() {
    let world = World::new().await;
    let stop = StopAt::new(Checkpoint::StockHeld);
    let app = world.start_with(&stop);
    let guest = anonymous(&world.kava);
    let mut other = an_input("k1");
    other["email"] = "petro@kava.example".into();

    let first = app.place(&guest, an_input("k1"));
    let second = async {
        stop.wait().await;
        stop.resume();
        app.place(&guest, other).await
    };
    let (first, second) = tokio::join!(first, second);

    assert!(first.user_error_codes().is_empty());
    assert_eq!(second.user_error_codes(), ["IDEMPOTENCY_CONFLICT"]);
}

#[tokio::test]
async fn a_refusal_is_repeated_after_the_stock_has_changed() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let mut input = an_input("k1");
    input["lines"] = json!([{ "variantId": variant(3).to_string(), "quantity": 101 }]);

    let first = app.place(&guest, input.clone()).await;
    app.world.stock.put(app.world.kava.id, 3, 1_000, 99);
    let second = app.place(&guest, input).await;

    assert_eq!(first.user_error_codes(), ["OUT_OF_STOCK"]);
    assert_eq!(first.data(), second.data());
}

#[tokio::test]
async fn a_repeat_is_answered_while_catalog_is_unavailable_or_after_the_variant_was_removed() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let first = app.place(&guest, an_input("k1")).await;

    app.world.stock.remove(app.world.kava.id, 1);
    let removed = app.place(&guest, an_input("k1")).await;
    app.world.stock.set_down(true);
    let down = app.place(&guest, an_input("k1")).await;

    assert_eq!(first.data(), removed.data());
    assert_eq!(first.data(), down.data());
}

#[tokio::test]
async fn keys_are_scoped_by_tenant_principal_and_mutation() {
    let app = OrdersApp::start().await;
    let kava = &app.world.kava;
    let mut book = an_input("k1");
    book["lines"] = json!([{ "variantId": variant(9).to_string(), "quantity": 1 }]);

    let guest = app.place(&anonymous(kava), an_input("k1")).await;
    let olena = app
        .place(&customer(kava, customer_id(1)), an_input("k1"))
        .await;
    let other_tenant = app.place(&anonymous(&app.world.knyhy), book).await;
    let id = guest
        .at("/placeOrder/order/id")
        .as_str()
        .unwrap()
        .to_owned();
    let cancelled = app.cancel(&owner(kava), "k1", &id).await;

    assert_eq!(guest.at("/placeOrder/order/number"), "1001");
    assert_eq!(olena.at("/placeOrder/order/number"), "1002");
    assert_eq!(other_tenant.at("/placeOrder/order/number"), "1001");
    assert_eq!(cancelled.at("/cancelOrder/order/status"), "CANCELLED");
}

#[tokio::test]
async fn keys_are_deleted_after_two_days_and_not_before() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    app.place(&guest, an_input("k1")).await;

    app.world.clock.advance(chrono::Duration::hours(47));
    assert_eq!(app.run_job("delete old idempotency keys").await, 0);
    app.world.clock.advance(chrono::Duration::hours(2));

    assert_eq!(app.run_job("delete old idempotency keys").await, 1);
    assert_eq!(app.world.count("idempotency_keys").await, 0);
}
