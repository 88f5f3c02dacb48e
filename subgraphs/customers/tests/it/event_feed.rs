use identity::ServiceName;
use internal_api::events::{FEED, HEADS};
use serde_json::json;

use crate::customers_app::{CustomersApp, order_placed};

#[tokio::test]
async fn the_gateway_reads_the_feed_of_customers() {
    let app = CustomersApp::start().await;
    let placed = order_placed(Some(app.kava.olena), "olena@kava.example");
    app.deliver(&app.kava, &placed).await;
    let request = json!({ "tenant": app.kava.id, "stream": "customers", "after": 0, "limit": 10 });

    let answer = app
        .internal
        .expect_answer(ServiceName::Gateway, app.kava.id, FEED, &request)
        .await;

    assert_eq!(answer["head"], 1);
    assert_eq!(
        answer["entries"],
        json!([{
            "seq": 1,
            "event_type": "customer.order_recorded.v1",
            "subjects": [app.kava.olena, placed.order_id],
        }])
    );
}

#[tokio::test]
async fn heads_of_all_tenants_are_for_the_gateway_only() {
    let app = CustomersApp::start().await;
    app.deliver(&app.knyhy, &order_placed(None, "guest@example.com"))
        .await;
    let streams = [&app.kava, &app.knyhy].map(|s| json!({ "tenant": s.id, "stream": "customers" }));
    let request = json!({ "streams": streams });

    let answer = app
        .internal
        .expect_answer(ServiceName::Gateway, None, HEADS, &request)
        .await;
    let (refused, _) = app
        .internal
        .call(ServiceName::Catalog, None, HEADS, &request)
        .await;

    assert_eq!(refused, 403);
    let heads: Vec<_> = answer["heads"]
        .as_array()
        .unwrap()
        .iter()
        .map(|h| &h["head"])
        .collect();
    assert_eq!(heads, [&json!(0), &json!(1)]);
}
