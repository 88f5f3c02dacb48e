use std::time::Duration;

use crate::catalog_app::{CatalogApp, order, variant};

#[tokio::test]
async fn releases_held_units_once() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 70).await;

    assert!(app.release(order(1)).await);
    assert!(!app.release(order(1)).await);

    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
    let events = app.stock_events().await;
    assert_eq!(
        events[2..],
        [
            ("RELEASED".to_owned(), -60, 90),
            ("RELEASED".to_owned(), -10, 100)
        ]
    );
    assert_eq!(app.hold(order(1), variant(1, 1), 1).await, "ended");
    assert_eq!(app.commit(&[order(1)]).await, ["lost"]);
    app.check_ledger().await;
}

#[tokio::test]
async fn releases_sold_units() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 10).await;
    app.commit(&[order(1)]).await;

    assert!(app.release(order(1)).await);

    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
    assert_eq!(
        app.stock_events().await[2],
        ("RELEASED".to_owned(), -10, 100)
    );
    app.check_ledger().await;
}

#[tokio::test]
async fn refuses_a_hold_that_arrives_after_the_release() {
    let app = CatalogApp::start().await;

    assert!(!app.release(order(1)).await);

    assert_eq!(app.hold(order(1), variant(1, 1), 10).await, "ended");
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
    assert!(app.stock_events().await.is_empty());
}

#[tokio::test]
async fn an_expired_hold_has_no_units_left_and_cannot_be_committed_after_release() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 10).await;
    app.expire_holds_after(Duration::from_secs(901)).await;

    assert!(!app.release(order(1)).await);

    assert_eq!(app.commit(&[order(1)]).await, ["lost"]);
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
}

#[tokio::test]
async fn a_race_of_hold_and_release_leaves_no_units_reserved() {
    let app = CatalogApp::start().await;
    let other = app.another_process();

    for number in 1..=20 {
        tokio::join!(
            app.hold(order(number), variant(1, 1), 1),
            other.release(order(number))
        );
        app.release(order(number)).await;
    }

    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
    app.check_ledger().await;
}
