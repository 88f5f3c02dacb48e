use serde_json::json;

use crate::catalog_app::{CatalogApp, order, variant};

#[tokio::test]
async fn allocates_at_main_first_and_splits_the_rest() {
    let app = CatalogApp::start().await;

    assert_eq!(app.hold(order(1), variant(1, 1), 70).await, "held");

    assert_eq!(app.available(variant(1, 1)).await, 30);
    let events = app.stock_events().await;
    assert_eq!(
        events,
        [
            ("RESERVED".to_owned(), 60, 40),
            ("RESERVED".to_owned(), 10, 30)
        ]
    );
    app.check_ledger().await;
}

#[tokio::test]
async fn a_repeat_is_held_and_reserves_nothing_more() {
    let app = CatalogApp::start().await;

    for _ in 0..3 {
        assert_eq!(app.hold(order(1), variant(1, 1), 10).await, "held");
    }

    assert_eq!(app.counters(variant(1, 1)).await, (100, 10, 0));
    assert_eq!(app.stock_events().await.len(), 1);
}

#[tokio::test]
async fn a_shortage_reserves_nothing_and_returns_the_available_units() {
    let app = CatalogApp::start().await;

    let lines = [
        (variant(1, 1), 5),
        (variant(1, 2), 101),
        (variant(900, 1), 1),
    ];
    let answer = app.hold_lines(order(1), &lines).await;

    assert_eq!(
        answer,
        json!({ "outcome": "out_of_stock", "shortages": [
            { "variant": variant(1, 2), "available": 100 },
            { "variant": variant(900, 1), "available": 0 },
        ] })
    );
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
    assert_eq!(
        app.hold(order(1), variant(1, 1), 5).await,
        "held",
        "a refused order may ask again"
    );
    app.check_ledger().await;
}

#[tokio::test]
async fn low_stock_is_reported_once() {
    let app = CatalogApp::with_stock(8, 0).await;

    for number in 1..=3 {
        assert_eq!(app.hold(order(number), variant(1, 1), 2).await, "held");
    }

    let events = app.stock_events().await;
    let low: Vec<_> = events
        .iter()
        .filter(|(kind, ..)| kind == "LOW_STOCK")
        .collect();
    assert_eq!(low, [&("LOW_STOCK".to_owned(), 0, 4)]);
}

#[tokio::test]
async fn many_buyers_get_exactly_the_available_units() {
    let app = CatalogApp::with_stock(30, 20).await;
    let processes = [
        app.another_process(),
        app.another_process(),
        app.another_process(),
    ];

    let buyers = (1..=200_u128).map(|number| {
        let process = &processes[usize::try_from(number % 3).unwrap()];
        process.hold(order(number), variant(1, 1), 1)
    });
    let outcomes = futures_util::future::join_all(buyers).await;

    let held = outcomes.iter().filter(|outcome| *outcome == "held").count();
    let refused = outcomes
        .iter()
        .filter(|outcome| *outcome == "out_of_stock")
        .count();
    assert_eq!((held, refused), (50, 150));
    assert_eq!(app.counters(variant(1, 1)).await, (50, 50, 0));
    assert_eq!(
        app.stock_events().await.len(),
        51,
        "50 reservations and one low stock"
    );
    app.check_ledger().await;
}

#[tokio::test]
async fn carts_with_crossing_lines_do_not_deadlock_or_oversell() {
    let app = CatalogApp::with_stock(20, 0).await;
    let processes = [app.another_process(), app.another_process()];

    let buyers = (1..=60_u128).map(|number| {
        let mut lines = vec![(variant(1, 1), 1), (variant(2, 1), 1), (variant(3, 1), 1)];
        if number % 2 == 0 {
            lines.reverse();
        }
        let process = &processes[usize::try_from(number / 2 % 2).unwrap()];
        async move { process.hold_lines(order(number), &lines).await["outcome"] == "held" }
    });
    let outcomes = futures_util::future::join_all(buyers).await;

    assert_eq!(outcomes.iter().filter(|held| **held).count(), 20);
    for number in 1..=3 {
        assert_eq!(app.counters(variant(number, 1)).await, (20, 20, 0));
    }
    app.check_ledger().await;
}

#[tokio::test]
async fn parallel_requests_of_one_order_hold_it_once() {
    let app = CatalogApp::start().await;
    let other = app.another_process();

    let repeats = (0..40).map(|index| {
        let process = if index % 2 == 0 { &app } else { &other };
        process.hold(order(1), variant(1, 1), 2)
    });
    let outcomes = futures_util::future::join_all(repeats).await;

    assert!(
        outcomes.iter().all(|outcome| outcome == "held"),
        "{outcomes:?}"
    );
    assert_eq!(app.counters(variant(1, 1)).await, (100, 2, 0));
}

#[tokio::test]
async fn a_batch_costs_the_same_statements_as_one_request() {
    let app = CatalogApp::start().await;
    let before = database::statements_executed();
    let buyers = (1..=50_u128).map(|number| app.hold(order(number), variant(1, 1), 1));
    futures_util::future::join_all(buyers).await;

    // The counter includes other tests of this process, so the check asks the database: few transactions wrote the holds.
    let batches: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT xmin::text) FROM stock_holds")
        .fetch_one(&mut app.database.superuser().await)
        .await
        .unwrap();
    assert!(database::statements_executed() > before);
    assert!(
        batches <= 5,
        "{batches} transactions for 50 requests at once"
    );
}
