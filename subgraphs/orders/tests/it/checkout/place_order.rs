use std::sync::Arc;

use event_contracts::Stream;
use serde_json::json;
use testkit::{CountingIds, anonymous, customer, eventually};

use crate::fake_stock::variant;
use crate::orders_app::{OrdersApp, World, a_card_input, an_input, customer_id};

#[tokio::test]
async fn a_guest_orders_and_pays_on_delivery() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);

    let answer = app.place(&guest, an_input("k1")).await;

    assert!(answer.user_error_codes().is_empty(), "{answer:?}");
    let order = answer.at("/placeOrder/order");
    assert_eq!(order["number"], "1001");
    assert_eq!(order["status"], "CONFIRMED");
    assert_eq!(order["paymentStatus"], "PENDING");
    assert_eq!(order["fulfilmentStatus"], "UNFULFILLED");
    assert_eq!(order["placedAt"], "2026-11-22T12:00:00Z");
    assert_eq!(order["customer"], json!(null));
    assert_eq!(
        order["total"],
        json!({ "amount": "2849.80", "currencyCode": "UAH" })
    );
    assert_eq!(order["lines"][0]["sku"], "SKU-1");
    assert_eq!(order["lines"][0]["total"]["amount"], "2599.80");
    assert_eq!(order["lines"][1]["variant"]["id"], variant(2).to_string());
    assert_eq!(order["shippingAddress"]["city"], "Київ");
    eventually("the hold becomes a sale", || async {
        (app.world.count("placements").await == 0).then_some(())
    })
    .await;
    assert_eq!(app.world.stock.units(app.world.kava.id, 1), (0, 2));
    assert_eq!(
        app.world.events(&app.world.kava).await,
        ["placed", "confirmed"]
    );
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn a_card_is_authorised_before_the_order_is_confirmed() {
    let app = OrdersApp::start().await;
    let olena = customer(&app.world.kava, customer_id(1));

    let answer = app.place(&olena, a_card_input("k1", "tok_ok")).await;

    let order = answer.at("/placeOrder/order");
    assert_eq!(order["status"], "CONFIRMED");
    assert_eq!(order["paymentStatus"], "AUTHORIZED");
    assert_eq!(order["customer"]["id"], customer_id(1).to_string());
    assert_eq!(
        app.world.events(&app.world.kava).await,
        ["placed", "payment_authorized", "confirmed"]
    );
}

#[tokio::test]
async fn order_placed_has_exactly_the_fields_of_its_contract() {
    let mut world = World::new().await;
    world.ids = Arc::new(CountingIds::default());
    let app = world.start();
    let olena = customer(&world.kava, customer_id(1));
    let answer = app.place(&olena, an_input("k1")).await;

    let types = ["order.placed.v1", "order.confirmed.v1"];
    let [placed, _] = world
        .expect_events(world.kava.id, Stream::ORDERS, types)
        .await;

    let id = answer.at("/placeOrder/order/id");
    assert_eq!(
        placed.subjects,
        [id.as_str().unwrap(), &customer_id(1).to_string()]
    );
    assert_eq!(
        placed.payload,
        json!({
            "order_id": id,
            "number": "1001",
            "customer_id": customer_id(1).to_string(),
            "email": "olena@kava.example",
            "name": "Олена Коваль",
            "total": { "amount_minor": 284_980, "currency": "UAH" },
            "lines": [
                {
                    "variant_id": variant(1).to_string(), "sku": "SKU-1", "quantity": 2,
                    "unit_price": { "amount_minor": 129_990, "currency": "UAH" },
                },
                {
                    "variant_id": variant(2).to_string(), "sku": "SKU-2", "quantity": 1,
                    "unit_price": { "amount_minor": 25_000, "currency": "UAH" },
                },
            ],
        })
    );
}

#[tokio::test]
async fn a_refusal_leaves_only_its_saved_reply() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let mut input = an_input("k1");
    input["lines"][1]["quantity"] = 101.into();

    let answer = app.place(&guest, input).await;

    assert_eq!(answer.user_error_codes(), ["OUT_OF_STOCK"]);
    let error = answer.at("/placeOrder/userErrors/0");
    assert_eq!(error["variantId"], variant(2).to_string());
    assert_eq!(error["available"], 100);
    assert_eq!(error["field"], json!(["input", "lines", "1", "quantity"]));
    assert_eq!(answer.at("/placeOrder/order"), &json!(null));
    assert_eq!(app.world.count("orders").await, 0);
    assert_eq!(app.world.count("events").await, 0);
    app.world.assert_everything_ended().await;
}

#[tokio::test]
async fn reports_invalid_input_and_stores_nothing() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let card = |token| a_card_input("k1", token);
    let with = |pointer: &str, value: serde_json::Value| {
        let mut input = an_input("k1");
        *input.pointer_mut(pointer).unwrap() = value;
        input
    };
    let cases = [
        (with("/lines", json!([])), "EMPTY_ORDER"),
        (with("/lines/0/quantity", json!(0)), "INVALID_QUANTITY"),
        (with("/lines/0/quantity", json!(-3)), "INVALID_QUANTITY"),
        (
            with("/lines/0/quantity", json!(2_147_483_647)),
            "INVALID_QUANTITY",
        ),
        (
            with("/lines/0/variantId", json!("nothing")),
            "VARIANT_NOT_FOUND",
        ),
        (
            with("/lines/0/variantId", json!(variant(77).to_string())),
            "VARIANT_NOT_FOUND",
        ),
        (
            with("/lines/0/variantId", json!(variant(9).to_string())),
            "VARIANT_NOT_FOUND",
        ),
        (with("/email", json!("nobody")), "INVALID_EMAIL"),
        (with("/shippingAddress/name", json!("")), "INVALID_ADDRESS"),
        (
            with("/shippingAddress/countryCode", json!("XX")),
            "INVALID_ADDRESS",
        ),
        (card(""), "PAYMENT_TOKEN_MISSING"),
    ];

    for (input, code) in cases {
        let answer = app.place(&guest, input).await;
        assert_eq!(answer.user_error_codes(), [code]);
    }

    assert_eq!(app.world.count("idempotency_keys").await, 0);
    assert_eq!(app.world.count("orders").await, 0);
    let answer = app.place(&guest, an_input("k1")).await;
    assert!(answer.user_error_codes().is_empty());
}

#[tokio::test]
async fn lines_of_one_variant_are_merged() {
    let app = OrdersApp::start().await;
    let mut input = an_input("k1");
    input["lines"][1]["variantId"] = input["lines"][0]["variantId"].clone();

    let answer = app.place(&anonymous(&app.world.kava), input).await;

    assert_eq!(
        answer
            .at("/placeOrder/order/lines")
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(answer.at("/placeOrder/order/lines/0/quantity"), 3);
}

#[tokio::test]
async fn rejects_invalid_keys_tokens_and_too_many_lines() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    let line = json!({ "variantId": variant(1).to_string(), "quantity": 1 });
    let mut too_many = an_input("k1");
    too_many["lines"] = vec![line; 251].into();

    for input in [
        an_input(""),
        an_input(&"k".repeat(256)),
        an_input("k\0"),
        too_many,
        a_card_input("k1", &"t".repeat(256)),
    ] {
        assert_eq!(app.place(&guest, input).await.error_code(), "BAD_REQUEST");
    }
}

#[tokio::test]
async fn numbers_are_counted_per_tenant() {
    let app = OrdersApp::start().await;
    let (kava, knyhy) = (anonymous(&app.world.kava), anonymous(&app.world.knyhy));
    let mut book = an_input("k1");
    book["lines"] = json!([{ "variantId": variant(9).to_string(), "quantity": 1 }]);

    app.place(&kava, an_input("k1")).await;
    let second = app.place(&kava, an_input("k2")).await;
    let other = app.place(&knyhy, book).await;

    assert_eq!(second.at("/placeOrder/order/number"), "1002");
    assert_eq!(other.at("/placeOrder/order/number"), "1001");
}

#[tokio::test]
async fn the_key_stays_free_when_catalog_is_unavailable_before_the_claim() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    app.world.stock.set_down(true);

    let down = app.place(&guest, an_input("k1")).await;
    app.world.stock.set_down(false);
    let up = app.place(&guest, an_input("k1")).await;

    assert_eq!(down.error_code(), "SERVICE_UNAVAILABLE");
    assert_eq!(up.at("/placeOrder/order/number"), "1001");
}

#[tokio::test]
async fn a_hold_whose_answer_is_lost_is_released_and_the_key_is_free() {
    let app = OrdersApp::start().await;
    let guest = anonymous(&app.world.kava);
    app.world.stock.set_hold_answers_lost(true);

    let lost = app.place(&guest, an_input("k1")).await;

    assert_eq!(lost.error_code(), "SERVICE_UNAVAILABLE");
    app.world.assert_everything_ended().await;
    assert_eq!(app.world.stock.units(app.world.kava.id, 1), (0, 0));
    app.world.stock.set_hold_answers_lost(false);
    let again = app.place(&guest, an_input("k1")).await;
    assert_eq!(again.at("/placeOrder/order/number"), "1001");
}

#[tokio::test]
async fn an_expired_hold_whose_units_are_sold_cancels_the_order_after_the_answer() {
    let world = World::new().await;
    let stop = crate::orders_app::StopAt::new(orders::checkpoint::Checkpoint::Settled);
    let app = world.start_with(&stop);
    let guest = anonymous(&world.kava);
    let mut input = a_card_input("k1", "tok_ok");
    input["lines"] = json!([{ "variantId": variant(1).to_string(), "quantity": 100 }]);

    let placing = app.place(&guest, input);
    let losing = async {
        stop.wait().await;
        // The hold expires and another buyer gets the units.
        let (order, _) = world.stock.holds().into_iter().next().unwrap();
        world.stock.expire(order);
        let mut rival = an_input("k2");
        rival["lines"] = json!([{ "variantId": variant(1).to_string(), "quantity": 1 }]);
        let other = world.start();
        other.place(&guest, rival).await.data();
        stop.resume();
    };
    let (answer, ()) = tokio::join!(placing, losing);

    assert_eq!(answer.at("/placeOrder/order/status"), "CONFIRMED");
    eventually("the lost order is cancelled", || async {
        (world.count("placements").await == 0).then_some(())
    })
    .await;
    let statuses: Vec<_> = world
        .orders()
        .await
        .into_iter()
        .map(|(a, b, _)| (a, b))
        .collect();
    assert_eq!(
        statuses,
        [
            ("CANCELLED".to_owned(), "VOIDED".to_owned()),
            ("CONFIRMED".to_owned(), "PENDING".to_owned()),
        ]
    );
    world.assert_everything_ended().await;
}
