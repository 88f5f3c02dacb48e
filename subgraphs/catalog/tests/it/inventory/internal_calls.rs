use axum::http::StatusCode;
use identity::ServiceName;
use serde_json::json;

use crate::catalog_app::{CatalogApp, order, variant};

const PATHS: [&str; 4] = [
    "/internal/prices",
    "/internal/holds",
    "/internal/holds/commit",
    "/internal/holds/release",
];

fn body(app: &CatalogApp) -> serde_json::Value {
    json!({
        "tenant": app.kava.id, "variants": [variant(1, 1)], "order": order(1), "orders": [order(1)],
        "lines": [{ "variant": variant(1, 1), "quantity": 1 }], "expires_in_secs": 60, "reason": "test",
    })
}

#[tokio::test]
async fn accept_only_the_orders_service() {
    let app = CatalogApp::start().await;

    for path in PATHS {
        let (status, _) = app.internal.post(path, None, &body(&app)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        let (status, _) = app.internal.post(path, Some("nonsense"), &body(&app)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{path}");
        for other in [
            ServiceName::Customers,
            ServiceName::Gateway,
            ServiceName::Catalog,
        ] {
            let (status, _) = app
                .internal
                .call(other, app.kava.id, path, &body(&app))
                .await;
            assert_eq!(status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert_eq!(app.counters(variant(1, 1)).await, (100, 0, 0));
}

#[tokio::test]
async fn refuse_malformed_bodies() {
    let app = CatalogApp::start().await;
    let mut nothing = body(&app);
    nothing["lines"] = json!([]);
    let mut zero = body(&app);
    zero["lines"][0]["quantity"] = json!(0);
    let mut negative = body(&app);
    negative["lines"][0]["quantity"] = json!(-1);

    for body in [json!({}), nothing, zero, negative] {
        let (status, _) = app
            .internal
            .call(ServiceName::Orders, app.kava.id, "/internal/holds", &body)
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
    }
}

#[tokio::test]
async fn the_gateway_reads_feed_and_heads() {
    let app = CatalogApp::start().await;
    app.hold(order(1), variant(1, 1), 1).await;
    app.commit(&[order(1)]).await;
    let feed = json!({ "tenant": app.kava.id, "stream": "stock", "after": 1, "limit": 10 });
    let heads = json!({ "streams": [
        { "tenant": app.kava.id, "stream": "stock" }, { "tenant": app.knyhy.id, "stream": "stock" },
    ] });

    let answer = app
        .internal
        .expect_answer(ServiceName::Gateway, app.kava.id, "/internal/feed", &feed)
        .await;
    assert_eq!(answer["head"], 2);
    assert_eq!(
        answer["entries"],
        json!([{ "seq": 2, "event_type": "stock.sold.v1", "subjects": [variant(1, 1), order(1)] }])
    );
    let answer = app
        .internal
        .expect_answer(ServiceName::Gateway, app.kava.id, "/internal/heads", &heads)
        .await;
    let mut known: Vec<i64> = answer["heads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|head| head["head"].as_i64().unwrap())
        .collect();
    known.sort_unstable();
    assert_eq!(known, [0, 2]);

    for (path, body) in [("/internal/feed", &feed), ("/internal/heads", &heads)] {
        let (status, _) = app
            .internal
            .call(ServiceName::Orders, app.kava.id, path, body)
            .await;
        assert_eq!(status, StatusCode::FORBIDDEN);
    }
}
