//! Operations on a socket: their answers, ids and ends.

use std::time::Duration;

use serde_json::json;

use crate::subscriptions::client::{EVENTS, Socket};
use crate::subscriptions::stage::Stage;

#[tokio::test]
async fn runs_queries_and_mutations() {
    let stage = Stage::start().await;
    let mut socket = Socket::anonymous(&stage).await;

    socket
        .subscribe("q", "query Q { shop { name } }", json!({}))
        .await;
    assert_eq!(
        socket.next().await,
        json!({ "id": "q", "type": "next", "payload": { "data": { "shop": { "name": "shop kava" } } } })
    );
    assert_eq!(
        socket.next().await,
        json!({ "id": "q", "type": "complete" })
    );
    socket
        .subscribe(
            "m",
            "mutation($n: String!) { rename(name: $n) { name } }",
            json!({ "n": "x" }),
        )
        .await;
    assert_eq!(
        socket.next().await["payload"]["data"]["rename"]["name"],
        "shop kava"
    );
    assert_eq!(socket.next().await["type"], "complete");
    socket
        .subscribe("i", "{ __schema { queryType { name } } }", json!({}))
        .await;

    assert_eq!(
        socket.next().await["payload"]["data"]["__schema"]["queryType"]["name"],
        "Query"
    );
}

#[tokio::test]
async fn an_error_ends_only_its_operation_and_is_not_followed_by_complete() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "live", json!({})).await;

    for (text, variables, code) in [
        ("{", json!({}), "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", json!({}), "GRAPHQL_VALIDATION_FAILED"),
        (
            "subscription { orderEvents { id } stockEvents { id } }",
            json!({}),
            "GRAPHQL_VALIDATION_FAILED",
        ),
        (EVENTS, json!({ "filter": 1 }), "BAD_REQUEST"),
        (EVENTS, json!({ "after": "forged" }), "CURSOR_INVALID"),
    ] {
        socket.subscribe("bad", text, variables).await;
        assert_eq!(socket.refused("bad").await, code, "{text}");
    }
    stage.append_event(1, 1, 1);

    assert_eq!(socket.ids("live", 1).await, ["kava-orders-1"]);
}

#[tokio::test]
async fn errors_beside_data_are_an_answer() {
    let stage = Stage::start().await;
    let error = json!({ "message": "no", "path": ["shop"], "extensions": { "code": "FORBIDDEN" } });
    stage.state().answer = Some(json!({ "data": { "shop": null }, "errors": [error] }));
    let mut socket = Socket::anonymous(&stage).await;

    socket.subscribe("q", "{ shop { name } }", json!({})).await;

    let answer = socket.next().await;
    assert_eq!(answer["type"], "next", "{answer}");
    assert_eq!(
        answer["payload"]["errors"][0]["extensions"]["code"],
        "FORBIDDEN"
    );
    assert_eq!(
        socket.next().await,
        json!({ "id": "q", "type": "complete" })
    );
}

#[tokio::test]
async fn an_operation_that_ends_with_errors_frees_its_id() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;
    stage.append_event(1, 1, 1);
    socket.event("1").await;

    stage.state().refusal = Some("FORBIDDEN");
    stage.append_event(1, 1, 1);
    assert_eq!(socket.refused("1").await, "FORBIDDEN");
    stage.state().refusal = None;
    socket.watch(&stage, "1", json!({})).await;
    stage.append_event(1, 1, 1);

    assert_eq!(socket.ids("1", 1).await, ["kava-orders-3"]);
}

#[tokio::test]
async fn a_slow_operation_does_not_delay_others() {
    let stage = Stage::start().await;
    stage.state().delay = Duration::from_mins(10);
    let mut socket = Socket::anonymous(&stage).await;

    socket
        .subscribe("slow", "{ shop { name } }", json!({}))
        .await;
    socket
        .subscribe("own", "{ __schema { queryType { name } } }", json!({}))
        .await;

    assert_eq!(socket.next().await["id"], "own");
    assert_eq!(
        socket.next().await,
        json!({ "id": "own", "type": "complete" })
    );
}

#[tokio::test]
async fn several_operations_share_a_socket() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    let one = crate::subscriptions::stage::order_id(1);
    socket
        .watch(&stage, "one", json!({ "filter": { "orderId": one } }))
        .await;
    socket.watch(&stage, "all", json!({})).await;

    stage.append_event(1, 2, 1);
    assert_eq!(socket.ids("all", 1).await, ["kava-orders-1"]);
    stage.append_event(1, 1, 1);
    let mut operations = Vec::new();
    for _ in 0..2 {
        let message = socket.next().await;
        assert_eq!(
            message["payload"]["data"]["orderEvents"]["id"],
            "kava-orders-2"
        );
        operations.push(message["id"].as_str().unwrap().to_owned());
    }
    operations.sort();

    assert_eq!(operations, ["all", "one"]);
}

#[tokio::test]
async fn complete_of_the_client_ends_the_subscription() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    socket.watch(&stage, "1", json!({})).await;

    socket.send(&json!({ "id": "1", "type": "complete" })).await;
    socket
        .send(&json!({ "id": "unknown", "type": "complete" }))
        .await;
    testkit::eventually("the end of the subscription", || async {
        (stage.platform.hub().open_subscriptions() == 0).then_some(())
    })
    .await;
    stage.append_event(1, 1, 1);

    socket.is_silent_for(Duration::from_millis(300)).await;
}

#[tokio::test]
async fn complete_of_the_client_ends_a_query_and_frees_its_id() {
    let stage = Stage::start().await;
    stage.state().delay = Duration::from_millis(300);
    let mut socket = Socket::anonymous(&stage).await;
    socket.subscribe("1", "{ shop { name } }", json!({})).await;

    socket.send(&json!({ "id": "1", "type": "complete" })).await;
    socket
        .subscribe("1", "{ __schema { queryType { name } } }", json!({}))
        .await;

    assert_eq!(
        socket.next().await["payload"]["data"]["__schema"]["queryType"]["name"],
        "Query"
    );
    assert_eq!(
        socket.next().await,
        json!({ "id": "1", "type": "complete" })
    );
    socket.is_silent_for(Duration::from_millis(500)).await;
}

#[tokio::test]
async fn too_many_operations_of_one_socket_are_refused_with_the_limit() {
    let stage = Stage::start().await;
    let mut socket = Socket::owner(&stage).await;
    for number in 0..20 {
        let id = format!("s{number}");
        socket.watch(&stage, &id, json!({})).await;
    }

    socket.subscribe("more", EVENTS, json!({})).await;
    let message = socket.next().await;

    assert_eq!(message["type"], "error");
    assert_eq!(
        message["payload"][0]["extensions"],
        json!({ "code": "RATE_LIMITED", "limit": 20 })
    );
}
