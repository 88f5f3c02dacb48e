use std::time::Instant;
use futures_util::{StreamExt, stream};
use serde_json::json;
use crate::catalog_app::{CatalogApp, order, variant};
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed() {
    let _t = service::telemetry::start("catalog", &service::telemetry::TelemetryConfig { log: "warn".into(), otlp_endpoint: None });
    let app = CatalogApp::with_stock(100_000_000, 0).await;
    for hot in [true] {
        for clients in [32_usize] {
            let base = clients as u128 * 1_000_000 + u128::from(hot) * 1_000_000_000;
            let n = if clients == 1 { 300 } else { 3000_u128 };
            let started = Instant::now();
            stream::iter(0..n).for_each_concurrent(clients, |i| { let app = &app; async move {
                let v = if hot { variant(1, 1) } else { variant(1 + i % 25, 1 + i % 3) };
                assert_eq!(app.hold(order(base + i), v, 1).await, "held");
            }}).await;
            let e = started.elapsed();
            println!("hot {hot} clients {clients}: {:.0} holds/s", n as f64 / e.as_secs_f64());
        }
    }
    let started = Instant::now();
    let orders: Vec<_> = (0..3000).map(|i| order(32_000_000 + i)).collect();
    for chunk in orders.chunks(50) { app.commit(chunk).await; }
    println!("commits in 50s: {:.0}/s", 3000.0 / started.elapsed().as_secs_f64());
    let q = "{ products(first: 20, sort: NAME) { nodes { id slug name description priceRange { min { amount currencyCode } max { amount currencyCode } } variants { id sku name price { amount currencyCode } available } } pageInfo { endCursor hasNextPage } } }";
    for clients in [1, 8] {
        let started = Instant::now();
        stream::iter(0..300).for_each_concurrent(clients, |_| { let app = &app; async move { app.owner(q, json!({})).await.data(); } }).await;
        println!("lists clients {clients}: {:.0}/s", 300.0 / started.elapsed().as_secs_f64());
    }
    app.check_ledger().await;
}
