use std::collections::HashSet;
use std::time::Instant;

use futures_util::future::join_all;
use serde_json::json;
use testkit::{anonymous, eventually};

use crate::fake_stock::variant;
use crate::orders_app::{OrdersApp, an_input};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_buyers_for_twenty_units_are_all_answered() {
    let app = OrdersApp::start().await;
    let kava = app.world.kava.clone();
    app.world.stock.put(kava.id, 5, 20, 1_000);
    let guest = anonymous(&kava);
    let buy = async |number: u32| {
        let mut input = an_input(&format!("buyer-{number}"));
        input["lines"] = json!([{ "variantId": variant(5).to_string(), "quantity": 1 }]);
        app.place(&guest, input).await
    };

    let answers = join_all((0..100).map(buy)).await;

    let numbers: HashSet<String> = answers
        .iter()
        .filter_map(|answer| answer.at("/placeOrder/order").get("number"))
        .map(ToString::to_string)
        .collect();
    let refused = answers
        .iter()
        .filter(|answer| answer.user_error_codes() == ["OUT_OF_STOCK"])
        .count();
    assert_eq!((numbers.len(), refused), (20, 80));
    eventually("all holds are sales", || async {
        (app.world.count("placements").await == 0).then_some(())
    })
    .await;
    assert_eq!(app.world.stock.units(kava.id, 5), (0, 20));
    app.world.assert_everything_ended().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_buyers_of_two_tenants_share_transactions() {
    let app = OrdersApp::start().await;
    let (kava, knyhy) = (anonymous(&app.world.kava), anonymous(&app.world.knyhy));
    for (caller, number) in [(&kava, 1_u128), (&knyhy, 9)] {
        app.world.stock.put(caller.tenant.id, number, 10_000, 100);
    }
    let buy = async |number: u32| {
        let (caller, sold) = if number.is_multiple_of(2) {
            (&kava, 1)
        } else {
            (&knyhy, 9)
        };
        let mut input = an_input(&format!("buyer-{number}"));
        input["lines"] = json!([{ "variantId": variant(sold).to_string(), "quantity": 1 }]);
        app.place(caller, input).await
    };

    let started = Instant::now();
    let answers = join_all((0..400).map(buy)).await;
    let elapsed = started.elapsed();

    for answer in &answers {
        assert!(answer.user_error_codes().is_empty(), "{answer:?}");
    }
    assert_eq!(app.world.count("orders").await, 400);
    assert_eq!(app.world.count("events").await, 800);
    eprintln_rate(400, elapsed);
}

/// Prints the rate, visible with `--nocapture`. The test asserts nothing about speed.
#[expect(clippy::print_stderr, reason = "a measurement for developers")]
fn eprintln_rate(orders: u32, elapsed: std::time::Duration) {
    eprintln!(
        "{orders} orders in {elapsed:?}: {:.0}/s",
        f64::from(orders) / elapsed.as_secs_f64()
    );
}
