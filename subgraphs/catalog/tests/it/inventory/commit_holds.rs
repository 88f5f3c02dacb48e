use std::time::Duration;

use crate::catalog_app::{CatalogApp, order, variant};

#[tokio::test]
async fn sells_held_units_once() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 70).await;

    for _ in 0..2 {
        assert_eq!(app.commit(&[order(1)]).await, ["committed"]);
    }

    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 70));
    assert_eq!(app.available(variant(1, 1)).await, 30);
    let sold: Vec<_> = app
        .stock_events()
        .await
        .into_iter()
        .filter(|(kind, ..)| kind == "SOLD")
        .collect();
    assert_eq!(
        sold,
        [("SOLD".to_owned(), 60, 30), ("SOLD".to_owned(), 10, 30)]
    );
    app.check_ledger().await;
}

#[tokio::test]
async fn returns_an_outcome_for_every_order_of_a_batch() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 1).await;
    app.hold(order(2), variant(2, 1), 2).await;
    app.hold(order(3), variant(1, 1), 3).await;
    app.release(order(3)).await;

    let outcomes = app
        .commit(&[order(2), order(9), order(3), order(1), order(2)])
        .await;

    assert_eq!(
        outcomes,
        ["committed", "lost", "lost", "committed", "committed"]
    );
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 1));
    assert_eq!(app.counters(variant(2, 1)).await, (100, 0, 2));
    app.check_ledger().await;
}

#[tokio::test]
async fn an_expired_hold_reserves_its_units_again() {
    let app = CatalogApp::with_stock(10, 5).await;
    app.hold(order(1), variant(1, 1), 10).await;
    assert_eq!(app.expire_holds_after(Duration::from_secs(901)).await, 1);
    app.hold(order(2), variant(1, 1), 4).await;

    assert_eq!(app.commit(&[order(1)]).await, ["committed"]);

    assert_eq!(app.counters(variant(1, 1)).await, (15, 4, 10));
    app.check_ledger().await;
}

#[tokio::test]
async fn an_expired_hold_whose_units_were_taken_is_lost() {
    let app = CatalogApp::with_stock(10, 5).await;
    app.hold(order(1), variant(1, 1), 10).await;
    assert_eq!(app.expire_holds_after(Duration::from_secs(901)).await, 1);
    app.hold(order(2), variant(1, 1), 6).await;

    assert_eq!(
        app.commit(&[order(1), order(2)]).await,
        ["lost", "committed"]
    );

    assert_eq!(app.counters(variant(1, 1)).await, (15, 0, 6));
    app.check_ledger().await;
}

#[tokio::test]
async fn parallel_commits_of_the_same_orders_sell_once() {
    let app = CatalogApp::start().await;
    let other = app.another_process();
    let orders: Vec<_> = (1..=10).map(order).collect();
    for order in &orders {
        app.hold(*order, variant(1, 1), 2).await;
    }

    let forward = orders.clone();
    let backward: Vec<_> = orders.iter().rev().copied().collect();
    let (left, right) = tokio::join!(app.commit(&forward), other.commit(&backward));

    assert!(
        left.iter()
            .chain(&right)
            .all(|outcome| outcome == "committed")
    );
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 20));
    app.check_ledger().await;
}
