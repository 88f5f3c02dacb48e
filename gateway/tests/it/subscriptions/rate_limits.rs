//! Rate limits per tenant and per caller.

use serde_json::json;

use super::client::Socket;
use super::stage::{Stage, order_id};

#[tokio::test]
async fn a_tenant_over_its_read_rate_is_delayed_and_loses_nothing() {
    let stage = Stage::start_with([("ROUTER_CALLS_PER_SECOND", "5")]).await;
    let mut socket = Socket::owner(&stage).await;
    for order in 0..10 {
        let filter = json!({ "filter": { "orderId": order_id(order) } });
        socket.watch(&stage, &order.to_string(), filter).await;
    }
    testkit::eventually("all to be live", || async {
        (stage.reads().len() == 10).then_some(())
    })
    .await;

    for _ in 0..5 {
        for order in 0..10 {
            stage.append_event(1, order, 1);
        }
    }

    let mut seen = vec![Vec::new(); 10];
    for _ in 0..50 {
        let message = socket.next().await;
        let operation: usize = message["id"].as_str().unwrap().parse().unwrap();
        let id = message["payload"]["data"]["orderEvents"]["id"].clone();
        seen[operation].push(id.as_str().unwrap().to_owned());
    }
    for (order, ids) in seen.into_iter().enumerate() {
        let expected: Vec<_> = (0..5)
            .map(|round| format!("kava-orders-{}", round * 10 + order + 1))
            .collect();
        assert_eq!(ids, expected);
    }
    // Events that wait at the same time share a read.
    let reads = stage.reads().len() - 10;
    assert!(reads < 30, "{reads} reads");
}

#[tokio::test]
async fn operations_of_a_caller_are_rate_limited() {
    let stage =
        Stage::start_with([("OPERATIONS_PER_SECOND", "1"), ("OPERATIONS_BURST", "3")]).await;
    let mut socket = Socket::owner(&stage).await;
    for number in 0..3 {
        let id = number.to_string();
        socket.subscribe(&id, "{ shop { name } }", json!({})).await;
        assert_eq!(socket.next().await["type"], "next");
        assert_eq!(socket.next().await["type"], "complete");
    }

    socket
        .subscribe("more", "{ shop { name } }", json!({}))
        .await;
    let refused = socket.next().await;

    assert_eq!(refused["type"], "error", "{refused}");
    assert_eq!(
        refused["payload"][0]["extensions"],
        json!({ "code": "RATE_LIMITED", "limit": 1 })
    );
    let token = stage.customer_token(1, 1);
    let mut other = Socket::signed_in(&stage, "kava", &token).await;
    other.subscribe("1", "{ shop { name } }", json!({})).await;
    assert_eq!(
        other.next().await["type"],
        "next",
        "another caller has its own limit"
    );
}
