use serde_json::{Value, json};
use testkit::{GraphqlAnswer, anonymous, customer, owner};

use crate::catalog_app::{CatalogApp, count, order, variant, west_warehouse};

const ADJUST: &str = "mutation($input: AdjustStockInput!) {
    adjustStock(input: $input) { variant { id available } userErrors { code message field } }
}";

fn input(key: &str, delta: i64) -> Value {
    json!({ "idempotencyKey": key, "variantId": variant(1, 1), "delta": delta, "reason": "count" })
}

async fn adjust(app: &CatalogApp, input: Value) -> GraphqlAnswer {
    app.owner(ADJUST, json!({ "input": input })).await
}

#[tokio::test]
async fn changes_the_default_warehouse_and_appends_an_event() {
    let app = CatalogApp::start().await;

    let answer = adjust(&app, input("a", -10)).await;

    assert_eq!(answer.user_error_codes(), Vec::<&str>::new());
    assert_eq!(
        answer.at("/adjustStock/variant"),
        &json!({ "id": variant(1, 1), "available": 90 })
    );
    assert_eq!(app.counters(variant(1, 1)).await, (90, 0, 0));
    assert_eq!(app.stock_events().await, [("ADJUSTED".to_owned(), -10, 90)]);
    app.check_ledger().await;
}

#[tokio::test]
async fn changes_a_named_warehouse() {
    let app = CatalogApp::start().await;
    let mut wanted = input("a", 5);
    wanted["warehouseId"] = json!(west_warehouse());

    let answer = adjust(&app, wanted).await;

    assert_eq!(answer.at("/adjustStock/variant/available"), 105);
    let west = "SELECT on_hand::bigint FROM stock_levels WHERE on_hand = 45";
    assert_eq!(count(&mut app.database.superuser().await, west).await, 45);
}

#[tokio::test]
async fn refuses_what_cannot_be_done() {
    let app = CatalogApp::start().await;
    assert_eq!(app.hold(order(1), variant(1, 1), 60).await, "held");
    let with = |key: &str, field: &str, value: Value| {
        let mut changed = input(key, 1);
        changed[field] = value;
        changed
    };

    for (input, code) in [
        (
            with("a", "variantId", json!(variant(900, 1))),
            "VARIANT_NOT_FOUND",
        ),
        (
            with("b", "variantId", json!("nonsense")),
            "VARIANT_NOT_FOUND",
        ),
        (
            with("c", "warehouseId", json!(variant(1, 1))),
            "WAREHOUSE_NOT_FOUND",
        ),
        (input("d", 0), "DELTA_IS_ZERO"),
        (input("e", -1), "WOULD_GO_NEGATIVE"),
    ] {
        let answer = adjust(&app, input.clone()).await;
        assert_eq!(answer.user_error_codes(), [code], "{input}");
        assert_eq!(answer.at("/adjustStock/variant"), &Value::Null);
    }
    assert_eq!(app.counters(variant(1, 1)).await, (100, 60, 0));
}

#[tokio::test]
async fn refuses_malformed_input() {
    let app = CatalogApp::start().await;
    let long = "x".repeat(256);
    let mut long_reason = input("a", 1);
    long_reason["reason"] = json!(long);

    for bad in [
        input("", 1),
        input(&long, 1),
        long_reason,
        input("a", i64::from(i32::MAX)),
    ] {
        assert_eq!(adjust(&app, bad).await.error_code(), "BAD_REQUEST");
    }
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
}

#[tokio::test]
async fn a_repeated_key_gets_the_same_reply_and_changes_nothing() {
    let app = CatalogApp::start().await;

    let first = adjust(&app, input("a", -10)).await;
    adjust(&app, input("b", -10)).await;
    let repeated = adjust(&app, input("a", -10)).await;

    assert_eq!(repeated, first);
    assert_eq!(app.counters(variant(1, 1)).await, (80, 0, 0));
    let other = adjust(&app, input("a", -9)).await;
    assert_eq!(other.user_error_codes(), ["IDEMPOTENCY_CONFLICT"]);
}

#[tokio::test]
async fn a_refusal_is_saved_but_a_change_of_zero_leaves_the_key_unused() {
    let app = CatalogApp::start().await;
    assert_eq!(
        adjust(&app, input("a", -1000)).await.user_error_codes(),
        ["WOULD_GO_NEGATIVE"]
    );
    assert_eq!(
        adjust(&app, input("b", 5000)).await.user_error_codes(),
        Vec::<&str>::new()
    );
    assert_eq!(
        adjust(&app, input("z", 0)).await.user_error_codes(),
        ["DELTA_IS_ZERO"]
    );

    assert_eq!(
        adjust(&app, input("a", -1000)).await.user_error_codes(),
        ["WOULD_GO_NEGATIVE"]
    );
    assert_eq!(
        adjust(&app, input("z", 1)).await.user_error_codes(),
        Vec::<&str>::new()
    );
}

#[tokio::test]
async fn parallel_repeats_wait_for_the_first_and_get_the_same_reply() {
    let app = CatalogApp::start().await;
    let other = app.another_process();

    let repeats = (0..50).map(|index| {
        let app = if index % 2 == 0 { &app } else { &other };
        adjust(app, input("a", -1))
    });
    let answers = futures_util::future::join_all(repeats).await;

    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(answers[0].at("/adjustStock/variant/available"), 99);
    assert_eq!(app.counters(variant(1, 1)).await, (99, 0, 0));
    app.check_ledger().await;
}

#[tokio::test]
async fn parallel_adjustments_lose_no_update() {
    let app = CatalogApp::start().await;

    let keys: Vec<String> = (0..30).map(|index| format!("key {index}")).collect();
    let all = keys.iter().map(|key| adjust(&app, input(key, -3)));
    let answers = futures_util::future::join_all(all).await;

    // MAIN has 60 units: 20 of the adjustments succeed.
    let done = answers
        .iter()
        .filter(|answer| answer.user_error_codes().is_empty())
        .count();
    assert_eq!(done, 20);
    assert_eq!(app.counters(variant(1, 1)).await, (40, 0, 0));
    app.check_ledger().await;
}

#[tokio::test]
async fn requires_staff() {
    let app = CatalogApp::start().await;
    let variables = json!({ "input": input("a", 1) });
    let shopper = customer(
        &app.kava,
        ids::CustomerId::from_uuid(uuid::Uuid::from_u128(5)),
    );

    let answer = app
        .execute(&anonymous(&app.kava), ADJUST, variables.clone())
        .await;
    assert_eq!(answer.error_code(), "UNAUTHENTICATED");
    let answer = app.execute(&shopper, ADJUST, variables).await;
    assert_eq!(answer.error_code(), "FORBIDDEN");
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
}

#[tokio::test]
async fn keys_of_two_tenants_do_not_collide() {
    let app = CatalogApp::start().await;
    adjust(&app, input("a", -10)).await;

    let variables = json!({ "input": input("a", -20) });
    let answer = app.execute(&owner(&app.knyhy), ADJUST, variables).await;

    assert_eq!(answer.at("/adjustStock/variant/available"), 80);
    assert_eq!(app.available(variant(1, 1)).await, 90);
}

#[tokio::test]
async fn old_keys_are_deleted() {
    let app = CatalogApp::start().await;
    adjust(&app, input("a", -10)).await;

    app.clock.advance(chrono::TimeDelta::hours(47));
    assert_eq!(app.run_job("forget_idempotency_keys").await, 0);
    app.clock.advance(chrono::TimeDelta::hours(2));
    assert_eq!(app.run_job("forget_idempotency_keys").await, 1);
}

#[tokio::test]
async fn rejects_texts_that_cannot_be_stored() {
    let app = CatalogApp::start().await;
    let mut reason = input("a", 1);
    reason["reason"] = json!("a\0b");

    for input in [input("a\0b", 1), reason] {
        assert_eq!(adjust(&app, input).await.error_code(), "BAD_REQUEST");
    }

    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
}
