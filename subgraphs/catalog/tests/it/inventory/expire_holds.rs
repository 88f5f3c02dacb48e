use std::time::Duration;

use crate::catalog_app::{CatalogApp, order, variant};

#[tokio::test]
async fn expires_only_due_holds() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 10).await;
    assert_eq!(app.expire_holds_after(Duration::from_secs(500)).await, 0);
    app.hold(order(2), variant(1, 1), 5).await;

    assert_eq!(app.expire_holds_after(Duration::from_secs(401)).await, 1);

    assert_eq!(app.counters(variant(1, 1)).await, (100, 5, 0));
    assert_eq!(
        app.stock_events().await[2],
        ("RELEASED".to_owned(), -10, 95)
    );
    assert_eq!(app.hold(order(1), variant(1, 1), 10).await, "ended");
    app.check_ledger().await;
}

#[tokio::test]
async fn leaves_committed_and_released_holds_unchanged() {
    let app = CatalogApp::start().await;
    for number in 1..=2 {
        app.hold(order(number), variant(1, 1), 10).await;
    }
    app.commit(&[order(1)]).await;
    app.release(order(2)).await;

    assert_eq!(app.expire_holds_after(Duration::from_secs(2_000)).await, 0);

    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 10));
}

#[tokio::test]
async fn several_sweepers_and_a_commit_do_not_release_twice() {
    let app = CatalogApp::start().await;
    let other = app.another_process();
    let orders: Vec<_> = (1..=20).map(order).collect();
    for order in &orders {
        app.hold(*order, variant(1, 1), 2).await;
    }
    app.clock.advance(chrono::TimeDelta::seconds(901));

    let (left, right, outcomes) = tokio::join!(
        app.run_job("expire_holds"),
        other.run_job("expire_holds"),
        app.commit(&orders),
    );

    assert!(left + right <= 20);
    assert!(
        outcomes.iter().all(|outcome| outcome == "committed"),
        "{outcomes:?}"
    );
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 40));
    app.check_ledger().await;
}
